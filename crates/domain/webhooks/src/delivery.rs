//! One message to one endpoint, and the tries to get it there.

use std::str::FromStr;

use kernel::Instant;
use kernel::error::Malformed;
use kernel::id::{DeliveryId, EventId, WebhookId};
use kernel::job::{Job, Lane};
use serde::{Deserialize, Serialize};

/// Bytes of an answer that are kept.
pub const ANSWER_BYTES: usize = 1_024;
/// Tries that are remembered: two rounds through the table.
const REMEMBERED: usize = 20;

/// How a try went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When it began.
    pub at: Instant,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The answer's status; none when there was no answer.
    pub status: Option<u16>,
    /// The beginning of the answer, see [`ANSWER_BYTES`].
    pub answer: Option<String>,
    /// Why there was no answer.
    pub problem: Option<String>,
}

impl Attempt {
    /// Did the other side take it?
    pub fn succeeded(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// To be tried at this instant.
    Waiting(Instant),
    /// The other side took it, then.
    Delivered(Instant),
    /// Given up, then: all tries failed, or the other side said 410.
    Failed(Instant),
    /// Not sent any more: the endpoint was switched off, then.
    Cancelled(Instant),
}

/// A [`State`] without its instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// To be tried.
    Waiting,
    /// Taken.
    Delivered,
    /// Given up.
    Failed,
    /// Not wanted any more.
    Cancelled,
}

impl Status {
    /// Every status.
    pub const ALL: &[Self] = &[Self::Waiting, Self::Delivered, Self::Failed, Self::Cancelled];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// With its instant.
    pub const fn at(self, at: Instant) -> State {
        match self {
            Self::Waiting => State::Waiting(at),
            Self::Delivered => State::Delivered(at),
            Self::Failed => State::Failed(at),
            Self::Cancelled => State::Cancelled(at),
        }
    }
}

impl FromStr for Status {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        kernel::text::one_of(Self::ALL, Self::as_str, "unknown_status", text)
    }
}

impl State {
    /// Without its instant.
    pub const fn status(self) -> Status {
        match self {
            Self::Waiting(_) => Status::Waiting,
            Self::Delivered(_) => Status::Delivered,
            Self::Failed(_) => Status::Failed,
            Self::Cancelled(_) => Status::Cancelled,
        }
    }

    /// Its instant.
    pub const fn instant(self) -> Instant {
        match self {
            Self::Waiting(at) | Self::Delivered(at) | Self::Failed(at) | Self::Cancelled(at) => at,
        }
    }
}

/// A message to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Its id.
    pub id: DeliveryId,
    /// To which endpoint.
    pub webhook: WebhookId,
    /// What the other side knows it by (`webhook-id`): the same at every try, also after a redelivery.
    pub message: EventId,
    /// The type of the event.
    pub event: String,
    /// What is sent, to the byte: signatures are made over it.
    pub body: String,
    /// Where it stands.
    pub state: State,
    /// Counts how often it was sent on its way: at first, and by each redelivery.
    pub round: u32,
    /// Tries of this round that failed.
    pub tries: u32,
    /// The last tries, the oldest first.
    pub attempts: Vec<Attempt>,
    /// When it was put on its way first.
    pub created_at: Instant,
}

/// The kind of the jobs that send.
pub const DELIVER_JOB: &str = "webhook_delivery";

/// Which try of which delivery a job is for. A job for a try that has been made does nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Due {
    /// The delivery.
    pub delivery_id: DeliveryId,
    /// Its round.
    pub round: u32,
    /// Tries of the round that failed before this one.
    pub tries: u32,
}

impl Delivery {
    /// The try that is to be made.
    pub const fn due(&self) -> Due {
        Due {
            delivery_id: self.id,
            round: self.round,
            tries: self.tries,
        }
    }

    /// Is this the try that is to be made?
    pub fn awaits(&self, due: Due) -> bool {
        matches!(self.state, State::Waiting(_)) && self.due() == due
    }

    /// The job for the next try; none when there is none to come.
    pub fn job(&self) -> Option<Job> {
        let State::Waiting(at) = self.state else {
            return None;
        };
        let due = self.due();
        let once = format!("{}:{}:{}", due.delivery_id, due.round, due.tries);
        Some(
            Job::new(DELIVER_JOB, &due)
                .in_lane(Lane::Outside)
                .at(at)
                .once(once),
        )
    }

    /// Sent on its way once more, from the beginning of the table.
    #[must_use]
    pub fn again(self, at: Instant) -> Self {
        Self {
            state: State::Waiting(at),
            round: self.round.saturating_add(1),
            tries: 0,
            ..self
        }
    }

    /// With one more try, of which only the last ones are remembered.
    #[must_use]
    pub fn tried(mut self, attempt: Attempt) -> Self {
        self.attempts.push(attempt);
        let forgotten = self.attempts.len().saturating_sub(REMEMBERED);
        self.attempts.drain(..forgotten);
        self
    }
}
