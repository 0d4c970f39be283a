//! Upkeep of the queue itself.

use std::sync::Arc;

use application::jobs::{ClaimedJob, Queue};
use async_trait::async_trait;
use chrono::TimeDelta;
use kernel::ports::Clock;
use serde_json::json;

use crate::{Context, Handler, Outcome};

/// Days that finished jobs, answered idempotency keys and delivered events are kept. Cron ticks must come more often than this.
const KEPT_DAYS: i64 = 30;

/// Removes what nobody will ask for again.
pub struct Prune {
    /// The queue.
    pub queue: Arc<dyn Queue>,
    /// The product's clock.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl Handler for Prune {
    fn kind(&self) -> &'static str {
        "prune"
    }

    async fn run(&self, _: &ClaimedJob, _: &Context) -> Outcome {
        match self
            .queue
            .prune(self.clock.now() - TimeDelta::days(KEPT_DAYS))
            .await
        {
            Ok(rows) => Outcome::Done(Some(json!({ "rows": rows }))),
            Err(error) => error.into(),
        }
    }
}
