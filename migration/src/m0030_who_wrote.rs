//! Whose words the entries of a car's log are, and which record of the buyer's went up in a car that was sold to them: a sale that is
//! taken back gives the car back, but not what the buyer wrote.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0030_who_wrote"
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
            .both(
                "ALTER TABLE sales DROP COLUMN joined_id;
                 ALTER TABLE service_records DROP COLUMN owner_id;
                 ALTER TABLE service_records DROP COLUMN owner_kind;
                ",
            )
            .await
    }
}

/// Of the entries that are there nobody knows more than whose the car is now.
const UP: &str = "
ALTER TABLE service_records ADD COLUMN owner_kind {text};
ALTER TABLE service_records ADD COLUMN owner_id {uuid};
UPDATE service_records SET owner_kind = (SELECT v.owner_kind FROM vehicles v WHERE v.id = service_records.vehicle_id),
    owner_id = (SELECT v.owner_id FROM vehicles v WHERE v.id = service_records.vehicle_id);
ALTER TABLE sales ADD COLUMN joined_id {uuid};
";
