//! Keys of dealers' programs, and the audit log by who is no user.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0027_api_keys"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Schema::on(manager).both(UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Schema::on(manager)
            .both("DROP INDEX audit_log_others;\nDROP TABLE api_keys;\n")
            .await
    }
}

/// What proves a key is kept as a hash alone. Revoked keys stay: the audit log names them. A line of the log that a key left has the
/// actor `api_key:` and the key's id, and no user.
const UP: &str = "
CREATE TABLE api_keys (
    id {uuid} PRIMARY KEY,
    dealer_id {uuid} NOT NULL REFERENCES dealers (id),
    name {text} NOT NULL,
    rights {json} NOT NULL,
    hash {text} NOT NULL,
    created_by {uuid} REFERENCES users (id),
    created_at {instant} NOT NULL,
    expires_at {instant},
    last_used_at {instant},
    revoked_at {instant},
    version {int} NOT NULL,
    CONSTRAINT api_keys_expires CHECK (expires_at IS NULL OR expires_at > created_at)
);
CREATE INDEX api_keys_dealer ON api_keys (dealer_id, created_at, id) WHERE revoked_at IS NULL;
CREATE INDEX audit_log_others ON audit_log (actor, id) WHERE user_id IS NULL;
";
