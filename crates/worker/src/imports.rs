//! Takes stock in, and back.

use std::sync::Arc;

use application::jobs::ClaimedJob;
use async_trait::async_trait;
use inventory::error::Error;
use inventory::import::use_cases::{ImportJob, Watch};
use inventory::import::{Batch, ImportListings, Stage};
use kernel::act::Act;
use kernel::error::Failure;
use kernel::ports::Clock;
use serde_json::{Value, json};

use crate::{Context, Handler, Outcome};

/// Runs an import, or goes on with it behind its last committed chunk.
pub struct ImportHandler {
    /// The use cases.
    pub imports: ImportListings,
    /// The product's clock.
    pub clock: Arc<dyn Clock>,
    /// [`IMPORT_JOB`](inventory::import::use_cases::IMPORT_JOB) or [`UNDO_JOB`](inventory::import::use_cases::UNDO_JOB).
    pub kind: &'static str,
}

struct Told<'a>(&'a Context);

#[async_trait]
impl Watch for Told<'_> {
    async fn progress(&self, done: u64, total: Option<u64>) -> bool {
        if let Err(error) = self.0.progress(done, total).await {
            tracing::debug!(%error, "the progress of an import could not be told");
        }
        !self.0.stopping()
    }
}

#[async_trait]
impl Handler for ImportHandler {
    fn kind(&self) -> &'static str {
        self.kind
    }

    async fn run(&self, job: &ClaimedJob, context: &Context) -> Outcome {
        let Ok(ImportJob { import }) = serde_json::from_value(job.payload.clone()) else {
            return Outcome::Never("the payload names no import".to_owned());
        };
        let act = Act::of_system(self.clock.now(), job.request_id.clone());
        match self.imports.run(&act, import, &Told(context)).await {
            Ok(batch) if batch.stage.is_open() || batch.stage == Stage::Undoing => {
                Outcome::Again("stopped before the end of the file".to_owned())
            }
            Ok(batch) => Outcome::Done(Some(summary(&batch))),
            Err(Error::Common(common)) => common.into(),
            Err(error) => Outcome::Never(format!("{}: {error}", error.code())),
        }
    }
}

/// What came of an import, for who asks after its job.
fn summary(batch: &Batch) -> Value {
    let tally = &batch.tally;
    json!({
        "import_id": batch.id,
        "stage": batch.stage,
        "mode": batch.options.mode,
        "dry_run": batch.options.dry_run,
        "rows": tally.rows(),
        "created": tally.created,
        "updated": tally.updated,
        "unchanged": tally.unchanged,
        "left_out": tally.left_out,
        "refused": tally.refused,
        "undone": tally.undone,
        "kept": tally.kept,
        "ignored_columns": batch.ignored,
        "problems": batch.problems,
        "report": format!("/api/v1/jobs/{}/report", batch.id),
    })
}
