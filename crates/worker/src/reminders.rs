//! Reminds customers of test drives to come.

use std::sync::Arc;

use application::jobs::ClaimedJob;
use async_trait::async_trait;
use kernel::ports::Clock;
use scheduling::reminder::{REMINDER_JOB, Reminder};
use scheduling::use_cases::TestDrives;

use crate::{Context, Handler, Outcome, ended, known};

/// Reminds of a drive that is still on. A job that is run again finds its reminder done.
pub struct RemindOfBooking {
    /// What can be done with test drives.
    pub drives: TestDrives,
    /// The product's clock.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl Handler for RemindOfBooking {
    fn kind(&self) -> &'static str {
        REMINDER_JOB
    }

    async fn run(&self, job: &ClaimedJob, _: &Context) -> Outcome {
        let reminder: Reminder = match known(job) {
            Ok(reminder) => reminder,
            Err(never) => return never,
        };
        let end = self
            .drives
            .remind(reminder, self.clock.now(), &job.id.to_string())
            .await;
        ended(end)
    }
}
