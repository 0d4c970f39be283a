//! Forgets people.

use std::sync::Arc;

use application::close_account::ErasePerson;
use application::jobs::ClaimedJob;
use async_trait::async_trait;
use identity::use_cases::{ERASE_JOB, Erasure};
use kernel::act::Act;
use kernel::ports::Clock;

use crate::{Context, Handler, Outcome, ended, known};

/// Erases somebody who closed their account. Harmless when run again, also after it broke off in the middle.
pub struct EraseHandler {
    /// Does it.
    pub eraser: ErasePerson,
    /// The product's clock.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl Handler for EraseHandler {
    fn kind(&self) -> &'static str {
        ERASE_JOB
    }

    async fn run(&self, job: &ClaimedJob, _: &Context) -> Outcome {
        let Erasure { user } = match known(job) {
            Ok(erasure) => erasure,
            Err(never) => return never,
        };
        let act = Act::of_system(self.clock.now(), job.request_id.clone());
        ended(self.eraser.erase(&act, user, &job.id.to_string()).await)
    }
}
