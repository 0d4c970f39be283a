//! Walks a list.

use anyhow::{Context as _, ensure};
use serde_json::Value;

/// Prints the path of page `number`, found by following `next` from the first.
pub(crate) async fn find(url: &str, path: &str, number: u32) -> anyhow::Result<()> {
    let client = reqwest::Client::new();
    let mut here = format!("{url}{path}");
    for page in 1..number {
        let answer = client.get(&here).send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        ensure!(status.is_success(), "page {page}: {status} {text}");
        let body: Value = serde_json::from_str(&text)?;
        let next = body.get("next").and_then(Value::as_str);
        here = next
            .with_context(|| format!("the list ends with page {page}"))?
            .to_owned();
    }
    let after_host = here.splitn(4, '/').nth(3).context("a URL")?;
    println!("/{after_host}");
    Ok(())
}
