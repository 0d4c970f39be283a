//! Health, jobs, and the document itself.

use actix_web::http::StatusCode;
use actix_web::{get, web};
use application::jobs::{JobStatus, JobView, KindFigures, see_job, see_queue};
use chrono::{DateTime, Utc};
use kernel::error::Common;
use kernel::id::kind;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, PathId};
use crate::problem::ApiError;

/// Endpoints under `/api/v1`.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(show_health)
        .service(show_document)
        .service(show_job)
        .service(show_queue);
}

/// Endpoints at the root.
pub(crate) fn root_routes(config: &mut ServiceConfig<'_>) {
    config.service(show_live).service(show_ready);
}

/// The probes without the document.
pub(crate) fn probes(config: &mut web::ServiceConfig) {
    config.service(show_live).service(show_ready);
}

/// The completed document, as served.
pub(crate) struct Served(pub(crate) Value);

#[derive(Serialize, ToSchema)]
struct HealthDto {
    /// `ok`, or `degraded`.
    status: &'static str,
    /// `ok`, or `unavailable`.
    database: &'static str,
    /// Version of this program.
    version: &'static str,
    /// The product's clock.
    timestamp: DateTime<Utc>,
}

/// How the product does
#[utoipa::path(tag = "system", operation_id = "health", responses((status = 200, description = "How it does.", body = HealthDto)))]
#[get("/health")]
async fn show_health(core: web::Data<Core>) -> Response {
    let database = core.health.database().await.is_ok();
    Answer::ok(&HealthDto {
        status: if database { "ok" } else { "degraded" },
        database: if database { "ok" } else { "unavailable" },
        version: env!("CARGO_PKG_VERSION"),
        timestamp: core.clock.now(),
    })
}

#[derive(Serialize, ToSchema)]
struct StateDto {
    /// `ok`.
    status: &'static str,
}

/// Is the process alive?
#[utoipa::path(tag = "system", operation_id = "health_live", responses((status = 200, description = "It is.", body = StateDto)))]
#[get("/health/live")]
async fn show_live() -> Response {
    Answer::ok(&StateDto { status: "ok" })
}

/// Can it take requests?
///
/// Whether the database answers, and whether files can be kept. Not the mail server: letters wait for it in the queue.
#[utoipa::path(tag = "system", operation_id = "health_ready", responses((status = 200, description = "It can.", body = StateDto)))]
#[get("/health/ready")]
async fn show_ready(core: web::Data<Core>) -> Response {
    if !core.health.accepting() {
        return Err(ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "unavailable",
            "this node is shutting down",
        ));
    }
    // The mail server is not asked: while it is away letters wait in the queue, and no request fails. If it counted, its outage would take
    // every node out at once. So it is with whatever else jobs reach: Twilio, push services, webhooks.
    let away = |error: Common| Common::Unavailable {
        internal: error.to_string(),
    };
    core.health.database().await.map_err(away)?;
    core.health.files().await.map_err(away)?;
    Answer::ok(&StateDto { status: "ok" })
}

/// The OpenAPI document
#[utoipa::path(tag = "system", operation_id = "openapi", responses((status = 200, description = "This document.", body = Object)))]
#[get("/openapi.json")]
async fn show_document(served: web::Data<Served>) -> Response {
    Answer::ok(&served.0).map(|answer| answer.public(300))
}

/// A job, as who started it sees it.
#[derive(Serialize, ToSchema)]
pub(crate) struct JobDto {
    id: Uuid,
    /// What is done.
    kind: String,
    #[schema(inline)]
    status: JobStatusDto,
    progress: ProgressDto,
    /// What came out.
    result: Option<Value>,
    /// What went wrong.
    problem: Option<Value>,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
}

/// Where a job stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum JobStatusDto {
    Queued,
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

#[derive(Serialize, ToSchema)]
struct ProgressDto {
    /// Steps done.
    done: u64,
    /// Steps in all, once known.
    total: Option<u64>,
}

impl From<JobView> for JobDto {
    fn from(job: JobView) -> Self {
        Self {
            id: job.id.uuid(),
            kind: job.kind,
            status: match job.status {
                JobStatus::Queued => JobStatusDto::Queued,
                JobStatus::Running => JobStatusDto::Running,
                JobStatus::Succeeded => JobStatusDto::Succeeded,
                JobStatus::Failed => JobStatusDto::Failed,
                JobStatus::Cancelled => JobStatusDto::Cancelled,
            },
            progress: ProgressDto {
                done: job.done,
                total: job.total,
            },
            result: job.result,
            problem: job.problem,
            created_at: job.created_at,
            finished_at: job.finished_at,
        }
    }
}

/// How a job goes
///
/// Seen by who started it, and by admins.
#[utoipa::path(tag = "system", operation_id = "see_job", params(("id" = Uuid, Path, description = "The job.")),
    responses((status = 200, description = "The job.", body = JobDto)), security(("bearer" = [])))]
#[get("/jobs/{id}")]
async fn show_job(core: web::Data<Core>, acting: Acting, id: PathId<kind::Job>) -> Response {
    let job = see_job(core.jobs.as_ref(), &acting.actor, id.0).await?;
    Answer::ok(&JobDto::from(job))
}

/// The work in the background, in figures.
#[derive(Serialize, ToSchema)]
struct QueueDto {
    /// Jobs that wait, for their time or for a worker, or are being done.
    open: u64,
    /// Of these, due and in nobody's hands.
    due: u64,
    /// In a worker's hands.
    running: u64,
    /// Given up: kept until somebody retries them (`forecourt jobs`).
    failed: u64,
    /// Seconds that the oldest due job has waited since it fell due.
    oldest_age: Option<i64>,
    events: EventFiguresDto,
    /// Kind by kind.
    kinds: Vec<KindFiguresDto>,
}

/// Events on their way to their readers.
#[derive(Serialize, ToSchema)]
struct EventFiguresDto {
    /// Not delivered yet.
    waiting: u64,
    /// Seconds since the oldest of them happened.
    oldest_age: Option<i64>,
}

/// The jobs of one kind.
#[derive(Serialize, ToSchema)]
struct KindFiguresDto {
    kind: String,
    queued: u64,
    running: u64,
    failed: u64,
    /// Seconds that the oldest due one has waited since it fell due.
    oldest_age: Option<i64>,
}

impl KindFiguresDto {
    fn of(figures: KindFigures, now: DateTime<Utc>) -> Self {
        Self {
            kind: figures.kind,
            queued: figures.queued,
            running: figures.running,
            failed: figures.failed,
            oldest_age: age(figures.oldest_due, now),
        }
    }
}

fn age(since: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<i64> {
    since.map(|since| (now - since).num_seconds())
}

/// How the work in the background goes
///
/// For admins: how much waits and since when, what runs, what was given up.
#[utoipa::path(tag = "system", operation_id = "see_queue",
    responses((status = 200, description = "The figures.", body = QueueDto)), security(("bearer" = [])))]
#[get("/admin/jobs")]
async fn show_queue(core: web::Data<Core>, acting: Acting) -> Response {
    let (figures, kinds) = see_queue(core.jobs.as_ref(), &acting.actor, acting.at).await?;
    let kinds = kinds.into_iter().map(|kind| KindFiguresDto::of(kind, acting.at));
    Answer::ok(&QueueDto {
        open: figures.open,
        due: figures.due,
        running: figures.running,
        failed: figures.failed,
        oldest_age: age(figures.oldest_due, acting.at),
        events: EventFiguresDto {
            waiting: figures.untold,
            oldest_age: age(figures.oldest_untold, acting.at),
        },
        kinds: kinds.collect(),
    })
}
