//! The papers that show that a dealer is one.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0026_dealer_documents"
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
                "CREATE TABLE dealer_documents (
                    id {uuid} PRIMARY KEY,
                    dealer_id {uuid} NOT NULL REFERENCES dealers (id),
                    kind {text} NOT NULL,
                    file_id {uuid} NOT NULL REFERENCES files (id),
                    expires_on {date},
                    status {text} NOT NULL,
                    reason {text},
                    version {int} NOT NULL,
                    uploaded_at {instant} NOT NULL,
                    reviewed_at {instant},
                    CONSTRAINT dealer_documents_file UNIQUE (file_id),
                    CONSTRAINT dealer_documents_kind CHECK (kind IN ('licence', 'registration', 'tax', 'other')),
                    CONSTRAINT dealer_documents_status CHECK (status IN ('pending', 'approved', 'refused')),
                    CONSTRAINT dealer_documents_reviewed CHECK ((status = 'pending') = (reviewed_at IS NULL)),
                    CONSTRAINT dealer_documents_refused CHECK (status <> 'refused' OR reason IS NOT NULL)
                );
                CREATE INDEX dealer_documents_of ON dealer_documents (dealer_id, uploaded_at, id);
                ",
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Schema::on(manager).both("DROP TABLE dealer_documents;\n").await
    }
}
