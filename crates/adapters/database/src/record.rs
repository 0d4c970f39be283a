//! What goes out with an act: events, jobs, the audit line.

use kernel::act::{Act, Audit, Record};
use kernel::actor::Actor;
use kernel::event::Event;
use kernel::job::Job;
use sea_orm::DbErr;
use uuid::Uuid;

use audit::line::{ANONYMOUS, LINK, SYSTEM, USER, by_key};

use crate::sql::Sql;
use crate::tx::Tx;

/// What one statement writes.
enum Part<'a> {
    /// The answer that repeats of the request get.
    Answer { scope: &'a str, answer: String },
    /// Events, at most [`ROWS`].
    Events(Vec<Event>),
    /// Jobs, at most [`ROWS`].
    Jobs(Vec<Job>),
    /// The line of the audit log.
    Audit(Audit),
}

/// Writes the record of an act within its transaction, and the answer that is kept under its idempotency key.
pub(crate) async fn write<'a>(
    tx: &Tx,
    act: &'a Act,
    answer: Option<(&'a str, String)>,
    record: Record,
) -> Result<(), DbErr> {
    let mut parts: Vec<Part<'a>> = Vec::new();
    parts.extend(answer.map(|(scope, answer)| Part::Answer { scope, answer }));
    // An import tells of hundreds of listings at once, a suspension has a letter for each customer.
    parts.extend(in_rows(record.events).map(Part::Events));
    parts.extend(in_rows(record.jobs).map(Part::Jobs));
    parts.extend(record.audit.map(Part::Audit));
    if !tx.sql().is_postgres() {
        for part in parts {
            let mut sql = tx.sql();
            part_of(&mut sql, tx, act, part);
            tx.run(sql).await?;
        }
        return Ok(());
    }
    while !parts.is_empty() {
        let rest = parts.split_off(parts.len().min(TOGETHER));
        tx.run(together(tx, act, parts)).await?;
        parts = rest;
    }
    Ok(())
}

/// Parts that PostgreSQL gets as one statement: an act of everyday has no more. Each way to the database and back costs more than
/// what is written.
const TOGETHER: usize = 4;

/// `WITH w0 AS (INSERT …), w1 AS (INSERT …) INSERT …`
fn together(tx: &Tx, act: &Act, mut parts: Vec<Part<'_>>) -> Sql {
    let mut sql = tx.sql();
    let last = parts.pop();
    for (n, part) in parts.into_iter().enumerate() {
        sql.push(if n > 0 { ", w" } else { "WITH w" })
            .push(&n.to_string())
            .push(" AS (");
        part_of(&mut sql, tx, act, part);
        sql.push(") ");
    }
    if let Some(last) = last {
        part_of(&mut sql, tx, act, last);
    }
    sql
}

fn part_of(sql: &mut Sql, tx: &Tx, act: &Act, part: Part<'_>) {
    match part {
        Part::Answer { scope, answer } => {
            sql.push("UPDATE idempotency SET answer = ")
                .bind(answer)
                .push(" WHERE scope = ")
                .bind(scope);
        }
        Part::Events(events) => event_rows(sql, tx, act, events),
        Part::Jobs(jobs) => {
            let request = act.request_id.as_str();
            let rows = jobs.into_iter().map(|job| (tx.ids.uuid(), job, request));
            job_rows(sql, rows, act.at);
        }
        Part::Audit(audit) => audit_row(sql, tx.ids.uuid(), act, audit),
    }
}

fn in_rows<T>(all: Vec<T>) -> impl Iterator<Item = Vec<T>> {
    let mut all = all.into_iter();
    std::iter::from_fn(move || {
        let some: Vec<T> = all.by_ref().take(ROWS).collect();
        (!some.is_empty()).then_some(some)
    })
}

/// Events or jobs that are written in one statement: with ten values each, far below what either database takes.
const ROWS: usize = 500;

/// Puts jobs into the queue, each with the request that wants it; those whose `once` key is known are left out.
pub(crate) async fn queue(tx: &Tx, jobs: Vec<(Job, &str)>, now: kernel::Instant) -> Result<(), DbErr> {
    for some in in_rows(jobs) {
        let mut sql = tx.sql();
        let rows = some
            .into_iter()
            .map(|(job, request)| (tx.ids.uuid(), job, request));
        job_rows(&mut sql, rows, now);
        tx.run(sql).await?;
    }
    Ok(())
}

