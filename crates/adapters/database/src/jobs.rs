//! The queue: rows put in by acts, claimed with a lease.

use application::jobs::{
    ClaimedJob, DeadLetter, JobQueries, JobStatus, JobView, KindFigures, Queue, QueueFigures, Room, Times,
};
use async_trait::async_trait;
use chrono::TimeDelta;
use kernel::Instant;
use kernel::error::Common;
use kernel::id::{Id, JobId};
use kernel::job::{Job, Lane};
use sea_orm::{DbErr, QueryResult};
use serde_json::Value;
use uuid::Uuid;

use crate::alone::Alone;
use crate::db::Db;
use crate::fault;
use crate::record;
use crate::sql::Sql;

/// The queue in the database.
#[derive(Clone)]
pub struct SqlQueue {
    db: Db,
}

impl SqlQueue {
    /// On a database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }

    /// Puts back what a server held that is gone: who is alone on the database knows that nobody works on it. Says how many.
    pub async fn take_over(&self, _: &Alone) -> Result<u64, Common> {
        let mut sql = self.db.sql();
        sql.push(
            "UPDATE jobs SET status = 'queued', lease = NULL, leased_until = NULL WHERE status = 'running'",
        );
        self.db.run(sql).await
    }

    /// Changes a job that the caller still holds.
    async fn settle(&self, job: &ClaimedJob, change: impl FnOnce(&mut Sql)) -> Result<bool, Common> {
        let mut sql = self.db.sql();
        sql.push("UPDATE jobs SET ");
        change(&mut sql);
        sql.push(" WHERE id = ")
            .bind(job.id.uuid())
            .push(" AND status = 'running' AND lease = ")
            .bind(job.lease);
        Ok(self.db.run(sql).await? == 1)
    }
}

#[async_trait]
impl Queue for SqlQueue {
    async fn claim(&self, times: Times, lease_seconds: u32, room: Room) -> Result<Vec<ClaimedJob>, Common> {
        // Lanes with a bound come first: behind a backlog of the others they would starve.
        let lanes = [Lane::Outside, Lane::Long, Lane::Prompt];
        let open: Vec<Lane> = lanes.into_iter().filter(|lane| room.of_lane(*lane) > 0).collect();
        let mut sql = self.db.sql();
        sql.push("SELECT 1 WHERE EXISTS (SELECT 1 FROM jobs WHERE status = 'queued' AND lane IN (")
            .bind_all(open.iter().map(|lane| lane.number()))
            .push(") AND run_at <= ")
            .bind(times.product);
        sql.push(") OR EXISTS (SELECT 1 FROM jobs WHERE status = 'running' AND lane IN (")
            .bind_all(open.iter().map(|lane| lane.number()))
            .push(") AND leased_until < ")
            .bind(times.wall)
            .push(")");
        // Looking first keeps an idle worker off the writer.
        if open.is_empty() || self.db.one(sql).await?.is_none() {
            return Ok(Vec::new());
        }
        let lease = self.db.ids.uuid();
        let mut sql = self.db.sql();
        sql.push("UPDATE jobs SET status = 'running', attempts = attempts + 1, lease = ")
            .bind(lease);
        sql.push(", leased_until = ")
            .bind(times.wall + TimeDelta::seconds(i64::from(lease_seconds)));
        sql.push(" WHERE id IN (SELECT id FROM (");
        for (n, lane) in open.into_iter().enumerate() {
            sql.push(if n > 0 { " UNION ALL " } else { "" });
            of_lane(&mut sql, lane, room.of_lane(lane), times);
        }
        sql.push(") claimable LIMIT ").bind(i64::from(room.all)).push(")");
        sql.push(" RETURNING id, kind, payload, attempts, watched_by, request_id, created_at, lane");
        let rows = self.db.returning(sql).await?;
        let mut jobs = rows
            .iter()
            .map(|row| claimed(row, lease))
            .collect::<Result<Vec<_>, _>>()
            .map_err(|e| fault::common(&e))?;
        jobs.sort_by_key(|job| job.id);
        Ok(jobs)
    }

    async fn extend(&self, job: &ClaimedJob, wall: Instant, lease_seconds: u32) -> Result<bool, Common> {
        let until = wall + TimeDelta::seconds(i64::from(lease_seconds));
        self.settle(job, |sql| {
            sql.push("leased_until = ").bind(until);
        })
        .await
    }

    async fn succeed(&self, job: &ClaimedJob, now: Instant, result: Option<Value>) -> Result<bool, Common> {
        self.settle(job, |sql| {
            sql.push("status = 'succeeded', lease = NULL, leased_until = NULL, result = ")
                .bind(result)
                .push(", finished_at = ")
                .bind(now);
        })
        .await
    }

    async fn retry(&self, job: &ClaimedJob, run_at: Instant, error: &str) -> Result<bool, Common> {
        self.settle(job, |sql| {
            sql.push("status = 'queued', lease = NULL, leased_until = NULL, run_at = ")
                .bind(run_at)
                .push(", last_error = ")
                .bind(error);
        })
        .await
    }

