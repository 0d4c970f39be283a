//! Accounts that their holders closed, and what of their holders' business went on without an account.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0028_closed_accounts"
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
                "ALTER TABLE users ADD COLUMN closed_at {instant};
                ALTER TABLE users ADD COLUMN erased_at {instant}
                    CONSTRAINT users_erased CHECK (erased_at IS NULL OR (closed_at IS NOT NULL AND password IS NULL));
                CREATE INDEX sales_buyer_address ON sales (LOWER(buyer_email)) WHERE buyer_user_id IS NULL;
                CREATE INDEX bookings_caller_address ON bookings (LOWER(caller_email)) WHERE user_id IS NULL;
                ",
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Schema::on(manager)
            .both(
                "DROP INDEX bookings_caller_address;
                DROP INDEX sales_buyer_address;
                ALTER TABLE users DROP COLUMN erased_at;
                ALTER TABLE users DROP COLUMN closed_at;
                ",
            )
            .await
    }
}
