//! The platform's own pages, and which version of the terms a person accepted.
//!
//! What has been in force is kept by the database too: a change carries the instant of its act, and is refused once the day of what it
//! changes has come; a row goes only after such a change took it out (`withdrawn`), within the same transaction.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0023_content"
    }
}

/// `users.terms_version` names the version for people, `users.terms_id` is the version itself; none where none was in force.
const UP: &str = "
CREATE TABLE content_versions (
    id {uuid} PRIMARY KEY,
    page {text} NOT NULL,
    content {text} NOT NULL,
    effective_date {date} NOT NULL,
    written_by {uuid} REFERENCES users (id),
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    withdrawn {bool} NOT NULL DEFAULT FALSE,
    version {int} NOT NULL,
    CONSTRAINT content_versions_page CHECK (page IN ('privacy-policy', 'terms-and-conditions', 'about-us')),
    CONSTRAINT content_versions_says CHECK (content <> '')
);
CREATE UNIQUE INDEX content_versions_one_a_day ON content_versions (page, effective_date);
CREATE INDEX content_versions_by_date ON content_versions (page, effective_date, id);
CREATE INDEX content_versions_by_age ON content_versions (page, created_at, id);
ALTER TABLE users ADD COLUMN terms_id {uuid} REFERENCES content_versions (id);
CREATE INDEX users_terms ON users (terms_id, id) WHERE terms_id IS NOT NULL;
";

/// A trigger that refuses: its name, when it looks, what it finds wrong on SQLite and on PostgreSQL, what it says.
struct Refusal {
    name: &'static str,
    before: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
    says: &'static str,
}

const REFUSALS: &[Refusal] = &[
    Refusal {
        name: "content_versions_kept",
        before: "UPDATE",
        sqlite: "OLD.effective_date <= substr(NEW.updated_at, 1, 10) OR NEW.updated_at < OLD.updated_at",
        postgres: "OLD.effective_date <= (NEW.updated_at AT TIME ZONE 'UTC')::date OR NEW.updated_at < OLD.updated_at",
        says: "content_kept_for_ever",
    },
    Refusal {
        name: "content_versions_no_delete",
        before: "DELETE",
        sqlite: "NOT OLD.withdrawn",
        postgres: "NOT OLD.withdrawn",
        says: "content_kept_for_ever",
    },
    Refusal {
        name: "content_versions_new_not_backdated",
        before: "INSERT",
        sqlite: "NEW.effective_date < substr(NEW.updated_at, 1, 10)",
        postgres: "NEW.effective_date < (NEW.updated_at AT TIME ZONE 'UTC')::date",
        says: "content_dated_back",
    },
    Refusal {
        name: "content_versions_not_backdated",
        before: "UPDATE",
        sqlite: "NEW.effective_date < substr(NEW.updated_at, 1, 10)",
        postgres: "NEW.effective_date < (NEW.updated_at AT TIME ZONE 'UTC')::date",
        says: "content_dated_back",
    },
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let schema = Schema::on(manager);
        schema.both(UP).await?;
        schema
            .postgres(
                "CREATE FUNCTION content_refused() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN RAISE EXCEPTION '%', TG_ARGV[0]; END $$",
            )
            .await?;
        for Refusal {
            name,
            before,
            sqlite,
            postgres,
            says,
        } in REFUSALS
        {
            schema
                .sqlite(&format!(
                    "CREATE TRIGGER {name} BEFORE {before} ON content_versions WHEN ({sqlite})
                     BEGIN SELECT RAISE(ABORT, '{says}'); END"
                ))
                .await?;
            schema
                .postgres(&format!(
                    "CREATE TRIGGER {name} BEFORE {before} ON content_versions
                     FOR EACH ROW WHEN ({postgres}) EXECUTE FUNCTION content_refused('{says}')"
                ))
                .await?;
        }
        schema
            .postgres(
                "CREATE TRIGGER content_versions_no_truncate BEFORE TRUNCATE ON content_versions
                 FOR EACH STATEMENT EXECUTE FUNCTION content_refused('content_kept_for_ever')",
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let schema = Schema::on(manager);
        // The triggers go with their table.
        schema
            .both("DROP INDEX users_terms;\nALTER TABLE users DROP COLUMN terms_id;\nDROP TABLE content_versions;\n")
            .await?;
        schema.postgres("DROP FUNCTION content_refused()").await
    }
}
