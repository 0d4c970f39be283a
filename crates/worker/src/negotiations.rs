//! Looks again at negotiations when their time is up.

use std::sync::Arc;

use application::jobs::ClaimedJob;
use application::negotiate::Negotiate;
use async_trait::async_trait;
use kernel::act::Act;
use kernel::ports::Clock;
use negotiation::notice::{DUE_JOB, Due};

use crate::{Context, Handler, Outcome, ended, known};

/// Ends an offer that nobody answered, or an agreement that led to no sale. Harmless when run again, or too early.
pub struct EndNegotiation {
    /// The moves.
    pub moves: Negotiate,
    /// The product's clock.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl Handler for EndNegotiation {
    fn kind(&self) -> &'static str {
        DUE_JOB
    }

    async fn run(&self, job: &ClaimedJob, _: &Context) -> Outcome {
        let due: Due = match known(job) {
            Ok(due) => due,
            Err(never) => return never,
        };
        let act = Act::of_system(self.clock.now(), job.id.to_string());
        ended(self.moves.due(&act, due).await)
    }
}
