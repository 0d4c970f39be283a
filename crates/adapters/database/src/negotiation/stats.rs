//! A party's figures.

use ::negotiation::Error;
use ::negotiation::ports::{Stats, StatusCount, Whose};
use ::negotiation::state::Status;
use kernel::Instant;
use kernel::error::Common;
use sea_orm::{DbErr, QueryResult};

use super::queries::of;
use crate::db::Db;
use crate::fault;
use crate::sql::Sql;

/// The figures of `whose` negotiations opened at `since` or later: one statement for the states, one for each average.
pub(super) async fn read(db: &Db, whose: Whose, since: Option<Instant>) -> Result<Stats, Error> {
    let which = |sql: &mut Sql| {
        of(sql, whose);
        if let Some(since) = since {
            sql.push(" AND n.created_at >= ").bind(since);
        }
    };
    let mut sql = db.sql();
    sql.push("SELECT n.status, COUNT(*) AS n FROM negotiations n WHERE ");
    which(&mut sql);
    sql.push(" GROUP BY n.status");
    let rows = db.all(sql).await?;
    let counted: Result<Vec<_>, DbErr> = rows.iter().map(status_count).collect();
    let mut by_status = counted.map_err(|e| fault::common(&e))?;
    by_status.sort_by_key(|entry| entry.status);

    let mut sql = db.sql();
    sql.push("SELECT COUNT(*) AS ended, COUNT(a.id) AS agreed, ")
        .push("CAST(AVG((n.asking_minor - a.amount_minor) * 100.0 / n.asking_minor) AS ")
        .push(real(db))
        .push(") AS discount FROM negotiations n LEFT JOIN offers a ON a.negotiation_id = n.id AND a.status = 'accepted' WHERE ");
    which(&mut sql);
    sql.push(" AND n.status NOT IN ('awaiting_dealer', 'awaiting_buyer', 'on_hold')");
    let row = db.one(sql).await?;
    let agreement = row.as_ref().map(agreement).transpose();
    let (acceptance_rate, average_discount_percent) =
        agreement.map_err(|e| fault::common(&e))?.unwrap_or_default();

    let rounds = |sql: &mut Sql| {
        sql.push(
            "SELECT COUNT(*) AS x FROM negotiations n JOIN offers o ON o.negotiation_id = n.id \
             WHERE EXISTS (SELECT 1 FROM offers a WHERE a.negotiation_id = n.id AND a.status = 'accepted') AND ",
        );
        which(sql);
        sql.push(" GROUP BY n.id");
    };
    let answers = |sql: &mut Sql| {
        sql.push("SELECT ").push(seconds(db)).push(
            " AS x FROM negotiations n JOIN offers o ON o.negotiation_id = n.id \
                 WHERE o.side = 'buyer' AND o.status IN ('accepted', 'countered', 'rejected') AND ",
        );
        which(sql);
    };
    Ok(Stats {
        by_status,
        acceptance_rate,
        average_discount_percent,
        median_rounds: median(db, rounds).await?,
        median_answer_seconds: median(db, answers).await?,
    })
}

fn status_count(row: &QueryResult) -> Result<StatusCount, DbErr> {
    let word: String = row.try_get("", "status")?;
    let count: i64 = row.try_get("", "n")?;
    Ok(StatusCount {
        status: word
            .parse::<Status>()
            .map_err(|malformed| DbErr::Type(malformed.message))?,
        count: u64::try_from(count).unwrap_or(0),
    })
}

/// The share of those that are agreed among those that are no longer talked about, and how far below the asking price.
fn agreement(row: &QueryResult) -> Result<(Option<f64>, Option<f64>), DbErr> {
    let (ended, agreed): (i64, i64) = (row.try_get("", "ended")?, row.try_get("", "agreed")?);
    let rate = (ended > 0).then(|| share(agreed, ended));
    Ok((rate, row.try_get("", "discount")?))
}

#[expect(clippy::cast_precision_loss, reason = "nobody has 2^52 negotiations")]
fn share(part: i64, whole: i64) -> f64 {
    part as f64 / whole as f64
}

pub(crate) fn real(db: &Db) -> &'static str {
    if db.is_postgres() {
        "double precision"
    } else {
        "REAL"
    }
}

/// Whole seconds between an offer and its answer.
pub(crate) fn seconds(db: &Db) -> &'static str {
    if db.is_postgres() {
        "CAST(floor(extract(epoch FROM o.answered_at)) - floor(extract(epoch FROM o.created_at)) AS bigint)"
    } else {
        "unixepoch(o.answered_at) - unixepoch(o.created_at)"
    }
}

/// The median of the column `x` of a query: the middle value, or the mean of the two in the middle.
pub(crate) async fn median(db: &Db, query: impl Fn(&mut Sql)) -> Result<Option<f64>, Common> {
    let mut sql = db.sql();
    sql.push("SELECT CAST(AVG(x) AS ")
        .push(real(db))
        .push(") AS median FROM (");
    sql.push("SELECT x, ROW_NUMBER() OVER (ORDER BY x) AS place, COUNT(*) OVER () AS n FROM (");
    query(&mut sql);
    sql.push(") AS every) AS ranked WHERE place IN ((n + 1) / 2, (n + 2) / 2)");
    let row = db.one(sql).await?;
    let value = row
        .map(|row| row.try_get::<Option<f64>>("", "median"))
        .transpose();
    Ok(value.map_err(|e| fault::common(&e))?.flatten())
}
