//! Expiring.

use kernel::Instant;
use kernel::act::Act;

use super::TestDrives;
use crate::error::Error;
use crate::notice::Expiry;
use crate::rules;

impl TestDrives {
    /// Does an expiry job: declines the request if it is still undecided and its time has come. May be repeated.
    pub async fn expire(&self, job: Expiry, at: Instant, request_id: &str) -> Result<(), Error> {
        let act = Act::of_system(at, request_id);
        self.bookings
            .transition(&act, job.booking_id, &|filed| Ok(rules::expire(&act, filed)))
            .await?;
        Ok(())
    }
}
