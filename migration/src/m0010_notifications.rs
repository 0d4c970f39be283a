//! What people were told, and what they want to be told.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0010_notifications"
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
            .both("DROP TABLE notification_preferences;\nDROP TABLE notifications;\n")
            .await
    }
}

/// A person is told of an event once as each kind, however often it is tried. What was told before anybody listened is history: its
/// letters were sent by the acts themselves.
const UP: &str = "
UPDATE outbox SET delivered_at = at WHERE delivered_at IS NULL;
CREATE TABLE notifications (
    id {uuid} PRIMARY KEY,
    user_id {uuid} NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    event_id {uuid} NOT NULL,
    kind {text} NOT NULL,
    title {text} NOT NULL,
    subject_kind {text} NOT NULL,
    subject {uuid} NOT NULL,
    dealer_id {uuid},
    created_at {instant} NOT NULL,
    read_at {instant}
);
CREATE UNIQUE INDEX notifications_once ON notifications (event_id, user_id, kind);
CREATE INDEX notifications_of_user ON notifications (user_id, created_at, id);
CREATE INDEX notifications_unread ON notifications (user_id, created_at, id) WHERE read_at IS NULL;
CREATE INDEX notifications_age ON notifications (created_at);
CREATE TABLE notification_preferences (
    user_id {uuid} PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    choices {json} NOT NULL,
    quiet {json},
    updated_at {instant} NOT NULL,
    version {int} NOT NULL
);
";
