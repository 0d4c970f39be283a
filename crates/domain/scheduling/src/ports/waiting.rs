//! Ports of those who wait: holds of slots, and the waiting list.

use async_trait::async_trait;
use kernel::Instant;
use kernel::act::{Act, Decide, Done};
use kernel::id::{DealerId, ListingId, SlotHoldId, UserId, WaitlistEntryId};
use kernel::paging::{Page, PageRequest};
use serde::{Deserialize, Serialize};

use super::{BookableVehicle, BookingFacts, BookingTarget, Patron, Placed};
use crate::booking::{Slot, TestDrive};
use crate::error::Error;
use crate::hold::SlotHold;
use crate::notice::Turn;
use crate::waitlist::WaitlistEntry;

/// What is known, under lock, when a slot is held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HoldFacts {
    /// As for a booking by whoever wants the hold.
    pub booking: BookingFacts,
    /// Their holds that are not over, of whatever car.
    pub held: Vec<SlotHoldId>,
}

/// A new hold, and what it takes the place of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewHold {
    /// The hold.
    pub hold: SlotHold,
    /// Holds of the same person that it replaces.
    pub instead_of: Vec<SlotHoldId>,
}

/// Slots that are kept for a while.
#[async_trait]
pub trait SlotHolds: Send + Sync {
    /// Locks the listing, then the user of the target, whose holds are counted; writes the hold, if the decision has one. A listing
    /// that does not exist is `Absent`. Whatever the decision overlooked, two holds of one car never overlap: that is `SlotTaken`.
    async fn hold(
        &self,
        act: &Act,
        target: &BookingTarget,
        decide: Decide<'_, HoldFacts, Option<NewHold>, SlotHold, Error>,
    ) -> Result<Done<SlotHold>, Error>;

    /// A user's own hold, as long as it counts; none where they have no such hold.
    async fn find(&self, user: UserId, id: SlotHoldId, at: Instant) -> Result<Option<SlotHold>, Error>;
}

/// What is known, under lock, when somebody joins a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JoinFacts {
    /// As for a booking by whoever joins.
    pub booking: BookingFacts,
    /// Their places in line for slots that have not begun.
    pub line: Vec<WaitlistEntry>,
}

/// What is known, under lock, when somebody in line answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryFacts {
    /// Their place.
    pub entry: WaitlistEntry,
    /// As for a booking of its slot by whoever waits.
    pub booking: BookingFacts,
}

/// Somebody in line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InLine {
    /// Their place.
    pub entry: WaitlistEntry,
    /// Who they are.
    pub patron: Patron,
}

/// What is known, under lock, when it may be somebody's turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TurnFacts {
    /// The car.
    pub car: BookableVehicle,
    /// Its live drives around the slot in question.
    pub taken: Vec<Slot>,
    /// Its holds there that are not over.
    pub holds: Vec<SlotHold>,
    /// Who is in line for a slot that shares a moment with it, first come first.
    pub line: Vec<InLine>,
}

/// What a change of a line writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WaitPlan {
    /// Places that changed.
    pub entries: Vec<WaitlistEntry>,
    /// Slots that are kept for whoever they are offered to.
    pub held: Vec<SlotHold>,
    /// Holds that end.
    pub freed: Vec<SlotHoldId>,
    /// The drive that came of an offer.
    pub drive: Option<Placed>,
}

/// What came of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The place in line.
    pub entry: WaitlistEntry,
    /// The drive, when an offer was accepted.
    pub drive: Option<TestDrive>,
}

/// Lines for taken slots. All changes are made under the lock of the listing, so that of an answer and the end of an offer, or of two
/// who free one slot, one comes first.
#[async_trait]
pub trait Waitlist: Send + Sync {
    /// Locks the listing, then the user of the target, whose places are counted; writes a new place. A listing that does not exist is
    /// `Absent`. Nobody has two places in one line, whatever the decision overlooked: that is `AlreadyWaiting`.
    async fn join(
        &self,
        act: &Act,
        target: &BookingTarget,
        decide: Decide<'_, JoinFacts, WaitlistEntry, WaitlistEntry, Error>,
    ) -> Result<Done<WaitlistEntry>, Error>;

    /// Locks the listing, then whoever waits; writes all of the plan. A place that does not exist is `Absent`.
    async fn answer(
        &self,
        act: &Act,
        id: WaitlistEntryId,
        decide: Decide<'_, EntryFacts, WaitPlan, Answered, Error>,
    ) -> Result<Done<Answered>, Error>;

    /// Locks the listing; writes all of the plan. Decides nothing where nobody is in line.
    async fn turn(
        &self,
        act: &Act,
        turn: &Turn,
        decide: Decide<'_, TurnFacts, WaitPlan, (), Error>,
    ) -> Result<Done<()>, Error>;

    /// One of a user's own places, in whatever state; none where they have no such place.
    async fn find(&self, user: UserId, id: WaitlistEntryId) -> Result<Option<WaitlistEntry>, Error>;

    /// Slots after `at` that somebody waits for, each once: of these listings, and of all cars of these dealers.
    async fn waited_for(
        &self,
        listings: &[ListingId],
        dealers: &[DealerId],
        at: Instant,
    ) -> Result<Vec<(DealerId, Turn)>, Error>;

    /// A user's own places, in whatever state. Reads what was committed; nothing is locked.
    async fn mine(&self, user: UserId, page: &PageRequest) -> Result<Page<WaitlistEntry>, Error>;
}
