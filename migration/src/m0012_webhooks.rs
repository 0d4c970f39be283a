//! Webhooks and what was sent to them. A message goes to an endpoint once: the database itself refuses a second.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0012_webhooks"
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
            .both("DROP TABLE webhook_deliveries;\nDROP TABLE webhooks;\n")
            .await
    }
}

const UP: &str = "
CREATE TABLE webhooks (
    id {uuid} PRIMARY KEY,
    dealer_id {uuid} REFERENCES dealers (id),
    created_by {uuid} NOT NULL REFERENCES users (id),
    url {text} NOT NULL,
    events {json} NOT NULL,
    description {text},
    off_why {text},
    off_since {instant},
    failing_since {instant},
    secrets {json} NOT NULL,
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    version {int} NOT NULL,
    CONSTRAINT webhooks_off CHECK ((off_why IS NULL) = (off_since IS NULL)),
    CONSTRAINT webhooks_off_why CHECK (off_why IN ('by_hand', 'gone', 'failing'))
);
CREATE INDEX webhooks_dealer ON webhooks (dealer_id, created_at, id);
CREATE INDEX webhooks_platform ON webhooks (created_at, id) WHERE dealer_id IS NULL;
CREATE INDEX webhooks_maker ON webhooks (created_by);
CREATE INDEX webhooks_listening ON webhooks (dealer_id) WHERE off_why IS NULL;
CREATE TABLE webhook_deliveries (
    id {uuid} PRIMARY KEY,
    webhook_id {uuid} NOT NULL REFERENCES webhooks (id) ON DELETE CASCADE,
    message_id {uuid} NOT NULL,
    event {text} NOT NULL,
    body {text} NOT NULL,
    status {text} NOT NULL,
    status_at {instant} NOT NULL,
    round {int} NOT NULL,
    tries {int} NOT NULL,
    attempts {json} NOT NULL,
    created_at {instant} NOT NULL,
    CONSTRAINT webhook_deliveries_status CHECK (status IN ('waiting', 'delivered', 'failed', 'cancelled'))
);
CREATE UNIQUE INDEX webhook_deliveries_once ON webhook_deliveries (webhook_id, message_id);
CREATE INDEX webhook_deliveries_webhook ON webhook_deliveries (webhook_id, created_at, id);
CREATE INDEX webhook_deliveries_webhook_status ON webhook_deliveries (webhook_id, status, created_at, id);
CREATE INDEX webhook_deliveries_webhook_event ON webhook_deliveries (webhook_id, event, created_at, id);
CREATE INDEX webhook_deliveries_ended ON webhook_deliveries (status_at) WHERE status <> 'waiting';
";
