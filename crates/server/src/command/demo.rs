//! `forecourt demo`.

use std::io::Write as _;

use super::{close, open};
use crate::settings::Config;

pub(super) async fn demo(config: Config, json: bool) -> anyhow::Result<u8> {
    let ground = open(config).await?;
    let report = crate::demo::fill(&ground).await?;
    let mut out = std::io::stdout().lock();
    if json {
        writeln!(out, "{}", serde_json::to_string_pretty(&report)?)?;
    } else {
        report.tell(&mut out)?;
    }
    drop(out);
    close(ground).await?;
    Ok(0)
}
