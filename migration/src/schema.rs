//! One SQL text for both databases.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Runs statements with the words that differ filled in:
///
/// | word | SQLite | PostgreSQL |
/// | --- | --- | --- |
/// | `{uuid}` | `BLOB` | `uuid` |
/// | `{instant}` | `TEXT` | `timestamptz` |
/// | `{date}` | `TEXT` | `date` |
/// | `{json}` | `TEXT` | `jsonb` |
/// | `{real}` | `REAL` | `double precision` |
/// | `{int}` | `BIGINT` | `bigint` |
/// | `{bool}` | `BOOLEAN` | `boolean` |
/// | `{bytes}` | `BLOB` | `bytea` |
/// | `{text}` | `TEXT` | `text COLLATE "C"` (so that both order alike) |
pub struct Schema<'a> {
    manager: &'a SchemaManager<'a>,
    postgres: bool,
}

impl<'a> Schema<'a> {
    /// On the database that a migration runs on.
    pub fn on(manager: &'a SchemaManager<'a>) -> Self {
        Self {
            manager,
            postgres: manager.get_database_backend() == DbBackend::Postgres,
        }
    }

    /// Runs statements on both databases, separated by `;` at the end of a line.
    pub async fn both(&self, sql: &str) -> Result<(), DbErr> {
        let words = if self.postgres {
            [
                ("{uuid}", "uuid"),
                ("{instant}", "timestamptz"),
                ("{date}", "date"),
                ("{json}", "jsonb"),
                ("{real}", "double precision"),
                ("{int}", "bigint"),
                ("{bool}", "boolean"),
                ("{bytes}", "bytea"),
                ("{text}", "text COLLATE \"C\""),
            ]
        } else {
            [
                ("{uuid}", "BLOB"),
                ("{instant}", "TEXT"),
                ("{date}", "TEXT"),
                ("{json}", "TEXT"),
                ("{real}", "REAL"),
                ("{int}", "BIGINT"),
                ("{bool}", "BOOLEAN"),
                ("{bytes}", "BLOB"),
                ("{text}", "TEXT"),
            ]
        };
        let filled = words.iter().fold(sql.to_owned(), |text, (word, meaning)| {
            text.replace(word, meaning)
        });
        for statement in filled.split(";\n").map(str::trim).filter(|s| !s.is_empty()) {
            self.manager
                .get_connection()
                .execute_unprepared(statement)
                .await?;
        }
        Ok(())
    }

    /// Runs one statement on PostgreSQL alone, as it is.
    pub async fn postgres(&self, sql: &str) -> Result<(), DbErr> {
        if self.postgres {
            self.manager.get_connection().execute_unprepared(sql).await?;
        }
        Ok(())
    }

    /// Runs one statement on SQLite alone, as it is.
    pub async fn sqlite(&self, sql: &str) -> Result<(), DbErr> {
        if !self.postgres {
            self.manager.get_connection().execute_unprepared(sql).await?;
        }
        Ok(())
    }
}
