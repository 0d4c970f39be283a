//! Sends short messages.

use application::jobs::ClaimedJob;
use async_trait::async_trait;
use kernel::message::{MESSAGE_JOB, Message};
use kernel::ports::Clock;
use kernel::retry_after::retry_after;
use notifications::ports::{Try, Unsent};
use notifications::segments::segments;
use notifications::use_cases::{SendMessages, Sent};
use serde_json::json;

use crate::{Context, Handler, Outcome, known};

/// Hands messages to the carrier.
pub struct MessageHandler {
    /// The use case.
    pub messages: SendMessages,
}

/// Which try of a job this is, as those who carry see it: what an earlier one did may not have been told to us.
pub(crate) fn attempt<'a>(id: &'a str, job: &ClaimedJob) -> Try<'a> {
    Try {
        id,
        since: (job.attempt > 1).then_some(job.created_at),
    }
}

/// How a job ended that sends something.
pub(crate) fn sent(end: Result<Sent, Unsent>, clock: &dyn Clock) -> Outcome {
    match end {
        Ok(Sent::Yes) => Outcome::Done(None),
        Ok(Sent::Nobody) => Outcome::Done(Some(json!({ "sent": false }))),
        Err(Unsent::Again {
            why,
            retry_after: asked,
        }) => match asked.and_then(|text| retry_after(&text, clock.now())) {
            Some(at) => Outcome::Later(why, at),
            None => Outcome::Again(why),
        },
        Err(Unsent::Never(why)) => Outcome::Never(why),
        Err(Unsent::Ended) => Outcome::Never("the recipient has ended it".to_owned()),
    }
}

#[async_trait]
impl Handler for MessageHandler {
    fn kind(&self) -> &'static str {
        MESSAGE_JOB
    }

    async fn run(&self, job: &ClaimedJob, _: &Context) -> Outcome {
        let message: Message = match known(job) {
            Ok(message) => message,
            Err(outcome) => return outcome,
        };
        let id = job.id.to_string();
        let end = self.messages.send(attempt(&id, job), &message).await;
        if end == Ok(Sent::Yes) {
            let (network, count) = (message.network.as_str(), segments(&message.text).count);
            tracing::info!(job = %job.id, network, segments = count, "a message left");
            metrics::counter!("messages_sent", "network" => network).increment(1);
            metrics::counter!("message_segments_sent", "network" => network)
                .increment(u64::try_from(count).unwrap_or(u64::MAX));
        }
        sent(end, self.messages.clock.as_ref())
    }
}
