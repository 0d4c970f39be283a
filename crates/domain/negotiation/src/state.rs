//! Where a negotiation stands: the one table of every move, from which rules, errors, tests and the diagram are made.

use std::fmt;
use std::str::FromStr;

use kernel::error::Malformed;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// A party.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Who wants the car.
    Buyer,
    /// Who sells it.
    Dealer,
}

impl Side {
    /// Both.
    pub const ALL: &[Self] = &[Self::Buyer, Self::Dealer];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Buyer => "buyer",
            Self::Dealer => "dealer",
        }
    }

    /// The party of this name.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|side| side.as_str() == word)
    }

    /// Across the table.
    pub const fn other(self) -> Self {
        match self {
            Self::Buyer => Self::Dealer,
            Self::Dealer => Self::Buyer,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where a negotiation stands, with whose turn it is or will be again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// An offer stands, and this side has to answer it.
    Awaiting(Side),
    /// The car is kept for another, or its dealer is stopped: the clock stands still, and this side's turn is remembered.
    OnHold(Side),
    /// Agreed; the car is kept for the buyer.
    Accepted,
    /// Sold to the buyer.
    Completed,
    /// The dealer said no.
    Rejected,
    /// The buyer withdrew.
    Cancelled,
    /// Nobody answered in time.
    Expired,
    /// Sold to another, or the listing is gone.
    Superseded,
    /// Agreed, and not sold in time.
    Lapsed,
}

/// Where a negotiation stands, in the words of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// The dealer has to answer.
    AwaitingDealer,
    /// The buyer has to answer.
    AwaitingBuyer,
    /// The clock stands still.
    OnHold,
    /// Agreed.
    Accepted,
    /// Sold to the buyer.
    Completed,
    /// The dealer said no.
    Rejected,
    /// The buyer withdrew.
    Cancelled,
    /// Nobody answered in time.
    Expired,
    /// Sold to another, or the listing is gone.
    Superseded,
    /// Agreed, and not sold in time.
    Lapsed,
}

impl Status {
    /// Every status.
    pub const ALL: &[Self] = &[
        Self::AwaitingDealer,
        Self::AwaitingBuyer,
        Self::OnHold,
        Self::Accepted,
        Self::Completed,
        Self::Rejected,
        Self::Cancelled,
        Self::Expired,
        Self::Superseded,
        Self::Lapsed,
    ];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AwaitingDealer => "awaiting_dealer",
            Self::AwaitingBuyer => "awaiting_buyer",
            Self::OnHold => "on_hold",
            Self::Accepted => "accepted",
            Self::Completed => "completed",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Superseded => "superseded",
            Self::Lapsed => "lapsed",
        }
    }

    /// Can anything still happen to it?
    pub const fn is_live(self) -> bool {
        match self {
            Self::AwaitingDealer | Self::AwaitingBuyer | Self::OnHold | Self::Accepted => true,
            Self::Completed
            | Self::Rejected
            | Self::Cancelled
            | Self::Expired
            | Self::Superseded
            | Self::Lapsed => false,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Status {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        kernel::text::one_of(Self::ALL, Self::as_str, "unknown_status", text)
    }
}

/// What can happen to a negotiation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Move {
    /// This side answers with a price of its own.
    Counter(Side),
    /// This side takes the standing offer.
    Accept(Side),
    /// The dealer says no.
    Reject,
    /// The buyer withdraws.
    Cancel,
    /// The time to answer is over.
    Expire,
    /// The car is kept for another, or the dealer is stopped.
    Hold,
    /// The car is free again.
    Wake,
    /// The car is sold to another, or its listing is gone.
    Supersede,
    /// The car is sold to the buyer.
    Complete,
    /// The time to buy is over.
    Lapse,
}

impl Move {
    /// Every move.
    pub const ALL: &[Self] = &[
        Self::Counter(Side::Dealer),
        Self::Counter(Side::Buyer),
        Self::Accept(Side::Dealer),
        Self::Accept(Side::Buyer),
        Self::Reject,
        Self::Cancel,
        Self::Expire,
        Self::Hold,
        Self::Wake,
        Self::Supersede,
        Self::Complete,
        Self::Lapse,
    ];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Counter(_) => "counter",
            Self::Accept(_) => "accept",
            Self::Reject => "reject",
            Self::Cancel => "cancel",
            Self::Expire => "expire",
            Self::Hold => "hold",
            Self::Wake => "wake",
            Self::Supersede => "supersede",
            Self::Complete => "complete",
            Self::Lapse => "lapse",
        }
    }

    /// Who makes it; none for what happens by itself.
    pub const fn by(self) -> Option<Side> {
        match self {
            Self::Counter(side) | Self::Accept(side) => Some(side),
            Self::Reject => Some(Side::Dealer),
            Self::Cancel => Some(Side::Buyer),
            Self::Expire | Self::Hold | Self::Wake | Self::Supersede | Self::Complete | Self::Lapse => None,
        }
    }
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

const BUYER: Side = Side::Buyer;
const DEALER: Side = Side::Dealer;

