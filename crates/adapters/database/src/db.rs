//! The pools.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use kernel::error::Common;
use kernel::money::Currency;
use kernel::ports::Ids;
use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, QueryResult, Statement,
};

use crate::fault;
use crate::patience::{Fault, Patience};
use crate::pools::Pools;
use crate::sql::Sql;

/// How to connect.
#[derive(Clone, Debug)]
pub struct DbOptions {
    /// `sqlite:///path/file.db` or `postgres://user@host/name`.
    pub url: String,
    /// A PostgreSQL replica for reads, if there is one.
    pub replica_url: Option<String>,
    /// Connections at most (SQLite: readers; there is always one writer).
    pub max_connections: u32,
    /// Threads that will ask at the same time. On PostgreSQL each has connections of its own.
    pub threads: u32,
    /// How long to wait for a connection (SQLite: for the writer) before the answer is 503.
    pub wait: Duration,
    /// The platform's currency: an order by price begins with it.
    pub currency: Currency,
}

impl DbOptions {
    /// The defaults for a URL: 10 connections, 2 s, US dollars.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            replica_url: None,
            max_connections: 10,
            threads: 1,
            wait: Duration::from_secs(2),
            currency: Currency::USD,
        }
    }
}

/// A database: where acts write, and where lists read. Clones share the pools.
///
/// SQLite has one writer connection whose transactions begin IMMEDIATE, and a pool of read-only readers: of 400 deferred
/// read-modify-write transactions under 8 writers 153 failed with “database is locked”, of 400 immediate ones none.
#[derive(Clone)]
pub struct Db {
    writer: Pools,
    reader: Pools,
    statements: Arc<AtomicU64>,
    wait: Duration,
    pub(crate) patience: Patience,
    pub(crate) ids: Ids,
    pub(crate) currency: Currency,
}

impl Db {
    /// Opens the pools. Does not migrate. `ids` name the rows of the outbox, the queue and the audit log.
    pub async fn connect(options: &DbOptions, ids: Ids) -> Result<Self, DbErr> {
        let statements = Arc::new(AtomicU64::new(0));
        let patience = Patience::new(options.wait);
        let (mut writer, mut reader) = if options.url.starts_with("sqlite:") {
            let mut writing = ConnectOptions::new(&options.url);
            writing
                .max_connections(1)
                .min_connections(1)
                .sqlx_logging(false)
                .acquire_timeout(options.wait)
                .idle_timeout(None)
                .max_lifetime(None);
            let busy = options.wait;
            writing.map_sqlx_sqlite_opts(move |o| {
                o.create_if_missing(true)
                    .foreign_keys(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full) // an acknowledged write survives a power cut
                    .busy_timeout(busy)
                    .pragma("cache_size", "-65536")
            });
            let writer = Database::connect(writing).await?;
            let mut reading = ConnectOptions::new(&options.url);
            reading
                .max_connections(options.max_connections)
                .min_connections(1)
                .sqlx_logging(false)
                .acquire_timeout(options.wait)
                .idle_timeout(None)
                .max_lifetime(None)
                .test_before_acquire(false);
            reading.map_sqlx_sqlite_opts(move |o| {
                o.read_only(true)
                    .foreign_keys(true)
                    .busy_timeout(busy)
                    .pragma("cache_size", "-16384")
                    .pragma("mmap_size", "268435456")
            });
            let reader = Database::connect(reading).await?;
            (Pools::of(writer, Vec::new()), Pools::of(reader, Vec::new()))
        } else {
            let writer = postgres(&options.url, options, &patience).await?;
            let reader = match &options.replica_url {
                Some(replica) => postgres(replica, options, &patience).await?,
                None => writer.clone(),
            };
            (writer, reader)
        };
        for pools in [&mut writer, &mut reader] {
            let statements = Arc::clone(&statements);
            pools.watch(move |info| {
                statements.fetch_add(1, Ordering::Relaxed);
                metrics::histogram!("database_statement_seconds").record(info.elapsed.as_secs_f64());
            });
        }
        Ok(Self {
            writer,
            reader,
            statements,
            wait: options.wait,
            patience,
            ids,
            currency: options.currency,
        })
    }

    /// The connection that writes. Only transactions and migrations use it.
    pub fn writer(&self) -> &DatabaseConnection {
        self.writer.here()
    }

    /// Is it PostgreSQL?
    pub fn is_postgres(&self) -> bool {
        self.backend() == DbBackend::Postgres
    }

    /// Which database it is.
    pub fn backend(&self) -> DbBackend {
        self.reader().get_database_backend()
    }

