//! A negotiation, and the offers made in it.

use chrono::TimeDelta;
use kernel::Instant;
use kernel::id::{DealerId, ListingId, NegotiationId, OfferId, UserId};
use kernel::money::Money;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::state::{Move, Side, State};

/// What became of an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferStatus {
    /// It stands.
    Pending,
    /// It was taken.
    Accepted,
    /// The dealer ended the talk while it stood.
    Rejected,
    /// It was answered with another.
    Countered,
    /// Its time ran out, or the talk ended some other way while it stood.
    Expired,
}

impl OfferStatus {
    /// Every status.
    pub const ALL: &[Self] = &[
        Self::Pending,
        Self::Accepted,
        Self::Rejected,
        Self::Countered,
        Self::Expired,
    ];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Countered => "countered",
            Self::Expired => "expired",
        }
    }

    /// The status of this name.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|status| status.as_str() == word)
    }
}

/// One price put in a negotiation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// Its id.
    pub id: OfferId,
    /// Counts the negotiation's offers, from 1.
    pub seq: u32,
    /// Who made it.
    pub side: Side,
    /// The price.
    pub amount: Money,
    /// What was said with it.
    pub message: Option<String>,
    /// What became of it.
    pub status: OfferStatus,
    /// When it was made.
    pub created_at: Instant,
    /// Until when it can be answered; none while the clock stands still.
    pub expires_at: Option<Instant>,
    /// When it stopped standing.
    pub answered_at: Option<Instant>,
}

/// An offer that is about to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bid {
    /// Its id.
    pub id: OfferId,
    /// The price.
    pub amount: Money,
    /// What is said with it.
    pub message: Option<String>,
    /// Until when it can be answered.
    pub expires_at: Instant,
}

/// Who wants the car.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Buyer {
    /// The user.
    pub user: UserId,
    /// Full name.
    pub name: String,
}

/// The talk about one listing between one buyer and its dealer. Made by [`crate::rules::open`], changed by its own
/// consuming transitions, read back by adapters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Negotiation {
    /// Its id.
    pub id: NegotiationId,
    /// What it is about.
    pub listing: ListingId,
    /// Who sells.
    pub dealer: DealerId,
    /// Who wants it.
    pub buyer: Buyer,
    /// Where it stands.
    pub state: State,
    /// What the listing asked at the last move of a party: agreed prices are measured against it.
    pub asking: Money,
    /// Every offer, in order; the last is the standing one.
    pub offers: Vec<Offer>,
    /// False where the dealer's offer can only be accepted or let go.
    pub counter_allowed: bool,
    /// Seconds that were left to answer when the clock was stopped.
    pub seconds_left: Option<i64>,
    /// Until when the car is kept for the buyer.
    pub reserved_until: Option<Instant>,
    /// Why it ended, in the words of who ended it.
    pub reason: Option<String>,
    /// When it was opened.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// Counts its changes, from 1.
    pub version: i64,
}

/// What a negotiation is opened with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opening {
    /// Its id.
    pub id: NegotiationId,
    /// What it is about.
    pub listing: ListingId,
    /// Who sells.
    pub dealer: DealerId,
    /// Who wants it.
    pub buyer: Buyer,
    /// Who makes the first offer.
    pub side: Side,
    /// What the listing asks.
    pub asking: Money,
    /// May the buyer answer with another price?
    pub counter_allowed: bool,
}

impl Negotiation {
    /// A new one, with its first offer.
    pub fn opened(opening: Opening, bid: Bid, at: Instant) -> Self {
        let offer = bid.made(1, opening.side, at);
        Self {
            id: opening.id,
            listing: opening.listing,
            dealer: opening.dealer,
            buyer: opening.buyer,
            state: State::Awaiting(opening.side.other()),
            asking: opening.asking,
            offers: vec![offer],
            counter_allowed: opening.counter_allowed,
            seconds_left: None,
            reserved_until: None,
            reason: None,
            created_at: at,
            updated_at: at,
            version: 1,
        }
    }

    /// The offer that stands, or that ended it.
    pub fn standing(&self) -> Option<&Offer> {
        self.offers.last()
    }

