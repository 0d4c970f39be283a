//! Seals the audit log.

use std::sync::Arc;

use ::audit::use_cases::SealLog;
use application::jobs::ClaimedJob;
use async_trait::async_trait;
use kernel::ports::Clock;
use serde_json::json;

use crate::{Context, Handler, Outcome};

/// The kind of the job.
pub const SEAL_AUDIT_JOB: &str = "seal_audit_log";

/// Seals what was written since the last time. A job that is run again finds less to do.
pub struct SealAuditLog {
    /// The log.
    pub log: SealLog,
    /// The product's clock.
    pub clock: Arc<dyn Clock>,
}

#[async_trait]
impl Handler for SealAuditLog {
    fn kind(&self) -> &'static str {
        SEAL_AUDIT_JOB
    }

    async fn run(&self, _: &ClaimedJob, _: &Context) -> Outcome {
        match self.log.run(self.clock.now()).await {
            Ok(lines) => Outcome::Done(Some(json!({ "lines": lines }))),
            Err(error) => error.into(),
        }
    }
}
