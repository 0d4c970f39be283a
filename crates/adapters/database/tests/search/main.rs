//! Searches and imports: SQLite and PostgreSQL are held against each other on one corpus, taken in by an import.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod agreement;
mod imports;
mod lot;
mod visibility;
