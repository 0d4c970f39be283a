//! Slots that are kept for a while.

use async_trait::async_trait;
use kernel::Instant;
use kernel::act::{Act, Decide, Done};
use kernel::id::{SlotHoldId, UserId};
use scheduling::error::Error;
use scheduling::hold::SlotHold;
use scheduling::ports::{BookingTarget, HoldFacts, NewHold, SlotHolds};

use crate::{Memory, State};

#[async_trait]
impl SlotHolds for Memory {
    async fn hold(
        &self,
        act: &Act,
        target: &BookingTarget,
        decide: Decide<'_, HoldFacts, Option<NewHold>, SlotHold, Error>,
    ) -> Result<Done<SlotHold>, Error> {
        self.act(
            act,
            |state| {
                let own = &state.scheduling;
                let theirs = own
                    .holds
                    .values()
                    .filter(|hold| Some(hold.user) == target.customer);
                decide(&HoldFacts {
                    booking: own.booking_facts(target, act.at)?,
                    held: theirs
                        .filter(|hold| act.at < hold.expires_at)
                        .map(|hold| hold.id)
                        .collect(),
                })
            },
            |state: &mut State, new| new.map_or(Ok(()), |new| state.scheduling.keep(new)),
        )
    }

    async fn find(&self, user: UserId, id: SlotHoldId, at: Instant) -> Result<Option<SlotHold>, Error> {
        let hold = self.lock().scheduling.holds.get(&id).cloned();
        Ok(hold.filter(|hold| hold.user == user && at < hold.expires_at))
    }
}
