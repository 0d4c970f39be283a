//! Events on their way to their readers.

use application::relay::{Effects, Outbox, Told};
use async_trait::async_trait;
use chrono::TimeDelta;
use kernel::Instant;
use kernel::act::{Act, Record};
use kernel::error::Common;
use kernel::event::Event;
use kernel::id::{EventId, Id};
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use crate::alone::Alone;
use crate::db::Db;
use crate::fault::{self, Stop};
use crate::record;
use crate::sql::Sql;
use crate::tx::Tx;

/// The outbox in the database.
#[derive(Clone)]
pub struct SqlOutbox {
    db: Db,
}

impl SqlOutbox {
    /// On a database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }

    /// Gives back what a server held that is gone: who is alone on the database knows that nobody works on it.
    pub async fn take_over(&self, _: &Alone) -> Result<u64, Common> {
        let mut sql = self.db.sql();
        sql.push(
            "UPDATE outbox SET leased_until = NULL WHERE delivered_at IS NULL AND leased_until IS NOT NULL",
        );
        self.db.run(sql).await
    }

    /// Writes effects, with the mark on `events`, in one transaction. False when one of them has its mark.
    async fn settle(&self, events: &[EventId], effects: Effects, now: Instant) -> Result<bool, Common> {
        let act = Act::of_system(now, "relay");
        let effects = &effects;
        let done = self.db.act(&act, |tx| async move {
            let result = settle_in(&tx, events, effects, now).await;
            (tx, result)
        });
        match done.await {
            Ok(_) => Ok(true),
            Err(Common::Stale { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

/// Stale when one of the events has its mark: another relay was here.
async fn settle_in(
    tx: &Tx,
    events: &[EventId],
    effects: &Effects,
    now: Instant,
) -> Result<((), Record), Stop<Common>> {
    if !mark(tx, events, now).await? {
        return Err(Stop::Common(Common::Stale { current: 0 }));
    }
    crate::notifications::insert(tx, effects.notices()).await?;
    let jobs = effects.jobs().iter();
    let rows = jobs
        .map(|(job, request)| (job.clone(), request.as_str()))
        .collect();
    record::queue(tx, rows, now).await?;
    Ok(((), Record::default()))
}

/// Marks events as delivered; false when one of them is already.
async fn mark(tx: &Tx, events: &[EventId], now: Instant) -> Result<bool, DbErr> {
    if events.is_empty() {
        return Ok(true);
    }
    let mut sql = tx.sql();
    sql.push("UPDATE outbox SET leased_until = NULL, delivered_at = ")
        .bind(now);
    these(&mut sql, events);
    let marked = tx.run(sql).await?;
    Ok(usize::try_from(marked) == Ok(events.len()))
}

fn these(sql: &mut Sql, events: &[EventId]) {
    sql.push(" WHERE delivered_at IS NULL AND id IN (")
        .bind_all(events.iter().map(EventId::uuid))
        .push(")");
}

/// Waiting, and in nobody's hands.
fn free(sql: &mut Sql, wall: Instant) {
    sql.push(" FROM outbox WHERE delivered_at IS NULL AND (leased_until IS NULL OR leased_until < ")
        .bind(wall)
        .push(")");
}

#[async_trait]
impl Outbox for SqlOutbox {
    async fn claim(&self, wall: Instant, lease_seconds: u32, limit: u32) -> Result<Vec<Told>, Common> {
        let mut sql = self.db.sql();
        sql.push("SELECT 1");
        free(&mut sql, wall);
        sql.push(" LIMIT 1");
        // Looking first keeps an idle relay off the writer.
        if self.db.one(sql).await?.is_none() {
            return Ok(Vec::new());
        }
        let mut sql = self.db.sql();
        sql.push("UPDATE outbox SET leased_until = ")
            .bind(wall + TimeDelta::seconds(i64::from(lease_seconds)));
        sql.push(" WHERE id IN (SELECT id");
        free(&mut sql, wall);
        sql.push(" ORDER BY id LIMIT ").bind(i64::from(limit));
        // Rivals skip what is being claimed instead of waiting for it.
        sql.push(if sql.is_postgres() {
            " FOR UPDATE SKIP LOCKED)"
        } else {
            ")"
        });
        sql.push(" RETURNING id, name, version, subject, dealer_id, payload, request_id, actor_id, at");
        let rows = self.db.returning(sql).await?;
        let mut events = rows
            .iter()
            .map(told)
            .collect::<Result<Vec<_>, _>>()
            .map_err(|e| fault::common(&e))?;
        events.sort_by_key(|told| told.id);
        Ok(events)
    }

    async fn deliver(&self, events: &[EventId], effects: Effects, now: Instant) -> Result<bool, Common> {
        self.settle(events, effects, now).await
    }

    async fn hand_back(&self, events: &[EventId]) -> Result<(), Common> {
        let mut sql = self.db.sql();
        sql.push("UPDATE outbox SET leased_until = NULL");
        these(&mut sql, events);
        self.db.run(sql).await.map(|_| ())
    }

    async fn write(&self, effects: Effects, now: Instant) -> Result<(), Common> {
        self.settle(&[], effects, now).await.map(|_| ())
    }
}

fn told(row: &QueryResult) -> Result<Told, DbErr> {
    Ok(Told {
        id: Id::from_uuid(row.try_get_by("id")?),
        event: Event {
            name: row.try_get_by("name")?,
            version: u16::try_from(row.try_get_by::<i64, _>("version")?).unwrap_or(u16::MAX),
            subject: row.try_get_by("subject")?,
            dealer: row.try_get_by::<Option<Uuid>, _>("dealer_id")?.map(Id::from_uuid),
            payload: row.try_get_by("payload")?,
        },
        at: row.try_get_by("at")?,
        request_id: row.try_get_by("request_id")?,
        actor: row.try_get_by::<Option<Uuid>, _>("actor_id")?.map(Id::from_uuid),
    })
}
