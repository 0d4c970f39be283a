//! Lines for taken slots.

use std::collections::BTreeSet;

use async_trait::async_trait;
use chrono::TimeDelta;
use kernel::Instant;
use kernel::act::{Act, Decide, Done};
use kernel::error::Common;
use kernel::id::{DealerId, ListingId, UserId, WaitlistEntryId};
use kernel::paging::{Page, PageRequest};
use scheduling::booking::Slot;
use scheduling::error::Error;
use scheduling::notice::Turn;
use scheduling::ports::{
    Answered, BookingTarget, EntryFacts, InLine, JoinFacts, NewHold, TurnFacts, WaitPlan, Waitlist,
};
use scheduling::waitlist::WaitlistEntry;

use super::Scheduling;
use crate::pages::page_of;
use crate::{Memory, State};

impl Scheduling {
    fn in_line(&self) -> impl Iterator<Item = &WaitlistEntry> {
        self.line.values().filter(|entry| entry.status.is_live())
    }

    fn entry(&self, id: WaitlistEntryId) -> Result<&WaitlistEntry, Error> {
        let entry = self.line.get(&id);
        entry.ok_or_else(|| Common::absent("waitlist entry").into())
    }

    fn turn_facts(&self, turn: &Turn, at: Instant) -> Result<TurnFacts, Error> {
        let car = self.car(turn.listing_id)?;
        let within = Slot {
            start_at: turn.slot.start_at - TimeDelta::days(1),
            end_at: turn.slot.end_at + TimeDelta::days(1),
        };
        let mut line: Vec<InLine> = self
            .in_line()
            .filter(|entry| entry.listing == turn.listing_id && entry.slot.overlaps(&turn.slot))
            .filter_map(|entry| {
                let patron = self.patrons.get(&entry.user)?.clone();
                let entry = entry.clone();
                Some(InLine { entry, patron })
            })
            .collect();
        line.sort_by_key(|waiting| (waiting.entry.created_at, waiting.entry.id));
        Ok(TurnFacts {
            taken: self.taken(car.vehicle, within, None),
            holds: self.held(car.vehicle, within, at),
            line,
            car,
        })
    }

    fn write_line(&mut self, plan: WaitPlan) -> Result<(), Error> {
        for entry in plan.entries {
            self.line.insert(entry.id, entry);
        }
        for freed in &plan.freed {
            self.holds.remove(freed);
        }
        for hold in plan.held {
            let instead_of = Vec::new();
            self.keep(NewHold { hold, instead_of })?;
        }
        plan.drive.map_or(Ok(()), |placed| self.place(placed))
    }
}

#[async_trait]
impl Waitlist for Memory {
    async fn join(
        &self,
        act: &Act,
        target: &BookingTarget,
        decide: Decide<'_, JoinFacts, WaitlistEntry, WaitlistEntry, Error>,
    ) -> Result<Done<WaitlistEntry>, Error> {
        self.act(
            act,
            |state| {
                let own = &state.scheduling;
                let theirs = own.in_line().filter(|entry| Some(entry.user) == target.customer);
                decide(&JoinFacts {
                    booking: own.booking_facts(target, act.at)?,
                    line: theirs
                        .filter(|entry| act.at < entry.slot.start_at)
                        .cloned()
                        .collect(),
                })
            },
            |state: &mut State, entry| {
                state.scheduling.line.insert(entry.id, entry);
                Ok(())
            },
        )
    }

    async fn answer(
        &self,
        act: &Act,
        id: WaitlistEntryId,
        decide: Decide<'_, EntryFacts, WaitPlan, Answered, Error>,
    ) -> Result<Done<Answered>, Error> {
        self.act(
            act,
            |state| {
                let entry = state.scheduling.entry(id)?.clone();
                let target = BookingTarget {
                    listing: entry.listing,
                    customer: Some(entry.user),
                    start_at: entry.slot.start_at,
                };
                decide(&EntryFacts {
                    booking: state.scheduling.booking_facts(&target, act.at)?,
                    entry,
                })
            },
            |state: &mut State, plan| state.scheduling.write_line(plan),
        )
    }

    async fn turn(
        &self,
        act: &Act,
        turn: &Turn,
        decide: Decide<'_, TurnFacts, WaitPlan, (), Error>,
    ) -> Result<Done<()>, Error> {
        self.act(
            act,
            |state| decide(&state.scheduling.turn_facts(turn, act.at)?),
            |state: &mut State, plan| state.scheduling.write_line(plan),
        )
    }

    async fn find(&self, user: UserId, id: WaitlistEntryId) -> Result<Option<WaitlistEntry>, Error> {
        let entry = self.lock().scheduling.line.get(&id).cloned();
        Ok(entry.filter(|entry| entry.user == user))
    }

    async fn waited_for(
        &self,
        listings: &[ListingId],
        dealers: &[DealerId],
        at: Instant,
    ) -> Result<Vec<(DealerId, Turn)>, Error> {
        let state = self.lock();
        let meant = state
            .scheduling
            .in_line()
            .filter(|entry| at < entry.slot.start_at)
            .filter(|entry| listings.contains(&entry.listing) || dealers.contains(&entry.dealer));
        let mut seen = BTreeSet::new();
        Ok(meant
            .filter(|entry| seen.insert((entry.listing, entry.slot.start_at, entry.slot.end_at)))
            .map(|entry| {
                let turn = Turn {
                    listing_id: entry.listing,
                    slot: entry.slot,
                };
                (entry.dealer, turn)
            })
            .collect())
    }

    async fn mine(&self, user: UserId, page: &PageRequest) -> Result<Page<WaitlistEntry>, Error> {
        let state = self.lock();
        let own = state.scheduling.line.values().filter(|entry| entry.user == user);
        let mut own: Vec<WaitlistEntry> = own.cloned().collect();
        own.sort_by_key(|entry| std::cmp::Reverse((entry.created_at, entry.id)));
        Ok(page_of(own, page)?)
    }
}
