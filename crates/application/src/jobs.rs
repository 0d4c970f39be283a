//! The job queue, as workers and askers see it. Jobs are put in through the transaction of the act that wants them
//! ([`kernel::act::Record`]), never by themselves.

use async_trait::async_trait;
use kernel::Instant;
use kernel::actor::{Actor, Scope};
use kernel::error::Common;
use kernel::id::{DealerId, JobId};
use kernel::job::{Job, Lane};
use kernel::rights::Right;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum JobStatus {
    /// Waits for its time or for a worker.
    Queued,
    /// A worker holds it.
    Running,
    /// Done.
    Succeeded,
    /// Given up: a dead letter, kept for an operator.
    Failed,
    /// Not wanted any more.
    Cancelled,
}

impl JobStatus {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::Queued,
            Self::Running,
            Self::Succeeded,
            Self::Failed,
            Self::Cancelled,
        ]
        .into_iter()
        .find(|s| s.as_str() == word)
    }
}

/// A job in a worker's hands. All reports about it must come before its lease ends, else they are refused.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimedJob {
    /// The job.
    pub id: JobId,
    /// Which handler takes it.
    pub kind: String,
    /// What the handler needs to know.
    pub payload: Value,
    /// Which try this is, from 1 on.
    pub attempt: u32,
    /// Proof of holding it.
    pub lease: Uuid,
    /// Who started it, when somebody did: a user, or an API key.
    pub watched_by: Option<Uuid>,
    /// The request that wanted it.
    pub request_id: String,
    /// When it was queued.
    pub created_at: Instant,
    /// What it may hold up.
    pub lane: Lane,
}

/// How many jobs a worker has places for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// In all.
    pub all: u32,
    /// Of these, for [`Lane::Outside`] at most.
    pub outside: u32,
    /// Of these, for [`Lane::Long`] at most.
    pub long: u32,
}

impl Room {
    /// As many as that, of any lane.
    pub const fn of(all: u32) -> Self {
        Self {
            all,
            outside: all,
            long: all,
        }
    }

    /// How many of a lane.
    pub fn of_lane(self, lane: Lane) -> u32 {
        match lane {
            Lane::Prompt => self.all,
            Lane::Outside => self.outside.min(self.all),
            Lane::Long => self.long.min(self.all),
        }
    }
}

/// The two times that a queue goes by: what is due follows the product's clock, leases follow real time.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// The product's clock.
    pub product: Instant,
    /// The clock on the wall.
    pub wall: Instant,
}

/// The worker's side of the queue.
#[async_trait]
pub trait Queue: Send + Sync {
    /// Takes due jobs as there is room, the oldest of each lane first, for `lease_seconds` of real time. A job is in one worker's
    /// hands at a time: one whose lease ran out (its worker died) is taken again.
    async fn claim(&self, times: Times, lease_seconds: u32, room: Room) -> Result<Vec<ClaimedJob>, Common>;

    /// Makes the lease last `lease_seconds` from now; false when the job is in other hands by now.
    async fn extend(&self, job: &ClaimedJob, wall: Instant, lease_seconds: u32) -> Result<bool, Common>;

    /// The job is done. False when the lease was lost.
    async fn succeed(&self, job: &ClaimedJob, now: Instant, result: Option<Value>) -> Result<bool, Common>;

    /// The job shall be tried again at `run_at`. False when the lease was lost.
    async fn retry(&self, job: &ClaimedJob, run_at: Instant, error: &str) -> Result<bool, Common>;

    /// The job is given up and kept as a dead letter. False when the lease was lost.
    async fn bury(&self, job: &ClaimedJob, now: Instant, error: &str) -> Result<bool, Common>;

    /// Hands a job back as if it had not been claimed (shutdown). False when the lease was lost.
    async fn hand_back(&self, job: &ClaimedJob) -> Result<bool, Common>;

    /// Notes how far a watched job is.
    async fn progress(&self, job: &ClaimedJob, done: u64, total: Option<u64>) -> Result<(), Common>;

    /// Puts in a job of the system itself: true when it was new. With [`Job::once`], whoever comes second gets false:
    /// that is how a cron tick happens once in a cluster.
    async fn enqueue(&self, job: Job, now: Instant) -> Result<bool, Common>;

