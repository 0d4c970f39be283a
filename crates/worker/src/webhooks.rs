//! Tells webhooks of events.

use application::jobs::ClaimedJob;
use async_trait::async_trait;
use serde_json::Value;
use webhooks::delivery::{DELIVER_JOB, Due};
use webhooks::rules::{TELL_JOB, Tell, VERDICT_JOB, Verdict};
use webhooks::use_cases::Deliver;

use crate::{Context, Handler, Outcome, ended};

/// Does what webhooks need. A try that fails is no failed job: the next one is a job of its own, by the table of webhooks.
pub struct WebhookHandler {
    /// The use cases.
    pub deliver: Deliver,
    /// One of [`WebhookHandler::KINDS`].
    pub kind: &'static str,
}

/// What a job wants.
enum Work {
    Tell(Tell),
    Send(Due),
    Judge(Verdict),
}

impl WebhookHandler {
    /// The kinds of jobs that there are.
    pub const KINDS: [&str; 3] = [TELL_JOB, DELIVER_JOB, VERDICT_JOB];

    fn read(&self, payload: Value) -> Result<Work, String> {
        let work = match self.kind {
            TELL_JOB => serde_json::from_value(payload).map(Work::Tell),
            DELIVER_JOB => serde_json::from_value(payload).map(Work::Send),
            VERDICT_JOB => serde_json::from_value(payload).map(Work::Judge),
            other => return Err(format!("webhooks need no {other}")),
        };
        work.map_err(|error| format!("no {}: {error}", self.kind))
    }
}

#[async_trait]
impl Handler for WebhookHandler {
    fn kind(&self) -> &'static str {
        self.kind
    }

    async fn run(&self, job: &ClaimedJob, _: &Context) -> Outcome {
        let request_id = job.request_id.as_str();
        let end = match self.read(job.payload.clone()) {
            Ok(Work::Tell(tell)) => self.deliver.tell(&tell, request_id).await,
            Ok(Work::Send(due)) => self.deliver.send(due, request_id).await,
            Ok(Work::Judge(verdict)) => self.deliver.judge(verdict, request_id).await,
            Err(why) => return Outcome::Never(why),
        };
        ended(end)
    }
}
