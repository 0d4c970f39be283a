//! The loop that takes jobs from the queue and does them, the clockwork that puts cron jobs in, and the turning of the relay.
//!
//! Jobs are done at least once: a handler must be harmless when it is run again. A job whose worker died is taken by
//! another when its lease runs out. What fails is tried again with growing pauses, and after [`MOST_ATTEMPTS`] kept as a
//! dead letter.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

use application::jobs::{ClaimedJob, Queue, Room, Times};
use application::relay::Relay;
use async_trait::async_trait;
use chrono::TimeDelta;
use kernel::Instant;
use kernel::error::{Common, Failure, Kind};
use kernel::job::Lane;
use kernel::ports::Clock;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

mod audit;
mod bookings;
mod cron;
mod digests;
mod imports;
mod letters;
mod media;
mod messages;
mod negotiations;
mod persons;
mod pushes;
mod relay;
mod reminders;
mod upkeep;
mod waitlist;
mod webhooks;

pub use audit::{SEAL_AUDIT_JOB, SealAuditLog};
pub use bookings::ExpireBooking;
pub use cron::Cron;
pub use digests::{DIGESTS_JOB, DigestHandler};
pub use imports::ImportHandler;
pub use letters::LetterHandler;
pub use media::{MediaHandler, SWEEP_FILES_JOB};
pub use messages::MessageHandler;
pub use negotiations::EndNegotiation;
pub use persons::EraseHandler;
pub use pushes::PushHandler;
pub use reminders::RemindOfBooking;
pub use upkeep::Prune;
pub use waitlist::TurnWaitlist;
pub use webhooks::WebhookHandler;

/// Tries before a job is given up.
pub const MOST_ATTEMPTS: u32 = 8;
/// How long a job belongs to its worker without a sign of life: so long do the jobs of a node that died wait for another node.
/// A worker gives three signs in that time.
const LEASE_SECONDS: u32 = 15;
/// How long a job may still go on when the program ends; then it is handed back.
pub const GRACE: Duration = Duration::from_secs(15);
/// How often the queue is looked at.
const PAUSE: Duration = Duration::from_millis(200);

/// How a try ended.
#[derive(Debug)]
pub enum Outcome {
    /// Done, with what came out.
    Done(Option<Value>),
    /// Not now: try again.
    Again(String),
    /// Not now: try again, but not before the other side wants to be asked (`Retry-After`).
    Later(String, Instant),
    /// Never: keep it as a dead letter.
    Never(String),
}

impl From<Common> for Outcome {
    /// What is away may come back; anything else would fail again in the same way.
    fn from(error: Common) -> Self {
        let told = match &error {
            Common::Unavailable { internal } | Common::Internal { internal } => internal.clone(),
            other => other.to_string(),
        };
        match error.kind() {
            Kind::Unavailable | Kind::TooMany => Self::Again(told),
            _ => Self::Never(told),
        }
    }
}

/// What a job knows; one that can't be read never will be.
pub(crate) fn known<T: DeserializeOwned>(job: &ClaimedJob) -> Result<T, Outcome> {
    serde_json::from_value(job.payload.clone())
        .map_err(|error| Outcome::Never(format!("no {}: {error}", job.kind)))
}

/// How a job ended whose work is one act.
pub(crate) fn ended<E: Failure + Display>(end: Result<(), E>) -> Outcome {
    match end {
        Ok(()) => Outcome::Done(None),
        Err(error) => match error.common() {
            Some(common) => common.clone().into(),
            None => Outcome::Never(error.to_string()),
        },
    }
}

/// Does jobs of one kind.
#[async_trait]
pub trait Handler: Send + Sync {
    /// The kind.
    fn kind(&self) -> &'static str;

    /// Does a job. May be run again for the same job; must stop soon when `context.stopping()`.
    async fn run(&self, job: &ClaimedJob, context: &Context) -> Outcome;
}

/// What a handler may ask for while it works.
pub struct Context {
    queue: Arc<dyn Queue>,
    stop: CancellationToken,
    job: ClaimedJob,
}

impl Context {
    /// Tells who asks how far the job is.
    pub async fn progress(&self, done: u64, total: Option<u64>) -> Result<(), Common> {
        self.queue.progress(&self.job, done, total).await
    }

    /// Is the program shutting down, or the job in other hands by now?
    pub fn stopping(&self) -> bool {
        self.stop.is_cancelled()
    }
}

