//! A line that a person reads in the product itself.

use kernel::Instant;
use kernel::id::{DealerId, EventId, NotificationId, UserId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Something that a person was told in the product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Names it.
    pub id: NotificationId,
    /// Who was told.
    pub user: UserId,
    /// What kind it is of.
    pub kind: String,
    /// What happened, in one line.
    pub title: String,
    /// What it happened to: `booking`, `negotiation`, …
    pub subject_kind: String,
    /// Its id.
    pub subject: Uuid,
    /// The dealer that it is about, if one.
    pub dealer: Option<DealerId>,
    /// When it happened.
    pub created_at: Instant,
    /// When it was read, if it was.
    pub read_at: Option<Instant>,
}

/// A notice to be written. Event, person and kind are its key: written twice it is there once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewNotice {
    /// The event that it tells of.
    pub event: EventId,
    /// The notice.
    pub notice: Notice,
}
