//! Nobody waits for ever for a database that does not answer.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sea_orm::sqlx::postgres::PgPoolOptions;
use sea_orm::sqlx::{Connection as _, Error};
use sea_orm::{DbErr, RuntimeErr};

/// How long a statement may take. The server's own limit for locks comes first, so that a defect of ours has a name.
const STATEMENT: Duration = Duration::from_secs(12);
/// How long a connection may take to prove that it lives, once one did not answer.
const PROOF: Duration = Duration::from_secs(1);
/// How long the others are in doubt after that.
const DOUBT: Duration = Duration::from_secs(30);

/// Bounds what waits for the database. Clones share what they have seen.
#[derive(Clone, Debug)]
pub(crate) struct Patience {
    limit: Duration,
    silence: Arc<Mutex<Option<Instant>>>,
    fault: Option<Fault>,
}

/// Breaks one statement of those to come: for tests that ask what is left behind.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    nth: u64,
    seen: Arc<AtomicU64>,
}

impl Fault {
    /// Breaks the `nth` statement, counted from 1; beginning and committing count as well.
    pub(crate) fn at(nth: u64) -> Self {
        Self {
            nth,
            seen: Arc::default(),
        }
    }

    fn strikes(&self) -> bool {
        self.seen.fetch_add(1, Ordering::SeqCst) + 1 == self.nth
    }
}

impl Patience {
    /// For pools whose callers wait `wait` for a connection.
    pub(crate) fn new(wait: Duration) -> Self {
        Self {
            limit: wait + STATEMENT,
            silence: Arc::default(),
            fault: None,
        }
    }

    /// The same, with a fault to come.
    pub(crate) fn with(self, fault: Fault) -> Self {
        Self {
            fault: Some(fault),
            ..self
        }
    }

    /// Waits for a statement, not longer than the limit.
    pub(crate) async fn wait<T>(&self, work: impl Future<Output = Result<T, DbErr>>) -> Result<T, DbErr> {
        if self.fault.as_ref().is_some_and(Fault::strikes) {
            let told = "a test broke this statement before it was sent".to_owned();
            return Err(DbErr::Conn(RuntimeErr::Internal(told)));
        }
        self.wait_for(self.limit, work).await
    }

    /// Waits for the end of what has failed already: only as long as a connection that lives needs for it.
    pub(crate) async fn wait_shortly<T>(
        &self,
        work: impl Future<Output = Result<T, DbErr>>,
    ) -> Result<T, DbErr> {
        self.wait_for(PROOF, work).await
    }

    /// Waits, not longer than `limit`.
    pub(crate) async fn wait_for<T>(
        &self,
        limit: Duration,
        work: impl Future<Output = Result<T, DbErr>>,
    ) -> Result<T, DbErr> {
        let mut work = std::pin::pin!(work);
        if let Ok(done) = tokio::time::timeout(limit, &mut work).await {
            return done;
        }
        // Noted before the work is dropped and its connection goes back to the pool.
        *self.silence.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        let told = format!("the database did not answer within {limit:?}");
        Err(DbErr::Conn(RuntimeErr::Internal(told)))
    }

    fn doubts(&self) -> bool {
        let silence = *self.silence.lock().unwrap_or_else(PoisonError::into_inner);
        silence.is_some_and(|since| since.elapsed() < DOUBT)
    }

    /// While there is doubt, a connection must prove that it lives before it goes back to the pool: one to a host that is gone
    /// would hold its place for as long as the network takes to give it up.
    pub(crate) fn watch(&self, options: PgPoolOptions) -> PgPoolOptions {
        let patience = self.clone();
        options.after_release(move |connection, _| {
            let patience = patience.clone();
            Box::pin(async move {
                if !patience.doubts() {
                    return Ok(true);
                }
                match tokio::time::timeout(PROOF, connection.ping()).await {
                    Ok(alive) => alive.map(|()| true),
                    Err(_) => Err(Error::Io(std::io::ErrorKind::TimedOut.into())),
                }
            })
        })
    }
}
