//! What searches read, and what imports keep.
//!
//! `listing_search` is one row a listing, written in the transaction that changes the listing, its car, its site or its dealer:
//! every key that a list is filtered or ordered by, the folded words, and the ready card. So a page is one index walk in one
//! table. Who may be seen (`public`) is held by triggers as well: no forgotten write can show a listing that must not be seen.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0006_search"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let schema = Schema::on(manager);
        // FTS5 names rows by a number of its own; PostgreSQL needs none.
        let sqlite = manager.get_database_backend() == sea_orm::DbBackend::Sqlite;
        let key = if sqlite {
            "seq INTEGER PRIMARY KEY,\n listing_id BLOB NOT NULL UNIQUE REFERENCES listings (id) ON DELETE CASCADE,"
        } else {
            "listing_id uuid PRIMARY KEY REFERENCES listings (id) ON DELETE CASCADE,"
        };
        schema.both(&TABLES.replace("{key}", key)).await?;
        schema.both(INDEXES).await?;
        schema.both(IMPORTS).await?;
        if sqlite {
            for statement in SQLITE {
                schema.sqlite(statement).await?;
            }
        } else {
            for statement in POSTGRES {
                schema.postgres(statement).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let schema = Schema::on(manager);
        schema.sqlite("DROP TABLE listing_words").await?;
        for trigger in ["listing_search_of_dealer", "listing_search_of_listing"] {
            schema.sqlite(&format!("DROP TRIGGER {trigger}")).await?;
            let table = if trigger.ends_with("dealer") {
                "dealers"
            } else {
                "listings"
            };
            schema
                .postgres(&format!("DROP TRIGGER {trigger} ON {table}"))
                .await?;
            schema.postgres(&format!("DROP FUNCTION {trigger}()")).await?;
        }
        schema
            .both(
                "DROP INDEX listings_of_dealer;\nDROP TABLE listing_import_rows;\nDROP TABLE listing_import_parts;\nDROP TABLE listing_imports;\n\
                 DROP TABLE listing_details;\nDROP TABLE listing_search;\n",
            )
            .await
    }
}

/// Names are folded words; prices, mileages and instants are the whole numbers of `inventory::search::keys`; places are metres
/// from the centre of the Earth. `market`: may be compared with, since it is or was on public offer.
const TABLES: &str = "
CREATE TABLE listing_search (
    {key}
    dealer_id {uuid} NOT NULL,
    site_id {uuid},
    status {text} NOT NULL,
    public {bool} NOT NULL,
    market {bool} NOT NULL,
    make {text} NOT NULL,
    model {text} NOT NULL,
    trim {text} NOT NULL,
    color {text} NOT NULL,
    city {text} NOT NULL,
    state {text} NOT NULL,
    make_name {text} NOT NULL,
    model_name {text} NOT NULL,
    year {int} NOT NULL,
    asking_minor {int} NOT NULL,
    currency {text} NOT NULL,
    price_rising {int} NOT NULL,
    price_falling {int} NOT NULL,
    mileage {int} NOT NULL,
    listed_at {int} NOT NULL,
    fuel_type {text},
    body_type {text},
    transmission {text},
    drivetrain {text},
    condition {text} NOT NULL,
    featured {bool} NOT NULL,
    x {int},
    y {int},
    z {int},
    head {text} NOT NULL,
    title {text} NOT NULL,
    features {text} NOT NULL,
    description {text} NOT NULL,
    card {text} NOT NULL
);
CREATE TABLE listing_details (
    listing_id {uuid} PRIMARY KEY REFERENCES listings (id) ON DELETE CASCADE,
    body {text} NOT NULL
);
";

/// One index for each filter that narrows much, with each order; the id last. Filters that most listings pass (condition,
/// transmission …) need none: the walk along the order finds a page of them at once.
const INDEXES: &str = "
CREATE INDEX listing_search_new ON listing_search (listed_at, listing_id) WHERE public;
CREATE INDEX listing_search_price ON listing_search (price_rising, listing_id) WHERE public;
CREATE INDEX listing_search_dear ON listing_search (price_falling, listing_id) WHERE public;
CREATE INDEX listing_search_year ON listing_search (year, listing_id) WHERE public;
CREATE INDEX listing_search_mileage ON listing_search (mileage, listing_id) WHERE public;
CREATE INDEX listing_search_make_new ON listing_search (make, listed_at, listing_id) WHERE public;
CREATE INDEX listing_search_make_price ON listing_search (make, price_rising, listing_id) WHERE public;
CREATE INDEX listing_search_make_dear ON listing_search (make, price_falling, listing_id) WHERE public;
CREATE INDEX listing_search_make_year ON listing_search (make, year, listing_id) WHERE public;
CREATE INDEX listing_search_make_mileage ON listing_search (make, mileage, listing_id) WHERE public;
CREATE INDEX listing_search_model_new ON listing_search (model, listed_at, listing_id) WHERE public;
CREATE INDEX listing_search_model_price ON listing_search (model, price_rising, listing_id) WHERE public;
CREATE INDEX listing_search_body_new ON listing_search (body_type, listed_at, listing_id) WHERE public;
CREATE INDEX listing_search_body_price ON listing_search (body_type, price_rising, listing_id) WHERE public;
CREATE INDEX listing_search_fuel_new ON listing_search (fuel_type, listed_at, listing_id) WHERE public;
CREATE INDEX listing_search_fuel_price ON listing_search (fuel_type, price_rising, listing_id) WHERE public;
CREATE INDEX listing_search_city_new ON listing_search (city, listed_at, listing_id) WHERE public;
CREATE INDEX listing_search_state_new ON listing_search (state, listed_at, listing_id) WHERE public;
CREATE INDEX listing_search_site_new ON listing_search (site_id, listed_at, listing_id) WHERE public;
CREATE INDEX listing_search_featured ON listing_search (listed_at, listing_id) WHERE public AND featured;
CREATE INDEX listing_search_offered ON listing_search (make, model, make_name, model_name) WHERE public;
CREATE INDEX listing_search_market ON listing_search (make, model, year, listing_id) WHERE market;
CREATE INDEX listings_of_dealer ON listings (dealer_id, id);
CREATE INDEX listing_search_stock_new ON listing_search (dealer_id, listed_at, listing_id);
CREATE INDEX listing_search_stock_price ON listing_search (dealer_id, price_rising, listing_id);
";