/// Every move that there is: from where, what, to where.
pub const TRANSITIONS: &[(State, Move, State)] = &[
    (
        State::Awaiting(DEALER),
        Move::Counter(DEALER),
        State::Awaiting(BUYER),
    ),
    (State::Awaiting(DEALER), Move::Accept(DEALER), State::Accepted),
    (State::Awaiting(DEALER), Move::Reject, State::Rejected),
    (State::Awaiting(DEALER), Move::Cancel, State::Cancelled),
    (State::Awaiting(DEALER), Move::Expire, State::Expired),
    (State::Awaiting(DEALER), Move::Hold, State::OnHold(DEALER)),
    (State::Awaiting(DEALER), Move::Supersede, State::Superseded),
    (State::Awaiting(DEALER), Move::Complete, State::Completed),
    (
        State::Awaiting(BUYER),
        Move::Counter(BUYER),
        State::Awaiting(DEALER),
    ),
    (State::Awaiting(BUYER), Move::Accept(BUYER), State::Accepted),
    (State::Awaiting(BUYER), Move::Reject, State::Rejected),
    (State::Awaiting(BUYER), Move::Cancel, State::Cancelled),
    (State::Awaiting(BUYER), Move::Expire, State::Expired),
    (State::Awaiting(BUYER), Move::Hold, State::OnHold(BUYER)),
    (State::Awaiting(BUYER), Move::Supersede, State::Superseded),
    (State::Awaiting(BUYER), Move::Complete, State::Completed),
    (State::OnHold(DEALER), Move::Wake, State::Awaiting(DEALER)),
    (State::OnHold(DEALER), Move::Cancel, State::Cancelled),
    (State::OnHold(DEALER), Move::Supersede, State::Superseded),
    (State::OnHold(BUYER), Move::Wake, State::Awaiting(BUYER)),
    (State::OnHold(BUYER), Move::Cancel, State::Cancelled),
    (State::OnHold(BUYER), Move::Supersede, State::Superseded),
    (State::Accepted, Move::Complete, State::Completed),
    (State::Accepted, Move::Lapse, State::Lapsed),
    (State::Accepted, Move::Cancel, State::Cancelled),
    (State::Accepted, Move::Reject, State::Rejected),
    (State::Accepted, Move::Supersede, State::Superseded),
];

impl State {
    /// Every state.
    pub const ALL: &[Self] = &[
        Self::Awaiting(DEALER),
        Self::Awaiting(BUYER),
        Self::OnHold(DEALER),
        Self::OnHold(BUYER),
        Self::Accepted,
        Self::Completed,
        Self::Rejected,
        Self::Cancelled,
        Self::Expired,
        Self::Superseded,
        Self::Lapsed,
    ];

    /// The word of the API.
    pub const fn status(self) -> Status {
        match self {
            Self::Awaiting(Side::Dealer) => Status::AwaitingDealer,
            Self::Awaiting(Side::Buyer) => Status::AwaitingBuyer,
            Self::OnHold(_) => Status::OnHold,
            Self::Accepted => Status::Accepted,
            Self::Completed => Status::Completed,
            Self::Rejected => Status::Rejected,
            Self::Cancelled => Status::Cancelled,
            Self::Expired => Status::Expired,
            Self::Superseded => Status::Superseded,
            Self::Lapsed => Status::Lapsed,
        }
    }

    /// Who has to answer now; none while nobody can.
    pub const fn turn(self) -> Option<Side> {
        match self {
            Self::Awaiting(side) => Some(side),
            Self::OnHold(_)
            | Self::Accepted
            | Self::Completed
            | Self::Rejected
            | Self::Cancelled
            | Self::Expired
            | Self::Superseded
            | Self::Lapsed => None,
        }
    }

    /// Can anything still happen to it?
    pub const fn is_live(self) -> bool {
        self.status().is_live()
    }

    /// The moves that lead on from here.
    pub fn allows(self) -> impl Iterator<Item = Move> {
        TRANSITIONS
            .iter()
            .filter(move |(from, _, _)| *from == self)
            .map(|(_, step, _)| *step)
    }

    /// The state after `step`. Refused with whose turn it is, or with what the state allows.
    pub fn after(self, step: Move) -> Result<Self, Error> {
        if let Some((_, _, to)) = TRANSITIONS
            .iter()
            .find(|(from, by, _)| *from == self && *by == step)
        {
            return Ok(*to);
        }
        match (self, step) {
            (Self::Awaiting(turn), Move::Counter(_) | Move::Accept(_)) => Err(Error::NotYourTurn { turn }),
            _ => Err(Error::IllegalTransition { state: self, step }),
        }
    }
}

/// The state machine as a Mermaid diagram (`stateDiagram-v2`), made from [`TRANSITIONS`].
pub fn diagram() -> String {
    let mut lines = vec![
        "stateDiagram-v2".to_owned(),
        "    [*] --> awaiting_dealer: buyer offers".to_owned(),
        "    [*] --> awaiting_buyer: dealer offers to a saver".to_owned(),
    ];
    for (from, step, to) in TRANSITIONS {
        let by = step.by().map_or_else(String::new, |side| format!("{side}: "));
        let line = format!("    {} --> {}: {by}{step}", from.status(), to.status());
        // The two sides of `on_hold` are one box.
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    for state in State::ALL.iter().filter(|s| !s.is_live()) {
        lines.push(format!("    {} --> [*]", state.status()));
    }
    lines.join("\n")
}
