//! Cancelling.

use kernel::act::{Act, Done};
use kernel::id::BookingId;

use super::TestDrives;
use crate::booking::TestDrive;
use crate::error::Error;
use crate::{request, rules};

impl TestDrives {
    /// Calls a drive off: its customer until the cut-off, the dealer's staff until the start.
    pub async fn cancel(
        &self,
        act: &Act,
        id: BookingId,
        reason: Option<&str>,
    ) -> Result<Done<TestDrive>, Error> {
        let reason = request::optional_reason(reason)?;
        self.bookings
            .transition(act, id, &|filed| rules::cancel(act, reason.as_deref(), filed))
            .await
    }
}
