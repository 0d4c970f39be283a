//! Sends letters.

use std::sync::Arc;

use application::jobs::ClaimedJob;
use application::letters::{Courier, Secrets, Undelivered, Words};
use async_trait::async_trait;
use kernel::letter::{LETTER_JOB, Letter};

use crate::{Context, Handler, Outcome};

/// Puts letters into words and hands them to the courier. The message id is the job's: a repeat after a crash can be known by it.
pub struct LetterHandler {
    /// The words.
    pub words: Arc<dyn Words>,
    /// What may not lie in the queue.
    pub secrets: Arc<dyn Secrets>,
    /// Who carries.
    pub courier: Arc<dyn Courier>,
}

#[async_trait]
impl Handler for LetterHandler {
    fn kind(&self) -> &'static str {
        LETTER_JOB
    }

    async fn run(&self, job: &ClaimedJob, _: &Context) -> Outcome {
        let letter: Letter = match serde_json::from_value(job.payload.clone()) {
            Ok(letter) => letter,
            Err(error) => return Outcome::Never(format!("no letter: {error}")),
        };
        let envelope = match self
            .words
            .envelope(&job.id.to_string(), &letter, self.secrets.as_ref())
        {
            Ok(envelope) => envelope,
            Err(error) => return error.into(),
        };
        match self.courier.send(&envelope).await {
            Ok(()) => Outcome::Done(None),
            Err(Undelivered::ForNow(error)) => Outcome::Again(error),
            Err(Undelivered::ForGood(error)) => Outcome::Never(error),
        }
    }
}
