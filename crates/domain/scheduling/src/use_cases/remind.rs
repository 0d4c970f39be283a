//! Reminding.

use kernel::Instant;

use super::TestDrives;
use crate::error::Error;
use crate::reminder::{self, Reminder};

impl TestDrives {
    /// Does a reminder job: tells the customer of a drive that is still on, once however often the job is run.
    pub async fn remind(&self, reminder: Reminder, at: Instant, request_id: &str) -> Result<(), Error> {
        let act = reminder.act(at, request_id);
        self.bookings
            .transition(&act, reminder.booking_id, &|filed| {
                Ok(reminder::remind(&act, &reminder, filed))
            })
            .await?;
        Ok(())
    }
}
