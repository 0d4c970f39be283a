//! The command line: one file a group of commands.

mod admin;
mod audit;
mod demo;
mod import;
mod jobs;
mod log;
mod migrate;
mod serve;

use std::io::Write as _;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Parser, Subcommand};
use security::OsRandom;

pub use self::admin::AdminCommand;
pub use self::audit::AuditCommand;
pub use self::import::{FirstStatus, ImportCommand, ListingsFile, TakeMode};
pub use self::jobs::JobsCommand;
pub use self::migrate::Direction;
pub use self::serve::ClockKind;
use crate::clock::SystemClock;
use crate::compose::Ground;
use crate::serve::Role;
use crate::settings::{self, Config, Raw};

/// Everything that happens to a car between the day a dealer buys it in and the day its owner trades it back.
#[derive(Debug, Parser)]
#[command(name = "forecourt", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Migrate the database and serve.
    Serve {
        /// Address and port (else from the configuration).
        #[arg(long)]
        listen: Option<String>,
        /// Whose time: the system's, or one that stands still until it is moved.
        #[arg(long, value_enum, default_value_t = ClockKind::System)]
        clock: ClockKind,
        /// What this node does: answer requests, work in the background, or both. Parting them needs PostgreSQL.
        #[arg(long, value_enum, default_value_t)]
        role: Role,
    },
    /// Change or show the state of the schema.
    Migrate {
        /// Which way.
        #[arg(value_enum, default_value_t = Direction::Up)]
        direction: Direction,
    },
    /// Look after the platform's admins.
    #[command(subcommand)]
    Admin(AdminCommand),
    /// Look after the keys that tokens are signed with.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Fill an empty database with a believable dealer group, and print the sign-ins.
    Demo {
        /// Print them as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Take files in.
    #[command(subcommand)]
    Import(ImportCommand),
    /// Look after the jobs that were given up.
    #[command(subcommand)]
    Jobs(JobsCommand),
    /// Look after the audit log.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Print the OpenAPI document.
    Openapi,
    /// Look at the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// Looks after the keys that tokens are signed with.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Put a new key in front. Tokens of the one before count until they expire. Restart the nodes to use it.
    Rotate,
}

/// Looks at the configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Check it, and connect to nothing.
    Check,
    /// Print the table of all settings.
    Table,
}

impl Cli {
    /// Does it. The exit status is 0 when all went well.
    pub fn run(self) -> anyhow::Result<u8> {
        crate::install_crypto();
        let mut raw = Raw::read().map_err(anyhow::Error::msg)?;
        match self.command {
            Command::Openapi => print(&serde_json::to_string_pretty(&api::app::openapi())?),
            Command::Config(ConfigCommand::Table) => print(settings::table().trim_end()),
            Command::Config(ConfigCommand::Check) => {
                Config::read(&raw).map_err(anyhow::Error::msg)?;
                print("The configuration is right.")
            }
            Command::Admin(command) => {
                let config = configured(&raw)?;
                let task = command.ready()?;
                actix_rt::System::new().block_on(admin::run(config, task))
            }
            Command::Keys(KeysCommand::Rotate) => {
                let config = configured(&raw)?;
                security::Keys::rotate(&config.data_dir, &OsRandom)?;
                print("There is a new key. Restart the nodes to use it.")
            }
            Command::Serve { listen, clock, role } => {
                if let Some(listen) = listen {
                    raw.set("listen", listen);
                }
                let config = configured(&raw)?;
                actix_rt::System::new()
                    .block_on(serve::serve(config, clock, role))
                    .map(|()| 0)
            }
            Command::Demo { json } => {
                let config = configured(&raw)?;
                actix_rt::System::new().block_on(demo::demo(config, json))
            }
            Command::Import(ImportCommand::Listings(file)) => {
                let config = configured(&raw)?;
                actix_rt::System::new().block_on(import::listings(config, &file))
            }
            Command::Jobs(command) => {
                let config = configured(&raw)?;
                actix_rt::System::new().block_on(jobs::run(config, command))
            }
            Command::Audit(command) => {
                let config = configured(&raw)?;
                actix_rt::System::new().block_on(audit::run(config, command))
            }
            Command::Migrate { direction } => {
                let config = configured(&raw)?;
                actix_rt::System::new().block_on(migrate::migrate(config, direction))
            }
        }
    }
}

fn configured(raw: &Raw) -> anyhow::Result<Config> {
    let config = Config::read(raw).map_err(anyhow::Error::msg)?;
    log::start(&config)?;
    Ok(config)
}

fn print(text: &str) -> anyhow::Result<u8> {
    writeln!(std::io::stdout().lock(), "{text}")?;
    Ok(0)
}

async fn open(config: Config) -> anyhow::Result<Ground> {
    Ground::lay(config, Arc::new(SystemClock), Arc::new(OsRandom)).await
}

async fn close(ground: Ground) -> anyhow::Result<()> {
    ground
        .db
        .close()
        .await
        .context("the database did not close cleanly")
}
