//! What lies on the table: the car, the dealer's terms, every live talk about it. And what a move changes there.

use chrono::TimeDelta;
use kernel::Instant;
use kernel::id::{DealerId, ListingId, NegotiationId};
use kernel::money::Money;
use serde::{Deserialize, Serialize};

use crate::negotiation::Negotiation;

/// Basis points in a whole.
const WHOLE: i128 = 10_000;

/// Whether a car can be talked about, in negotiation's own words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// By anybody.
    Open,
    /// It is kept for a buyer.
    Reserved,
    /// A draft, sold or removed.
    Closed,
}

/// A car on offer, as far as a negotiation needs to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Car {
    /// The listing.
    pub listing: ListingId,
    /// Whose it is.
    pub dealer: DealerId,
    /// What is asked now.
    pub asking: Money,
    /// The least that the dealer takes. Never told to a buyer, nor to be guessed from an answer.
    pub floor: Option<Money>,
    /// May it be talked about?
    pub stage: Stage,
    /// May its dealer do business?
    pub verified: bool,
}

/// What a dealer has set for its negotiations. The shares are secrets as the floor price is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Terms {
    /// Hours to answer an offer: 1 to 720.
    pub answer_hours: u16,
    /// Hours that an accepted car is kept: 1 to 720.
    pub reservation_hours: u16,
    /// Offers below this share of the asking price are declined at once; basis points, up to 10,000.
    pub decline_below_bp: Option<u16>,
    /// Offers below the listing's floor price are declined at once.
    pub decline_below_floor: bool,
    /// Offers from this share of the asking price on are accepted at once, though never below the floor price; basis points.
    pub accept_from_bp: Option<u16>,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            answer_hours: 72,
            reservation_hours: 72,
            decline_below_bp: None,
            decline_below_floor: false,
            accept_from_bp: None,
        }
    }
}

/// What the dealer has said beforehand about a buyer's offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing: people decide.
    Open,
    /// Yes.
    Yes,
    /// No.
    No,
}

impl Terms {
    /// Until when an offer made at `at` can be answered.
    pub fn answer_by(&self, at: Instant) -> Instant {
        at + TimeDelta::hours(i64::from(self.answer_hours))
    }

    /// Until when a car that is agreed on at `at` is kept.
    pub fn reserved_until(&self, at: Instant) -> Instant {
        at + TimeDelta::hours(i64::from(self.reservation_hours))
    }

    /// What the dealer has said beforehand about a buyer's offer of `amount`.
    pub fn stand(&self, car: &Car, amount: Money) -> Standing {
        let below_floor = car.floor.is_some_and(|floor| amount.minor() < floor.minor());
        let below =
            |bp: u16| i128::from(amount.minor()) * WHOLE < i128::from(car.asking.minor()) * i128::from(bp);
        if self.decline_below_bp.is_some_and(below) || (self.decline_below_floor && below_floor) {
            return Standing::No;
        }
        if self.accept_from_bp.is_some_and(|bp| !below(bp)) && !below_floor {
            return Standing::Yes;
        }
        Standing::Open
    }
}

/// Everything that is known, under lock, when somebody makes a move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The car.
    pub car: Car,
    /// The dealer's terms.
    pub terms: Terms,
    /// The live talks about it, and the one that the move is about, in whatever state.
    pub talks: Vec<Negotiation>,
}

impl Table {
    /// One of the talks.
    pub fn talk(&self, id: NegotiationId) -> Option<&Negotiation> {
        self.talks.iter().find(|talk| talk.id == id)
    }
}

/// What a move does to the car.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CarMove {
    /// It is kept for a buyer.
    Reserve,
    /// It is free again.
    Release,
}

/// What a move changes: every talk that is touched, as it then is, and the car.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Moves {
    /// New and changed talks.
    pub talks: Vec<Negotiation>,
    /// What becomes of the car.
    pub car: Option<CarMove>,
}
