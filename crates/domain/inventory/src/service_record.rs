//! An entry of the owner's own log, also of work done elsewhere.

use chrono::NaiveDate;
use kernel::Instant;
use kernel::distance::Distance;
use kernel::id::{ServiceRecordId, VehicleId};
use kernel::money::Money;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// How far the work is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RecordStatus {
    /// Planned.
    Scheduled,
    /// Under way.
    InProgress,
    /// Done.
    Completed,
    /// Called off.
    Cancelled,
}

impl RecordStatus {
    /// Every status.
    pub const ALL: &[Self] = &[
        Self::Scheduled,
        Self::InProgress,
        Self::Completed,
        Self::Cancelled,
    ];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The status of this name.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|s| s.as_str() == word)
    }

    /// Goes on: planned work begins, ends or is called off; what ended stays so.
    pub fn sent_to(self, to: Self) -> Result<Self, Error> {
        let may = match self {
            Self::Scheduled => true,
            Self::InProgress => !matches!(to, Self::Scheduled),
            Self::Completed | Self::Cancelled => to == self,
        };
        may.then_some(to).ok_or(Error::IllegalRecordStatus {
            from: self.as_str(),
            to: to.as_str(),
        })
    }
}

/// An entry of the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServiceRecord {
    /// Its id.
    pub id: ServiceRecordId,
    /// The vehicle that was worked on.
    pub vehicle: VehicleId,
    /// What was done: 1 to 2,000 characters.
    pub description: String,
    /// Where: up to 200 characters.
    pub location: Option<String>,
    /// When it is planned for.
    pub appointment: Option<Instant>,
    /// The day on which it was done.
    pub completion_date: Option<NaiveDate>,
    /// What the odometer showed.
    pub odometer: Option<Distance>,
    /// What it cost.
    pub cost: Option<Money>,
    /// How far the work is.
    pub status: RecordStatus,
    /// Entered afterwards: its reading says nothing about the present.
    pub past_history: bool,
    /// When it was entered.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Rises by one with each change.
    pub version: i64,
}
