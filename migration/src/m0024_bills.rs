//! What a bill of sale has to say: the odometer as it read when the car was sold. Of earlier sales nobody knows it any more: the reading
//! of a vehicle rises in its new owner's hands.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0024_bills"
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
                "ALTER TABLE sales ADD COLUMN odometer_value {int};
                ALTER TABLE sales ADD COLUMN odometer_unit {text}
                    CONSTRAINT sales_odometer CHECK ((odometer_value IS NULL) = (odometer_unit IS NULL));
                ",
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Schema::on(manager)
            .both("ALTER TABLE sales DROP COLUMN odometer_unit;\nALTER TABLE sales DROP COLUMN odometer_value;\n")
            .await
    }
}
