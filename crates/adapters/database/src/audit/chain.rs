//! The chain of seals.

use async_trait::async_trait;
use audit::chain::{Head, Link, Sealed};
use audit::line::Line;
use audit::ports::{Chain, Sealing};
use kernel::Instant;
use kernel::act::{Act, Record};
use kernel::error::Common;
use sea_orm::{DbErr, QueryResult, Value};

use super::rows::{self, LINE, LINK, ORIGIN};
use crate::db::Db;
use crate::fault::{self, Stop};
use crate::rows::{corrupt, get};
use crate::sql::Sql;
use crate::tx::Tx;

/// The chain in the database.
#[derive(Clone)]
pub struct SqlChain {
    db: Db,
}

impl SqlChain {
    /// On a database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

const HEAD: &str = "SELECT seq, seal FROM audit_head WHERE one = 1";

fn head(row: &QueryResult) -> Result<Head, DbErr> {
    Ok(Head {
        seq: rows::seq(row)?.unwrap_or(0),
        seal: rows::digest(row, "seal")?,
    })
}

#[async_trait]
impl Chain for SqlChain {
    async fn seal(&self, now: Instant, limit: u32, seal: Sealing<'_>) -> Result<u64, Common> {
        let act = Act::of_system(now, "audit-seal");
        let done = self.db.act(&act, |tx| async move {
            let result = seal_in(&tx, limit, seal).await;
            (tx, result)
        });
        Ok(done.await?.value)
    }

    async fn sealed(&self, after: u64, limit: u32) -> Result<Vec<Sealed>, Common> {
        let mut sql = self.db.sql();
        sql.push(&format!(
            "SELECT {LINE}, {ORIGIN}, {LINK} FROM audit_log a WHERE a.seq > "
        ))
        .bind(number(after)?)
        .push(" ORDER BY a.seq LIMIT ")
        .bind(i64::from(limit));
        let read = |row: &QueryResult| {
            Ok(Sealed {
                line: rows::line(row)?,
                link: rows::link(row)?,
            })
        };
        let found = self.db.all(sql).await?;
        let sealed: Result<_, DbErr> = found.iter().map(read).collect();
        sealed.map_err(|e| fault::common(&e))
    }

    async fn head(&self) -> Result<Head, Common> {
        let mut sql = self.db.sql();
        sql.push(HEAD);
        let found = self.db.one(sql).await?;
        read_head(found.as_ref()).map_err(|e| fault::common(&e))
    }

    async fn unsealed(&self) -> Result<u64, Common> {
        let mut sql = self.db.sql();
        sql.push("SELECT COUNT(*) AS lines FROM audit_log WHERE seq IS NULL");
        let found = self.db.one(sql).await?;
        let lines = found.as_ref().map_or(Ok(0), |row| get::<i64>(row, "lines"));
        let lines = lines.map_err(|e| fault::common(&e))?;
        Ok(u64::try_from(lines).unwrap_or(0))
    }
}

fn read_head(row: Option<&QueryResult>) -> Result<Head, DbErr> {
    head(row.ok_or_else(|| corrupt("audit_head", "no row"))?)
}

async fn seal_in(tx: &Tx, limit: u32, seal: Sealing<'_>) -> Result<(u64, Record), Stop<Common>> {
    let mut sql = tx.sql();
    sql.push(HEAD);
    if sql.is_postgres() {
        sql.push(" FOR UPDATE");
    }
    let head = read_head(tx.one(sql).await?.as_ref())?;
    let mut sql = tx.sql();
    sql.push(&format!(
        "SELECT {LINE}, {ORIGIN} FROM audit_log a WHERE a.seq IS NULL ORDER BY a.id LIMIT "
    ))
    .bind(i64::from(limit));
    if sql.is_postgres() {
        // Whose origin is erased at this moment must be sealed without it.
        sql.push(" FOR UPDATE");
    }
    let found = tx.all(sql).await?;
    let lines: Vec<Line> = found.iter().map(rows::line).collect::<Result<_, _>>()?;
    let links = seal(head, &lines);
    let Some(last) = links.last() else {
        return Ok((0, Record::default()));
    };
    let marked = tx.run(marking(tx.sql(), &lines, &links)?).await?;
    if usize::try_from(marked) != Ok(lines.len()) {
        let told = format!("{} lines were to be sealed, {marked} were", lines.len());
        return Err(Common::internal(told).into());
    }
    let mut sql = tx.sql();
    sql.push("UPDATE audit_head SET seq = ")
        .bind(number(last.seq)?)
        .push(", seal = ")
        .bind(bytes(&last.seal.0))
        .push(" WHERE one = 1");
    tx.run(sql).await?;
    Ok((marked, Record::default()))
}

/// One statement for all: five values a line, far below what either database takes.
fn marking(mut sql: Sql, lines: &[Line], links: &[Link]) -> Result<Sql, Common> {
    sql.push(
        "UPDATE audit_log SET seq = v.column2, seal = v.column3, origin_salt = v.column4, origin_digest = v.column5 FROM (VALUES ",
    );
    for (n, (line, link)) in lines.iter().zip(links).enumerate() {
        sql.push(if n > 0 { ", (" } else { "(" }).bind(line.id);
        sql.push(", ").bind(number(link.seq)?);
        sql.push(", ").bind(bytes(&link.seal.0));
        sql.push(", ")
            .bind(Value::Bytes(link.salt.map(|salt| salt.0.to_vec())));
        sql.push(", ").bind(bytes(&link.origin.0)).push(")");
    }
    sql.push(") AS v WHERE audit_log.id = v.column1");
    Ok(sql)
}

fn bytes(bytes: &[u8]) -> Value {
    Value::Bytes(Some(bytes.to_vec()))
}

fn number(seq: u64) -> Result<i64, Common> {
    i64::try_from(seq).map_err(|_| Common::internal(format!("{seq} lines are more than can be numbered")))
}
