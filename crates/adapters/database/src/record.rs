//! What goes out with an act: events, jobs, the audit line.

use kernel::act::{Act, Audit, Record};
use kernel::actor::Actor;
use kernel::event::Event;
use kernel::job::Job;
use sea_orm::DbErr;
use uuid::Uuid;

use audit::line::{ANONYMOUS, SYSTEM, USER, by_key};

use crate::sql::Sql;
use crate::tx::Tx;

/// Writes the record of an act within its transaction.
pub(crate) async fn write(tx: &Tx, act: &Act, record: Record) -> Result<(), DbErr> {
    // An import tells of hundreds of listings at once, a suspension has a letter for each customer.
    let mut events = record.events.into_iter().peekable();
    while events.peek().is_some() {
        let some: Vec<Event> = events.by_ref().take(ROWS).collect();
        tx.run(event_rows(tx, act, some)).await?;
    }
    let request = act.request_id.as_str();
    let jobs = record.jobs.into_iter().map(|job| (job, request)).collect();
    queue(tx, jobs, act.at).await?;
    if let Some(audit) = record.audit {
        tx.run(audit_row(tx.sql(), tx.ids.uuid(), act, audit)).await?;
    }
    Ok(())
}

/// Events or jobs that are written in one statement: with ten values each, far below what either database takes.
const ROWS: usize = 500;

/// Puts jobs into the queue, each with the request that wants it; those whose `once` key is known are left out.
pub(crate) async fn queue(tx: &Tx, jobs: Vec<(Job, &str)>, now: kernel::Instant) -> Result<(), DbErr> {
    let mut left = jobs;
    while !left.is_empty() {
        let rest = left.split_off(left.len().min(ROWS));
        let with_id = |(job, request)| (tx.ids.uuid(), job, request);
        let rows = left.into_iter().map(with_id).collect();
        tx.run(job_rows(tx.sql(), rows, now)).await?;
        left = rest;
    }
    Ok(())
}

fn event_rows(tx: &Tx, act: &Act, events: Vec<Event>) -> Sql {
    let mut sql = tx.sql();
    sql.push("INSERT INTO outbox (id, name, version, subject, dealer_id, payload, request_id, actor_id, at) VALUES ");
    for (n, event) in events.into_iter().enumerate() {
        sql.push(if n > 0 { ", (" } else { "(" });
        event_row(&mut sql, tx.ids.uuid(), act, event);
    }
    sql
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
pub(crate) fn job_rows(mut sql: Sql, jobs: Vec<(Uuid, Job, &str)>, now: kernel::Instant) -> Sql {
    sql.push("INSERT INTO jobs (id, kind, payload, status, run_at, once_key, lane, watched_by, dealer_id, request_id, created_at) VALUES ");
    for (n, (id, job, request_id)) in jobs.into_iter().enumerate() {
        sql.push(if n > 0 { ", (" } else { "(" });
        job_row(&mut sql, id, job, now, request_id);
    }
    sql.push(" ON CONFLICT DO NOTHING");
    sql
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

fn audit_row(mut sql: Sql, id: Uuid, act: &Act, audit: Audit) -> Sql {
    let actor = match &act.actor {
        Actor::Anonymous => ANONYMOUS.to_owned(),
        Actor::User(_) => USER.to_owned(),
        Actor::Key(key) => by_key(key.id),
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
    sql
}