    async fn bury(&self, job: &ClaimedJob, now: Instant, error: &str) -> Result<bool, Common> {
        let problem = serde_json::json!({ "code": "job_failed", "detail": error });
        self.settle(job, |sql| {
            sql.push("status = 'failed', lease = NULL, leased_until = NULL, last_error = ")
                .bind(error);
            sql.push(", problem = ")
                .bind(problem)
                .push(", finished_at = ")
                .bind(now);
        })
        .await
    }

    async fn hand_back(&self, job: &ClaimedJob) -> Result<bool, Common> {
        self.settle(job, |sql| {
            sql.push("status = 'queued', lease = NULL, leased_until = NULL, attempts = attempts - 1");
        })
        .await
    }

    async fn progress(&self, job: &ClaimedJob, done: u64, total: Option<u64>) -> Result<(), Common> {
        let count = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        self.settle(job, |sql| {
            sql.push("progress_done = ")
                .bind(count(done))
                .push(", progress_total = ")
                .bind(total.map(count));
        })
        .await
        .map(|_| ())
    }

    async fn enqueue(&self, job: Job, now: Instant) -> Result<bool, Common> {
        let mut sql = self.db.sql();
        record::job_rows(&mut sql, [(self.db.ids.uuid(), job, "system")], now);
        Ok(self.db.run(sql).await? == 1)
    }

    async fn next_due(&self) -> Result<Option<Instant>, Common> {
        let mut sql = self.db.sql();
        sql.push("SELECT run_at FROM jobs WHERE status = 'queued' ORDER BY run_at, id LIMIT 1");
        let row = self.db.one(sql).await?;
        row.map(|row| row.try_get_by_index(0))
            .transpose()
            .map_err(|e| fault::common(&e))
    }

    async fn revive(&self, id: JobId, now: Instant) -> Result<bool, Common> {
        let mut sql = self.db.sql();
        sql.push(
            "UPDATE jobs SET status = 'queued', attempts = 0, problem = NULL, finished_at = NULL, run_at = ",
        )
        .bind(now);
        sql.push(" WHERE status = 'failed' AND id = ").bind(id.uuid());
        Ok(self.db.run(sql).await? == 1)
    }
}

#[async_trait]
impl JobQueries for SqlQueue {
    async fn job(&self, id: JobId) -> Result<Option<JobView>, Common> {
        let mut sql = self.db.sql();
        sql.push("SELECT id, kind, status, progress_done, progress_total, result, problem, watched_by, dealer_id, created_at, finished_at FROM jobs WHERE id = ");
        sql.bind(id.uuid());
        let Some(row) = self.db.one(sql).await? else {
            return Ok(None);
        };
        view(&row).map(Some)
    }

    async fn dead_letters(&self) -> Result<Vec<DeadLetter>, Common> {
        let mut sql = self.db.sql();
        sql.push("SELECT id, kind, attempts, last_error, finished_at FROM jobs WHERE status = 'failed' ORDER BY finished_at, id");
        let rows = self.db.all(sql).await?;
        rows.iter()
            .map(dead_letter)
            .collect::<Result<_, _>>()
            .map_err(|e| fault::common(&e))
    }

    async fn figures(&self, now: Instant) -> Result<QueueFigures, Common> {
        let mut sql = self.db.sql();
        sql.push("SELECT COUNT(*) FILTER (WHERE status IN ('queued', 'running')), COUNT(*) FILTER (WHERE status = 'queued' AND run_at <= ").bind(now);
        sql.push("), COUNT(*) FILTER (WHERE status = 'failed'), COUNT(*) FILTER (WHERE status = 'running'), MIN(run_at) FILTER (WHERE status = 'queued' AND run_at <= ").bind(now);
        sql.push("), (SELECT COUNT(*) FROM outbox WHERE delivered_at IS NULL), (SELECT MIN(at) FROM outbox WHERE delivered_at IS NULL) FROM jobs WHERE status IN ('queued', 'running', 'failed')");
        let Some(row) = self.db.one(sql).await? else {
            return Ok(QueueFigures::default());
        };
        let count = |index| {
            row.try_get_by_index::<i64>(index)
                .map(|n| u64::try_from(n).unwrap_or(0))
        };
        let figures = || -> Result<QueueFigures, DbErr> {
            Ok(QueueFigures {
                open: count(0)?,
                due: count(1)?,
                failed: count(2)?,
                running: count(3)?,
                oldest_due: row.try_get_by_index(4)?,
                untold: count(5)?,
                oldest_untold: row.try_get_by_index(6)?,
            })
        };
        figures().map_err(|e| fault::common(&e))
    }

