//! The audit log.

use std::sync::Arc;

use ::audit::use_cases::{LookAtLog, SealLog, VerifyLog};
use api::audit::AuditServices;
use database::audit::{SqlAuditLog, SqlChain};
use worker::SealAuditLog;

use super::Ground;

/// The use cases on the database.
pub(super) fn services(ground: &Ground) -> AuditServices {
    AuditServices {
        look: LookAtLog {
            log: Arc::new(SqlAuditLog::new(ground.db.clone())),
        },
    }
}

/// Seals the log.
pub(super) fn sealing(ground: &Ground) -> SealAuditLog {
    SealAuditLog {
        log: SealLog {
            chain: Arc::new(SqlChain::new(ground.db.clone())),
            random: Arc::clone(&ground.random),
        },
        clock: Arc::clone(&ground.clock),
    }
}

/// Verifies the log.
pub(crate) fn verifying(ground: &Ground) -> VerifyLog {
    VerifyLog {
        chain: Arc::new(SqlChain::new(ground.db.clone())),
    }
}
