//! What a database error means.

use kernel::error::{Common, Failure};
use sea_orm::sqlx;
use sea_orm::{DbErr, RuntimeErr};

/// Why a try of an act ended early.
#[derive(Debug)]
pub enum Stop<E> {
    /// The decision refused.
    Domain(E),
    /// The database did.
    Db(DbErr),
    /// A stored row is not what it must be, or a shared refusal.
    Common(Common),
}

impl<E> From<DbErr> for Stop<E> {
    fn from(error: DbErr) -> Self {
        Self::Db(error)
    }
}

impl<E> From<Common> for Stop<E> {
    fn from(error: Common) -> Self {
        Self::Common(error)
    }
}

/// An invariant that the database holds, and the refusal that it means.
pub struct Constraint<E: 'static> {
    /// Name of the constraint or index on PostgreSQL.
    pub name: &'static str,
    /// What SQLite says instead: `UNIQUE constraint failed: table.column` without the first three words, the index name of an
    /// expression index, or the text of a trigger's RAISE.
    pub sqlite: &'static str,
    /// What it means.
    pub means: fn() -> E,
}

/// A domain crate's error, with the invariants that its tables hold.
pub trait Constrained: Failure + From<Common> + Sized + 'static {
    /// One table a domain crate.
    const CONSTRAINTS: &'static [Constraint<Self>];
}

impl Constrained for Common {
    const CONSTRAINTS: &'static [Constraint<Self>] = &[];
}

/// What to do about a database error.
pub(crate) enum Verdict<E> {
    /// Run the whole act again.
    Again,
    /// Tell the caller.
    Tell(E),
}

/// The meaning of an error within an act.
pub(crate) fn judge<E: Constrained>(error: &DbErr) -> Verdict<E> {
    let Some(database) = database_error(error) else {
        return Verdict::Tell(common(error).into());
    };
    let code = database.code().unwrap_or_default();
    // PostgreSQL: serialization failure, deadlock. SQLite: busy, and busy with a stale snapshot.
    if matches!(code.as_ref(), "40001" | "40P01" | "5" | "517") {
        return Verdict::Again;
    }
    let broken = E::CONSTRAINTS
        .iter()
        .find(|constraint| match database.constraint() {
            Some(name) => name == constraint.name,
            None => database.message().ends_with(constraint.sqlite),
        });
    match broken {
        Some(constraint) => Verdict::Tell((constraint.means)()),
        None => Verdict::Tell(common(error).into()),
    }
}

/// The meaning of an error that no invariant of ours explains: the database is away, or a defect.
pub(crate) fn common(error: &DbErr) -> Common {
    let internal = error.to_string();
    let away = match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
        _ => match database_error(error) {
            // Connection exceptions, insufficient resources, operator intervention, lock not available; SQLite busy, I/O error, full.
            Some(e) => e.code().is_some_and(|code| {
                ["08", "53", "57", "55P03"]
                    .iter()
                    .any(|class| code.starts_with(class))
                    || matches!(code.as_ref(), "5" | "517" | "10" | "13")
            }),
            None => match error {
                DbErr::Exec(RuntimeErr::SqlxError(e)) | DbErr::Query(RuntimeErr::SqlxError(e)) => matches!(
                    **e,
                    sqlx::Error::Io(_)
                        | sqlx::Error::PoolTimedOut
                        | sqlx::Error::PoolClosed
                        | sqlx::Error::WorkerCrashed
                        | sqlx::Error::Tls(_)
                        | sqlx::Error::Protocol(_)
                ),
                _ => false,
            },
        },
    };
    if away {
        Common::Unavailable { internal }
    } else {
        Common::Internal { internal }
    }
}

fn database_error(error: &DbErr) -> Option<&dyn sqlx::error::DatabaseError> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(e)) | DbErr::Query(RuntimeErr::SqlxError(e)) => match &**e {
            sqlx::Error::Database(database) => Some(database.as_ref()),
            _ => None,
        },
        _ => None,
    }
}

/// A stored value that is not what it must be: which table, which column, which value.
pub(crate) fn corrupt(table: &str, column: &str, value: impl std::fmt::Display) -> Common {
    Common::internal(format!(
        "{table}.{column} holds {value}, which is no value of its type"
    ))
}
