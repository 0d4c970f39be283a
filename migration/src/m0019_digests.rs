//! What people are told of the cars that they keep an eye on. `listings_shown` knows when the public first saw a listing: triggers
//! keep it, so that no way to publish one can be forgotten. A car is told once for each search: the database itself refuses a second.
//! An event knows who did it, so that they need not be told; a job its lane, so that slow work does not hold up the rest.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0019_digests"
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
        for statement in SQLITE {
            schema.sqlite(statement).await?;
        }
        for statement in POSTGRES {
            schema.postgres(statement).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let schema = Schema::on(manager);
        for trigger in ["listings_shown_insert", "listings_shown_update"] {
            schema.sqlite(&format!("DROP TRIGGER {trigger}")).await?;
            schema
                .postgres(&format!("DROP TRIGGER {trigger} ON listing_search"))
                .await?;
        }
        schema.postgres("DROP FUNCTION listings_shown()").await?;
        schema
            .both(
                "DROP INDEX waitlist_entries_dealer;\nDROP INDEX jobs_due_of_lane;\nALTER TABLE jobs DROP COLUMN lane;\nALTER TABLE outbox DROP COLUMN actor_id;\nDROP TABLE digest_matches;\nDROP TABLE digests;\nDROP TABLE listings_shown;\n\
                 ALTER TABLE saved_listings DROP COLUMN known_minor;\nALTER TABLE saved_listings DROP COLUMN known_currency;\n",
            )
            .await
    }
}

/// `known_minor` is the price that the keeper of a saved listing knows; none where a node of the version before saved it. A person in
/// `digests` whose hour is not `planned` yet gets it at their first turn.
/// `digest_matches` refers to nothing: a search may be erased while its keeper is told, and old lines are removed by their age.
const UP: &str = "
CREATE TABLE listings_shown (
    listing_id {uuid} PRIMARY KEY REFERENCES listings (id) ON DELETE CASCADE,
    at {instant} NOT NULL
);
CREATE INDEX listings_shown_at ON listings_shown (at, listing_id);
INSERT INTO listings_shown (listing_id, at) SELECT l.id, l.listed_at FROM listings l JOIN listing_search s ON s.listing_id = l.id
    WHERE s.public AND l.listed_at IS NOT NULL;
ALTER TABLE saved_listings ADD COLUMN known_minor {int};
ALTER TABLE saved_listings ADD COLUMN known_currency {text};
UPDATE saved_listings SET known_minor = (SELECT l.asking_minor FROM listings l WHERE l.id = saved_listings.listing_id),
    known_currency = (SELECT l.currency FROM listings l WHERE l.id = saved_listings.listing_id);
CREATE TABLE digests (
    user_id {uuid} PRIMARY KEY,
    since {instant} NOT NULL,
    next_at {instant} NOT NULL,
    planned {bool} NOT NULL
);
CREATE INDEX digests_due ON digests (next_at, user_id);
INSERT INTO digests (user_id, since, next_at, planned) SELECT k.user_id, MAX(k.at), MAX(k.at), FALSE
    FROM (SELECT user_id, saved_at AS at FROM saved_listings UNION ALL SELECT user_id, created_at AS at FROM saved_searches) k
    GROUP BY k.user_id;
CREATE TABLE digest_matches (
    search_id {uuid} NOT NULL,
    listing_id {uuid} NOT NULL,
    told_at {instant} NOT NULL,
    PRIMARY KEY (search_id, listing_id)
);
CREATE INDEX digest_matches_age ON digest_matches (told_at);
ALTER TABLE outbox ADD COLUMN actor_id {uuid};
ALTER TABLE jobs ADD COLUMN lane {int} NOT NULL DEFAULT 0;
UPDATE jobs SET lane = 1 WHERE kind = 'webhook_delivery' AND status IN ('queued', 'running');
CREATE INDEX waitlist_entries_dealer ON waitlist_entries (dealer_id, start_at, id) WHERE status IN ('waiting', 'offered');
CREATE INDEX jobs_due_of_lane ON jobs (lane, run_at, id) WHERE status = 'queued';
";

/// The act that shows a listing is the last that changed it or its dealer: its instant is the later of the two.
const SQLITE: &[&str] = &[
    "CREATE TRIGGER listings_shown_insert AFTER INSERT ON listing_search WHEN NEW.public BEGIN \
     INSERT INTO listings_shown (listing_id, at) SELECT l.id, MAX(l.updated_at, d.updated_at) FROM listings l \
     JOIN dealers d ON d.id = l.dealer_id WHERE l.id = NEW.listing_id ON CONFLICT DO NOTHING; END",
    "CREATE TRIGGER listings_shown_update AFTER UPDATE OF public ON listing_search WHEN NEW.public AND NOT OLD.public BEGIN \
     INSERT INTO listings_shown (listing_id, at) SELECT l.id, MAX(l.updated_at, d.updated_at) FROM listings l \
     JOIN dealers d ON d.id = l.dealer_id WHERE l.id = NEW.listing_id ON CONFLICT DO NOTHING; END",
];

/// Once for all rows of a statement: an import writes two hundred at a time.
const POSTGRES: &[&str] = &[
    "CREATE FUNCTION listings_shown() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
     INSERT INTO listings_shown (listing_id, at) SELECT l.id, GREATEST(l.updated_at, d.updated_at) FROM written w \
     JOIN listings l ON l.id = w.listing_id JOIN dealers d ON d.id = l.dealer_id WHERE w.public ON CONFLICT DO NOTHING; \
     RETURN NULL; END $$",
    "CREATE TRIGGER listings_shown_insert AFTER INSERT ON listing_search REFERENCING NEW TABLE AS written \
     FOR EACH STATEMENT EXECUTE FUNCTION listings_shown()",
    "CREATE TRIGGER listings_shown_update AFTER UPDATE ON listing_search REFERENCING NEW TABLE AS written \
     FOR EACH STATEMENT EXECUTE FUNCTION listings_shown()",
];
