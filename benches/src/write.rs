//! Rows, as many as there are.

use anyhow::Context as _;
use database::sql::Sql;
use sea_orm::{ConnectionTrait as _, Value};
use server::compose::Ground;

/// Writes rows, many a statement.
pub(crate) async fn write(
    ground: &Ground,
    table: &str,
    columns: &[&str],
    rows: Vec<Vec<Value>>,
) -> anyhow::Result<()> {
    for chunk in rows.chunks(500) {
        let mut sql: Sql = ground.db.sql();
        sql.push("INSERT INTO ")
            .push(table)
            .push(" (")
            .push(&columns.join(", "))
            .push(") VALUES ");
        for (n, row) in chunk.iter().enumerate() {
            sql.push(if n > 0 { ", (" } else { "(" })
                .bind_all(row.iter().cloned())
                .push(")");
        }
        ground
            .db
            .writer()
            .execute_raw(sql.into_statement())
            .await
            .with_context(|| table.to_owned())?;
    }
    Ok(())
}
