//! The log of a command.

use anyhow::Context as _;
use tracing_subscriber::EnvFilter;

use crate::settings::Config;

/// Starts it, on the standard error.
pub(super) fn start(config: &Config) -> anyhow::Result<()> {
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
