//! Columns read and rows written, of whichever table.

use kernel::error::Malformed;
use kernel::id::Id;
use kernel::money::Currency;
use sea_orm::{DbErr, QueryResult, TryGetable, TryGetableFromJson, Value};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::tx::Tx;

/// A column.
pub(crate) fn get<T: TryGetable>(row: &QueryResult, column: &str) -> Result<T, DbErr> {
    row.try_get("", column)
}

/// An id column.
pub(crate) fn id<K>(row: &QueryResult, column: &str) -> Result<Id<K>, DbErr> {
    get::<Uuid>(row, column).map(Id::from_uuid)
}

/// A column holds what it must not.
pub(crate) fn corrupt(column: &str, value: impl std::fmt::Display) -> DbErr {
    DbErr::Type(format!("{column} holds {value}, which is no value of its type"))
}

/// A column that holds a word of a closed list, or nothing.
pub(crate) fn word<T: std::str::FromStr<Err = Malformed>>(
    row: &QueryResult,
    column: &str,
) -> Result<Option<T>, DbErr> {
    get::<Option<String>>(row, column)?
        .map(|text| text.parse().map_err(|e: Malformed| corrupt(column, e)))
        .transpose()
}

/// A column of JSON.
pub(crate) fn json_of<T: DeserializeOwned>(row: &QueryResult, column: &str) -> Result<T, DbErr> {
    get::<Kept<T>>(row, column).map(|kept| kept.0)
}

/// A column of JSON that may be null.
pub(crate) fn json_opt<T: DeserializeOwned>(row: &QueryResult, column: &str) -> Result<Option<T>, DbErr> {
    Ok(get::<Option<Kept<T>>>(row, column)?.map(|kept| kept.0))
}

/// Reads JSON straight from the column, with no tree of values between.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct Kept<T>(pub(crate) T);

impl<T: DeserializeOwned> TryGetableFromJson for Kept<T> {}

/// A column that holds a currency.
pub(crate) fn currency(row: &QueryResult, column: &str) -> Result<Currency, DbErr> {
    Currency::parse(&get::<String>(row, column)?).map_err(|e| corrupt(column, e))
}

/// Names and values of one row.
pub(crate) type Columns = Vec<(&'static str, Value)>;

/// Writes many new rows of the same columns.
pub(crate) async fn insert_all(tx: &Tx, table: &str, rows: Vec<Columns>) -> Result<(), DbErr> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut sql = tx.sql();
    let names: Vec<&str> = rows
        .first()
        .map(|row| row.iter().map(|(name, _)| *name).collect())
        .unwrap_or_default();
    sql.push("INSERT INTO ")
        .push(table)
        .push(" (")
        .push(&names.join(", "))
        .push(") VALUES ");
    for (n, row) in rows.into_iter().enumerate() {
        sql.push(if n > 0 { ", (" } else { "(" });
        sql.bind_all(row.into_iter().map(|(_, value)| value)).push(")");
    }
    tx.run(sql).await.map(|_| ())
}

/// Writes a new row.
pub(crate) async fn insert(tx: &Tx, table: &str, columns: Columns) -> Result<(), DbErr> {
    insert_all(tx, table, vec![columns]).await
}

/// Writes the rows whose `key` is `id` again.
pub(crate) async fn update(tx: &Tx, table: &str, columns: Columns, key: &str, id: Uuid) -> Result<(), DbErr> {
    let mut sql = tx.sql();
    sql.push("UPDATE ").push(table).push(" SET ");
    for (n, (name, value)) in columns.into_iter().enumerate() {
        sql.push(if n > 0 { ", " } else { "" })
            .push(name)
            .push(" = ")
            .bind(value);
    }
    sql.push(" WHERE ").push(key).push(" = ").bind(id);
    tx.run(sql).await.map(|_| ())
}
