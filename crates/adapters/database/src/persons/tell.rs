//! What is kept of a person, read.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use kernel::id::UserId;
use sea_orm::{DbErr, QueryResult};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::holdings::{Holding, Kind};
use crate::rows::{Kept, get};
use crate::sql::Sql;

/// `of` with the person in the place of each `?`.
pub(super) fn theirs(sql: &mut Sql, of: &str, user: UserId) {
    for (n, text) in of.split('?').enumerate() {
        if n > 0 {
            sql.bind(user.uuid());
        }
        sql.push(text);
    }
}

/// The query for all that is told of a holding.
pub(super) fn query(mut sql: Sql, holding: &Holding, user: UserId) -> Sql {
    let columns: Vec<&str> = holding.told.iter().map(|(column, _)| *column).collect();
    sql.push("SELECT ").push(&columns.join(", "));
    sql.push(" FROM ").push(holding.table).push(" WHERE ");
    theirs(&mut sql, holding.of, user);
    sql.push(" ORDER BY 1");
    sql
}

/// A row, by the names of its columns.
pub(super) fn row(holding: &Holding, row: &QueryResult) -> Result<Value, DbErr> {
    let mut told = Map::new();
    for (column, kind) in holding.told {
        told.insert((*column).to_owned(), value(row, column, *kind)?);
    }
    Ok(Value::Object(told))
}

fn value(row: &QueryResult, column: &str, kind: Kind) -> Result<Value, DbErr> {
    Ok(match kind {
        Kind::Id => json!(get::<Option<Uuid>>(row, column)?),
        Kind::Text => json!(get::<Option<String>>(row, column)?),
        Kind::Int => json!(get::<Option<i64>>(row, column)?),
        Kind::Bool => json!(get::<Option<bool>>(row, column)?),
        Kind::Date => json!(get::<Option<NaiveDate>>(row, column)?),
        Kind::Json => json!(get::<Option<Kept<Value>>>(row, column)?.map(|kept| kept.0)),
        Kind::Instant => {
            let instant = get::<Option<DateTime<Utc>>>(row, column)?;
            json!(instant.map(|instant| instant.to_rfc3339_opts(SecondsFormat::AutoSi, true)))
        }
    })
}
