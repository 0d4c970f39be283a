//! What is known of an account, read and locked within a transaction.

use ::content::page::Page;
use ::identity::code::{OneTimeCode, Purpose};
use ::identity::device::{Seen, known_since};
use ::identity::session::Session;
use ::identity::throttle::{Throttle, ThrottleKey};
use ::identity::user::{Account, ReferralCode, TermsInForce};
use kernel::Instant;
use kernel::email::Email;
use kernel::id::{DealerId, SessionId, UserId};
use sea_orm::{DbErr, QueryResult};

use super::rows;
use crate::content;
use crate::rows::{get, id};
use crate::sql::Sql;
use crate::tx::Tx;

/// How a user is named.
pub(super) enum Named<'a> {
    /// By id.
    Id(UserId),
    /// By address.
    Address(&'a Email),
}

/// Keeps others from making an account with this address meanwhile: where there is no row yet, there is none to lock.
pub(super) async fn reserve_address(tx: &Tx, email: &Email) -> Result<(), DbErr> {
    let mut sql = tx.sql();
    if sql.is_postgres() {
        sql.push("SELECT pg_advisory_xact_lock(hashtextextended(")
            .bind(email.folded())
            .push(", 0))");
        tx.one(sql).await?;
    }
    Ok(())
}

/// The query for an account.
pub(super) fn account_query(mut sql: Sql, named: &Named<'_>) -> Sql {
    sql.push("SELECT ")
        .push(rows::USER)
        .push(", u.password FROM users u WHERE ");
    match named {
        Named::Id(user) => sql.push("u.id = ").bind(user.uuid()),
        Named::Address(email) => sql.push("u.email_folded = ").bind(email.folded()),
    };
    sql
}

/// Locks an account. Its second factor is read once the lock is held: a join would show it as it was before the wait, and a code
/// that was used meanwhile would count again.
pub(super) async fn locked_account(tx: &Tx, named: &Named<'_>) -> Result<Option<Account>, DbErr> {
    let mut sql = account_query(tx.sql(), named);
    if sql.is_postgres() {
        sql.push(" FOR UPDATE OF u");
    }
    let Some(row) = tx.one(sql).await? else {
        return Ok(None);
    };
    let account = rows::account(&row)?;
    let factor = tx.one(factor_query(tx.sql(), account.user.id)).await?;
    Ok(Some(Account {
        factor: factor.as_ref().map(rows::factor).transpose()?,
        ..account
    }))
}

/// The query for a user's second factor.
pub(super) fn factor_query(mut sql: Sql, user: UserId) -> Sql {
    sql.push("SELECT ")
        .push(rows::FACTOR)
        .push(" FROM second_factors WHERE user_id = ")
        .bind(user.uuid());
    sql
}

/// The query for counts.
pub(super) fn throttles_query(mut sql: Sql, keys: &[ThrottleKey]) -> Sql {
    sql.push("SELECT subject, failures, last_at FROM throttles WHERE subject IN (")
        .bind_all(keys.iter().map(ThrottleKey::text))
        .push(") ORDER BY subject");
    sql
}

/// Counts from the rows of [`throttles_query`].
pub(super) fn throttles_of(found: &[QueryResult], keys: &[ThrottleKey]) -> Result<Vec<Throttle>, DbErr> {
    found
        .iter()
        .filter_map(|row| rows::throttle(row, keys).transpose())
        .collect()
}

/// Locks counts, as far as there are any.
pub(super) async fn locked_throttles(tx: &Tx, keys: &[ThrottleKey]) -> Result<Vec<Throttle>, DbErr> {
    if keys.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = throttles_query(tx.sql(), keys);
    if sql.is_postgres() {
        sql.push(" FOR UPDATE");
    }
    throttles_of(&tx.all(sql).await?, keys)
}