    /// Instant at which the next queued job falls due, if any waits.
    async fn next_due(&self) -> Result<Option<Instant>, Common>;

    /// Puts a dead letter back into the queue. False when there is no such dead letter.
    async fn revive(&self, id: JobId, now: Instant) -> Result<bool, Common>;
}

/// How a watched job goes.
#[derive(Clone, Debug, PartialEq)]
pub struct JobView {
    /// The job.
    pub id: JobId,
    /// Its kind.
    pub kind: String,
    /// Where it stands.
    pub status: JobStatus,
    /// Steps done.
    pub done: u64,
    /// Steps in all, once known.
    pub total: Option<u64>,
    /// What came out.
    pub result: Option<Value>,
    /// What went wrong.
    pub problem: Option<Value>,
    /// Who started it: a user, or an API key.
    pub watched_by: Option<Uuid>,
    /// For which dealer.
    pub dealer: Option<DealerId>,
    /// When it was queued.
    pub created_at: Instant,
    /// When it ended.
    pub finished_at: Option<Instant>,
}

/// The queue in figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct QueueFigures {
    /// Waiting or running.
    pub open: u64,
    /// Due, and not in anybody's hands.
    pub due: u64,
    /// In a worker's hands.
    pub running: u64,
    /// Dead letters.
    pub failed: u64,
    /// When the oldest due job fell due.
    pub oldest_due: Option<Instant>,
    /// Events that wait for the relay.
    pub untold: u64,
    /// When the oldest of them happened.
    pub oldest_untold: Option<Instant>,
}

/// The jobs of one kind in figures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindFigures {
    /// The kind.
    pub kind: String,
    /// Waiting, for their time or for a worker.
    pub queued: u64,
    /// In a worker's hands.
    pub running: u64,
    /// Dead letters.
    pub failed: u64,
    /// When the oldest due one fell due.
    pub oldest_due: Option<Instant>,
}

impl QueueFigures {
    /// Is nothing to be done just now?
    pub const fn at_rest(&self) -> bool {
        self.due == 0 && self.running == 0 && self.untold == 0
    }
}

/// A job that was given up.
#[derive(Clone, Debug, PartialEq)]
pub struct DeadLetter {
    /// The job.
    pub id: JobId,
    /// Its kind.
    pub kind: String,
    /// Tries that it had.
    pub attempts: u32,
    /// Why the last one failed.
    pub error: String,
    /// When it was given up.
    pub finished_at: Instant,
}

/// The asker's side of the queue.
#[async_trait]
pub trait JobQueries: Send + Sync {
    /// The job, if there is one.
    async fn job(&self, id: JobId) -> Result<Option<JobView>, Common>;

    /// The jobs that were given up, oldest first.
    async fn dead_letters(&self) -> Result<Vec<DeadLetter>, Common>;

    /// The queue in figures at `now`.
    async fn figures(&self, now: Instant) -> Result<QueueFigures, Common>;

    /// The same kind by kind, by name; kinds of which nothing waits, runs or died are left out.
    async fn kinds(&self, now: Instant) -> Result<Vec<KindFigures>, Common>;
}

/// Shows admins how the work in the background goes.
pub async fn see_queue(
    queries: &dyn JobQueries,
    actor: &Actor,
    now: Instant,
) -> Result<(QueueFigures, Vec<KindFigures>), Common> {
    actor
        .may(Right::SeeQueue, Scope::Platform)
        .map_err(|refusal| refusal.of("queue"))?;
    Ok((queries.figures(now).await?, queries.kinds(now).await?))
}

/// Shows a job to who started it and to admins; to others it is not there.
pub async fn see_job(queries: &dyn JobQueries, actor: &Actor, id: JobId) -> Result<JobView, Common> {
    let starter = actor.starter().ok_or(Common::Unauthenticated)?;
    let job = queries.job(id).await?.ok_or(Common::absent("job"))?;
    if actor.sees_all() || job.watched_by == Some(starter.uuid()) {
        Ok(job)
    } else {
        Err(Common::absent("job"))
    }
}
