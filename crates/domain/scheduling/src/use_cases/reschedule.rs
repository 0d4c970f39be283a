//! Rescheduling.

use kernel::Instant;
use kernel::act::{Act, Done};
use kernel::id::BookingId;

use super::TestDrives;
use crate::booking::TestDrive;
use crate::error::Error;
use crate::rules;

impl TestDrives {
    /// Moves a drive to another slot. A customer's goes back to `requested`; moved by staff it keeps its state.
    pub async fn reschedule(
        &self,
        act: &Act,
        id: BookingId,
        start_at: Instant,
    ) -> Result<Done<TestDrive>, Error> {
        self.bookings
            .reschedule(act, id, start_at, &|facts| {
                rules::reschedule(act, start_at, facts)
            })
            .await
    }
}
