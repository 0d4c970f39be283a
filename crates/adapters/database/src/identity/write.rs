//! Writes what a plan says of an account.

use ::identity::code::{CodeState, OneTimeCode};
use ::identity::plan::AccountPlan;
use ::identity::second_factor::{FactorChange, SecondFactor};
use ::identity::secret::TokenHash;
use ::identity::session::{EndSessions, RefreshToken, Session, SessionState};
use ::identity::throttle::{Throttle, ThrottleKey};
use ::identity::user::User;
use kernel::Instant;
use kernel::text::fold;
use sea_orm::{DbErr, Value};

use crate::rows::{Columns, insert, update};
use crate::tx::Tx;

/// Writes a plan, in its order.
pub(super) async fn account(tx: &Tx, plan: AccountPlan) -> Result<(), DbErr> {
    if let Some(user) = plan.new_user {
        let mut columns = user_columns(&user);
        columns.extend([
            ("id", user.id.uuid().into()),
            ("created_at", user.created_at.into()),
        ]);
        insert(tx, "users", columns).await?;
    }
    if let Some(user) = plan.user {
        update(tx, "users", user_columns(&user), "id", user.id.uuid()).await?;
    }
    if let Some((user, hash)) = plan.password {
        update(
            tx,
            "users",
            vec![("password", hash.as_str().into())],
            "id",
            user.uuid(),
        )
        .await?;
    }
    if let Some(change) = plan.factor {
        factor(tx, change).await?;
    }
    if let Some((user, purpose)) = plan.kill_codes {
        let mut sql = tx.sql();
        sql.push("UPDATE one_time_codes SET state = 'killed' WHERE state = 'live' AND user_id = ")
            .bind(user.uuid())
            .push(" AND purpose = ")
            .bind(purpose.as_str());
        tx.run(sql).await?;
    }
    if let Some(code) = plan.code {
        upsert(
            tx,
            "one_time_codes",
            "id",
            code_columns(&code),
            &["state", "wrong_tries"],
        )
        .await?;
    }
    if let Some(ending) = plan.end_sessions {
        end_sessions(tx, &ending).await?;
    }
    if let Some(session) = plan.session {
        let changing = ["last_used_at", "expires_at", "ended_at", "end_reason"];
        upsert(tx, "sessions", "id", session_columns(&session), &changing).await?;
    }
    if let Some(token) = plan.token {
        insert(tx, "refresh_tokens", token_columns(&token)).await?;
    }
    if let Some(hash) = plan.rotated {
        let mut sql = tx.sql();
        sql.push("UPDATE refresh_tokens SET rotated = ")
            .bind(true)
            .push(" WHERE hash = ")
            .bind(hash.as_str());
        tx.run(sql).await?;
    }
    throttles(tx, plan.throttles).await?;
    lift(tx, &plan.lifted).await
}

async fn factor(tx: &Tx, change: FactorChange) -> Result<(), DbErr> {
    match change {
        FactorChange::Kept(factor) => {
            let changing = ["secret", "created_at", "confirmed_at", "last_step", "recovery"];
            upsert(
                tx,
                "second_factors",
                "user_id",
                factor_columns(&factor)?,
                &changing,
            )
            .await
        }
        FactorChange::Dropped(user) => {
            let mut sql = tx.sql();
            sql.push("DELETE FROM second_factors WHERE user_id = ")
                .bind(user.uuid());
            tx.run(sql).await.map(|_| ())
        }
    }
}

fn factor_columns(factor: &SecondFactor) -> Result<Columns, DbErr> {
    let step = factor.last_step.map(i64::try_from).transpose();
    let recovery: Vec<&str> = factor.recovery.iter().map(TokenHash::as_str).collect();
    Ok(vec![
        ("user_id", factor.user.uuid().into()),
        ("secret", factor.secret.as_str().into()),
        ("created_at", factor.created_at.into()),
        ("confirmed_at", factor.confirmed_at.into()),
        ("last_step", step.map_err(|e| DbErr::Type(e.to_string()))?.into()),
        ("recovery", serde_json::json!(recovery).into()),
    ])
}

/// Writes counts of failures.
pub(super) async fn throttles(tx: &Tx, throttles: Vec<Throttle>) -> Result<(), DbErr> {
    for throttle in throttles {
        let columns: Columns = vec![
            ("subject", throttle.key.text().into()),
            ("failures", i64::from(throttle.failures).into()),
            ("last_at", throttle.last.into()),
            ("forgotten_at", throttle.forgotten_at().into()),
        ];
        upsert(
            tx,
            "throttles",
            "subject",
            columns,
            &["failures", "last_at", "forgotten_at"],
        )
        .await?;
    }
    Ok(())
}

/// Removes a few counts that say nothing any more. Those that another transaction holds are left to it.
pub(super) async fn forget_throttles(tx: &Tx, at: Instant) -> Result<(), DbErr> {
    let mut sql = tx.sql();
    sql.push("DELETE FROM throttles WHERE subject IN (SELECT subject FROM throttles WHERE forgotten_at < ")
        .bind(at)
        .push(" LIMIT 20");
    if sql.is_postgres() {
        sql.push(" FOR UPDATE SKIP LOCKED");
    }
    sql.push(")");
    tx.run(sql).await.map(|_| ())
}

