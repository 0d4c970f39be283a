//! Expires test drives that nobody decided.

use std::sync::Arc;

use application::jobs::ClaimedJob;
use async_trait::async_trait;
use kernel::error::Failure;
use kernel::ports::Clock;
use scheduling::notice::{EXPIRY_JOB, Expiry};
use scheduling::use_cases::TestDrives;

use crate::{Context, Handler, Outcome};

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
        let expiry: Expiry = match serde_json::from_value(job.payload.clone()) {
            Ok(expiry) => expiry,
            Err(error) => return Outcome::Never(format!("no expiry: {error}")),
        };
        match self
            .drives
            .expire(expiry, self.clock.now(), &job.id.to_string())
            .await
        {
            Ok(()) => Outcome::Done(None),
            Err(error) => match error.common() {
                Some(common) => common.clone().into(),
                None => Outcome::Never(error.to_string()),
            },
        }
    }
}
