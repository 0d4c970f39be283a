//! When a car and a customer are taken, answered from an index alone.
//!
//! The exclusion constraints' own indexes find a car's drives too, and PostgreSQL took them for equally cheap; walking one costs ten
//! times as much.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0013_booking_times"
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
                "DROP INDEX bookings_live;
                CREATE INDEX bookings_taken ON bookings (vehicle_id, start_at, end_at) WHERE status IN ('requested', 'approved');
                CREATE INDEX bookings_theirs ON bookings (user_id, end_at, start_at) WHERE status IN ('requested', 'approved');
                ",
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Schema::on(manager)
            .both(
                "DROP INDEX bookings_theirs;
                DROP INDEX bookings_taken;
                CREATE INDEX bookings_live ON bookings (vehicle_id, start_at) WHERE status IN ('requested', 'approved');
                ",
            )
            .await
    }
}
