//! Looks whose turn it is in the line for a slot.

use std::sync::Arc;

use application::jobs::ClaimedJob;
use async_trait::async_trait;
use kernel::ports::Clock;
use scheduling::notice::{TURN_JOB, Turn};
use scheduling::use_cases::WaitingLists;

use crate::{Context, Handler, Outcome, ended, known};

/// Offers a slot that is free to the first who waits for it, and ends offers that were not taken. Harmless when run again: what is
/// offered is held, so nobody else gets it.
pub struct TurnWaitlist {
    /// The lines.
    pub waiting: WaitingLists,
    /// The product's clock.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl Handler for TurnWaitlist {
    fn kind(&self) -> &'static str {
        TURN_JOB
    }

    async fn run(&self, job: &ClaimedJob, _: &Context) -> Outcome {
        let turn: Turn = match known(job) {
            Ok(turn) => turn,
            Err(never) => return never,
        };
        let end = self
            .waiting
            .turn(turn, self.clock.now(), &job.id.to_string())
            .await;
        ended(end)
    }
}
