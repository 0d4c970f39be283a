//! What the outside has to provide for looking. Moves reach into the listing: their port is the application's.

use async_trait::async_trait;
use kernel::Instant;
use kernel::id::{DealerId, ListingId, NegotiationId, UserId};
use kernel::money::Money;
use kernel::paging::{Page, PageRequest};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::negotiation::Negotiation;
use crate::state::{Side, Status};

/// Whose negotiations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// A buyer's.
    Buyer(UserId),
    /// A dealer's.
    Dealer(DealerId),
}

impl Whose {
    /// The side that looks.
    pub const fn side(self) -> Side {
        match self {
            Self::Buyer(_) => Side::Buyer,
            Self::Dealer(_) => Side::Dealer,
        }
    }
}

/// Narrows a list. Empty lists narrow nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TalkFilter {
    /// In one of these states.
    pub statuses: Vec<Status>,
    /// About one of these listings.
    pub listings: Vec<ListingId>,
    /// True: only those that the one who looks has to answer.
    pub awaiting_me: bool,
}

/// A negotiation as the parties see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The negotiation.
    pub talk: Negotiation,
    /// What the listing asks now.
    pub asking: Money,
}

/// How many there are in a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatusCount {
    /// The state.
    pub status: Status,
    /// How many.
    pub count: u64,
}

/// What is known of a party's negotiations, exact.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    /// Those in each state; states with none are left out.
    pub by_status: Vec<StatusCount>,
    /// Agreed once, of those that have ended or are agreed, in thousandths; none while there are none.
    pub acceptance_rate: Option<f64>,
    /// How far agreed prices lie below the asking price, on average, in percent.
    pub average_discount_percent: Option<f64>,
    /// Offers of both sides in an agreed negotiation: the median.
    pub median_rounds: Option<f64>,
    /// Seconds from a buyer's offer to the dealer's answer: the median.
    pub median_answer_seconds: Option<f64>,
}

/// Negotiations, for those who look. Reads what was committed; nothing is locked.
#[async_trait]
pub trait NegotiationQueries: Send + Sync {
    /// One negotiation with all of its offers.
    async fn find(&self, id: NegotiationId) -> Result<Option<Seen>, Error>;

    /// A party's, in the order that the page asks for, else the latest changed first.
    async fn list(&self, whose: Whose, filter: &TalkFilter, page: &PageRequest) -> Result<Page<Seen>, Error>;

    /// A party's figures of negotiations opened at `since` or later.
    async fn stats(&self, whose: Whose, since: Option<Instant>) -> Result<Stats, Error>;
}