    /// Statements sent so far: for tests that count what a list costs.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// The same pools, with every statement outside a transaction shown to `see`: for benchmarks that explain what is sent.
    #[must_use]
    pub fn watched(mut self, see: impl Fn(&Statement) + Send + Sync + 'static) -> Self {
        let see = Arc::new(see);
        for pools in [&mut self.writer, &mut self.reader] {
            let see = Arc::clone(&see);
            pools.watch(move |info| see(info.statement));
        }
        self
    }

    /// The same pools, whose `nth` statement from now on (beginning and committing count too) fails before it is sent: for tests
    /// that ask what a fault leaves behind.
    #[must_use]
    pub fn failing_at(self, nth: u64) -> Self {
        Self {
            patience: self.patience.with(Fault::at(nth)),
            ..self
        }
    }

    /// An empty SQL text in this database's dialect.
    pub fn sql(&self) -> Sql {
        Sql::new(self.backend())
    }

    /// All rows of a read-only query, from the reader pool.
    pub async fn all(&self, sql: Sql) -> Result<Vec<QueryResult>, Common> {
        self.patience
            .wait(self.reader().query_all_raw(sql.into_statement()))
            .await
            .map_err(|e| fault::common(&e))
    }

    /// The first row of a read-only query, from the reader pool.
    pub async fn one(&self, sql: Sql) -> Result<Option<QueryResult>, Common> {
        self.patience
            .wait(self.reader().query_one_raw(sql.into_statement()))
            .await
            .map_err(|e| fault::common(&e))
    }

    /// The first row of a query as the database that is written to knows it, on PostgreSQL: never from a replica that lags behind.
    pub(crate) async fn one_of_primary(&self, sql: Sql) -> Result<Option<QueryResult>, Common> {
        self.patience
            .wait(self.writer().query_one_raw(sql.into_statement()))
            .await
            .map_err(|e| fault::common(&e))
    }

    /// All rows of a query as the database that is written to knows them: on PostgreSQL never from a replica that lags behind; on
    /// SQLite the readers see what was committed.
    pub(crate) async fn all_of_primary(&self, sql: Sql) -> Result<Vec<QueryResult>, Common> {
        if self.is_postgres() {
            self.returning(sql).await
        } else {
            self.all(sql).await
        }
    }

    /// The reader pool, for reads through entities.
    pub fn reader(&self) -> &DatabaseConnection {
        self.reader.here()
    }

    /// Runs one statement of its own, outside any act (the queue's bookkeeping). Says how many rows it touched.
    pub async fn run(&self, sql: Sql) -> Result<u64, Common> {
        self.patience
            .wait(self.writer().execute_raw(sql.into_statement()))
            .await
            .map(|r| r.rows_affected())
            .map_err(|e| fault::common(&e))
    }

    /// All rows of a statement that writes and returns.
    pub(crate) async fn returning(&self, sql: Sql) -> Result<Vec<QueryResult>, Common> {
        self.patience
            .wait(self.writer().query_all_raw(sql.into_statement()))
            .await
            .map_err(|e| fault::common(&e))
    }

    /// Does the database answer, in the time that a request waits for it?
    pub async fn ping(&self) -> Result<(), Common> {
        let mut sql = self.sql();
        sql.push("SELECT 1");
        self.patience
            .wait_for(self.wait, self.reader().query_one_raw(sql.into_statement()))
            .await
            .map(|_| ())
            .map_err(|e| fault::common(&e))
    }

    /// Closes the pools.
    pub async fn close(self) -> Result<(), DbErr> {
        self.reader.close().await?;
        self.writer.close().await
    }
}

async fn postgres(url: &str, options: &DbOptions, patience: &Patience) -> Result<Pools, DbErr> {
    let threads = options.threads.max(1);
    let most = options.max_connections.div_ceil(threads).max(2);
    let first = postgres_pool(url, most, options, patience).await?;
    let mut others = Vec::new();
    for _ in 1..threads {
        others.push(postgres_pool(url, most, options, patience).await?);
    }
    Ok(Pools::of(first, others))
}

async fn postgres_pool(
    url: &str,
    most: u32,
    options: &DbOptions,
    patience: &Patience,
) -> Result<DatabaseConnection, DbErr> {
    let mut to = ConnectOptions::new(url);
    to.max_connections(most)
        .sqlx_logging(false)
        .acquire_timeout(options.wait)
        .test_before_acquire_if_idle_for(Duration::from_secs(1));
    // A lock that is held for 10 s or a statement that runs for 60 s is a defect: better a 503 than a pile of waiting requests.
    to.map_sqlx_postgres_opts(|o| {
        o.application_name("forecourt").options([
            ("lock_timeout", "10s"),
            ("statement_timeout", "60s"),
            ("timezone", "UTC"),
        ])
    });
    let patience = patience.clone();
    to.map_sqlx_postgres_pool_opts(move |pool| patience.watch(pool));
    Database::connect(to).await
}
