//! How booking a test drive can fail.

use chrono::SecondsFormat;
use kernel::Instant;
use kernel::error::{Common, Failure, Kind};

use crate::booking::{Slot, Status, Step};
use crate::waitlist::{MOST_WAITING, WaitStatus};

/// An instant as the API writes it, to the second.
pub(crate) fn rfc3339(instant: Instant) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// `from … to …`, or what can be said without knowing.
fn when(slot: Option<&Slot>) -> String {
    slot.map_or_else(
        || "at that time".to_owned(),
        |slot| format!("from {} to {}", rfc3339(slot.start_at), rfc3339(slot.end_at)),
    )
}

/// What can go wrong. The codes are stable and documented.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// What any act can meet.
    #[error(transparent)]
    Common(#[from] Common),
    /// The start is off the grid of the site: holds the violation, with the nearest start that would do.
    #[error(transparent)]
    NotASlot(Common),
    /// Another live drive of this car overlaps.
    #[error("this slot of the car is taken: choose another of its available slots")]
    SlotTaken,
    /// Another live drive of this customer overlaps.
    #[error("the customer already has a test drive {}: cancel or move that one, or choose another time", when(.with.as_ref()))]
    OverlappingDrive {
        /// The drive that is in the way, where it is known.
        with: Option<Slot>,
    },
    /// The hold that a booking names does not keep this slot for whoever books.
    #[error("this hold is over, or keeps another slot: book without hold_id, or hold the slot again")]
    HoldGone,
    /// Nobody has the slot that somebody wants to wait for.
    #[error("this slot is free: book it")]
    SlotFree,
    /// They wait for this slot already.
    #[error("you wait for this slot already")]
    AlreadyWaiting,
    /// They wait for as many slots as one may.
    #[error("you wait for {MOST_WAITING} slots, and no more are allowed: leave a line first")]
    TooManyWaiting,
    /// What is to be accepted is not offered, or no longer.
    #[error("this place in line is {state}: only one that is offered can be accepted, until its offer ends")]
    NotOffered {
        /// Where it stands.
        state: WaitStatus,
    },
    /// A place in line that is given up already was to change.
    #[error("this place in line is {state}, and nothing more can be done with it")]
    NotInLine {
        /// Where it stands.
        state: WaitStatus,
    },
    /// The customer has as many open drives as the site allows.
    #[error(
        "the customer has {open} test drives open or slots held, and {most} are allowed: cancel one first, or let a hold end"
    )]
    TooManyOpen {
        /// How many there are; held slots count where another is to be held.
        open: usize,
        /// How many there may be.
        most: u16,
    },
    /// The car can be seen, but not driven by this customer.
    #[error("this car can't be booked: {why}")]
    NotBookable {
        /// What stands in the way.
        why: &'static str,
    },
    /// The state does not allow the step.
    #[error("a test drive that is {state} can't {step}: {hint}")]
    IllegalTransition {
        /// The state it is in.
        state: Status,
        /// What was tried.
        step: Step,
        /// What the state allows, or from when.
        hint: String,
    },
    /// Too late for the customer to cancel or move it.
    #[error("it could be cancelled or moved until {}: call the showroom", rfc3339(*cancel_until))]
    CutoffPassed {
        /// Until when it could.
        cancel_until: Instant,
    },
}

impl Failure for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Common(common) | Self::NotASlot(common) => common.kind(),
            Self::SlotTaken
            | Self::HoldGone
            | Self::SlotFree
            | Self::AlreadyWaiting
            | Self::TooManyWaiting
            | Self::NotOffered { .. }
            | Self::NotInLine { .. }
            | Self::OverlappingDrive { .. }
            | Self::TooManyOpen { .. }
            | Self::NotBookable { .. }
            | Self::IllegalTransition { .. }
            | Self::CutoffPassed { .. } => Kind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Common(common) => common.code(),
            Self::NotASlot(_) => "not_a_slot",
            Self::SlotTaken => "slot_taken",
            Self::HoldGone => "hold_gone",
            Self::SlotFree => "slot_free",
            Self::AlreadyWaiting => "already_waiting",
            Self::TooManyWaiting => "too_many_waiting",
            Self::NotOffered { .. } => "not_offered",
            Self::NotInLine { .. } => "not_in_line",
            Self::OverlappingDrive { .. } => "overlapping_drive",
            Self::TooManyOpen { .. } => "too_many_open",
            Self::NotBookable { .. } => "not_bookable",
            Self::IllegalTransition { .. } => "illegal_transition",
            Self::CutoffPassed { .. } => "cutoff_passed",
        }
    }

    fn common(&self) -> Option<&Common> {
        match self {
            Self::Common(common) | Self::NotASlot(common) => Some(common),
            Self::SlotTaken
            | Self::HoldGone
            | Self::SlotFree
            | Self::AlreadyWaiting
            | Self::TooManyWaiting
            | Self::NotOffered { .. }
            | Self::NotInLine { .. }
            | Self::OverlappingDrive { .. }
            | Self::TooManyOpen { .. }
            | Self::NotBookable { .. }
            | Self::IllegalTransition { .. }
            | Self::CutoffPassed { .. } => None,
        }
    }
}
