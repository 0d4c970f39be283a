//! `forecourt serve`.

use std::io::{ErrorKind, Write as _};
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use clap::ValueEnum;
use kernel::ports::Clock;
use metrics_exporter_prometheus::PrometheusBuilder;
use secrecy::ExposeSecret as _;
use security::OsRandom;
use tokio_util::sync::CancellationToken;

use super::close;
use crate::clock::{ManualClock, SystemClock};
use crate::compose::{self, Ground};
use crate::serve::{self, Metrics, Role};
use crate::settings::Config;

/// How long the database may take to close.
const CLOSING: Duration = Duration::from_secs(2);

/// Whose time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ClockKind {
    /// The system's.
    System,
    /// One that stands still until `POST /dev/clock/advance` moves it.
    Manual,
}

pub(super) async fn serve(config: Config, kind: ClockKind, role: Role) -> anyhow::Result<()> {
    anyhow::ensure!(
        role == Role::All || !config.database_url.expose_secret().starts_with("sqlite:"),
        "--role web and --role worker split the work between nodes, which share a PostgreSQL database: set \
         DATABASE_URL=postgres://USER@HOST/NAME, or leave --role out; a SQLite file has one server, and it does all"
    );
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
    let listener = TcpListener::bind(config.listen).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => anyhow::anyhow!(
            "can't listen on {}: another program does. Stop it, or choose another address with --listen",
            config.listen
        ),
        _ => anyhow::Error::new(error).context(format!("can't listen on {}", config.listen)),
    })?;
    let (ground, alone) = Ground::lay_for_server(config, clock, Arc::new(OsRandom)).await?;
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
    if product.dev.is_some() && config.smtp_url.is_none() {
        writeln!(out, "Letters are at {url}/dev/mailbox")?;
    }
    out.flush()?;
    drop(out);
    serve::serve(&config, product, listener, metrics, role, stop).await?;
    // A connection that does not answer any more must not keep the process alive; whatever was acknowledged is committed.
    if let Ok(closed) = tokio::time::timeout(CLOSING, close(ground)).await {
        closed?;
    } else {
        tracing::warn!("the database did not close in time");
    }
    drop(alone);
    Ok(())
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
