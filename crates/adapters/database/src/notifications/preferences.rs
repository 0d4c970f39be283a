//! What people chose.

use async_trait::async_trait;
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::UserId;
use notifications::ports::PreferenceStore;
use notifications::preferences::Preferences;
use sea_orm::{DbErr, QueryResult};
use serde::Serialize;
use serde_json::Value;

use crate::db::Db;
use crate::fault::{self, Stop};
use crate::identity::lock_open;
use crate::rows::json_opt;
use crate::sql::Sql;
use crate::tx::Tx;

/// Choices in a database.
#[derive(Clone)]
pub struct SqlPreferences {
    db: Db,
}

impl SqlPreferences {
    /// In this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

/// The columns, where the table is called `p`; they are null for whoever chose nothing. Goes with [`preferences`].
pub(crate) const COLUMNS: &str = "p.choices AS preferred, p.quiet AS quiet, p.version AS preferences_version";

/// Reads [`COLUMNS`].
pub(crate) fn preferences(row: &QueryResult) -> Result<Preferences, Common> {
    let read = || -> Result<_, DbErr> {
        Ok((
            json_opt(row, "preferred")?,
            json_opt(row, "quiet")?,
            row.try_get_by::<Option<i64>, _>("preferences_version")?,
        ))
    };
    let (choices, quiet, version) = read().map_err(|e| fault::common(&e))?;
    Ok(Preferences {
        choices: choices.unwrap_or_default(),
        quiet,
        version: version.unwrap_or(0),
    })
}

fn to_json(value: &impl Serialize) -> Result<Value, Common> {
    serde_json::to_value(value).map_err(|e| Common::internal(e.to_string()))
}

fn of_user(mut sql: Sql, user: UserId) -> Sql {
    sql.push("SELECT ")
        .push(COLUMNS)
        .push(" FROM notification_preferences p WHERE p.user_id = ")
        .bind(user.uuid());
    sql
}

async fn change_in(
    tx: &Tx,
    act: &Act,
    user: UserId,
    decide: Decide<'_, Preferences, Preferences, Preferences, Common>,
) -> Result<(Preferences, Record), Stop<Common>> {
    if !lock_open(tx, user).await? {
        return Err(Common::absent("user").into());
    }
    let before = match tx.one(of_user(tx.sql(), user)).await? {
        Some(row) => preferences(&row)?,
        None => Preferences::default(),
    };
    let decision = decide(&before).map_err(Stop::Domain)?;
    if decision.plan != before {
        let quiet = decision.plan.quiet.as_ref().map(to_json).transpose()?;
        let mut sql = tx.sql();
        sql.push(
            "INSERT INTO notification_preferences (user_id, choices, quiet, updated_at, version) VALUES (",
        )
        .bind(user.uuid());
        sql.push(", ").bind(to_json(&decision.plan.choices)?);
        sql.push(", ").bind(quiet);
        sql.push(", ").bind(act.at);
        sql.push(", ").bind(decision.plan.version);
        sql.push(
            ") ON CONFLICT (user_id) DO UPDATE SET choices = excluded.choices, quiet = excluded.quiet, \
             updated_at = excluded.updated_at, version = excluded.version",
        );
        tx.run(sql).await?;
    }
    Ok((decision.answer, decision.record))
}

#[async_trait]
impl PreferenceStore for SqlPreferences {
    async fn preferences(&self, user: UserId) -> Result<Preferences, Common> {
        match self.db.one(of_user(self.db.sql(), user)).await? {
            Some(row) => preferences(&row),
            None => Ok(Preferences::default()),
        }
    }

    async fn change(
        &self,
        act: &Act,
        user: UserId,
        decide: Decide<'_, Preferences, Preferences, Preferences, Common>,
    ) -> Result<Done<Preferences>, Common> {
        self.db
            .act(act, |tx| async move {
                let result = change_in(&tx, act, user, decide).await;
                (tx, result)
            })
            .await
    }
}
