//! What a contract runs in: the ports on one backend, a clock to move, ids.

use std::sync::Arc;
use std::time::Duration;

use chrono::TimeZone;
use database::{Db, DbOptions, Stop};
use forecourt_database as database;
use kernel::Instant;
use kernel::act::{Act, Record};
use kernel::error::Common;
use kernel::id::UserId;
use kernel::ports::{Clock, Ids};
use memory::{FixedClock, Memory, SeededRandom};
use sea_orm::Value;
use test_databases::{Backend, TestDatabase};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Store {
    Memory,
    Database(Backend),
}

impl Store {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::Database(backend) => backend.name(),
        }
    }
}

/// One store, a clock, ids. A contract builds its use case over `memory` or `db()`, whichever the store is.
pub(crate) struct World {
    pub(crate) clock: FixedClock,
    pub(crate) ids: Ids,
    pub(crate) memory: Memory,
    db: Option<Db>,
    // Dropped last: the pools are closed by then.
    _database: Option<TestDatabase>,
}

impl World {
    pub(crate) async fn new(store: Store) -> Self {
        let clock = FixedClock::at(start());
        let ids = Ids::new(Arc::new(clock.clone()), Arc::new(SeededRandom::new(7)));
        let memory = Memory::new();
        let (db, database) = match store {
            Store::Memory => (None, None),
            Store::Database(backend) => {
                let database = TestDatabase::fresh(backend).await;
                let options = DbOptions {
                    wait: Duration::from_mins(1),
                    ..DbOptions::new(&database.url)
                };
                (
                    Some(Db::connect(&options, ids.clone()).await.expect("a connection")),
                    Some(database),
                )
            }
        };
        Self {
            clock,
            ids,
            memory,
            db,
            _database: database,
        }
    }

    pub(crate) fn db(&self) -> &Db {
        self.db.as_ref().expect("a database")
    }

    /// The database, where there is one.
    pub(crate) fn database(&self) -> Option<&Db> {
        self.db.as_ref()
    }

    /// An act of the system, now.
    pub(crate) fn act(&self) -> Act {
        Act::of_system(self.clock.now(), "test")
    }
}

/// A Friday in summer.
pub(crate) fn start() -> Instant {
    chrono::Utc
        .with_ymd_and_hms(2026, 6, 5, 12, 0, 0)
        .single()
        .expect("an instant")
}

/// Writes a row as it is.
pub(crate) async fn given_row(world: &World, table: &str, columns: Vec<(&str, Value)>) {
    try_row(world, table, columns).await.unwrap();
}

/// Writes an account with a confirmed address.
pub(crate) async fn given_account(world: &World, user: UserId, email: &str, name: [&str; 2]) {
    let [first, last] = name;
    let row: Vec<(&str, Value)> = vec![
        ("id", user.uuid().into()),
        ("email", email.into()),
        ("email_folded", email.into()),
        ("email_verified", true.into()),
        ("first_name", first.into()),
        ("last_name", last.into()),
        ("last_name_folded", last.to_lowercase().into()),
        (
            "search_text",
            format!("{first} {last} {email}").to_lowercase().into(),
        ),
        ("platform_role", "customer".into()),
        ("referral_code", user.to_string().into()),
        ("active", true.into()),
        ("version", 1_i64.into()),
        ("created_at", world.clock.now().into()),
    ];
    given_row(world, "users", row).await;
}

/// Writes a row as it is, if the database lets it in.
pub(crate) async fn try_row(world: &World, table: &str, columns: Vec<(&str, Value)>) -> Result<(), Common> {
    let act = world.act();
    let columns = &columns;
    let done = world.db().act(&act, |tx| async move {
        let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
        let mut sql = tx.sql();
        sql.push("INSERT INTO ")
            .push(table)
            .push(" (")
            .push(&names.join(", "))
            .push(") VALUES (");
        sql.bind_all(columns.iter().map(|(_, value)| value.clone()))
            .push(")");
        let written = tx.run(sql).await;
        let written = written.map(|_| ((), Record::default()));
        (tx, written.map_err(Stop::<Common>::from))
    });
    done.await.map(|done| done.value)
}