/// A worker: handlers, cron, the relay, and how many jobs it does at once.
pub struct Worker {
    /// The queue.
    pub queue: Arc<dyn Queue>,
    /// Carries events to their readers.
    pub relay: Relay,
    /// The product's clock.
    pub clock: Arc<dyn Clock>,
    /// The clock on the wall, for leases.
    pub wall: Arc<dyn Clock>,
    /// Who does what.
    pub handlers: Vec<Arc<dyn Handler>>,
    /// What is put in at its time.
    pub crons: Vec<Cron>,
    /// Jobs at once.
    pub concurrency: usize,
}

impl Worker {
    /// Works until `stop`, then hands back what does not end within [`GRACE`].
    pub async fn run(self, stop: CancellationToken) {
        let retell: Arc<dyn Handler> = Arc::new(relay::Retell {
            relay: self.relay.clone(),
            clock: Arc::clone(&self.clock),
        });
        let handlers = self.handlers.iter().chain(std::iter::once(&retell));
        let handlers: Arc<HashMap<&'static str, Arc<dyn Handler>>> =
            Arc::new(handlers.map(|h| (h.kind(), Arc::clone(h))).collect());
        let places = Places::new(self.concurrency);
        let tasks = TaskTracker::new();
        let (clock, wall) = (Arc::clone(&self.clock), Arc::clone(&self.wall));
        tasks.spawn(relay::run(self.relay.clone(), clock, wall, stop.clone()));
        let mut clockwork = cron::Clockwork::new(&self.crons);
        while !stop.is_cancelled() {
            if let Err(error) = clockwork.turn(self.queue.as_ref(), self.clock.now()).await {
                tracing::warn!(%error, "cron jobs could not be put in; they will be");
            }
            let room = places.room();
            if room.all == 0 {
                // Until a place is free; it is taken when a job has been claimed for it.
                tokio::select! {
                    place = places.all.acquire() => drop(place),
                    () = stop.cancelled() => {}
                }
                continue;
            }
            let claimed = self.queue.claim(self.times(), LEASE_SECONDS, room).await;
            let jobs = claimed.unwrap_or_else(|error| {
                tracing::warn!(%error, "the queue does not answer; trying again");
                Vec::new()
            });
            let busy = !jobs.is_empty();
            for job in jobs {
                let Some(place) = places.take(job.lane).await else {
                    break;
                };
                let work = self.work(Arc::clone(&handlers), job, stop.child_token());
                tasks.spawn(async move {
                    work.await;
                    drop(place);
                });
            }
            if !busy {
                tokio::select! {
                    () = tokio::time::sleep(PAUSE) => {}
                    () = stop.cancelled() => {}
                }
            }
        }
        tasks.close();
        tasks.wait().await;
    }

    fn times(&self) -> Times {
        Times {
            product: self.clock.now(),
            wall: self.wall.now(),
        }
    }

    /// One try of one job, with signs of life meanwhile.
    fn work(
        &self,
        handlers: Arc<HashMap<&'static str, Arc<dyn Handler>>>,
        job: ClaimedJob,
        stop: CancellationToken,
    ) -> impl Future<Output = ()> + use<> {
        let (queue, clock, wall) = (
            Arc::clone(&self.queue),
            Arc::clone(&self.clock),
            Arc::clone(&self.wall),
        );
        async move {
            let beat = tokio::spawn(keep_alive(Arc::clone(&queue), wall, job.clone(), stop.clone()));
            let outcome = match handlers.get(job.kind.as_str()) {
                Some(handler) => {
                    let context = Context {
                        queue: Arc::clone(&queue),
                        stop: stop.clone(),
                        job: job.clone(),
                    };
                    // A task of its own: a panic in a handler is a failed try, not the end of the worker.
                    let (handler, mine) = (Arc::clone(handler), job.clone());
                    let mut doing = tokio::spawn(async move { handler.run(&mine, &context).await });
                    tokio::select! {
                        ended = &mut doing => ended
                            .unwrap_or_else(|error| Outcome::Again(format!("the handler broke down: {error}"))),
                        () = out_of_time(&stop) => {
                            doing.abort();
                            Outcome::Again("it did not end before the program had to".to_owned())
                        }
                    }
                }
                None => Outcome::Never(format!("nobody does jobs of the kind {}", job.kind)),
            };
            beat.abort();
            if let Err(error) =
                report(queue.as_ref(), clock.as_ref(), &job, outcome, stop.is_cancelled()).await
            {
                tracing::warn!(job = %job.id, %error, "the end of a job could not be reported; it will be run again");
            }
        }
    }
}

