//! Sends pushes.

use application::jobs::ClaimedJob;
use async_trait::async_trait;
use kernel::push::{PUSH_JOB, Push};
use notifications::use_cases::{SendPushes, Sent};

use crate::messages::{attempt, sent};
use crate::{Context, Handler, Outcome, known};

/// Hands pushes to their services.
pub struct PushHandler {
    /// The use case.
    pub pushes: SendPushes,
}

#[async_trait]
impl Handler for PushHandler {
    fn kind(&self) -> &'static str {
        PUSH_JOB
    }

    async fn run(&self, job: &ClaimedJob, _: &Context) -> Outcome {
        let push: Push = match known(job) {
            Ok(push) => push,
            Err(outcome) => return outcome,
        };
        let id = job.id.to_string();
        let end = self.pushes.send(attempt(&id, job), &push).await;
        if end == Ok(Sent::Yes) {
            metrics::counter!("pushes_sent").increment(1);
        }
        sent(end, self.pushes.clock.as_ref())
    }
}
