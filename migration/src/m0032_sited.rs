//! What is reserved or sold stands at a site, as what is on offer does; and whether the search is ordered for the platform's
//! currency is read from an index.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0032_sited"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let schema = Schema::on(manager);
        schema.both(UP).await?;
        schema.postgres(POSTGRES).await?;
        for event in ["INSERT", "UPDATE"] {
            schema.sqlite(&guard(event)).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let schema = Schema::on(manager);
        schema.both("DROP INDEX listing_search_currency;\n").await?;
        schema
            .postgres("ALTER TABLE listings DROP CONSTRAINT listings_sited")
            .await?;
        for event in ["insert", "update"] {
            schema
                .sqlite(&format!("DROP TRIGGER listings_sited_{event}"))
                .await?;
        }
        Ok(())
    }
}

/// A car that lost its site while it was reserved gets its dealer's first one; its card in the search names it from its next change on.
const UP: &str = "
UPDATE listings SET site_id = (SELECT s.id FROM sites s WHERE s.dealer_id = listings.dealer_id ORDER BY s.id LIMIT 1)
    WHERE site_id IS NULL AND status IN ('reserved', 'sold');
CREATE INDEX listing_search_currency ON listing_search (currency, price_rising);
";

/// Not validated: what a dealer without any site left behind must not stop the program from starting.
const POSTGRES: &str = "ALTER TABLE listings ADD CONSTRAINT listings_sited
    CHECK (site_id IS NOT NULL OR status IN ('draft', 'removed')) NOT VALID";

/// SQLite adds no constraint to a table that is there.
fn guard(event: &str) -> String {
    let name = event.to_lowercase();
    format!(
        "CREATE TRIGGER listings_sited_{name} BEFORE {event} ON listings
         WHEN NEW.site_id IS NULL AND NEW.status NOT IN ('draft', 'removed')
         BEGIN SELECT RAISE(ABORT, 'listings_sited'); END"
    )
}
