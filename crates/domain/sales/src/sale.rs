//! A sale: who sold which car to whom, for how much.

use chrono::NaiveDate;
use kernel::Instant;
use kernel::distance::Distance;
use kernel::email::Email;
use kernel::id::{
    CommissionPlanId, DealerId, ListingId, NegotiationId, PurchaseId, SaleId, SiteId, StaffId, UserId,
    VehicleId,
};
use kernel::money::Money;
use kernel::phone::Phone;
use kernel::vin::Vin;
use serde::{Deserialize, Serialize};

use crate::commission::shares::Shares;

/// How it was paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentMethod {
    /// Notes.
    Cash,
    /// A card.
    Card,
    /// From account to account.
    BankTransfer,
    /// A loan or a lease.
    Finance,
    /// Another car.
    TradeIn,
    /// Any other way.
    Other,
}

impl PaymentMethod {
    /// Every method.
    pub const ALL: &[Self] = &[
        Self::Cash,
        Self::Card,
        Self::BankTransfer,
        Self::Finance,
        Self::TradeIn,
        Self::Other,
    ];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cash => "cash",
            Self::Card => "card",
            Self::BankTransfer => "bank_transfer",
            Self::Finance => "finance",
            Self::TradeIn => "trade_in",
            Self::Other => "other",
        }
    }

    /// The method of this name.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|method| method.as_str() == word)
    }
}

/// The car as it was when it was sold: its record may change in the new owner's hands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SoldVehicle {
    /// Its record.
    pub id: VehicleId,
    /// Its number.
    pub vin: Vin,
    /// Who made it.
    pub make: String,
    /// What the maker calls it.
    pub model: String,
    /// Model year.
    pub year: i32,
    /// What its odometer read. None where nobody had entered it, and of sales from before it was kept.
    #[serde(default)]
    pub odometer: Option<Distance>,
}

impl SoldVehicle {
    /// In one line: `2021 Honda CR-V`.
    pub fn title(&self) -> String {
        format!("{} {} {}", self.year, self.make, self.model)
    }
}

/// Who sold it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Seller {
    /// A dealer, from its stock.
    Dealer(Closing),
    /// A person, from their garage: no listing, no commission.
    Person {
        /// The owner.
        user: UserId,
    },
}

/// What there is to a dealer's sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// The dealer.
    pub dealer: DealerId,
    /// What was closed.
    pub listing: ListingId,
    /// Where the car stood.
    pub site: Option<SiteId>,
    /// Who sold it.
    pub sold_by: StaffId,
    /// Between whom the commission is parted.
    pub splits: Shares,
    /// The plan that was in force; none for the default.
    pub plan: Option<CommissionPlanId>,
    /// What it earned in all, bonus apart.
    pub commission: Money,
    /// The talk in which it came about.
    pub negotiation: Option<NegotiationId>,
}

impl Closing {
    /// Has the member a part in it?
    pub fn has_part(&self, member: StaffId) -> bool {
        self.sold_by == member || self.splits.as_slice().iter().any(|share| share.staff == member)
    }
}

/// Who bought it, as the papers say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Buyer {
    /// The account, once it is known.
    pub user: Option<UserId>,
    /// Full name.
    pub name: String,
    /// Where they read mail.
    pub email: Option<Email>,
    /// Where they can be called.
    pub phone: Option<Phone>,
}

/// What became of a sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum State {
    /// It stands.
    Closed,
    /// It was taken back.
    Voided {
        /// When.
        at: Instant,
        /// Why, in the words of who did it.
        reason: String,
    },
}

impl State {
    /// The word.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::Voided { .. } => "voided",
        }
    }
}

/// A sale.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sale {
    /// Its id.
    pub id: SaleId,
    /// Who sold.
    pub seller: Seller,
    /// What was sold.
    pub vehicle: SoldVehicle,
    /// For how much.
    pub price: Money,
    /// When, in the seller's calendar.
    pub sale_date: NaiveDate,
    /// To whom.
    pub buyer: Buyer,
    /// The open question to a buyer known by e-mail alone.
    pub purchase: Option<PurchaseId>,
    /// How it was paid.
    pub payment_method: PaymentMethod,
    /// The seller's own words.
    pub notes: Option<String>,
    /// What became of it.
    pub state: State,
    /// When it was recorded.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Rises by one with each change.
    pub version: i64,
}

impl Sale {
    /// What there is to it, if a dealer sold.
    pub const fn closing(&self) -> Option<&Closing> {
        match &self.seller {
            Seller::Dealer(closing) => Some(closing),
            Seller::Person { .. } => None,
        }
    }

    /// Does it stand?
    pub const fn is_closed(&self) -> bool {
        match self.state {
            State::Closed => true,
            State::Voided { .. } => false,
        }
    }

    /// Changed at this instant.
    #[must_use]
    pub(crate) fn touched(mut self, at: Instant) -> Self {
        self.updated_at = at;
        self.version += 1;
        self
    }
}
