//! Work that is done after the commit, by a worker, at least once.

use serde::Serialize;
use serde_json::Value;

use crate::Instant;
use crate::actor::Starter;
use crate::id::{DealerId, JobId};

/// What a job may hold up. Each lane but the first has a part of a worker's places at most, so that the others go on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lane {
    /// Soon done: nearly everything.
    #[default]
    Prompt,
    /// Waits for a machine that is not ours, and that may be slow for reasons of its own.
    Outside,
    /// Takes its time: files, something for everybody.
    Long,
}

impl Lane {
    /// Every lane.
    pub const ALL: [Self; 3] = [Self::Prompt, Self::Outside, Self::Long];

    /// Its number in the queue.
    pub const fn number(self) -> i64 {
        match self {
            Self::Prompt => 0,
            Self::Outside => 1,
            Self::Long => 2,
        }
    }
}

/// A row for the queue, written in the transaction of the act that wants it done.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Which handler takes it: `mail`, `listing_import`, …
    pub kind: &'static str,
    /// What the handler needs to know. Never a secret.
    pub payload: Value,
    /// Not before this instant; as soon as may be when `None`.
    pub not_before: Option<Instant>,
    /// At most one job with this text is ever queued.
    pub once: Option<String>,
    /// What it may hold up.
    pub lane: Lane,
    /// Set when whoever started it may ask how it goes (`GET /jobs/{id}`).
    pub watched: Option<Watched>,
}

/// Who may ask how a job goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// The job's id, made before, so that the answer can name it.
    pub id: JobId,
    /// Who started it.
    pub by: Starter,
    /// For which dealer.
    pub dealer: Option<DealerId>,
}

impl Job {
    /// A job to be done soon.
    pub fn new(kind: &'static str, payload: &impl Serialize) -> Self {
        // Payloads are our own plain structs; one that can't be written shows as a null that its handler refuses.
        let payload = serde_json::to_value(payload).unwrap_or(Value::Null);
        Self {
            kind,
            payload,
            not_before: None,
            once: None,
            lane: Lane::default(),
            watched: None,
        }
    }

    /// Not before `instant`.
    #[must_use]
    pub fn at(mut self, instant: Instant) -> Self {
        self.not_before = Some(instant);
        self
    }

    /// It goes in this lane.
    #[must_use]
    pub const fn in_lane(mut self, lane: Lane) -> Self {
        self.lane = lane;
        self
    }

    /// At most one such job, ever.
    #[must_use]
    pub fn once(mut self, key: impl Into<String>) -> Self {
        self.once = Some(key.into());
        self
    }

    /// Whoever started it may ask how it goes.
    #[must_use]
    pub fn watched(mut self, id: JobId, by: Starter, dealer: Option<DealerId>) -> Self {
        self.watched = Some(Watched { id, by, dealer });
        self
    }
}
