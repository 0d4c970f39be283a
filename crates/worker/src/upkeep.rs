//! Upkeep of what gathers in the database, and of files on their way in.

use std::sync::Arc;

use application::jobs::ClaimedJob;
use application::upkeep::{Before, Upkeep};
use async_trait::async_trait;
use chrono::TimeDelta;
use inventory::import::Imports;
use kernel::ports::Clock;
use serde_json::json;

use crate::{Context, Handler, Outcome};

/// Days that a stock file may wait for its import, tries after failures included.
const STAGED_DAYS: i64 = 2;

/// Removes what nobody will ask for again.
pub struct Prune {
    /// Where it lies.
    pub upkeep: Arc<dyn Upkeep>,
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
        match self.upkeep.prune(&Before::at(now)).await {
            Ok(rows) => Outcome::Done(Some(json!({ "rows": rows, "parts": parts }))),
            Err(error) => error.into(),
        }
    }
}
