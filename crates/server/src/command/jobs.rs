//! `forecourt jobs`: the operator's hands on jobs that were given up.

use application::jobs::{JobQueries as _, Queue as _};
use clap::Subcommand;
use database::SqlQueue;
use kernel::id::JobId;

use super::{close, open, print};
use crate::settings::Config;

/// Looks after the jobs that were given up.
#[derive(Debug, Subcommand)]
pub enum JobsCommand {
    /// List them: id, kind, tries, when, why.
    Dead,
    /// Put some back into the queue, to be done at once; the server may run.
    Retry {
        /// Which ones.
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        ids: Vec<JobId>,
        /// All of them.
        #[arg(long)]
        all: bool,
    },
}

/// Does it, and prints a line for each.
pub(super) async fn run(config: Config, command: JobsCommand) -> anyhow::Result<u8> {
    let ground = open(config).await?;
    let queue = SqlQueue::new(ground.db.clone());
    let dead = queue.dead_letters().await?;
    match command {
        JobsCommand::Dead => {
            for job in &dead {
                print(&format!(
                    "{}  {}  {} tries  {}  {}",
                    job.id, job.kind, job.attempts, job.finished_at, job.error
                ))?;
            }
        }
        JobsCommand::Retry { ids, all } => {
            let ids = if all {
                dead.iter().map(|job| job.id).collect()
            } else {
                ids
            };
            for id in ids {
                let found = queue.revive(id, ground.clock.now()).await?;
                anyhow::ensure!(found, "{id} is no job that was given up: see forecourt jobs dead");
                print(&format!("{id} is in the queue again"))?;
            }
        }
    }
    close(ground).await?;
    Ok(0)
}
