//! Waiting for a slot that is taken.

use std::sync::Arc;

use kernel::Instant;
use kernel::act::{Act, Done};
use kernel::actor::Actor;
use kernel::error::Common;
use kernel::id::{ListingId, WaitlistEntryId};
use kernel::paging::{Page, PageRequest};
use kernel::ports::Ids;

use crate::booking::TestDrive;
use crate::error::Error;
use crate::notice::Turn;
use crate::ports::{BookingTarget, Waitlist};
use crate::waitlist::WaitlistEntry;
use crate::waitlist_rules;

/// Everything that can be done with lines for taken slots.
#[derive(Clone)]
pub struct WaitingLists {
    /// Where they are kept.
    pub lists: Arc<dyn Waitlist>,
    /// For new ids.
    pub ids: Ids,
}

impl WaitingLists {
    /// Joins the line for a taken slot.
    pub async fn join(
        &self,
        act: &Act,
        listing: ListingId,
        start_at: Instant,
    ) -> Result<Done<WaitlistEntry>, Error> {
        let target = BookingTarget {
            listing,
            customer: Some(act.actor.person()?.user),
            start_at,
        };
        let id = self.ids.next();
        self.lists
            .join(act, &target, &|facts| {
                waitlist_rules::join(act, id, start_at, facts)
            })
            .await
    }

    /// Takes what is offered.
    pub async fn accept(&self, act: &Act, id: WaitlistEntryId) -> Result<Done<TestDrive>, Error> {
        act.actor.person()?;
        let booking = self.ids.next();
        let done = self
            .lists
            .answer(act, id, &|facts| waitlist_rules::accept(act, booking, facts))
            .await?;
        let replayed = done.replayed;
        let value = done
            .value
            .drive
            .ok_or_else(|| Common::internal("an accepted offer made no drive"))?;
        Ok(Done { value, replayed })
    }

    /// Leaves the line.
    pub async fn leave(&self, act: &Act, id: WaitlistEntryId) -> Result<(), Error> {
        act.actor.person()?;
        self.lists
            .answer(act, id, &|facts| waitlist_rules::leave(act, facts))
            .await?;
        Ok(())
    }

    /// One of one's own places in line.
    pub async fn find(&self, actor: &Actor, id: WaitlistEntryId) -> Result<WaitlistEntry, Error> {
        let found = self.lists.find(actor.person()?.user, id).await?;
        found.ok_or_else(|| Common::absent("waitlist entry").into())
    }

    /// One's own places in line, the newest first.
    pub async fn mine(&self, actor: &Actor, page: &PageRequest) -> Result<Page<WaitlistEntry>, Error> {
        self.lists.mine(actor.person()?.user, page).await
    }

    /// Does a turn job: looks whose turn it is. May be repeated, and come at any time.
    pub async fn turn(&self, turn: Turn, at: Instant, request_id: &str) -> Result<(), Error> {
        let act = Act::of_system(at, request_id);
        self.lists
            .turn(&act, &turn, &|facts| waitlist_rules::turn(&act, facts))
            .await?;
        Ok(())
    }
}
