//! Tells people what is new about the cars they keep an eye on.

use std::sync::Arc;

use application::jobs::ClaimedJob;
use async_trait::async_trait;
use inventory::use_cases::TellWatchers;
use kernel::act::Act;
use kernel::error::Failure;
use kernel::ports::Clock;
use serde_json::json;

use crate::{Context, Handler, Outcome};

/// The kind of the jobs that a tick puts in.
pub const DIGESTS_JOB: &str = "digests";

/// Tells everybody whose turn has come, some at a time. One that breaks off goes on where it was: whom it told has had their turn.
pub struct DigestHandler {
    /// Who tells.
    pub watchers: TellWatchers,
    /// The product's clock.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl Handler for DigestHandler {
    fn kind(&self) -> &'static str {
        DIGESTS_JOB
    }

    async fn run(&self, job: &ClaimedJob, context: &Context) -> Outcome {
        let act = Act::of_system(self.clock.now(), job.id.to_string());
        let mut people = 0;
        loop {
            match self.watchers.turn(&act).await {
                Ok(0) => return Outcome::Done(Some(json!({ "people": people }))),
                Ok(turns) => people += turns,
                Err(error) => {
                    return match error.common() {
                        Some(common) => common.clone().into(),
                        None => Outcome::Never(error.to_string()),
                    };
                }
            }
            if context.stopping() {
                return Outcome::Again("stopped before everybody was told".to_owned());
            }
        }
    }
}
