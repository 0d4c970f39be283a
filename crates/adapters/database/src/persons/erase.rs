//! What is kept of a person, taken away.

use ::identity::user::User;
use kernel::Instant;
use kernel::id::{FileId, Id, UserId};
use sea_orm::DbErr;

use super::holdings::{Blank, Erase, HOLDINGS, Holding};
use super::tell::theirs;
use crate::sql::Sql;
use crate::tx::Tx;

/// Takes away what every holding says, and what lies about in words of others: answers kept for repeats, and work that is done.
pub(super) async fn all(tx: &Tx, user: &User, files: &[FileId], at: Instant) -> Result<(), DbErr> {
    traces(tx, user).await?;
    for holding in HOLDINGS {
        one(tx, holding, user.id, at).await?;
    }
    discard(tx, files).await
}

async fn one(tx: &Tx, holding: &Holding, user: UserId, at: Instant) -> Result<(), DbErr> {
    let mut sql = tx.sql();
    match holding.erase {
        Erase::Keep => return Ok(()),
        Erase::Remove => {
            sql.push("DELETE FROM ").push(holding.table);
        }
        Erase::Overwrite(columns) => {
            sql.push("UPDATE ").push(holding.table).push(" SET ");
            for (n, (column, blank)) in columns.iter().enumerate() {
                sql.push(if n > 0 { ", " } else { "" }).push(column).push(" = ");
                write(&mut sql, column, *blank, user, at);
            }
        }
    }
    sql.push(" WHERE ");
    theirs(&mut sql, holding.of, user);
    tx.run(sql).await.map(|_| ())
}

fn write(sql: &mut Sql, column: &str, blank: Blank, user: UserId, at: Instant) {
    match blank {
        Blank::Null => sql.push("NULL"),
        Blank::Text(words) => sql.bind(words),
        Blank::Said(words) => sql
            .push("CASE WHEN ")
            .push(column)
            .push(" IS NULL THEN NULL ELSE ")
            .bind(words)
            .push(" END"),
        Blank::Address => sql.bind(format!("erased-{user}@erased.invalid")),
        Blank::Id => sql.bind(user.to_string()),
        Blank::Now => sql.bind(at),
        Blank::False => sql.bind(false),
    };
}

/// Bytes are removed by a job of each file, and its row with them.
async fn discard(tx: &Tx, files: &[FileId]) -> Result<(), DbErr> {
    if files.is_empty() {
        return Ok(());
    }
    let mut sql = tx.sql();
    sql.push("UPDATE files SET status = 'discarded', attached_at = NULL WHERE id IN (")
        .bind_all(files.iter().map(Id::uuid))
        .push(")");
    tx.run(sql).await.map(|_| ())
}

/// What others call a person by.
fn words_of(user: &User) -> Vec<String> {
    let mut words = vec![
        user.email.as_str().to_owned(),
        user.email.folded(),
        format!("{} {}", user.first_name, user.last_name),
    ];
    words.extend(user.phone.as_ref().map(|phone| phone.as_str().to_owned()));
    words
}

/// The query for work to come that calls a person by anything.
pub(super) fn mentions(mut sql: Sql, user: &User) -> Sql {
    sql.push("SELECT 1 AS one FROM jobs WHERE status IN ('queued', 'running') AND (");
    for (n, word) in words_of(user).iter().enumerate() {
        sql.push(if n > 0 { " OR " } else { "" });
        holds(&mut sql, "payload", word);
    }
    sql.push(") LIMIT 1");
    sql
}

/// Letters and messages that are done with, or were to go to the person, and what answers to others say of them. An answer of another
/// person stays, since a repeat of their request must find it; the words in it go.
async fn traces(tx: &Tx, user: &User) -> Result<(), DbErr> {
    let words = words_of(user);
    let phone = user.phone.as_ref().map(|phone| phone.as_str().to_owned());
    let mut sql = tx.sql();
    sql.push("DELETE FROM jobs WHERE (status IN ('succeeded', 'failed', 'cancelled') AND (");
    for (n, word) in words.iter().enumerate() {
        sql.push(if n > 0 { " OR " } else { "" });
        holds(&mut sql, "payload", word);
    }
    sql.push(")) OR (status = 'queued' AND (");
    for (n, to) in [Some(user.email.as_str().to_owned()), phone]
        .into_iter()
        .flatten()
        .enumerate()
    {
        sql.push(if n > 0 { " OR " } else { "" });
        if sql.is_postgres() {
            sql.push("payload ->> 'to' = ").bind(to);
        } else {
            sql.push("json_extract(payload, '$.to') = ").bind(to);
        }
    }
    sql.push("))");
    tx.run(sql).await?;

    let mut sql = tx.sql();
    sql.push("DELETE FROM idempotency WHERE scope LIKE ")
        .bind(format!("{} %", user.id));
    tx.run(sql).await?;
    for word in words {
        let mut sql = tx.sql();
        sql.push("UPDATE idempotency SET answer = REPLACE(answer, ")
            .bind(word.as_str())
            .push(", 'Closed account') WHERE ");
        holds(&mut sql, "answer", &word);
        tx.run(sql).await?;
    }
    Ok(())
}

/// Does the text of a column hold a word? No pattern: addresses have characters that patterns mean something by.
fn holds(sql: &mut Sql, column: &str, word: &str) {
    if sql.is_postgres() {
        sql.push("POSITION(").bind(word);
        sql.push(" IN CAST(").push(column).push(" AS text)) > 0");
    } else {
        sql.push("INSTR(")
            .push(column)
            .push(", ")
            .bind(word)
            .push(") > 0");
    }
}
