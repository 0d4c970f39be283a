//! What `scripts/bench` needs and no shell can do: fills a database with 50,000 listings, mints tokens, finds the cursor of
//! page 5,000, explains the queries behind an answer, counts what a load left behind, and writes the table.
//!
//! The database and the data folder are those of the product's own settings (`DATABASE_URL`, `FORECOURT_DATA_DIR`).

mod after;
mod data;
mod drives;
mod explain;
mod load;
mod pages;
mod stock;
mod table;
mod tokens;
mod write;

use std::path::PathBuf;
use std::sync::Arc;

use clap::Parser;
use security::OsRandom;
use server::clock::SystemClock;
use server::compose::Ground;
use server::settings::{Config, Raw};

/// Fills a database, and asks it what the product does with it.
#[derive(Debug, Parser)]
#[command(name = "forecourt-bench")]
enum Command {
    /// Migrates an empty database and fills it; writes ids, tokens and dates for the load scripts.
    Load {
        /// Where to write `ids`, `tokens` and `dates`.
        #[arg(long)]
        out: PathBuf,
        /// Folder with cars.csv, users.csv and bookings.csv. Default: rows made here, the same each time.
        #[arg(long)]
        data: Option<PathBuf>,
        /// How many listings to make.
        #[arg(long, default_value_t = 50_000)]
        listings: u32,
    },
    /// Walks a list by cursors and prints the path of the page asked for.
    Page {
        /// Where the server listens: `http://127.0.0.1:PORT`.
        url: String,
        /// Path and query of the first page, with `cursor=` in it.
        path: String,
        /// Which page.
        number: u32,
    },
    /// Serves in this process, calls each path once, and prints every query behind the answer with the database's plan.
    Explain {
        /// Paths with their queries.
        paths: Vec<String>,
    },
    /// Counts test drives, and how many of them overlap another of the same vehicle or customer. Fails when any does, or when
    /// there are fewer than expected.
    Drives {
        /// At least so many more than `--before`.
        #[arg(long, default_value_t = 0)]
        acknowledged: i64,
        /// How many there were before.
        #[arg(long, default_value_t = 0)]
        before: i64,
    },
    /// Waits until every event has reached its readers, and prints how many there are, how many a second were delivered, and how long
    /// they took from the commit (milliseconds).
    Outbox,
    /// Compares passwords on all processors for a few seconds: what Argon2 alone allows. Prints comparisons a second.
    Argon2 {
        /// How long.
        #[arg(long, default_value_t = 3)]
        seconds: u64,
    },
    /// Reads the JSON lines of a run and writes the table.
    Table {
        /// One JSON object a line.
        file: PathBuf,
    },
}

fn main() -> anyhow::Result<()> {
    server::install_crypto();
    let command = Command::parse();
    actix_rt::System::new().block_on(async {
        match command {
            Command::Load { out, data, listings } => {
                load::run(&ground().await?, &out, data.as_deref(), listings).await
            }
            Command::Page { url, path, number } => pages::find(&url, &path, number).await,
            Command::Explain { paths } => explain::run(ground().await?, &paths).await,
            Command::Drives { acknowledged, before } => {
                after::drives(&ground().await?, before, acknowledged).await
            }
            Command::Outbox => after::outbox(&ground().await?).await,
            Command::Argon2 { seconds } => after::argon2(seconds),
            Command::Table { file } => table::print(&file),
        }
    })
}

/// The product's own database.
async fn ground() -> anyhow::Result<Ground> {
    let config = Raw::read()
        .and_then(|raw| Config::read(&raw))
        .map_err(anyhow::Error::msg)?;
    Ground::lay(config, Arc::new(SystemClock), Arc::new(OsRandom)).await
}
