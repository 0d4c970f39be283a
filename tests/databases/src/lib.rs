//! A fresh, migrated database for each test. The schema is made once and then copied: a file on SQLite, a template
//! database on PostgreSQL.
//!
//! PostgreSQL is the server at `TEST_POSTGRES_URL` (its user must be allowed to create databases). Without it the tests fail:
//! a backend that is skipped is a backend that is not tested.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "test support: a failure here must stop the test with its reason"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use sha2::{Digest, Sha256};

mod listed;
pub mod rows;

pub use listed::all_listed;

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// A file.
    Sqlite,
    /// A database on the server at `TEST_POSTGRES_URL`.
    Postgres,
}

impl Backend {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// The name, as test names show it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// A database that goes away with this value.
pub struct TestDatabase {
    /// What to connect to.
    pub url: String,
    kept: Kept,
}

enum Kept {
    Folder(#[expect(dead_code, reason = "held for its drop")] tempfile::TempDir),
    Database { server: String, name: String },
}

impl TestDatabase {
    /// A fresh database with the whole schema and no rows.
    pub async fn fresh(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => Self::sqlite().await,
            Backend::Postgres => Self::postgres().await,
        }
    }

    async fn sqlite() -> Self {
        let template = std::env::temp_dir().join(format!("forecourt-schema-{}.db", schema_hash()));
        let folder = tempfile::tempdir().expect("a folder for the database");
        let file = folder.path().join("test.db");
        if template.exists() {
            std::fs::copy(&template, &file).expect("copying the schema");
        } else {
            let url = format!("sqlite://{}?mode=rwc", file.display());
            let connection = connect(&url).await;
            migration::up(&connection).await.expect("the schema");
            connection.close().await.expect("closing");
            // Several test processes may race here; a rename is atomic, and all make the same file.
            let made = template.with_extension(format!("{}.tmp", std::process::id()));
            std::fs::copy(&file, &made).expect("copying the schema");
            std::fs::rename(&made, &template).expect("keeping the schema");
        }
        Self {
            url: format!("sqlite://{}", file.display()),
            kept: Kept::Folder(folder),
        }
    }

    async fn postgres() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var("TEST_POSTGRES_URL").unwrap_or_else(|_| {
            panic!("TEST_POSTGRES_URL is not set: run `make test`, or name a PostgreSQL server")
        });
        let admin = connect(&server).await;
        let template = format!("forecourt_schema_{}", schema_hash());
        let run = async |sql: String| admin.execute_unprepared(&sql).await;
        run(format!("SELECT pg_advisory_lock(hashtext('{template}'))"))
            .await
            .expect("the lock");
        let known = admin
            .query_one_raw(sea_orm::Statement::from_string(
                sea_orm::DbBackend::Postgres,
                format!("SELECT 1 FROM pg_database WHERE datname = '{template}'"),
            ))
            .await
            .expect("the list of databases")
            .is_some();
        if !known {
            let draft = format!("{template}_draft");
            run(format!("DROP DATABASE IF EXISTS {draft}"))
                .await
                .expect("dropping a left-over draft");
            run(format!("CREATE DATABASE {draft}"))
                .await
                .expect("the template");
            let connection = Database::connect(
                ConnectOptions::new(renamed(&server, &draft))
                    .max_connections(3)
                    .sqlx_logging(false)
                    .to_owned(),
            )
            .await
            .expect("the template's connection");
            migration::up(&connection).await.expect("the schema");
            connection.close().await.expect("closing");
            run(format!("ALTER DATABASE {draft} RENAME TO {template}"))
                .await
                .expect("the template");
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "a name that no other test process gives"
        )]
        let nanos = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |d| d.as_nanos());
        let name = format!(
            "forecourt_t_{}_{nanos}_{}",
            std::process::id(),
            NUMBER.fetch_add(1, Ordering::Relaxed)
        );
        run(format!("CREATE DATABASE {name} TEMPLATE {template}"))
            .await
            .expect("a copy of the template");
        run(format!("SELECT pg_advisory_unlock(hashtext('{template}'))"))
            .await
            .expect("the lock");
        admin.close().await.expect("closing");
        Self {
            url: renamed(&server, &name),
            kept: Kept::Database { server, name },
        }
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Kept::Database { server, name } = &self.kept else {
            return;
        };
        let (server, sql) = (
            server.clone(),
            format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"),
        );
        // A runtime of its own: this may run inside one that is shutting down.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async { connect(&server).await.execute_unprepared(&sql).await.map(|_| ()) })
        });
        drop(dropped.join());
    }
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options)
        .await
        .unwrap_or_else(|error| panic!("can't connect to {url}: {error}"))
}

/// The same server, another database.
fn renamed(url: &str, database: &str) -> String {
    let (server, query) = url.split_once('?').map_or((url, None), |(s, q)| (s, Some(q)));
    let base = server.rsplit_once('/').map_or(server, |(base, _)| base);
    query.map_or_else(
        || format!("{base}/{database}"),
        |query| format!("{base}/{database}?{query}"),
    )
}

/// Tells one schema from another: a hash of the migrations' source.
fn schema_hash() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migration/src");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the migrations")
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .collect();
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        hash.update(std::fs::read(file).expect("a migration"));
    }
    let mut text = String::new();
    for byte in hash.finalize().iter().take(8) {
        let _ = write!(text, "{byte:02x}"); // writing to a String can't fail
    }
    text
}
