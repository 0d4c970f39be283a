//! Slots that are kept for a while. Two holds of one vehicle can't overlap: the database itself refuses. One that is over is removed
//! before the next of its vehicle is written.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0015_slot_holds"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let schema = Schema::on(manager);
        schema
            .both(
                "CREATE TABLE slot_holds (
                    id {uuid} PRIMARY KEY,
                    listing_id {uuid} NOT NULL REFERENCES listings (id),
                    vehicle_id {uuid} NOT NULL REFERENCES vehicles (id),
                    user_id {uuid} NOT NULL REFERENCES users (id),
                    start_at {instant} NOT NULL,
                    end_at {instant} NOT NULL,
                    created_at {instant} NOT NULL,
                    expires_at {instant} NOT NULL,
                    CONSTRAINT slot_holds_forwards CHECK (start_at < end_at)
                );
                CREATE INDEX slot_holds_vehicle ON slot_holds (vehicle_id, start_at);
                CREATE INDEX slot_holds_user ON slot_holds (user_id, expires_at);
                CREATE INDEX slot_holds_expiry ON slot_holds (expires_at);
                ",
            )
            .await?;
        schema
            .postgres(
                "ALTER TABLE slot_holds ADD CONSTRAINT slot_holds_vehicle_free EXCLUDE USING gist
                 (vehicle_id WITH =, tstzrange(start_at, end_at) WITH &&)",
            )
            .await?;
        // SQLite has one writer at a time, so what a trigger sees is all there is.
        for (trigger, event) in [
            ("insert", "INSERT"),
            ("update", "UPDATE OF start_at, end_at, vehicle_id"),
        ] {
            schema
                .sqlite(&format!(
                    "CREATE TRIGGER slot_holds_vehicle_free_{trigger} BEFORE {event} ON slot_holds
                     WHEN EXISTS (
                         SELECT 1 FROM slot_holds h WHERE h.vehicle_id = NEW.vehicle_id AND h.id <> NEW.id
                         AND h.start_at < NEW.end_at AND NEW.start_at < h.end_at)
                     BEGIN SELECT RAISE(ABORT, 'slot_holds_vehicle_free'); END"
                ))
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Schema::on(manager).both("DROP TABLE slot_holds;\n").await
    }
}
