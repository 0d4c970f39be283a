//! Where a dealer stands, and every step from there.

use std::fmt;
use std::str::FromStr;

use kernel::error::Malformed;
use serde::{Deserialize, Serialize};

/// Where a dealer stands. Only a verified dealer's listings are public.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DealerStatus {
    /// Waits for an admin.
    Pending,
    /// In the public directory.
    Verified,
    /// Was refused; the owner can put it right and resubmit.
    Rejected,
    /// Was verified; an admin stopped it.
    Suspended,
}

impl DealerStatus {
    /// Every status.
    pub const ALL: &[Self] = &[Self::Pending, Self::Verified, Self::Rejected, Self::Suspended];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Verified => "verified",
            Self::Rejected => "rejected",
            Self::Suspended => "suspended",
        }
    }

    /// The steps that lead on from here.
    pub const fn steps(self) -> &'static [Step] {
        match self {
            Self::Pending => &[Step::Verify, Step::Reject],
            Self::Verified => &[Step::Suspend],
            Self::Rejected => &[Step::Resubmit],
            Self::Suspended => &[Step::Reinstate],
        }
    }
}

impl fmt::Display for DealerStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for DealerStatus {
    type Err = Malformed;

    fn from_str(word: &str) -> Result<Self, Malformed> {
        kernel::text::one_of(Self::ALL, Self::as_str, "unknown_dealer_status", word)
    }
}

/// A step from one status to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// `pending → verified`, by an admin.
    Verify,
    /// `pending → rejected`, by an admin.
    Reject,
    /// `rejected → pending`, by the owner.
    Resubmit,
    /// `verified → suspended`, by an admin.
    Suspend,
    /// `suspended → verified`, by an admin.
    Reinstate,
}

impl Step {
    /// Every step.
    pub const ALL: &[Self] = &[
        Self::Verify,
        Self::Reject,
        Self::Resubmit,
        Self::Suspend,
        Self::Reinstate,
    ];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reject => "reject",
            Self::Resubmit => "resubmit",
            Self::Suspend => "suspend",
            Self::Reinstate => "reinstate",
        }
    }

    /// Where it leads.
    pub const fn leads_to(self) -> DealerStatus {
        match self {
            Self::Verify | Self::Reinstate => DealerStatus::Verified,
            Self::Reject => DealerStatus::Rejected,
            Self::Resubmit => DealerStatus::Pending,
            Self::Suspend => DealerStatus::Suspended,
        }
    }

    /// The name of the event that tells it.
    pub const fn event(self) -> &'static str {
        match self {
            Self::Verify => "dealer.verified",
            Self::Reject => "dealer.rejected",
            Self::Resubmit => "dealer.resubmitted",
            Self::Suspend => "dealer.suspended",
            Self::Reinstate => "dealer.reinstated",
        }
    }
}

/// The step does not start from the dealer's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the dealer is {from}: it can't {} now; possible: {}", step.as_str(), words(*from))]
pub struct IllegalTransition {
    /// The status.
    pub from: DealerStatus,
    /// What was asked for.
    pub step: Step,
}

fn words(status: DealerStatus) -> String {
    let words: Vec<&str> = status.steps().iter().map(|s| s.as_str()).collect();
    words.join(", ")
}