const IMPORTS: &str = "
CREATE TABLE listing_imports (
    id {uuid} PRIMARY KEY,
    dealer_id {uuid} NOT NULL,
    stage {text} NOT NULL,
    position {int} NOT NULL,
    batch {text} NOT NULL,
    created_at {instant} NOT NULL,
    CONSTRAINT listing_imports_stage CHECK (stage IN ('checking', 'applying', 'finished', 'refused', 'undoing', 'undone'))
);
CREATE INDEX listing_imports_dealer ON listing_imports (dealer_id, created_at, id);
CREATE TABLE listing_import_parts (
    import_id {uuid} NOT NULL,
    part {int} NOT NULL,
    bytes {bytes} NOT NULL,
    PRIMARY KEY (import_id, part)
);
CREATE TABLE listing_import_rows (
    import_id {uuid} NOT NULL REFERENCES listing_imports (id),
    row_number {int} NOT NULL,
    vin {text},
    listing_id {uuid},
    writes {bool} NOT NULL,
    undone {text},
    report {text} NOT NULL,
    PRIMARY KEY (import_id, row_number)
);
CREATE INDEX listing_import_rows_vin ON listing_import_rows (import_id, vin);
CREATE INDEX listing_import_rows_undo ON listing_import_rows (import_id, row_number) WHERE writes AND undone IS NULL;
";

const SQLITE: &[&str] = &[
    "CREATE VIRTUAL TABLE listing_words USING fts5(words, content='', contentless_delete=1, \
     tokenize=\"unicode61 remove_diacritics 0\")",
    "CREATE TRIGGER listing_search_gone AFTER DELETE ON listing_search BEGIN \
     DELETE FROM listing_words WHERE rowid = OLD.seq; END",
    "CREATE TRIGGER listing_search_of_dealer AFTER UPDATE OF status ON dealers WHEN NEW.status <> OLD.status BEGIN \
     UPDATE listing_search SET \
        public = (NEW.status = 'verified' AND status IN ('active', 'reserved')), \
        market = (NEW.status = 'verified' AND status IN ('active', 'reserved', 'sold')) \
     WHERE dealer_id = NEW.id; END",
    "CREATE TRIGGER listing_search_of_listing AFTER UPDATE OF status ON listings WHEN NEW.status <> OLD.status BEGIN \
     UPDATE listing_search SET status = NEW.status, \
        public = (NEW.status IN ('active', 'reserved') \
            AND EXISTS (SELECT 1 FROM dealers d WHERE d.id = NEW.dealer_id AND d.status = 'verified')), \
        market = (NEW.status IN ('active', 'reserved', 'sold') \
            AND EXISTS (SELECT 1 FROM dealers d WHERE d.id = NEW.dealer_id AND d.status = 'verified')) \
     WHERE listing_id = NEW.id; END",
];

const POSTGRES: &[&str] = &[
    "ALTER TABLE listing_search ADD COLUMN words tsvector GENERATED ALWAYS AS \
     (array_to_tsvector(array_remove(string_to_array(head || title || features || description, ' '), ''))) STORED",
    "CREATE INDEX listing_search_words ON listing_search USING gin (words)",
    "CREATE FUNCTION listing_search_of_dealer() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
     UPDATE listing_search SET \
        public = (NEW.status = 'verified' AND status IN ('active', 'reserved')), \
        market = (NEW.status = 'verified' AND status IN ('active', 'reserved', 'sold')) \
     WHERE dealer_id = NEW.id; RETURN NULL; END $$",
    "CREATE TRIGGER listing_search_of_dealer AFTER UPDATE OF status ON dealers FOR EACH ROW \
     WHEN (NEW.status <> OLD.status) EXECUTE FUNCTION listing_search_of_dealer()",
    "CREATE FUNCTION listing_search_of_listing() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE verified boolean; BEGIN \
     verified := EXISTS (SELECT 1 FROM dealers d WHERE d.id = NEW.dealer_id AND d.status = 'verified'); \
     UPDATE listing_search SET status = NEW.status, \
        public = (verified AND NEW.status IN ('active', 'reserved')), \
        market = (verified AND NEW.status IN ('active', 'reserved', 'sold')) \
     WHERE listing_id = NEW.id; RETURN NULL; END $$",
    "CREATE TRIGGER listing_search_of_listing AFTER UPDATE OF status ON listings FOR EACH ROW \
     WHEN (NEW.status <> OLD.status) EXECUTE FUNCTION listing_search_of_listing()",
];
