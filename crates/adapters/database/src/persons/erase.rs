//! What is kept of a person, taken away.

use ::identity::user::User;
use kernel::Instant;
use kernel::id::{FileId, Id, UserId};
use kernel::letter::LETTER_JOB;
use kernel::phone::Phone;
use sea_orm::DbErr;

use super::holdings::{Blank, Erase, Holding, holdings};
use super::tell::theirs;
use crate::sql::Sql;
use crate::tx::Tx;

/// A telephone number that nobody has (set apart for stories by the North American Numbering Plan).
const NOBODYS_NUMBER: &str = "+12025550100";

/// An address that takes no mail (RFC 2606, 2).
fn address(user: UserId) -> String {
    format!("erased-{user}@erased.invalid")
}

/// Takes away what every holding says, and what lies about in words of others: answers kept for repeats, and work that is done.
pub(super) async fn all(tx: &Tx, user: &User, files: &[FileId], at: Instant) -> Result<(), DbErr> {
    traces(tx, user).await?;
    for holding in holdings() {
        one(tx, holding, user.id, at).await?;
    }
    discard(tx, files).await
}

async fn one(tx: &Tx, holding: &Holding, user: UserId, at: Instant) -> Result<(), DbErr> {
    let mut sql = tx.sql();
    match holding.erase {
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
        Blank::Address => sql.bind(address(user)),
        Blank::Reason => {
            let replaced = if sql.is_postgres() {
                format!("jsonb_set({column}, '{{reason}}', '\"erased\"', false)")
            } else {
                format!("json_replace({column}, '$.reason', 'erased')")
            };
            sql.push(&replaced)
        }
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

/// What others call a person by, as JSON texts: compared as a whole, since a name may be a part of anything.
fn words_of(user: &User) -> Vec<String> {
    let mut words = vec![
        user.email.as_str().to_owned(),
        user.email.folded(),
        format!("{} {}", user.first_name, user.last_name),
    ];
    words.extend(user.phone.as_ref().map(|phone| phone.as_str().to_owned()));
    words.sort();
    words.dedup();
    words.iter().map(|word| quoted(word)).collect()
}

fn quoted(word: &str) -> String {
    serde_json::Value::from(word).to_string()
}

/// The query for work to come that calls a person by anything.
pub(super) fn mentions(mut sql: Sql, user: &User) -> Sql {
    sql.push("SELECT 1 AS one FROM jobs WHERE status IN ('queued', 'running') AND ");
    any_held(&mut sql, "payload", &words_of(user));
    sql.push(" LIMIT 1");
    sql
}

/// Letters and messages that have left, or were to go to the person, and what answers to others say of them. An answer to another
/// person stays, since a repeat of their request must find it, and be able to read it; the words in it change.
async fn traces(tx: &Tx, user: &User) -> Result<(), DbErr> {
    let words = words_of(user);
    let mut sql = tx.sql();
    sql.push("DELETE FROM jobs WHERE (status IN ('succeeded', 'cancelled') AND ");
    any_held(&mut sql, "payload", &words);
    sql.push(")");
    if user.email_verified {
        sql.push(" OR (status IN ('queued', 'failed') AND kind = ")
            .bind(LETTER_JOB);
        sql.push(" AND ");
        any_held(&mut sql, "payload", &[quoted(user.email.as_str())]);
        sql.push(")");
    }
    tx.run(sql).await?;

    let mut sql = tx.sql();
    sql.push("DELETE FROM idempotency WHERE scope LIKE ")
        .bind(format!("{} %", user.id));
    tx.run(sql).await?;
    let number = user.phone.as_ref().map(Phone::as_str);
    for word in words {
        let other = if number.is_some_and(|number| quoted(number) == word) {
            quoted(NOBODYS_NUMBER)
        } else if word.contains('@') {
            quoted(&address(user.id))
        } else {
            quoted("Closed account")
        };
        let mut sql = tx.sql();
        sql.push("UPDATE idempotency SET answer = REPLACE(answer, ")
            .bind(word.as_str())
            .push(", ")
            .bind(other)
            .push(") WHERE ");
        any_held(&mut sql, "answer", &[word]);
        sql.push(" AND ");
        any_held(&mut sql, "answer", &[quoted(&user.id.to_string())]);
        tx.run(sql).await?;
    }
    Ok(())
}

/// Does the text of a column hold one of these words? No patterns: addresses have characters that patterns mean something by.
fn any_held(sql: &mut Sql, column: &str, words: &[String]) {
    sql.push("(");
    for (n, word) in words.iter().enumerate() {
        sql.push(if n > 0 { " OR " } else { "" });
        if sql.is_postgres() {
            sql.push("POSITION(").bind(word.as_str());
            sql.push(" IN CAST(").push(column).push(" AS text)) > 0");
        } else {
            sql.push("INSTR(").push(column).push(", ").bind(word.as_str());
            sql.push(") > 0");
        }
    }
    sql.push(")");
}
