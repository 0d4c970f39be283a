//! The second factor of a person: the sealed secret, the last time step that counted, the recovery codes that are left.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0020_second_factors"
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
        Schema::on(manager).both("DROP TABLE second_factors;\n").await
    }
}

/// One a person, not in force until a first code came; what came has a time step, which only rises. `recovery` holds hashes.
const UP: &str = "
CREATE TABLE second_factors (
    user_id {uuid} PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    secret {text} NOT NULL,
    created_at {instant} NOT NULL,
    confirmed_at {instant},
    last_step {int},
    recovery {json} NOT NULL,
    CONSTRAINT second_factors_confirmed CHECK (confirmed_at IS NULL OR last_step IS NOT NULL)
);
";
