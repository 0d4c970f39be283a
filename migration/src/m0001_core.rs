//! What every act needs: idempotency keys, the outbox, the job queue, the audit log.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0001_core"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Schema::on(manager)
            .both(
                "CREATE TABLE idempotency (
                    scope {text} PRIMARY KEY,
                    fingerprint {text} NOT NULL,
                    answer {text},
                    created_at {instant} NOT NULL
                );
                CREATE INDEX idempotency_created ON idempotency (created_at);
                CREATE TABLE outbox (
                    id {uuid} PRIMARY KEY,
                    name {text} NOT NULL,
                    version {int} NOT NULL,
                    subject {uuid} NOT NULL,
                    dealer_id {uuid},
                    payload {json} NOT NULL,
                    request_id {text} NOT NULL,
                    at {instant} NOT NULL,
                    leased_until {instant},
                    delivered_at {instant}
                );
                CREATE INDEX outbox_waiting ON outbox (id) WHERE delivered_at IS NULL;
                CREATE INDEX outbox_at ON outbox (at);
                CREATE TABLE jobs (
                    id {uuid} PRIMARY KEY,
                    kind {text} NOT NULL,
                    payload {json} NOT NULL,
                    status {text} NOT NULL,
                    run_at {instant} NOT NULL,
                    attempts {int} NOT NULL DEFAULT 0,
                    lease {uuid},
                    leased_until {instant},
                    once_key {text},
                    watched_by {uuid},
                    dealer_id {uuid},
                    progress_done {int} NOT NULL DEFAULT 0,
                    progress_total {int},
                    result {json},
                    problem {json},
                    last_error {text},
                    request_id {text} NOT NULL,
                    created_at {instant} NOT NULL,
                    finished_at {instant},
                    CONSTRAINT jobs_status CHECK (status IN ('queued', 'running', 'succeeded', 'failed', 'cancelled'))
                );
                CREATE UNIQUE INDEX jobs_once ON jobs (kind, once_key) WHERE once_key IS NOT NULL;
                CREATE INDEX jobs_due ON jobs (run_at, id) WHERE status = 'queued';
                CREATE INDEX jobs_leased ON jobs (leased_until) WHERE status = 'running';
                CREATE INDEX jobs_finished ON jobs (finished_at) WHERE finished_at IS NOT NULL;
                CREATE TABLE audit_log (
                    id {uuid} PRIMARY KEY,
                    at {instant} NOT NULL,
                    actor {text} NOT NULL,
                    user_id {uuid},
                    request_id {text} NOT NULL,
                    ip {text},
                    user_agent {text},
                    action {text} NOT NULL,
                    subject_kind {text} NOT NULL,
                    subject {uuid} NOT NULL,
                    dealer_id {uuid},
                    detail {json}
                );
                CREATE INDEX audit_log_dealer ON audit_log (dealer_id, id);
                CREATE INDEX audit_log_subject ON audit_log (subject, id);
                ",
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Schema::on(manager)
            .both("DROP TABLE audit_log;\nDROP TABLE jobs;\nDROP TABLE outbox;\nDROP TABLE idempotency;\n")
            .await
    }
}
