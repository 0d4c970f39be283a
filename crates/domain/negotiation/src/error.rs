//! How a negotiation can fail.

use chrono::SecondsFormat;
use kernel::Instant;
use kernel::error::{Common, Failure, Kind};

use crate::state::{Move, Side, State};

/// What can go wrong. The codes are stable and documented.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// What any act can meet.
    #[error(transparent)]
    Common(#[from] Common),
    /// The amount is in another currency than the listing: holds the violation.
    #[error(transparent)]
    CurrencyMismatch(Common),
    /// The amount is not between what stands and what is asked: holds the violation.
    #[error(transparent)]
    OutOfRange(Common),
    /// The other side has to answer first.
    #[error("the standing offer is yours: it is the {turn}'s turn to answer it")]
    NotYourTurn {
        /// Who has to answer.
        turn: Side,
    },
    /// The state does not allow it.
    #[error("a negotiation that is {} does not allow “{step}”: {}", state.status(), hint(*state))]
    IllegalTransition {
        /// The state it is in.
        state: State,
        /// What was tried.
        step: Move,
    },
    /// The standing offer's time is over.
    #[error("the standing offer expired at {}: open a new negotiation", at.to_rfc3339_opts(SecondsFormat::Secs, true))]
    OfferExpired {
        /// When it did.
        at: Instant,
    },
    /// This side has made as many offers as it may.
    #[error("the {side} has made {most} offers, and no more are allowed: accept, or end it")]
    OfferLimit {
        /// Which side.
        side: Side,
        /// How many are allowed.
        most: usize,
    },
    /// The buyer has a live one about this listing.
    #[error("you already negotiate about this listing: go on there")]
    AlreadyOpen,
    /// The dealer asked for yes or no.
    #[error("the dealer's offer can be accepted or let go, not countered")]
    CounterNotAllowed,
    /// The listing can be seen, but not talked about.
    #[error("this car can't be negotiated about: {why}")]
    NotNegotiable {
        /// What stands in the way.
        why: &'static str,
    },
    /// The dealer may not do business now.
    #[error("the dealer is not verified at the moment: it can't answer")]
    DealerNotVerified,
    /// Buyers and sellers are different people.
    #[error("you work for this dealer: nobody negotiates with their own")]
    OwnDealer,
}

fn hint(state: State) -> String {
    let mut words: Vec<&str> = state
        .allows()
        .filter(|step| step.by().is_some())
        .map(Move::as_str)
        .collect();
    words.dedup();
    if words.is_empty() {
        "nothing more can be done with it".to_owned()
    } else {
        format!("allowed are {}", words.join(", "))
    }
}

impl Failure for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Common(common) | Self::CurrencyMismatch(common) | Self::OutOfRange(common) => common.kind(),
            Self::OwnDealer => Kind::Forbidden,
            Self::NotYourTurn { .. }
            | Self::IllegalTransition { .. }
            | Self::OfferExpired { .. }
            | Self::OfferLimit { .. }
            | Self::AlreadyOpen
            | Self::CounterNotAllowed
            | Self::NotNegotiable { .. }
            | Self::DealerNotVerified => Kind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Common(common) => common.code(),
            Self::CurrencyMismatch(_) => "currency_mismatch",
            Self::OutOfRange(_) => "offer_out_of_range",
            Self::NotYourTurn { .. } => "not_your_turn",
            Self::IllegalTransition { .. } => "illegal_transition",
            Self::OfferExpired { .. } => "offer_expired",
            Self::OfferLimit { .. } => "offer_limit",
            Self::AlreadyOpen => "already_open",
            Self::CounterNotAllowed => "counter_not_allowed",
            Self::NotNegotiable { .. } => "not_negotiable",
            Self::DealerNotVerified => "dealer_not_verified",
            Self::OwnDealer => "own_dealer",
        }
    }

    fn common(&self) -> Option<&Common> {
        match self {
            Self::Common(common) | Self::CurrencyMismatch(common) | Self::OutOfRange(common) => Some(common),
            Self::NotYourTurn { .. }
            | Self::IllegalTransition { .. }
            | Self::OfferExpired { .. }
            | Self::OfferLimit { .. }
            | Self::AlreadyOpen
            | Self::CounterNotAllowed
            | Self::NotNegotiable { .. }
            | Self::DealerNotVerified
            | Self::OwnDealer => None,
        }
    }
}
