//! Expires test drives that nobody decided.

use std::sync::Arc;

use application::jobs::ClaimedJob;
use async_trait::async_trait;
use kernel::ports::Clock;
use scheduling::notice::{EXPIRY_JOB, Expiry};
use scheduling::use_cases::TestDrives;

use crate::{Context, Handler, Outcome, ended, known};

/// Declines a request whose time has come, if it is still undecided. Harmless when run again, or for a drive that was moved.
pub struct ExpireBooking {
    /// What can be done with test drives.
    pub drives: TestDrives,
    /// The product's clock.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl Handler for ExpireBooking {
    fn kind(&self) -> &'static str {
        EXPIRY_JOB
    }

    async fn run(&self, job: &ClaimedJob, _: &Context) -> Outcome {
        let expiry: Expiry = match known(job) {
            Ok(expiry) => expiry,
            Err(never) => return never,
        };
        let end = self
            .drives
            .expire(expiry, self.clock.now(), &job.id.to_string())
            .await;
        ended(end)
    }
}
