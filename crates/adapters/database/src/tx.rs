//! One try of one act.
//!
//! A port method hands a function over `&Tx` to [`Db::act`]:
//!
//! ```ignore
//! async fn book(&self, act: &Act, target: Target, decide: Decide<'_, Facts, Plan, TestDrive, Error>) -> Result<Done<TestDrive>, Error> {
//!     self.db.act(act, |tx| async move {
//!         let result = book_in(&tx, act, target, decide).await;
//!         (tx, result)
//!     }).await
//! }
//! ```
//!
//! The row functions inside use [`Tx::all`], [`Tx::one`], [`Tx::run`], [`Tx::lock`] and entities over [`Tx::connection`] alone: a
//! call on the pool would wait for the very connection that the transaction holds.

use std::time::Duration;

use kernel::act::{Act, Done, Record};
use kernel::error::{Common, Kind};
use kernel::money::Currency;
use kernel::ports::Ids;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, QueryResult, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::db::Db;
use crate::fault::{self, Constrained, Stop, Verdict};
use crate::patience::Patience;
use crate::record;
use crate::sql::Sql;

/// How long an answer is kept for repeats of its request.
const KEPT: chrono::TimeDelta = chrono::TimeDelta::hours(24);
/// Tries of an act that the database asks to run again, before it is a 503.
const MOST_TRIES: u32 = 8;

/// Counts the tries of one act.
#[derive(Debug, Default)]
struct Tries(u32);

/// How an act begins.
enum Begun<T> {
    /// To be done.
    Fresh(Tx),
    /// Done before under the same idempotency key: the kept answer.
    Replayed(Done<T>),
}

/// An open transaction of one act. Dropped before its act ends, it rolls back.
pub struct Tx {
    inner: DatabaseTransaction,
    /// The key was used for another request. Refusals that come before 422 still win, so the act is run, and then undone.
    reused: bool,
    patience: Patience,
    pub(crate) ids: Ids,
    /// The platform's.
    pub(crate) currency: Currency,
}

impl Db {
    /// Opens a transaction and claims the act's idempotency key in it, as its first statement: a rival with the same key waits here.
    async fn begin<T: DeserializeOwned>(&self, act: &Act) -> Result<Begun<T>, Common> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let inner = self
            .patience
            .wait(self.writer().begin_with_options(options))
            .await
            .map_err(|e| fault::common(&e))?;
        let mut tx = Tx {
            inner,
            patience: self.patience.clone(),
            reused: false,
            ids: self.ids.clone(),
            currency: self.currency,
        };
        match tx.claim(act).await.map_err(|e| fault::common(&e))? {
            Claimed::Ours => Ok(Begun::Fresh(tx)),
            Claimed::Reused => {
                tx.reused = true;
                Ok(Begun::Fresh(tx))
            }
            Claimed::Answered(answer) => {
                let value =
                    serde_json::from_str(&answer).map_err(|e| fault::corrupt("idempotency", "answer", e))?;
                Ok(Begun::Replayed(Done {
                    value,
                    replayed: true,
                }))
            }
        }
    }
}

impl Db {
    /// Does an act: begins, has `work` done in the transaction, finishes, and again as a whole where the database asks for it.
    ///
    /// The transaction is lent by value and comes back: futures over a borrowed one don't get through `async_trait`.
    pub async fn act<T, E, F>(&self, act: &Act, work: impl Fn(Tx) -> F) -> Result<Done<T>, E>
    where
        T: Serialize + DeserializeOwned,
        E: Constrained,
        F: Future<Output = (Tx, Result<(T, Record), Stop<E>>)>,
    {
        let mut tries = Tries::default();
        loop {
            let tx = match self.begin(act).await? {
                Begun::Fresh(tx) => tx,
                Begun::Replayed(done) => return Ok(done),
            };
            let (tx, result) = work(tx).await;
            if let Some(end) = tx.finish(act, &mut tries, result).await {
                return end;
            }
        }
    }
}

enum Claimed {
    Ours,
    Reused,
    Answered(String),
}

impl Tx {
    async fn claim(&self, act: &Act) -> Result<Claimed, DbErr> {
        let Some(claim) = &act.claim else {
            return Ok(Claimed::Ours);
        };
        let mut sql = self.sql();
        sql.push("INSERT INTO idempotency (scope, fingerprint, created_at) VALUES (")
            .bind_all([claim.scope.as_str(), claim.fingerprint.as_str()]);
        sql.push(", ")
            .bind(act.at)
            .push(") ON CONFLICT (scope) DO NOTHING");
        if self.run(sql).await? == 1 {
            return Ok(Claimed::Ours);
        }
        let mut sql = self.sql();
        sql.push("UPDATE idempotency SET fingerprint = ")
            .bind(claim.fingerprint.as_str())
            .push(", answer = NULL, created_at = ")
            .bind(act.at);
        sql.push(" WHERE scope = ")
            .bind(claim.scope.as_str())
            .push(" AND created_at < ")
            .bind(act.at - KEPT);
        if self.run(sql).await? == 1 {
            return Ok(Claimed::Ours);
        }
        let mut sql = self.sql();
        sql.push("SELECT fingerprint, answer FROM idempotency WHERE scope = ")
            .bind(claim.scope.as_str());
        let Some(row) = self.one(sql).await? else {
            return Ok(Claimed::Ours);
        };
        let fingerprint: String = row.try_get_by_index(0)?;
        let answer: Option<String> = row.try_get_by_index(1)?;
        Ok(match answer {
            Some(answer) if fingerprint == claim.fingerprint => Claimed::Answered(answer),
            _ => Claimed::Reused,
        })
    }

