//! Jobs at fixed times, once in the whole cluster: a tick is a job with a `once` key, and whoever comes second puts nothing in.
//! A tick that was missed while the program was down is made up once, however many were missed.

use std::str::FromStr;

use application::jobs::Queue;
use kernel::Instant;
use kernel::error::Common;
use kernel::job::{Job, Lane};

/// A job at fixed times (UTC).
#[derive(Clone, Debug)]
pub struct Cron {
    /// Its name, unique.
    pub name: &'static str,
    /// When: minute, hour, day of month, month, day of week.
    pub pattern: &'static str,
    /// The kind of the job that a tick puts in.
    pub kind: &'static str,
    /// Its lane.
    pub lane: Lane,
}

pub(crate) struct Clockwork {
    crons: Vec<(Cron, croner::Cron, Option<Instant>)>,
}

impl Clockwork {
    pub(crate) fn new(crons: &[Cron]) -> Self {
        let read = |cron: &Cron| match croner::Cron::from_str(cron.pattern) {
            Ok(pattern) => Some((cron.clone(), pattern, None)),
            Err(error) => {
                tracing::error!(name = cron.name, pattern = cron.pattern, %error, "a cron pattern is wrong; the job never runs");
                None
            }
        };
        Self {
            crons: crons.iter().filter_map(read).collect(),
        }
    }

    /// Puts in what has come due since the last turn.
    pub(crate) async fn turn(&mut self, queue: &dyn Queue, now: Instant) -> Result<(), Common> {
        for (cron, pattern, last) in &mut self.crons {
            let Ok(tick) = pattern.find_previous_occurrence(&now, true) else {
                continue;
            };
            if *last != Some(tick) {
                let job = Job::new(cron.kind, &serde_json::json!({ "tick": tick }))
                    .in_lane(cron.lane)
                    .once(format!("{} {}", cron.name, tick.to_rfc3339()));
                queue.enqueue(job, now).await?;
                *last = Some(tick);
            }
        }
        Ok(())
    }
}
