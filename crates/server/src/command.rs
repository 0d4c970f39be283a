//! The command line.

use std::io::{IsTerminal as _, Write as _};
use std::net::TcpListener;
use std::sync::Arc;

use anyhow::Context as _;
use clap::{Parser, Subcommand, ValueEnum};
use identity::secret::Secret;
use identity::use_cases::CreateAccount;
use identity::user::PlatformRole;
use kernel::act::Act;
use kernel::ports::Clock;
use metrics_exporter_prometheus::PrometheusBuilder;
use security::OsRandom;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

use crate::clock::{ManualClock, SystemClock};
use crate::compose::{self, Ground};
use crate::serve::{self, Metrics};
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
    /// Print the OpenAPI document.
    Openapi,
    /// Look at the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// Looks after the platform's admins.
#[derive(Debug, Subcommand)]
pub enum AdminCommand {
    /// Make an admin. The password is asked for, or read from the standard input.
    Create {
        /// The address to sign in with.
        #[arg(long)]
        email: String,
        /// Given name.
        #[arg(long, default_value = "Platform")]
        first_name: String,
        /// Family name.
        #[arg(long, default_value = "Admin")]
        last_name: String,
    },
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

/// Whose time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ClockKind {
    /// The system's.
    System,
    /// One that stands still until `POST /dev/clock/advance` moves it.
    Manual,
}

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
            Command::Admin(AdminCommand::Create {
                email,
                first_name,
                last_name,
            }) => {
                let config = configured(&raw)?;
                let form = CreateAccount {
                    email,
                    password: read_password()?,
                    first_name,
                    last_name,
                    platform_role: PlatformRole::Admin,
                };
                actix_rt::System::new().block_on(create_admin(config, form))
            }
            Command::Keys(KeysCommand::Rotate) => {
                let config = configured(&raw)?;
                security::Keys::rotate(&config.data_dir, &OsRandom)?;
                print("There is a new key. Restart the nodes to use it.")
            }
            Command::Serve { listen, clock } => {
                if let Some(listen) = listen {
                    raw.set("listen", listen);
                }
                let config = configured(&raw)?;
                actix_rt::System::new()
                    .block_on(run_server(config, clock))
                    .map(|()| 0)
            }
            Command::Demo { json } => {
                let config = configured(&raw)?;
                actix_rt::System::new().block_on(demo(config, json))
            }
            Command::Migrate { direction } => {
                let config = configured(&raw)?;
                actix_rt::System::new().block_on(migrate(config, direction))
            }
        }
    }
}

fn configured(raw: &Raw) -> anyhow::Result<Config> {
    let config = Config::read(raw).map_err(anyhow::Error::msg)?;
    start_log(&config)?;
    Ok(config)
}

fn start_log(config: &Config) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&config.log)
        .with_context(|| format!("FORECOURT_LOG: “{}” is no log filter", config.log))?;
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    let started = if config.log_json {
        log.json().try_init()
    } else {
        log.try_init()
    };
    started.map_err(|e| anyhow::anyhow!("the log can't be started: {e}"))
}

fn print(text: &str) -> anyhow::Result<u8> {
    writeln!(std::io::stdout().lock(), "{text}")?;
    Ok(0)
}

/// From the terminal, unseen, or the first line of the standard input.
fn read_password() -> anyhow::Result<Secret> {
    let stdin = std::io::stdin();
    let password = if stdin.is_terminal() {
        rpassword::prompt_password("Password: ")?
    } else {
        let mut line = String::new();
        stdin.read_line(&mut line)?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    Ok(Secret::new(password))
}

async fn create_admin(config: Config, form: CreateAccount) -> anyhow::Result<u8> {
    let ground = Ground::lay(config, Arc::new(SystemClock), Arc::new(OsRandom)).await?;
    let identity = compose::identity::identity(&ground)?.identity;
    let act = Act::of_system(ground.clock.now(), "command-line");
    let admin = identity.create_account(&act, &form).await?;
    ground
        .db
        .close()
        .await
        .context("the database did not close cleanly")?;
    print(&format!("{} can sign in as an admin.", admin.email))
}

async fn run_server(config: Config, kind: ClockKind) -> anyhow::Result<()> {
    anyhow::ensure!(
        kind == ClockKind::System || !config.production,
        "--clock manual is for development; this is a production configuration"
    );
    let manual = (kind == ClockKind::Manual).then(|| ManualClock::at(SystemClock.now()));
    let clock: Arc<dyn Clock> = match &manual {
        Some(manual) => Arc::new(manual.clone()),
        None => Arc::new(SystemClock),
    };
    let metrics = match &config.metrics_token {
        Some(token) => Some(Metrics {
            handle: PrometheusBuilder::new().install_recorder()?,
            token: token.clone(),
        }),
        None => None,
    };
    let listener =
        TcpListener::bind(config.listen).with_context(|| format!("can't listen on {}", config.listen))?;
    let ground = Ground::lay(config, clock, Arc::new(OsRandom)).await?;
    let config = Arc::clone(&ground.config);
    let product = compose::product(&ground, manual)?;
    let stop = CancellationToken::new();
    tokio::spawn(stop_on_signal(stop.clone()));
    let url = &config.public_url;
    let mut out = std::io::stdout().lock();
    writeln!(
        out,
        "Forecourt serves {url}: API page {url}/docs/, document {url}/api/v1/openapi.json"
    )?;
    if product.dev.as_ref().is_some_and(|dev| dev.mailbox.is_some()) {
        writeln!(out, "Letters are at {url}/dev/mailbox")?;
    }
    out.flush()?;
    drop(out);
    serve::serve(&config, product, listener, metrics, stop).await?;
    ground
        .db
        .close()
        .await
        .context("the database did not close cleanly")
}

async fn stop_on_signal(stop: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    match (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) {
        (Ok(mut terminate), Ok(mut interrupt)) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            stop.cancel();
        }
        (Err(error), _) | (_, Err(error)) => {
            tracing::error!(%error, "signals can't be heard: stop with kill -9");
        }
    }
}

async fn demo(config: Config, json: bool) -> anyhow::Result<u8> {
    let ground = Ground::lay(config, Arc::new(SystemClock), Arc::new(OsRandom)).await?;
    let report = crate::demo::fill(&ground).await?;
    let mut out = std::io::stdout().lock();
    if json {
        writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?;
    } else {
        report.tell(&mut out)?;
    }
    drop(out);
    ground
        .db
        .close()
        .await
        .context("the database did not close cleanly")?;
    Ok(0)
}

async fn migrate(config: Config, direction: Direction) -> anyhow::Result<u8> {
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
