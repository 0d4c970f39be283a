//! Something that happened, told through the outbox.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::id::{DealerId, Id};

/// An event: written in the transaction that made it true, delivered at least once by a worker.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// `resource.verb`, past tense: `booking.requested`.
    pub name: String,
    /// Version of the payload's schema.
    pub version: u16,
    /// Id of what it happened to.
    pub subject: Uuid,
    /// The dealer that it concerns, if one.
    pub dealer: Option<DealerId>,
    /// The facts, in the public schema of this name and version.
    pub payload: Value,
}

impl Event {
    /// An event of schema version 1.
    pub fn new<K>(name: &str, subject: Id<K>, payload: Value) -> Self {
        Self {
            name: name.to_owned(),
            version: 1,
            subject: subject.uuid(),
            dealer: None,
            payload,
        }
    }

    /// Concerns this dealer.
    #[must_use]
    pub fn for_dealer(mut self, dealer: DealerId) -> Self {
        self.dealer = Some(dealer);
        self
    }
}