async fn lift(tx: &Tx, keys: &[ThrottleKey]) -> Result<(), DbErr> {
    if keys.is_empty() {
        return Ok(());
    }
    let mut sql = tx.sql();
    sql.push("DELETE FROM throttles WHERE subject IN (")
        .bind_all(keys.iter().map(ThrottleKey::text))
        .push(")");
    tx.run(sql).await.map(|_| ())
}

async fn end_sessions(tx: &Tx, ending: &EndSessions) -> Result<(), DbErr> {
    let mut sql = tx.sql();
    sql.push("UPDATE sessions SET ended_at = ")
        .bind(ending.at)
        .push(", end_reason = ")
        .bind(ending.reason.as_str())
        .push(" WHERE ended_at IS NULL AND user_id = ")
        .bind(ending.user.uuid());
    if let Some(except) = ending.except {
        sql.push(" AND id <> ").bind(except.uuid());
    }
    tx.run(sql).await.map(|_| ())
}

/// Inserts a row, or writes its `changing` columns where `key` is known.
pub(super) async fn upsert(
    tx: &Tx,
    table: &str,
    key: &str,
    columns: Columns,
    changing: &[&str],
) -> Result<(), DbErr> {
    let mut sql = tx.sql();
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    sql.push("INSERT INTO ")
        .push(table)
        .push(" (")
        .push(&names.join(", "));
    sql.push(") VALUES (")
        .bind_all(columns.into_iter().map(|(_, value)| value))
        .push(") ON CONFLICT (")
        .push(key)
        .push(") DO UPDATE SET ");
    let set: Vec<String> = changing
        .iter()
        .map(|name| format!("{name} = excluded.{name}"))
        .collect();
    sql.push(&set.join(", "));
    tx.run(sql).await.map(|_| ())
}

fn user_columns(user: &User) -> Columns {
    let text = format!("{} {} {}", user.first_name, user.last_name, user.email);
    let terms = user.terms.as_ref();
    vec![
        ("email", user.email.as_str().into()),
        ("email_folded", user.email.folded().into()),
        ("email_verified", user.email_verified.into()),
        ("first_name", user.first_name.as_str().into()),
        ("last_name", user.last_name.as_str().into()),
        ("last_name_folded", fold(&user.last_name).into()),
        ("search_text", fold(&text).into()),
        (
            "phone",
            user.phone.as_ref().map(kernel::phone::Phone::as_str).into(),
        ),
        ("date_of_birth", user.date_of_birth.into()),
        ("address", user.address.as_deref().into()),
        ("zip_code", user.zip_code.as_deref().into()),
        ("location", user.location.as_deref().into()),
        ("platform_role", user.platform_role.as_str().into()),
        ("referral_code", user.referral_code.as_str().into()),
        ("referred_by", user.referred_by.map(|by| by.uuid()).into()),
        ("terms_version", terms.map(|terms| terms.version.as_str()).into()),
        (
            "terms_id",
            terms.and_then(|terms| terms.text).map(|text| text.uuid()).into(),
        ),
        ("terms_at", terms.map(|terms| terms.at).into()),
        ("active", user.active.into()),
        ("closed_at", user.closed_at.into()),
        ("version", user.version.into()),
    ]
}

fn code_columns(code: &OneTimeCode) -> Columns {
    let (state, tries) = match code.state {
        CodeState::Live { wrong_tries } => ("live", wrong_tries),
        CodeState::Used => ("used", 0),
        CodeState::Killed => ("killed", 0),
    };
    vec![
        ("id", code.id.uuid().into()),
        ("user_id", code.user.uuid().into()),
        ("purpose", code.purpose.as_str().into()),
        ("sent_to", code.sent_to.as_str().into()),
        ("created_at", code.created_at.into()),
        ("expires_at", code.expires_at.into()),
        ("state", state.into()),
        ("wrong_tries", i64::from(tries).into()),
    ]
}

fn session_columns(session: &Session) -> Columns {
    let (ended_at, reason): (Option<Instant>, Option<&str>) = match session.state {
        SessionState::Open => (None, None),
        SessionState::Ended { at, reason } => (Some(at), Some(reason.as_str())),
    };
    vec![
        ("id", session.id.uuid().into()),
        ("user_id", session.user.uuid().into()),
        ("device_id", session.device_id.as_deref().into()),
        ("ip", session.ip.as_deref().into()),
        ("user_agent", session.user_agent.as_deref().into()),
        ("created_at", session.created_at.into()),
        ("last_used_at", session.last_used_at.into()),
        ("expires_at", session.expires_at.into()),
        ("ended_at", ended_at.into()),
        ("end_reason", reason.into()),
    ]
}

fn token_columns(token: &RefreshToken) -> Vec<(&'static str, Value)> {
    vec![
        ("hash", token.hash.as_str().into()),
        ("session_id", token.session.uuid().into()),
        ("expires_at", token.expires_at.into()),
        ("rotated", token.rotated.into()),
    ]
}