    /// Ends the try: writes what goes out with it and commits, or rolls back. `None`: run the whole act again.
    async fn finish<T, E>(
        self,
        act: &Act,
        tries: &mut Tries,
        result: Result<(T, Record), Stop<E>>,
    ) -> Option<Result<Done<T>, E>>
    where
        T: Serialize,
        E: Constrained,
    {
        let error = match result {
            Ok(_) if self.reused => return Some(self.refuse(Common::KeyReused.into()).await),
            Ok((answer, record)) => match self.commit(act, &answer, record).await {
                Ok(()) => return Some(Ok(Done::fresh(answer))),
                Err(Stop::Db(error)) => error,
                Err(Stop::Domain(error)) => return Some(Err(error)),
                Err(Stop::Common(error)) => return Some(Err(error.into())),
            },
            Err(Stop::Domain(error)) => {
                let hidden = self.reused && matches!(error.kind(), Kind::Invalid | Kind::Conflict);
                return Some(
                    self.refuse(if hidden { Common::KeyReused.into() } else { error })
                        .await,
                );
            }
            Err(Stop::Common(error)) => return Some(self.refuse(error.into()).await),
            Err(Stop::Db(error)) => {
                // A rollback that fails closes the connection, which rolls back as well.
                drop(self.patience.wait_shortly(self.inner.rollback()).await);
                error
            }
        };
        match fault::judge(&error) {
            Verdict::Tell(told) => Some(Err(told)),
            Verdict::Again if tries.0 + 1 >= MOST_TRIES => Some(Err(Common::Unavailable {
                internal: error.to_string(),
            }
            .into())),
            Verdict::Again => {
                tries.0 += 1;
                metrics::counter!("database_act_retries").increment(1);
                tokio::time::sleep(Duration::from_millis(u64::from(tries.0 * tries.0) * 3)).await;
                None
            }
        }
    }

    async fn refuse<T, E>(self, error: E) -> Result<Done<T>, E> {
        drop(self.patience.wait_shortly(self.inner.rollback()).await);
        Err(error)
    }

    async fn commit<T: Serialize, E>(self, act: &Act, answer: &T, record: Record) -> Result<(), Stop<E>> {
        let kept = match &act.claim {
            Some(claim) => {
                let answer = serde_json::to_string(answer).map_err(|e| Common::internal(e.to_string()))?;
                Some((claim.scope.as_str(), answer))
            }
            None => None,
        };
        record::write(&self, act, kept, record).await?;
        self.patience.wait(self.inner.commit()).await?;
        Ok(())
    }

    /// Locks a row by its id until the act ends; false when there is none. On SQLite the writer holds everything anyway.
    /// Locks are taken in one order: dealer, site, listing, vehicle, user, booking, negotiation.
    pub async fn lock(&self, table: &'static str, id: uuid::Uuid) -> Result<bool, DbErr> {
        let mut sql = self.sql();
        sql.push("SELECT 1 FROM ")
            .push(table)
            .push(" WHERE id = ")
            .bind(id);
        if sql.is_postgres() {
            sql.push(" FOR UPDATE");
        }
        Ok(self.one(sql).await?.is_some())
    }

    /// Locks rows by their ids, in the order of the ids, in one statement. Those that are not there are none.
    pub async fn lock_all(&self, table: &'static str, ids: &[uuid::Uuid]) -> Result<(), DbErr> {
        if self.backend() != DbBackend::Postgres || ids.is_empty() {
            return Ok(());
        }
        let mut sql = self.sql();
        sql.push("SELECT 1 FROM ").push(table).push(" WHERE id IN (");
        sql.bind_all(ids.iter().copied()).push(") ORDER BY id FOR UPDATE");
        self.all(sql).await.map(|_| ())
    }

    /// Runs a statement; says how many rows it touched.
    pub async fn run(&self, sql: Sql) -> Result<u64, DbErr> {
        self.patience
            .wait(self.inner.execute_raw(sql.into_statement()))
            .await
            .map(|r| r.rows_affected())
    }

    /// All rows of a query.
    pub async fn all(&self, sql: Sql) -> Result<Vec<QueryResult>, DbErr> {
        self.patience
            .wait(self.inner.query_all_raw(sql.into_statement()))
            .await
    }

    /// The first row of a query.
    pub async fn one(&self, sql: Sql) -> Result<Option<QueryResult>, DbErr> {
        self.patience
            .wait(self.inner.query_one_raw(sql.into_statement()))
            .await
    }

    /// For entities.
    pub fn connection(&self) -> &DatabaseTransaction {
        &self.inner
    }

    /// Which database it is.
    pub fn backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }

    /// An empty SQL text in this database's dialect.
    pub fn sql(&self) -> Sql {
        Sql::new(self.backend())
    }
}
