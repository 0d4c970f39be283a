//! An offer to sell one vehicle.

use std::fmt;

use kernel::Instant;
use kernel::error::Violations;
use kernel::id::{DealerId, ListingId, SiteId, VehicleId};
use kernel::money::Money;
use kernel::vocabulary::Condition;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::vehicle::Vehicle;

/// Where a listing stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListingStatus {
    /// Being prepared; seen by staff alone.
    Draft,
    /// Open to everybody.
    Active,
    /// Kept for one buyer; still shown.
    Reserved,
    /// Sold.
    Sold,
    /// Taken down.
    Removed,
}

/// What moves a listing on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The dealer opens it.
    Publish,
    /// The dealer takes it down.
    Remove,
    /// The dealer prepares a removed one again.
    Redraft,
    /// An offer was accepted.
    Reserve,
    /// The acceptance fell through.
    Release,
    /// It was sold.
    Sell,
    /// The sale was voided.
    Void,
}

impl Step {
    /// What the step makes of a listing: `a removed listing can't be …`.
    pub const fn done(self) -> &'static str {
        match self {
            Self::Publish => "published",
            Self::Remove => "removed",
            Self::Redraft => "made a draft again",
            Self::Reserve => "reserved",
            Self::Release => "freed",
            Self::Sell => "sold",
            Self::Void => "taken back from its sale",
        }
    }
}

impl ListingStatus {
    /// Every status.
    pub const ALL: &[Self] = &[
        Self::Draft,
        Self::Active,
        Self::Reserved,
        Self::Sold,
        Self::Removed,
    ];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Active => "active",
            Self::Reserved => "reserved",
            Self::Sold => "sold",
            Self::Removed => "removed",
        }
    }

    /// The status of this name.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|s| s.as_str() == word)
    }

    /// Shown to everybody, while its dealer is verified.
    pub const fn is_public(self) -> bool {
        matches!(self, Self::Active | Self::Reserved)
    }

    /// Holds its vehicle: a vehicle has one open listing at most.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Active | Self::Reserved)
    }

    /// Where the step leads from here, or `None` where it leads nowhere.
    pub const fn after(self, step: Step) -> Option<Self> {
        match self {
            Self::Draft => match step {
                Step::Publish => Some(Self::Active),
                Step::Remove => Some(Self::Removed),
                Step::Redraft | Step::Reserve | Step::Release | Step::Sell | Step::Void => None,
            },
            Self::Active => match step {
                Step::Remove => Some(Self::Removed),
                Step::Reserve => Some(Self::Reserved),
                Step::Sell => Some(Self::Sold),
                Step::Publish | Step::Redraft | Step::Release | Step::Void => None,
            },
            Self::Reserved => match step {
                Step::Release => Some(Self::Active),
                Step::Sell => Some(Self::Sold),
                Step::Publish | Step::Remove | Step::Redraft | Step::Reserve | Step::Void => None,
            },
            Self::Sold => match step {
                Step::Void => Some(Self::Active),
                Step::Publish | Step::Remove | Step::Redraft | Step::Reserve | Step::Release | Step::Sell => {
                    None
                }
            },
            Self::Removed => match step {
                Step::Publish => Some(Self::Active),
                Step::Redraft => Some(Self::Draft),
                Step::Remove | Step::Reserve | Step::Release | Step::Sell | Step::Void => None,
            },
        }
    }

    /// Where the dealer may send it by its own word.
    pub const fn open_ways(self) -> &'static [Self] {
        match self {
            Self::Draft => &[Self::Active, Self::Removed],
            Self::Active => &[Self::Removed],
            Self::Removed => &[Self::Draft, Self::Active],
            Self::Reserved | Self::Sold => &[],
        }
    }

    /// Goes where the dealer sends it: between draft, active and removed alone. Staying is no move.
    pub fn sent_to(self, to: Self) -> Result<Self, Error> {
        if to == self {
            return Ok(self);
        }
        let step = match to {
            Self::Draft => Some(Step::Redraft),
            Self::Active => Some(Step::Publish),
            Self::Removed => Some(Step::Remove),
            Self::Reserved | Self::Sold => None,
        };
        step.and_then(|step| self.after(step))
            .ok_or(Error::IllegalTransition {
                from: self,
                to,
                allowed: self.open_ways(),
            })
    }
}

impl fmt::Display for ListingStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a listing asks, in one currency. Floor ≤ asking ≤ 10 × MSRP, all above zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prices {
    asking: Money,
    msrp: Option<Money>,
    floor: Option<Money>,
    cost: Option<Money>,
}

