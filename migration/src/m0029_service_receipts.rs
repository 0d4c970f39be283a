//! The papers behind entries of a car's log. Each is its owner's, who may have sold the car since.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0029_service_receipts"
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
                "CREATE TABLE service_receipts (
                    id {uuid} PRIMARY KEY,
                    record_id {uuid} NOT NULL REFERENCES service_records (id),
                    owner_kind {text} NOT NULL,
                    owner_id {uuid} NOT NULL,
                    file_id {uuid} NOT NULL REFERENCES files (id),
                    brought_at {instant} NOT NULL,
                    CONSTRAINT service_receipts_file UNIQUE (file_id),
                    CONSTRAINT service_receipts_owner_kind CHECK (owner_kind IN ('user', 'dealer'))
                );
                CREATE INDEX service_receipts_of ON service_receipts (record_id, brought_at, id);
                CREATE INDEX service_receipts_owner ON service_receipts (owner_id, id);
                ",
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Schema::on(manager).both("DROP TABLE service_receipts;\n").await
    }
}