    async fn kinds(&self, now: Instant) -> Result<Vec<KindFigures>, Common> {
        let mut sql = self.db.sql();
        sql.push(
            "SELECT kind, COUNT(*) FILTER (WHERE status = 'queued') AS queued, COUNT(*) FILTER (WHERE status = 'running') AS running, \
             COUNT(*) FILTER (WHERE status = 'failed') AS failed, MIN(run_at) FILTER (WHERE status = 'queued' AND run_at <= ",
        );
        sql.bind(now).push(
            ") AS oldest_due FROM jobs WHERE status IN ('queued', 'running', 'failed') GROUP BY kind ORDER BY kind",
        );
        let rows = self.db.all(sql).await?;
        rows.iter()
            .map(kind_figures)
            .collect::<Result<_, _>>()
            .map_err(|e| fault::common(&e))
    }
}

fn kind_figures(row: &QueryResult) -> Result<KindFigures, DbErr> {
    let count = |column: &str| {
        row.try_get_by::<i64, _>(column)
            .map(|n| u64::try_from(n).unwrap_or(0))
    };
    Ok(KindFigures {
        kind: row.try_get_by("kind")?,
        queued: count("queued")?,
        running: count("running")?,
        failed: count("failed")?,
        oldest_due: row.try_get_by("oldest_due")?,
    })
}

fn claimed(row: &QueryResult, lease: Uuid) -> Result<ClaimedJob, DbErr> {
    Ok(ClaimedJob {
        id: Id::from_uuid(row.try_get_by("id")?),
        kind: row.try_get_by("kind")?,
        payload: row.try_get_by("payload")?,
        attempt: u32::try_from(row.try_get_by::<i64, _>("attempts")?).unwrap_or(u32::MAX),
        lease,
        watched_by: row.try_get_by("watched_by")?,
        request_id: row.try_get_by("request_id")?,
        created_at: row.try_get_by("created_at")?,
        lane: lane(row.try_get_by("lane")?),
    })
}

/// A lane by its number; what a later version put in goes with the rest.
fn lane(number: i64) -> Lane {
    Lane::ALL
        .into_iter()
        .find(|lane| lane.number() == number)
        .unwrap_or_default()
}

/// The claimable jobs of one lane: two walks of an index, that end at the limit. One condition for both would sort the whole backlog.
/// Rivals skip what is being claimed instead of waiting for it.
fn of_lane(sql: &mut Sql, lane: Lane, limit: u32, times: Times) {
    let skip = if sql.is_postgres() {
        " FOR UPDATE SKIP LOCKED) "
    } else {
        ") "
    };
    let limit = i64::from(limit);
    sql.push("SELECT id FROM (SELECT id FROM (SELECT id FROM jobs WHERE status = 'running' AND lane = ")
        .bind(lane.number())
        .push(" AND leased_until < ")
        .bind(times.wall);
    sql.push(" ORDER BY leased_until LIMIT ")
        .bind(limit)
        .push(skip)
        .push("lost UNION ALL SELECT id FROM (SELECT id FROM jobs WHERE status = 'queued' AND lane = ")
        .bind(lane.number())
        .push(" AND run_at <= ")
        .bind(times.product);
    sql.push(" ORDER BY run_at, id LIMIT ")
        .bind(limit)
        .push(skip)
        .push("due LIMIT ")
        .bind(limit)
        .push(") of_lane");
}

fn dead_letter(row: &QueryResult) -> Result<DeadLetter, DbErr> {
    Ok(DeadLetter {
        id: Id::from_uuid(row.try_get_by("id")?),
        kind: row.try_get_by("kind")?,
        attempts: u32::try_from(row.try_get_by::<i64, _>("attempts")?).unwrap_or(u32::MAX),
        error: row
            .try_get_by::<Option<String>, _>("last_error")?
            .unwrap_or_default(),
        finished_at: row.try_get_by("finished_at")?,
    })
}

fn view(row: &QueryResult) -> Result<JobView, Common> {
    let read = || -> Result<(JobView, String), DbErr> {
        let count = |n: i64| u64::try_from(n).unwrap_or(0);
        let view = JobView {
            id: Id::from_uuid(row.try_get_by("id")?),
            kind: row.try_get_by("kind")?,
            status: JobStatus::Queued,
            done: count(row.try_get_by("progress_done")?),
            total: row.try_get_by::<Option<i64>, _>("progress_total")?.map(count),
            result: row.try_get_by("result")?,
            problem: row.try_get_by("problem")?,
            watched_by: row.try_get_by("watched_by")?,
            dealer: row.try_get_by::<Option<Uuid>, _>("dealer_id")?.map(Id::from_uuid),
            created_at: row.try_get_by("created_at")?,
            finished_at: row.try_get_by("finished_at")?,
        };
        Ok((view, row.try_get_by("status")?))
    };
    let (view, status) = read().map_err(|e| fault::common(&e))?;
    let status = JobStatus::parse(&status).ok_or_else(|| fault::corrupt("jobs", "status", &status))?;
    Ok(JobView { status, ..view })
}