/// Where jobs are done: so many at once, and of lanes that may hold up others a part of them.
struct Places {
    all: Arc<Semaphore>,
    outside: Arc<Semaphore>,
    long: Arc<Semaphore>,
}

impl Places {
    /// Half of the places for what waits for other people's machines, a quarter for what takes long: so both together leave room.
    fn new(all: usize) -> Self {
        let places = |count: usize| Arc::new(Semaphore::new(count.max(1)));
        Self {
            all: places(all),
            outside: places(all / 2),
            long: places(all / 4),
        }
    }

    fn room(&self) -> Room {
        let free = |places: &Semaphore| u32::try_from(places.available_permits()).unwrap_or(u32::MAX);
        Room {
            all: free(&self.all),
            outside: free(&self.outside),
            long: free(&self.long),
        }
    }

    /// A place for a job of this lane, for as long as what is returned lives.
    async fn take(&self, lane: Lane) -> Option<(OwnedSemaphorePermit, Option<OwnedSemaphorePermit>)> {
        let part = match lane {
            Lane::Prompt => None,
            Lane::Outside => Some(&self.outside),
            Lane::Long => Some(&self.long),
        };
        let part = match part {
            Some(places) => Some(Arc::clone(places).acquire_owned().await.ok()?),
            None => None,
        };
        Some((Arc::clone(&self.all).acquire_owned().await.ok()?, part))
    }
}

/// When a job that was asked to stop has had its time.
async fn out_of_time(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(GRACE).await;
}

/// Extends the lease until the job ends; stops the job when the lease is lost.
async fn keep_alive(queue: Arc<dyn Queue>, wall: Arc<dyn Clock>, job: ClaimedJob, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(Duration::from_secs(u64::from(LEASE_SECONDS) / 3));
    ticks.tick().await;
    loop {
        ticks.tick().await;
        if let Ok(false) = queue.extend(&job, wall.now(), LEASE_SECONDS).await {
            stop.cancel();
            return;
        }
    }
}

async fn report(
    queue: &dyn Queue,
    clock: &dyn Clock,
    job: &ClaimedJob,
    outcome: Outcome,
    stopping: bool,
) -> Result<(), Common> {
    let kind = job.kind.clone();
    let ended = |how: &'static str| {
        metrics::counter!("jobs_ended", "kind" => kind.clone(), "how" => how).increment(1);
    };
    let held = match outcome {
        Outcome::Done(result) => {
            ended("done");
            queue.succeed(job, clock.now(), result).await?
        }
        Outcome::Again(_) | Outcome::Later(..) if stopping => queue.hand_back(job).await?,
        Outcome::Again(error) if job.attempt < MOST_ATTEMPTS => {
            ended("again");
            tried_again(job, &error);
            queue.retry(job, clock.now() + pause(job), &error).await?
        }
        Outcome::Later(error, asked) if job.attempt < MOST_ATTEMPTS => {
            ended("again");
            tried_again(job, &error);
            let at = asked.max(clock.now() + pause(job));
            queue.retry(job, at, &error).await?
        }
        Outcome::Again(error) | Outcome::Later(error, _) | Outcome::Never(error) => {
            ended("never");
            tracing::error!(job = %job.id, kind = job.kind, attempt = job.attempt, error, "a job is given up and kept as a dead letter");
            queue.bury(job, clock.now(), &error).await?
        }
    };
    if !held {
        tracing::warn!(job = %job.id, kind = job.kind, "a job ended in other hands");
    }
    Ok(())
}

fn tried_again(job: &ClaimedJob, error: &str) {
    tracing::warn!(job = %job.id, kind = job.kind, attempt = job.attempt, error, "a job failed and will be tried again");
}

/// 5 s, 20 s, 80 s … up to an hour, give or take a quarter by the job's id, so that jobs that failed together don't come back together.
fn pause(job: &ClaimedJob) -> TimeDelta {
    let base = 5_000_i64
        .saturating_mul(4_i64.saturating_pow(job.attempt.saturating_sub(1)))
        .min(3_600_000);
    let share = i64::from(job.id.uuid().as_fields().0 % 50) - 25;
    TimeDelta::milliseconds(base + base * share / 100)
}
