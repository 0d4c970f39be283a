//! Holding a slot.

use kernel::Instant;
use kernel::act::{Act, Done};
use kernel::id::ListingId;

use super::TestDrives;
use crate::error::Error;
use crate::hold::{self, SlotHold};
use crate::ports::BookingTarget;

impl TestDrives {
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