fn event_rows(sql: &mut Sql, tx: &Tx, act: &Act, events: Vec<Event>) {
    sql.push("INSERT INTO outbox (id, name, version, subject, dealer_id, payload, request_id, actor_id, at) VALUES ");
    for (n, event) in events.into_iter().enumerate() {
        sql.push(if n > 0 { ", (" } else { "(" });
        event_row(sql, tx.ids.uuid(), act, event);
    }
}

fn event_row(sql: &mut Sql, id: Uuid, act: &Act, event: Event) {
    sql.bind(id);
    sql.push(", ")
        .bind(event.name)
        .push(", ")
        .bind(i64::from(event.version))
        .push(", ")
        .bind(event.subject);
    sql.push(", ")
        .bind(event.dealer.map(|d| d.uuid()))
        .push(", ")
        .bind(event.payload);
    sql.push(", ")
        .bind(act.request_id.as_str())
        .push(", ")
        .bind(act.actor.user().map(|u| u.uuid()));
    sql.push(", ").bind(act.at).push(")");
}

/// The statement that queues jobs; it leaves out those whose `once` key is known.
pub(crate) fn job_rows<'a>(
    sql: &mut Sql,
    jobs: impl IntoIterator<Item = (Uuid, Job, &'a str)>,
    now: kernel::Instant,
) {
    sql.push("INSERT INTO jobs (id, kind, payload, status, run_at, once_key, lane, watched_by, dealer_id, request_id, created_at) VALUES ");
    for (n, (id, job, request_id)) in jobs.into_iter().enumerate() {
        sql.push(if n > 0 { ", (" } else { "(" });
        job_row(sql, id, job, now, request_id);
    }
    sql.push(" ON CONFLICT DO NOTHING");
}

fn job_row(sql: &mut Sql, id: Uuid, job: Job, now: kernel::Instant, request_id: &str) {
    let id = job.watched.as_ref().map_or(id, |w| w.id.uuid());
    sql.bind(id)
        .push(", ")
        .bind(job.kind)
        .push(", ")
        .bind(job.payload)
        .push(", 'queued', ")
        .bind(job.not_before.unwrap_or(now));
    sql.push(", ")
        .bind(job.once)
        .push(", ")
        .bind(job.lane.number())
        .push(", ")
        .bind(job.watched.as_ref().map(|w| w.by.uuid()));
    sql.push(", ")
        .bind(job.watched.and_then(|w| w.dealer).map(|d| d.uuid()))
        .push(", ")
        .bind(request_id);
    sql.push(", ").bind(now).push(")");
}

fn audit_row(sql: &mut Sql, id: Uuid, act: &Act, audit: Audit) {
    let actor = match &act.actor {
        Actor::Anonymous => ANONYMOUS.to_owned(),
        Actor::User(_) => USER.to_owned(),
        Actor::Key(key) => by_key(key.id),
        Actor::Link(_) => LINK.to_owned(),
        Actor::System => SYSTEM.to_owned(),
    };
    sql.push("INSERT INTO audit_log (id, at, actor, user_id, request_id, ip, user_agent, action, subject_kind, subject, dealer_id, detail, reason) VALUES (");
    sql.bind(id)
        .push(", ")
        .bind(act.at)
        .push(", ")
        .bind(actor)
        .push(", ")
        .bind(act.actor.user().map(|u| u.uuid()));
    sql.push(", ")
        .bind(act.request_id.as_str())
        .push(", ")
        .bind(act.origin.ip.as_deref())
        .push(", ")
        .bind(act.origin.user_agent.as_deref());
    sql.push(", ")
        .bind(audit.action)
        .push(", ")
        .bind(audit.subject_kind)
        .push(", ")
        .bind(audit.subject);
    sql.push(", ")
        .bind(audit.dealer.map(|d| d.uuid()))
        .push(", ")
        .bind(audit.detail)
        .push(", ")
        .bind(audit.reason)
        .push(")");
}