    /// The standing offer of this side, while it is pending.
    pub fn pending_of(&self, side: Side) -> Option<&Offer> {
        self.standing()
            .filter(|offer| offer.side == side && offer.status == OfferStatus::Pending)
    }

    /// How many offers this side has made.
    pub fn made_by(&self, side: Side) -> usize {
        self.offers.iter().filter(|offer| offer.side == side).count()
    }

    /// Until when the standing offer can be answered, while somebody can answer it.
    pub fn expires_at(&self) -> Option<Instant> {
        match self.state {
            State::Awaiting(_) => self.standing().and_then(|offer| offer.expires_at),
            State::OnHold(_)
            | State::Accepted
            | State::Completed
            | State::Rejected
            | State::Cancelled
            | State::Expired
            | State::Superseded
            | State::Lapsed => None,
        }
    }

    /// When something happens to it by itself: the standing offer expires, or the reservation lapses.
    pub fn due_at(&self) -> Option<Instant> {
        match self.state {
            State::Accepted => self.reserved_until,
            _ => self.expires_at(),
        }
    }

    /// This side answers with a price of its own.
    pub fn countered(self, side: Side, bid: Bid, asking: Money, at: Instant) -> Result<Self, Error> {
        let mut next = self.stepped(Move::Counter(side), OfferStatus::Countered, at)?;
        let seq = u32::try_from(next.offers.len())
            .unwrap_or(u32::MAX)
            .saturating_add(1);
        next.offers.push(bid.made(seq, side, at));
        next.asking = asking;
        Ok(next)
    }

    /// This side takes the standing offer: the car is kept for the buyer until `until`.
    pub fn accepted(self, side: Side, asking: Money, until: Instant, at: Instant) -> Result<Self, Error> {
        let mut next = self.stepped(Move::Accept(side), OfferStatus::Accepted, at)?;
        next.reserved_until = Some(until);
        next.asking = asking;
        Ok(next)
    }

    /// The dealer says no, the buyer withdraws, time runs out, the car goes to the buyer or to somebody else.
    pub fn ended(self, step: Move, reason: Option<String>, at: Instant) -> Result<Self, Error> {
        let standing = match step {
            Move::Reject => OfferStatus::Rejected,
            Move::Complete => OfferStatus::Accepted,
            _ => OfferStatus::Expired,
        };
        let mut next = self.stepped(step, standing, at)?;
        next.reserved_until = None;
        next.reason = reason;
        Ok(next)
    }

    /// Stops the clock, and remembers the turn and the time that is left.
    pub fn held(self, at: Instant) -> Result<Self, Error> {
        let left = self.expires_at().map(|until| (until - at).num_seconds().max(0));
        let mut next = self.changed(Move::Hold, at)?;
        next.seconds_left = left;
        if let Some(offer) = next.offers.last_mut() {
            offer.expires_at = None;
        }
        Ok(next)
    }

    /// Lets the clock go on with the time that was left.
    pub fn woken(self, at: Instant) -> Result<Self, Error> {
        let mut next = self.changed(Move::Wake, at)?;
        let left = TimeDelta::try_seconds(next.seconds_left.take().unwrap_or(0)).unwrap_or_default();
        if let Some(offer) = next.offers.last_mut() {
            offer.expires_at = at.checked_add_signed(left);
        }
        Ok(next)
    }

    /// As [`Negotiation::changed`], and the standing offer gets its end.
    fn stepped(self, step: Move, standing: OfferStatus, at: Instant) -> Result<Self, Error> {
        let mut next = self.changed(step, at)?;
        next.seconds_left = None;
        if let Some(offer) = next.offers.last_mut()
            && offer.status == OfferStatus::Pending
        {
            offer.status = standing;
            offer.answered_at = Some(at);
        }
        Ok(next)
    }

    fn changed(self, step: Move, at: Instant) -> Result<Self, Error> {
        Ok(Self {
            state: self.state.after(step)?,
            updated_at: at,
            version: self.version + 1,
            ..self
        })
    }
}

impl Bid {
    fn made(self, seq: u32, side: Side, at: Instant) -> Offer {
        Offer {
            id: self.id,
            seq,
            side,
            amount: self.amount,
            message: self.message,
            status: OfferStatus::Pending,
            created_at: at,
            expires_at: Some(self.expires_at),
            answered_at: None,
        }
    }
}
