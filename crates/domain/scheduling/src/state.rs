//! The states of a test drive, and every step from one to the next.

use std::fmt;
use std::str::FromStr;

use kernel::error::Malformed;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// Where a test drive stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Asked for; holds its slot.
    Requested,
    /// The dealer said yes; holds its slot.
    Approved,
    /// The dealer said no, or nothing in time.
    Declined,
    /// Called off by either side.
    Cancelled,
    /// It was driven.
    Completed,
    /// Nobody came.
    NoShow,
}

impl Status {
    /// Every state.
    pub const ALL: &[Self] = &[
        Self::Requested,
        Self::Approved,
        Self::Declined,
        Self::Cancelled,
        Self::Completed,
        Self::NoShow,
    ];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
            Self::Completed => "completed",
            Self::NoShow => "no_show",
        }
    }

    /// Does it hold its slot?
    pub const fn is_live(self) -> bool {
        match self {
            Self::Requested | Self::Approved => true,
            Self::Declined | Self::Cancelled | Self::Completed | Self::NoShow => false,
        }
    }

    /// The steps that lead on from here, in the order of [`TRANSITIONS`].
    pub fn allows(self) -> impl Iterator<Item = Step> {
        TRANSITIONS
            .iter()
            .filter(move |(from, _, _)| *from == self)
            .map(|(_, step, _)| *step)
    }

    /// The state after `step`, or a refusal that names what is allowed.
    pub fn after(self, step: Step) -> Result<Self, Error> {
        TRANSITIONS
            .iter()
            .find(|(from, by, _)| *from == self && *by == step)
            .map(|(_, _, to)| *to)
            .ok_or_else(|| {
                let mut words: Vec<&str> = self.allows().map(Step::as_str).collect();
                words.dedup();
                self.refuses(
                    step,
                    if words.is_empty() {
                        "nothing more can be done with it".to_owned()
                    } else {
                        format!("allowed are {}", words.join(", "))
                    },
                )
            })
    }

    pub(crate) const fn refuses(self, step: Step, hint: String) -> Error {
        Error::IllegalTransition {
            state: self,
            step,
            hint,
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

/// What can be done with a test drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Step {
    /// The dealer says yes.
    Approve,
    /// The dealer says no, or its time ran out.
    Decline,
    /// Either side calls it off.
    Cancel,
    /// The customer moves it: the dealer is asked again.
    MoveByCustomer,
    /// The dealer moves it: the answer stands.
    MoveByStaff,
    /// It was driven.
    Complete,
    /// Nobody came.
    NoShow,
}

impl Step {
    /// The word, as the endpoints have it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Decline => "decline",
            Self::Cancel => "cancel",
            Self::MoveByCustomer | Self::MoveByStaff => "reschedule",
            Self::Complete => "complete",
            Self::NoShow => "no-show",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Approve => "be approved",
            Self::Decline => "be declined",
            Self::Cancel => "be cancelled",
            Self::MoveByCustomer | Self::MoveByStaff => "be rescheduled",
            Self::Complete => "be completed",
            Self::NoShow => "be marked as no-show",
        })
    }
}

/// Every step that there is: from where, what, to where. Rules, errors and documents read this list.
pub const TRANSITIONS: &[(Status, Step, Status)] = &[
    (Status::Requested, Step::Approve, Status::Approved),
    (Status::Requested, Step::Decline, Status::Declined),
    (Status::Requested, Step::Cancel, Status::Cancelled),
    (Status::Requested, Step::MoveByCustomer, Status::Requested),
    (Status::Requested, Step::MoveByStaff, Status::Requested),
    (Status::Approved, Step::Cancel, Status::Cancelled),
    (Status::Approved, Step::MoveByCustomer, Status::Requested),
    (Status::Approved, Step::MoveByStaff, Status::Approved),
    (Status::Approved, Step::Complete, Status::Completed),
    (Status::Approved, Step::NoShow, Status::NoShow),
];
