//! `forecourt serve`.

use std::io::Write as _;
use std::net::TcpListener;
use std::sync::Arc;

use anyhow::Context as _;
use clap::ValueEnum;
use kernel::ports::Clock;
use metrics_exporter_prometheus::PrometheusBuilder;
use security::OsRandom;
use tokio_util::sync::CancellationToken;

use super::close;
use crate::clock::{ManualClock, SystemClock};
use crate::compose::{self, Ground};
use crate::serve::{self, Metrics};
use crate::settings::Config;

/// Whose time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ClockKind {
    /// The system's.
    System,
    /// One that stands still until `POST /dev/clock/advance` moves it.
    Manual,
}

pub(super) async fn serve(config: Config, kind: ClockKind) -> anyhow::Result<()> {
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
    close(ground).await
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
