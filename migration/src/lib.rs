//! The database schema, one set of migrations for SQLite and PostgreSQL
