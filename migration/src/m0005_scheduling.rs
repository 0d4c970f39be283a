//! Test drives. Two live ones of one vehicle, or of one customer, can't overlap: the database itself refuses.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0005_scheduling"
    }
}

/// The states that hold their slot.
const LIVE: &str = "('requested', 'approved')";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let schema = Schema::on(manager);
        schema
            .both(
                "CREATE TABLE bookings (
                    id {uuid} PRIMARY KEY,
                    listing_id {uuid} NOT NULL REFERENCES listings (id),
                    vehicle_id {uuid} NOT NULL REFERENCES vehicles (id),
                    dealer_id {uuid} NOT NULL REFERENCES dealers (id),
                    site_id {uuid} NOT NULL REFERENCES sites (id),
                    user_id {uuid},
                    caller_name {text},
                    caller_phone {text},
                    caller_email {text},
                    status {text} NOT NULL,
                    start_at {instant} NOT NULL,
                    end_at {instant} NOT NULL,
                    local_date {date} NOT NULL,
                    timezone {text} NOT NULL,
                    note {text},
                    reason {text},
                    staff_id {uuid},
                    cancel_until {instant} NOT NULL,
                    requested_at {instant} NOT NULL,
                    created_at {instant} NOT NULL,
                    updated_at {instant} NOT NULL,
                    version {int} NOT NULL,
                    CONSTRAINT bookings_status CHECK (status IN
                        ('requested', 'approved', 'declined', 'cancelled', 'completed', 'no_show')),
                    CONSTRAINT bookings_forwards CHECK (start_at < end_at),
                    CONSTRAINT bookings_somebody CHECK (user_id IS NOT NULL OR caller_name IS NOT NULL)
                );
                CREATE INDEX bookings_live ON bookings (vehicle_id, start_at) WHERE status IN ('requested', 'approved');
                CREATE INDEX bookings_user ON bookings (user_id, start_at, id);
                CREATE INDEX bookings_dealer ON bookings (dealer_id, start_at, id);
                CREATE INDEX bookings_site ON bookings (site_id, end_at);
                CREATE INDEX bookings_listing ON bookings (listing_id, start_at);
                ",
            )
            .await?;
        schema
            .postgres("CREATE EXTENSION IF NOT EXISTS btree_gist")
            .await?;
        for (name, column) in GUARDS {
            schema
                .postgres(&format!(
                    "ALTER TABLE bookings ADD CONSTRAINT {name} EXCLUDE USING gist
                     ({column} WITH =, tstzrange(start_at, end_at) WITH &&) WHERE (status IN {LIVE})"
                ))
                .await?;
            // SQLite has one writer at a time, so what a trigger sees is all there is.
            for (trigger, event) in [
                ("insert", "INSERT"),
                (
                    "update",
                    "UPDATE OF status, start_at, end_at, vehicle_id, user_id",
                ),
            ] {
                schema
                    .sqlite(&format!(
                        "CREATE TRIGGER {name}_{trigger} BEFORE {event} ON bookings
                         WHEN NEW.status IN {LIVE} AND EXISTS (
                             SELECT 1 FROM bookings b WHERE b.{column} = NEW.{column} AND b.id <> NEW.id
                             AND b.status IN {LIVE} AND b.start_at < NEW.end_at AND NEW.start_at < b.end_at)
                         BEGIN SELECT RAISE(ABORT, '{name}'); END"
                    ))
                    .await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Schema::on(manager).both("DROP TABLE bookings;\n").await
    }
}

/// Name of each guard, and the column whose live drives it keeps apart.
const GUARDS: [(&str, &str); 2] = [
    ("bookings_vehicle_free", "vehicle_id"),
    ("bookings_customer_free", "user_id"),
];
