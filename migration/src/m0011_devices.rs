//! Devices that ring, and numbers that want no messages.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0011_devices"
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
            .both("DROP TABLE opt_outs;\nDROP TABLE devices;\n")
            .await
    }
}

/// A browser rings for one person: whoever signs in on it last. An opt-out is the number's, not the account's: it holds whoever has it.
const UP: &str = "
CREATE TABLE devices (
    id {uuid} PRIMARY KEY,
    user_id {uuid} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    endpoint {text} NOT NULL,
    p256dh {text} NOT NULL,
    auth {text} NOT NULL,
    name {text},
    service {text} NOT NULL,
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    version {int} NOT NULL
);
CREATE UNIQUE INDEX devices_endpoint ON devices (endpoint);
CREATE INDEX devices_user ON devices (user_id, updated_at, id);
CREATE TABLE opt_outs (
    id {uuid} PRIMARY KEY,
    number {text} NOT NULL,
    network {text} NOT NULL,
    since {instant} NOT NULL,
    CONSTRAINT opt_outs_network CHECK (network IN ('sms', 'whatsapp'))
);
CREATE UNIQUE INDEX opt_outs_once ON opt_outs (number, network);
";
