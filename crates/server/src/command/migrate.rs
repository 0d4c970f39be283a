//! `forecourt migrate`.

use std::sync::Arc;

use clap::ValueEnum;
use security::OsRandom;

use super::print;
use crate::clock::SystemClock;
use crate::compose::Ground;
use crate::settings::Config;

/// Which way to migrate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Direction {
    /// To the newest schema.
    Up,
    /// One step back.
    Down,
    /// Nowhere: show what has run and what has not.
    Status,
}

pub(super) async fn migrate(config: Config, direction: Direction) -> anyhow::Result<u8> {
    let ground = Ground::unmigrated(config, Arc::new(SystemClock), Arc::new(OsRandom)).await?;
    match direction {
        Direction::Up => migration::up(ground.db.writer()).await?,
        Direction::Down => migration::down(ground.db.writer(), 1).await?,
        Direction::Status => {}
    }
    for name in migration::applied(ground.db.writer()).await? {
        print(&format!("applied  {name}"))?;
    }
    for name in migration::pending(ground.db.writer()).await? {
        print(&format!("pending  {name}"))?;
    }
    Ok(0)
}
