//! Sends short messages.

use std::sync::Arc;

use application::jobs::ClaimedJob;
use application::letters::{Carrier, Undelivered};
use async_trait::async_trait;
use kernel::message::{MESSAGE_JOB, Message};

use crate::{Context, Handler, Outcome};

/// Hands messages to the carrier.
pub struct MessageHandler {
    /// Who carries.
    pub carrier: Arc<dyn Carrier>,
}

#[async_trait]
impl Handler for MessageHandler {
    fn kind(&self) -> &'static str {
        MESSAGE_JOB
    }

    async fn run(&self, job: &ClaimedJob, _: &Context) -> Outcome {
        let message: Message = match serde_json::from_value(job.payload.clone()) {
            Ok(message) => message,
            Err(error) => return Outcome::Never(format!("no message: {error}")),
        };
        match self.carrier.send(&job.id.to_string(), &message).await {
            Ok(()) => Outcome::Done(None),
            Err(Undelivered::ForNow(error)) => Outcome::Again(error),
            Err(Undelivered::ForGood(error)) => Outcome::Never(error),
        }
    }
}
