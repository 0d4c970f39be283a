//! Rows written, of whichever table.

use sea_orm::{DbErr, Value};
use uuid::Uuid;

use crate::tx::Tx;

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
    let mut sql = tx.sql();
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    sql.push("INSERT INTO ")
        .push(table)
        .push(" (")
        .push(&names.join(", "))
        .push(") VALUES (");
    sql.bind_all(columns.into_iter().map(|(_, value)| value))
        .push(")");
    tx.run(sql).await.map(|_| ())
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
