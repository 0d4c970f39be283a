//! A place in the line for a slot that is taken, and the states it goes through.

use std::fmt;
use std::str::FromStr;

use kernel::Instant;
use kernel::error::Malformed;
use kernel::id::{DealerId, Id, ListingId, SlotHoldId, UserId, VehicleId, WaitlistEntryId};
use serde::{Deserialize, Serialize};

use crate::booking::Slot;
use crate::error::Error;

/// Minutes that a slot is kept for whoever it is offered to.
pub const OFFER_MINUTES: i64 = 30;
/// Slots that one person may wait for at once.
pub const MOST_WAITING: usize = 10;

/// Where somebody in line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitStatus {
    /// The slot is taken.
    Waiting,
    /// It is free, and kept for them.
    Offered,
    /// They took it.
    Accepted,
    /// The offer or the slot went by.
    Lapsed,
    /// They no longer want it.
    Left,
}

impl WaitStatus {
    /// Every state.
    pub const ALL: &[Self] = &[
        Self::Waiting,
        Self::Offered,
        Self::Accepted,
        Self::Lapsed,
        Self::Left,
    ];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Offered => "offered",
            Self::Accepted => "accepted",
            Self::Lapsed => "lapsed",
            Self::Left => "left",
        }
    }

    /// Still in line?
    pub const fn is_live(self) -> bool {
        match self {
            Self::Waiting | Self::Offered => true,
            Self::Accepted | Self::Lapsed | Self::Left => false,
        }
    }
}

impl fmt::Display for WaitStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for WaitStatus {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        kernel::text::one_of(Self::ALL, Self::as_str, "unknown_status", text)
    }
}

/// A place in line. It is offered its slot once at most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitlistEntry {
    /// Its id.
    pub id: WaitlistEntryId,
    /// The listing.
    pub listing: ListingId,
    /// The car.
    pub vehicle: VehicleId,
    /// The dealer.
    pub dealer: DealerId,
    /// Who waits.
    pub user: UserId,
    /// For what.
    pub slot: Slot,
    /// Where they stand.
    pub status: WaitStatus,
    /// Until when they may accept; since it was offered.
    pub offered_until: Option<Instant>,
    /// When they joined: the order of the line.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// Counts its changes, from 1.
    pub version: i64,
}

impl WaitlistEntry {
    /// The hold that keeps the slot while it is offered: an entry has one at most, so it has the entry's id.
    pub fn hold(&self) -> SlotHoldId {
        Id::from_uuid(self.id.uuid())
    }

    /// The slot is kept for them until then. Only while they wait.
    pub fn offer(self, until: Instant, at: Instant) -> Result<Self, Error> {
        match self.status {
            WaitStatus::Waiting => Ok(Self {
                offered_until: Some(until),
                ..self.stepped(WaitStatus::Offered, at)
            }),
            WaitStatus::Offered | WaitStatus::Accepted | WaitStatus::Lapsed | WaitStatus::Left => {
                Err(Error::NotInLine { state: self.status })
            }
        }
    }

    /// They take it. Only while it is offered, and in time.
    pub fn accept(self, at: Instant) -> Result<Self, Error> {
        match self.status {
            WaitStatus::Offered if self.offered_until.is_some_and(|until| at < until) => {
                Ok(self.stepped(WaitStatus::Accepted, at))
            }
            WaitStatus::Offered => Err(Error::NotOffered {
                state: WaitStatus::Lapsed,
            }),
            WaitStatus::Waiting | WaitStatus::Accepted | WaitStatus::Lapsed | WaitStatus::Left => {
                Err(Error::NotOffered { state: self.status })
            }
        }
    }

    /// The offer or the slot went by.
    pub fn lapse(self, at: Instant) -> Result<Self, Error> {
        self.end(WaitStatus::Lapsed, at)
    }

    /// They no longer want it.
    pub fn leave(self, at: Instant) -> Result<Self, Error> {
        self.end(WaitStatus::Left, at)
    }

    fn end(self, status: WaitStatus, at: Instant) -> Result<Self, Error> {
        if self.status.is_live() {
            Ok(self.stepped(status, at))
        } else {
            Err(Error::NotInLine { state: self.status })
        }
    }

    fn stepped(self, status: WaitStatus, at: Instant) -> Self {
        Self {
            status,
            updated_at: at,
            version: self.version + 1,
            ..self
        }
    }
}