impl Prices {
    /// Prices that hold together, or every reason why they don't.
    pub fn new(
        asking: Money,
        msrp: Option<Money>,
        floor: Option<Money>,
        cost: Option<Money>,
    ) -> Result<Self, Violations> {
        let mut wrong = Violations::new();
        let all = [
            ("/asking_price", Some(asking)),
            ("/msrp", msrp),
            ("/floor_price", floor),
            ("/cost", cost),
        ];
        for (pointer, money) in all.into_iter().filter_map(|(p, m)| m.map(|m| (p, m))) {
            wrong.check(
                money.minor() > 0,
                &format!("{pointer}/amount"),
                "not_positive",
                || format!("{money} is not above zero"),
            );
            wrong.check(
                money.currency() == asking.currency(),
                &format!("{pointer}/currency"),
                "currency_differs",
                || {
                    format!(
                        "{} differs from the asking price's {}",
                        money.currency(),
                        asking.currency()
                    )
                },
            );
        }
        if let Some(floor) = floor {
            wrong.check(
                floor.minor() <= asking.minor(),
                "/floor_price/amount",
                "floor_above_asking",
                || format!("the floor {floor} is above the asking price {asking}"),
            );
        }
        if let Some(msrp) = msrp {
            wrong.check(
                i128::from(asking.minor()) <= i128::from(msrp.minor()) * 10,
                "/asking_price/amount",
                "asking_far_above_msrp",
                || format!("{asking} is more than ten times the MSRP {msrp}"),
            );
        }
        if wrong.is_empty() {
            Ok(Self {
                asking,
                msrp,
                floor,
                cost,
            })
        } else {
            Err(wrong)
        }
    }

    /// What the public is asked.
    pub const fn asking(&self) -> Money {
        self.asking
    }

    /// What the maker suggests.
    pub const fn msrp(&self) -> Option<Money> {
        self.msrp
    }

    /// The least that the dealer takes. For staff alone.
    pub const fn floor(&self) -> Option<Money> {
        self.floor
    }

    /// What the dealer paid. For staff alone.
    pub const fn cost(&self) -> Option<Money> {
        self.cost
    }

    /// How far below the MSRP it is asked for, in whole percent, rounded down; 0 where it is not below.
    pub fn discount_percent(&self) -> Option<u8> {
        let msrp = self.msrp?.minor();
        let below = msrp.checked_sub(self.asking.minor())?.max(0);
        i128::from(below)
            .checked_mul(100)?
            .checked_div(i128::from(msrp))
            .and_then(|percent| u8::try_from(percent).ok())
    }
}

/// What a listing says. Built from outside by [`crate::listing_draft::ListingDraft`], which checks all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingText {
    /// One line, 1 to 200 characters.
    pub title: String,
    /// Up to 10,000 characters.
    pub description: String,
    /// Up to 100 lines of at most 100 characters.
    pub features: Vec<String>,
}

/// An offer to sell one vehicle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// Its id.
    pub id: ListingId,
    /// Who sells.
    pub dealer: DealerId,
    /// What is sold.
    pub vehicle: VehicleId,
    /// Where it stands; its clock rules the test drives.
    pub site: Option<SiteId>,
    /// Where it is in its life.
    pub status: ListingStatus,
    /// How it comes.
    pub condition: Condition,
    /// What it asks.
    pub prices: Prices,
    /// What it says.
    pub text: ListingText,
    /// Shown in the carousel.
    pub featured: bool,
    /// When it was first opened to everybody.
    pub listed_at: Option<Instant>,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Rises by one with each change.
    pub version: i64,
}

impl Listing {
    /// Moves it where the dealer sends it. An active one needs a site; the first opening is remembered.
    pub fn sent_to(mut self, to: ListingStatus, at: Instant) -> Result<Self, Error> {
        self.status = self.status.sent_to(to)?;
        if self.status == ListingStatus::Active {
            if self.site.is_none() {
                return Err(Error::SiteRequired);
            }
            self.listed_at = self.listed_at.or(Some(at));
        }
        Ok(self)
    }

    /// A sold listing is the record of its sale.
    pub fn changeable(&self) -> Result<(), Error> {
        match self.status {
            ListingStatus::Sold => Err(Error::ListingSold),
            ListingStatus::Draft
            | ListingStatus::Active
            | ListingStatus::Reserved
            | ListingStatus::Removed => Ok(()),
        }
    }
}

/// A listing with the vehicle that it sells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// The offer.
    pub listing: Listing,
    /// What is sold.
    pub vehicle: Vehicle,
}

/// What a listing asked from an instant on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricePoint {
    /// From when on.
    pub at: Instant,
    /// How much.
    pub asking: Money,
}
