//! Holding a slot.

use kernel::Instant;
use kernel::act::{Act, Done};
use kernel::actor::Actor;
use kernel::error::Common;
use kernel::id::{ListingId, SlotHoldId};

use super::TestDrives;
use crate::error::Error;
use crate::hold::{self, SlotHold};
use crate::ports::BookingTarget;

impl TestDrives {
    /// The actor's own hold of a slot of this listing, as long as it counts.
    pub async fn find_hold(
        &self,
        actor: &Actor,
        listing: ListingId,
        id: SlotHoldId,
        at: Instant,
    ) -> Result<SlotHold, Error> {
        let found = self.holds.find(actor.person()?.user, id, at).await?;
        found
            .filter(|hold| hold.listing == listing)
            .ok_or_else(|| Common::absent("slot hold").into())
    }

    /// Keeps a slot for whoever asks, for [`hold::HOLD_MINUTES`]. Asked again for the slot, it is the same hold, and ends as it would have.
    pub async fn hold(
        &self,
        act: &Act,
        listing: ListingId,
        start_at: Instant,
    ) -> Result<Done<SlotHold>, Error> {
        let target = BookingTarget {
            listing,
            customer: Some(act.actor.person()?.user),
            start_at,
        };
        let id = self.ids.next();
        self.holds
            .hold(act, &target, &|facts| hold::hold(act, id, start_at, facts))
            .await
    }
}
