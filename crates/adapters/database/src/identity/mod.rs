//! Accounts, sessions, codes, invitations.

mod accounts;
mod api_keys;
mod facts;
pub(crate) mod invitations;
mod queries;
mod rows;
mod standings;
mod write;

pub use accounts::SqlAccounts;
pub use api_keys::SqlApiKeys;
pub use invitations::SqlInvitations;
pub use queries::SqlUsers;
pub use standings::SqlStandings;

use ::identity::Error;
use ::identity::user::User;
use kernel::error::Common;
use kernel::id::UserId;
use sea_orm::DbErr;

use self::facts::Named;
use crate::db::Db;
use crate::fault::{self, Constrained, Constraint};
use crate::tx::Tx;

/// A person, locked.
pub(crate) async fn locked_user(tx: &Tx, user: UserId) -> Result<Option<User>, DbErr> {
    let account = facts::locked_account(tx, &Named::Id(user)).await?;
    Ok(account.map(|account| account.user))
}

/// Locks somebody whose account is open. A call may have begun before its caller closed the account: what it would keep, nobody
/// would ever take away.
pub(crate) async fn lock_open(tx: &Tx, user: UserId) -> Result<bool, DbErr> {
    let mut sql = tx.sql();
    sql.push("SELECT 1 AS one FROM users WHERE closed_at IS NULL AND id = ")
        .bind(user.uuid());
    if sql.is_postgres() {
        sql.push(" FOR UPDATE");
    }
    Ok(tx.one(sql).await?.is_some())
}

/// A person, as the database that is written to knows them.
pub(crate) async fn user_of_primary(db: &Db, user: UserId) -> Result<Option<User>, Common> {
    let query = facts::account_query(db.sql(), &Named::Id(user));
    let row = db.one_of_primary(query).await?;
    row.as_ref()
        .map(rows::user)
        .transpose()
        .map_err(|e| fault::common(&e))
}

impl Constrained for Error {
    const CONSTRAINTS: &'static [Constraint<Self>] = &[Constraint {
        name: "users_email",
        sqlite: "users.email_folded",
        means: || Self::EmailTaken,
    }];
}
