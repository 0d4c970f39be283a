//! A pool of connections for each thread.

use std::sync::atomic::{AtomicUsize, Ordering};

use sea_orm::{DatabaseConnection, DbErr, metric};

/// One pool or several, of which a thread always uses the same.
///
/// A connection's socket is watched by the runtime of the thread that opened it. One that wanders between threads wakes two of them
/// for each answer: a fifth of what a small read costs.
#[derive(Clone)]
pub(crate) struct Pools {
    first: DatabaseConnection,
    others: Vec<DatabaseConnection>,
}

impl Pools {
    pub(crate) const fn of(first: DatabaseConnection, others: Vec<DatabaseConnection>) -> Self {
        Self { first, others }
    }

    /// The pool of this thread.
    pub(crate) fn here(&self) -> &DatabaseConnection {
        let turn = THREAD.with(|thread| thread % (self.others.len() + 1));
        self.others.get(turn).unwrap_or(&self.first)
    }

    /// Shows every statement outside a transaction to `see`.
    pub(crate) fn watch(&mut self, see: impl Fn(&metric::Info<'_>) + Clone + Send + Sync + 'static) {
        for pool in std::iter::once(&mut self.first).chain(&mut self.others) {
            pool.set_metric_callback(see.clone());
        }
    }

    pub(crate) async fn close(self) -> Result<(), DbErr> {
        for pool in self.others {
            pool.close().await?;
        }
        self.first.close().await
    }
}

static THREADS: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// The how many-th thread this is of those that asked for a pool.
    static THREAD: usize = THREADS.fetch_add(1, Ordering::Relaxed);
}
