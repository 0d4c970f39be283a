//! Upkeep of what the product keeps for itself: the queue, and files on their way in.

use std::sync::Arc;

use application::jobs::{ClaimedJob, Queue};
use async_trait::async_trait;
use chrono::TimeDelta;
use inventory::import::Imports;
use kernel::ports::Clock;
use serde_json::json;

use crate::{Context, Handler, Outcome};

/// Days that finished jobs, answered idempotency keys and delivered events are kept. Cron ticks must come more often than this.
const KEPT_DAYS: i64 = 30;
/// Days that a stock file may wait for its import, tries after failures included.
const STAGED_DAYS: i64 = 2;

/// Removes what nobody will ask for again.
pub struct Prune {
    /// The queue.
    pub queue: Arc<dyn Queue>,
    /// Imports, for files that were left behind.
    pub imports: Arc<dyn Imports>,
    /// The product's clock.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl Handler for Prune {
    fn kind(&self) -> &'static str {
        "prune"
    }

    async fn run(&self, _: &ClaimedJob, _: &Context) -> Outcome {
        let now = self.clock.now();
        let parts = match self.imports.forget(now - TimeDelta::days(STAGED_DAYS)).await {
            Ok(parts) => parts,
            Err(error) => return Outcome::Again(error.to_string()),
        };
        match self.queue.prune(now - TimeDelta::days(KEPT_DAYS)).await {
            Ok(rows) => Outcome::Done(Some(json!({ "rows": rows, "parts": parts }))),
            Err(error) => error.into(),
        }
    }
}
