//! The table of a run.

use std::fmt::Write as _;
use std::path::Path;

use serde::Deserialize;

/// One line that the wrk script wrote, with what the shell added.
#[derive(Debug, Deserialize)]
struct Run {
    server: String,
    database: String,
    scenario: String,
    rps: f64,
    p50_ms: f64,
    p99_ms: f64,
    errors: u64,
}

/// Prints a table a database in Markdown: ours, and the peer's where there is one. Of several rounds the best counts: absolute
/// figures fall by a factor when the machine does something else.
pub(crate) fn print(file: &Path) -> anyhow::Result<()> {
    let mut runs: Vec<Run> = Vec::new();
    for line in std::fs::read_to_string(file)?
        .lines()
        .filter(|l| l.starts_with('{'))
    {
        let run: Run = serde_json::from_str(line)?;
        let same = |r: &&mut Run| {
            (&r.server, &r.database, &r.scenario) == (&run.server, &run.database, &run.scenario)
        };
        match runs.iter_mut().find(same) {
            Some(best) if best.rps < run.rps => {
                *best = Run {
                    errors: best.errors + run.errors,
                    ..run
                }
            }
            Some(best) => best.errors += run.errors,
            None => runs.push(run),
        }
    }
    let mut databases: Vec<&str> = runs.iter().map(|r| r.database.as_str()).collect();
    databases.dedup();
    let mut seen = Vec::new();
    databases.retain(|d| {
        !seen.contains(d) && {
            seen.push(*d);
            true
        }
    });
    let mut text = String::new();
    for database in databases {
        let find = |server: &str, scenario: &str| {
            runs.iter()
                .find(|r| r.server == server && r.database == database && r.scenario == scenario)
        };
        writeln!(text, "### {database}\n")?;
        writeln!(
            text,
            "| scenario | requests/s | p50 ms | p99 ms | errors | peer requests/s | peer p99 ms | ratio |"
        )?;
        writeln!(text, "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |")?;
        for ours in runs
            .iter()
            .filter(|r| r.server == "forecourt" && r.database == database)
        {
            let (name, rps, p50, p99) = (&ours.scenario, ours.rps, ours.p50_ms, ours.p99_ms);
            write!(
                text,
                "| {name} | {rps:.0} | {p50:.2} | {p99:.2} | {} |",
                ours.errors
            )?;
            match find("peer", name) {
                Some(peer) => writeln!(
                    text,
                    " {:.0} | {:.1} | {:.1} |",
                    peer.rps,
                    peer.p99_ms,
                    rps / peer.rps
                )?,
                None => writeln!(text, " | | |")?,
            }
        }
        writeln!(text)?;
    }
    print!("{text}");
    Ok(())
}
