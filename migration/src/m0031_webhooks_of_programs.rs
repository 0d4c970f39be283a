//! Programs of a dealer's may register webhooks, too: nobody is named as the maker of those.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0031_webhooks_of_programs"
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
        // The program before this one reads no endpoint without a maker. The column stays as it is: it only lets in more.
        Schema::on(manager)
            .both("DELETE FROM webhooks WHERE created_by IS NULL;\n")
            .await
    }
}

/// SQLite can't take NOT NULL from a column, so another one takes its place.
const UP: &str = "
ALTER TABLE webhooks ADD COLUMN maker {uuid} REFERENCES users (id);
UPDATE webhooks SET maker = created_by;
DROP INDEX webhooks_maker;
ALTER TABLE webhooks DROP COLUMN created_by;
ALTER TABLE webhooks RENAME COLUMN maker TO created_by;
CREATE INDEX webhooks_maker ON webhooks (created_by);
";