/// The newest code of a purpose.
pub(super) async fn newest_code(
    tx: &Tx,
    user: UserId,
    purpose: Purpose,
) -> Result<Option<OneTimeCode>, DbErr> {
    let mut sql = tx.sql();
    sql.push("SELECT ")
        .push(rows::CODE)
        .push(" FROM one_time_codes WHERE user_id = ")
        .bind(user.uuid())
        .push(" AND purpose = ")
        .bind(purpose.as_str())
        .push(" ORDER BY created_at DESC, id DESC LIMIT 1");
    tx.one(sql).await?.as_ref().map(rows::code).transpose()
}

/// A session of this user.
pub(super) async fn session(tx: &Tx, user: UserId, session: SessionId) -> Result<Option<Session>, DbErr> {
    let mut sql = tx.sql();
    sql.push("SELECT ")
        .push(rows::SESSION)
        .push(" FROM sessions s WHERE s.id = ")
        .bind(session.uuid())
        .push(" AND s.user_id = ")
        .bind(user.uuid());
    tx.one(sql).await?.as_ref().map(rows::session).transpose()
}

/// The query whether a user ever signed in, from one address lately or at all.
pub(super) fn signed_in_query(mut sql: Sql, user: UserId, from: Option<(&str, Instant)>) -> Sql {
    sql.push("SELECT 1 FROM sessions WHERE user_id = ")
        .bind(user.uuid());
    if let Some((ip, at)) = from {
        sql.push(" AND ip = ")
            .bind(ip)
            .push(" AND created_at > ")
            .bind(known_since(at));
    }
    sql.push(" LIMIT 1");
    sql
}

/// What a user signed in with lately, each once; of very many the first. Whoever was thrown out is not known by that.
pub(super) async fn seen(tx: &Tx, user: UserId, at: Instant) -> Result<Vec<Seen>, DbErr> {
    let mut sql = tx.sql();
    sql.push("SELECT DISTINCT device_id, user_agent, ip FROM sessions WHERE user_id = ")
        .bind(user.uuid())
        .push(" AND created_at > ")
        .bind(known_since(at))
        .push(
            " AND (end_reason IS NULL OR end_reason NOT IN ('token_reused', 'password_changed')) LIMIT 1000",
        );
    let read = |row: &QueryResult| {
        Ok(Seen {
            device_id: get(row, "device_id")?,
            user_agent: get(row, "user_agent")?,
            ip: get(row, "ip")?,
        })
    };
    tx.all(sql).await?.iter().map(read).collect()
}

/// Who has a referral code.
pub(super) async fn with_code(tx: &Tx, code: &ReferralCode) -> Result<Option<UserId>, DbErr> {
    let mut sql = tx.sql();
    sql.push("SELECT id FROM users WHERE referral_code = ")
        .bind(code.as_str());
    tx.one(sql).await?.map(|row| id(&row, "id")).transpose()
}

/// The first of these codes that nobody has.
pub(super) async fn free_code(tx: &Tx, codes: &[ReferralCode]) -> Result<Option<ReferralCode>, DbErr> {
    for code in codes {
        if with_code(tx, code).await?.is_none() {
            return Ok(Some(code.clone()));
        }
    }
    Ok(None)
}

/// The terms that are in force. They are not locked: a version that is in force never changes.
pub(super) async fn terms_in_force(tx: &Tx, at: Instant) -> Result<Option<TermsInForce>, DbErr> {
    let sql = content::in_force(tx.sql(), "c.id, c.effective_date", Page::TermsAndConditions, at);
    let read = |row: QueryResult| {
        Ok(TermsInForce {
            text: id(&row, "id")?,
            since: get(&row, "effective_date")?,
        })
    };
    tx.one(sql).await?.map(read).transpose()
}

/// The dealer that a user works for now.
pub(super) async fn works_for(tx: &Tx, user: UserId) -> Result<Option<DealerId>, DbErr> {
    let mut sql = tx.sql();
    sql.push("SELECT dealer_id FROM staff WHERE active AND user_id = ")
        .bind(user.uuid());
    tx.one(sql).await?.map(|row| id(&row, "dealer_id")).transpose()
}
