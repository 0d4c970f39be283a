//! `forecourt import`.

use std::fs::File;
use std::io::{BufWriter, Read as _, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use async_trait::async_trait;
use clap::{Args, Subcommand, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use inventory::csv::Mapping;
use inventory::error::Error;
use inventory::import::use_cases::{StartImport, Watch};
use inventory::import::{Batch, ImportListings, Mode, Options, Stage};
use inventory::listing::ListingStatus;
use kernel::act::Act;
use kernel::error::Common;
use kernel::id::{DealerId, SiteId};

use super::{close, open};
use crate::compose;
use crate::settings::Config;

mod told;

/// Bytes that are staged at once.
const PART: u64 = 256 * 1024;
/// How long the database is left to others after each chunk. On SQLite a server that wants to write meanwhile looks again every
/// tenth of a second at most, and needs a gap to find; PostgreSQL locks rows only.
const GAP: Duration = Duration::from_millis(30);
/// Exit status when some rows were refused.
const SOME_REFUSED: u8 = 2;

/// Takes files in.
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Take listings in from a CSV file. Exit status: 0 when all rows were taken, 2 when some were refused, 1 on errors.
    Listings(Box<ListingsFile>),
}

/// A file of listings, and how it is to be taken.
#[derive(Debug, Args)]
pub struct ListingsFile {
    /// The CSV file, or gzip of one.
    file: PathBuf,
    /// Whose stock: the dealer's id.
    #[arg(long, value_name = "ID")]
    dealer: DealerId,
    /// Where cars stand, where a row does not say: the site's id.
    #[arg(long, value_name = "ID")]
    site: SiteId,
    /// A foreign file's headers, as in "vin=VIN No.,make=brand". Nothing behind = means: not from the file.
    #[arg(long, value_name = "COLUMN=HEADER,…")]
    map: Vec<String>,
    /// What stands for empty cells and absent columns, as in "condition=used".
    #[arg(long = "default", value_name = "COLUMN=VALUE,…")]
    defaults: Vec<String>,
    /// What happens to the good rows when there are bad ones.
    #[arg(long, value_enum, default_value_t = TakeMode::Partial)]
    mode: TakeMode,
    /// What new listings become, where a row does not say.
    #[arg(long, value_enum, default_value_t = FirstStatus::Draft)]
    status: FirstStatus,
    /// Write nothing: only see what each row would do.
    #[arg(long)]
    dry_run: bool,
    /// Write what came of each row into this file, as CSV.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

/// What happens to the good rows when there are bad ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TakeMode {
    /// Good rows are kept.
    Partial,
    /// The whole file is refused.
    Strict,
}

/// What new listings become.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FirstStatus {
    /// For staff alone.
    Draft,
    /// On offer.
    Active,
}

impl ListingsFile {
    fn options(&self) -> anyhow::Result<Options> {
        let mapping = Mapping::parse(&self.map.join(","), &self.defaults.join(",")).map_err(|wrong| {
            let lines: Vec<String> = wrong
                .as_slice()
                .iter()
                .map(|v| format!("--{}: {}", v.pointer.trim_end_matches('s'), v.message))
                .collect();
            anyhow!("{}", lines.join("; "))
        })?;
        Ok(Options {
            mode: match self.mode {
                TakeMode::Partial => Mode::Partial,
                TakeMode::Strict => Mode::Strict,
            },
            mapping,
            dry_run: self.dry_run,
            status: match self.status {
                FirstStatus::Draft => ListingStatus::Draft,
                FirstStatus::Active => ListingStatus::Active,
            },
        })
    }

    fn explained(&self, error: Error) -> anyhow::Error {
        match error {
            Error::Common(Common::Absent { what: "dealer" }) => anyhow!("there is no dealer {}", self.dealer),
            Error::Common(Common::Invalid(wrong))
                if wrong.as_slice().iter().any(|v| v.pointer == "/site_id") =>
            {
                anyhow!("dealer {} has no site {}", self.dealer, self.site)
            }
            Error::Common(Common::Unavailable { internal } | Common::Internal { internal }) => {
                anyhow!(internal)
            }
            other => other.into(),
        }
    }
}

/// Takes a file of listings in, and tells what came of it.
pub(super) async fn listings(config: Config, from: &ListingsFile) -> anyhow::Result<u8> {
    let options = from.options()?;
    let shown = from.file.display();
    let mut file = File::open(&from.file).with_context(|| format!("{shown} can't be opened"))?;
    let mut report = match &from.report {
        Some(path) => {
            let made = File::create(path).with_context(|| format!("{} can't be written", path.display()))?;
            Some(BufWriter::new(made))
        }
        None => None,
    };
    let ground = open(config).await?;
    let imports = compose::imports(&ground);
    let id = imports.next_id();
    let act = Act::of_system(ground.clock.now(), format!("import-{id}"));
    let request = StartImport {
        id,
        dealer: Some(from.dealer),
        site: Some(from.site),
        options,
        queued: false,
    };
    let gap = (!ground.db.is_postgres()).then_some(GAP);
    let taken = take(&imports, &act, &request, &mut file, from, gap).await;
    imports.imports.unstage(id).await?;
    let batch = taken?;
    match (batch.stage, batch.problems.as_slice()) {
        (Stage::Refused, [problem, ..]) => bail!("{shown} is refused: {}", problem.message),
        (Stage::Finished | Stage::Refused, _) => {}
        (stage, _) => bail!("the import ended while {}: start it again", stage.as_str()),
    }
    let refusals = told::rows(&imports, &batch, report.as_mut()).await?;
    if let Some(mut report) = report {
        report.flush()?;
    }
    close(ground).await?;
    told::tell(&mut std::io::stdout().lock(), &batch, &refusals)?;
    Ok(if batch.tally.refused == 0 { 0 } else { SOME_REFUSED })
}

/// Stages the file, then does what a worker would.
async fn take(
    imports: &ImportListings,
    act: &Act,
    request: &StartImport,
    file: &mut File,
    from: &ListingsFile,
    gap: Option<Duration>,
) -> anyhow::Result<Batch> {
    for number in 0.. {
        let mut part = Vec::new();
        (&*file)
            .take(PART)
            .read_to_end(&mut part)
            .with_context(|| format!("{} can't be read", from.file.display()))?;
        if part.is_empty() {
            break;
        }
        imports
            .imports
            .stage(request.id, number, &part)
            .await
            .map_err(|e| from.explained(e))?;
    }
    imports.start(act, request).await.map_err(|e| from.explained(e))?;
    let bar = Bar::new(gap)?;
    let batch = imports
        .run(act, request.id, &bar)
        .await
        .map_err(|e| from.explained(e))?;
    bar.shown.finish_and_clear();
    Ok(batch)
}

/// Shows how far it is, on a terminal, and leaves the database to others now and then.
struct Bar {
    shown: ProgressBar,
    gap: Option<Duration>,
}

impl Bar {
    fn new(gap: Option<Duration>) -> anyhow::Result<Self> {
        let style = ProgressStyle::with_template("{wide_bar} {human_pos} of {human_len} rows, {eta} to go")?;
        let shown = ProgressBar::no_length().with_style(style);
        Ok(Self { shown, gap })
    }
}

#[async_trait]
impl Watch for Bar {
    async fn progress(&self, done: u64, total: Option<u64>) -> bool {
        if let Some(total) = total {
            self.shown.set_length(total);
        }
        self.shown.set_position(done);
        if let Some(gap) = self.gap {
            tokio::time::sleep(gap).await;
        }
        true
    }
}
