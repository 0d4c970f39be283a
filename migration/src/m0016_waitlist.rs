//! Who waits for a taken slot. One place in a line for each person: the database itself refuses a second.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0016_waitlist"
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
        Schema::on(manager).both("DROP TABLE waitlist_entries;\n").await
    }
}

const UP: &str = "
CREATE TABLE waitlist_entries (
    id {uuid} PRIMARY KEY,
    listing_id {uuid} NOT NULL REFERENCES listings (id),
    vehicle_id {uuid} NOT NULL REFERENCES vehicles (id),
    dealer_id {uuid} NOT NULL REFERENCES dealers (id),
    user_id {uuid} NOT NULL REFERENCES users (id),
    start_at {instant} NOT NULL,
    end_at {instant} NOT NULL,
    status {text} NOT NULL,
    offered_until {instant},
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    version {int} NOT NULL,
    CONSTRAINT waitlist_entries_status CHECK (status IN ('waiting', 'offered', 'accepted', 'lapsed', 'left')),
    CONSTRAINT waitlist_entries_offered CHECK (status <> 'offered' OR offered_until IS NOT NULL),
    CONSTRAINT waitlist_entries_forwards CHECK (start_at < end_at)
);
CREATE UNIQUE INDEX waitlist_entries_live ON waitlist_entries (listing_id, user_id, start_at) WHERE status IN ('waiting', 'offered');
CREATE INDEX waitlist_entries_line ON waitlist_entries (listing_id, created_at, id) WHERE status IN ('waiting', 'offered');
CREATE INDEX waitlist_entries_user ON waitlist_entries (user_id, created_at, id);
CREATE INDEX waitlist_entries_end ON waitlist_entries (end_at);
";
