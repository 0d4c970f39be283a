//! Start, run, report, undo.

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use chrono::Datelike;
use kernel::act::{Act, Audit, Decision, Done};
use kernel::actor::{Actor, Scope};
use kernel::error::{Common, Violation};
use kernel::id::{DealerId, JobId, SiteId};
use kernel::job::Job;
use kernel::ports::Ids;
use kernel::rights::Right;
use kernel::vin::Vin;
use kernel::vocabulary::DistanceUnit;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::batch::{Batch, Options, RowReport, Stage, Tally};
use super::decide::{self, ReadRow};
use super::file::{Broken, FileReader};
use super::ports::{Export, Imports};
use super::undo;
use crate::csv::columns::{Column, Layout};
use crate::csv::row::Reading;
use crate::error::Error;
use crate::listing::{Listed, ListingStatus};
use crate::listing_rules::NewIds;

/// Kind of the jobs that run imports.
pub const IMPORT_JOB: &str = "listing_import";
/// Kind of the jobs that take imports back.
pub const UNDO_JOB: &str = "listing_import_undo";
/// Rows that are decided and committed together.
pub const CHUNK: usize = 200;

/// What an import's job knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportJob {
    /// The import.
    pub import: JobId,
}

/// An import to start; its file is staged under `id` already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartImport {
    /// Made before the upload.
    pub id: JobId,
    /// Whose stock: an admin says so, staff need not.
    pub dealer: Option<DealerId>,
    /// Where cars stand, where a row does not say.
    pub site: Option<SiteId>,
    /// How the file is taken.
    pub options: Options,
    /// Whether a worker shall run it; the command line runs it itself.
    pub queued: bool,
}

/// Hears how far an import is.
#[async_trait]
pub trait Watch: Send + Sync {
    /// So many rows are through. False asks to stop; what is committed stays, and a later run goes on from there.
    async fn progress(&self, done: u64, total: Option<u64>) -> bool;
}

/// Takes stock in, and out.
#[derive(Clone)]
pub struct ImportListings {
    /// Imports under lock.
    pub imports: Arc<dyn Imports>,
    /// Stock to write as a file.
    pub export: Arc<dyn Export>,
    /// Makes ids.
    pub ids: Ids,
}

impl ImportListings {
    /// The dealer whose stock the actor may take in; asked before a file is taken at all.
    pub fn dealer(&self, actor: &Actor, named: Option<DealerId>) -> Result<DealerId, Error> {
        let right = Right::RunInventory;
        Ok(actor.acting_dealer(
            right,
            named,
            Common::Forbidden {
                right: right.as_str(),
            },
        )?)
    }

    /// An id for an import, and for the file that is staged under it.
    pub fn next_id(&self) -> JobId {
        self.ids.next()
    }

    /// Starts an import of a staged file.
    pub async fn start(&self, act: &Act, request: &StartImport) -> Result<Done<Batch>, Error> {
        let dealer = self.dealer(&act.actor, request.dealer)?;
        self.imports
            .start(act, dealer, request.site, &|facts| {
                let currency = facts.currency.ok_or(Common::absent("dealer"))?;
                if request.site.is_some() && !facts.site_is_ours {
                    let message = "is none of your dealer's sites";
                    return Err(Common::invalid("/site_id", "unknown_site", message).into());
                }
                let batch = Batch {
                    id: request.id,
                    dealer,
                    site: request.site,
                    started_by: act.actor.user(),
                    options: request.options.clone(),
                    currency,
                    stage: Batch::first_stage(&request.options),
                    position: 0,
                    total: None,
                    tally: Tally::default(),
                    ignored: Vec::new(),
                    problems: Vec::new(),
                    created_at: act.at,
                };
                let audit = Audit::new("listing.import", "import", request.id)
                    .for_dealer(dealer)
                    .with(json!({"mode": request.options.mode, "dry_run": request.options.dry_run}));
                let decision = Decision::new(batch.clone(), batch, audit);
                Ok(if request.queued {
                    decision.then(job(IMPORT_JOB, request.id, request.id, act, dealer))
                } else {
                    decision
                })
            })
            .await
    }

    /// The import, for those who may take stock in at its dealer.
    pub async fn find(&self, actor: &Actor, import: JobId) -> Result<Batch, Error> {
        let batch = self.imports.find(import).await?.ok_or(Common::absent("import"))?;
        actor
            .may(Right::RunInventory, Scope::Dealer(batch.dealer))
            .map_err(|refusal| refusal.of("import"))?;
        Ok(batch)
    }

    /// Lines of the report, by row.
    pub async fn reports(
        &self,
        actor: &Actor,
        import: JobId,
        after: u64,
        limit: u32,
    ) -> Result<Vec<RowReport>, Error> {
        self.find(actor, import).await?;
        self.imports.reports(import, after, limit).await
    }

    /// Runs an import to its end, or goes on with one where it was left. `act` is the system's.
    pub async fn run(&self, act: &Act, import: JobId, watch: &dyn Watch) -> Result<Batch, Error> {
        let mut batch = self.imports.find(import).await?.ok_or(Common::absent("import"))?;
        if batch.stage.is_open() && batch.total.is_none() {
            batch = self.count(act, batch).await?;
        }
        while batch.stage.is_open() {
            batch = match self.pass(act, batch, watch).await? {
                Some(batch) => batch,
                None => {
                    return self
                        .imports
                        .find(import)
                        .await?
                        .ok_or_else(|| Common::absent("import").into());
                }
            };
        }
        if batch.stage == Stage::Undoing {
            batch = self.take_back(act, batch, watch).await?;
        }
        self.imports.unstage(import).await?;
        Ok(batch)
    }

    /// Reads the file once: is it one, are the columns there, how many rows has it?
    async fn count(&self, act: &Act, batch: Batch) -> Result<Batch, Error> {
        let mut file = FileReader::new(&*self.imports, batch.id);
        let mut after = batch.clone();
        match read_header(&mut file, &batch).await {
            Ok(layout) => {
                after.ignored = layout.ignored;
                let mut rows = 0;
                // A file that breaks off is read as far as it goes; the pass reports where.
                while let Ok(Some(_)) = file.next().await {
                    rows += 1;
                }
                after.total = Some(rows);
            }
            Err(Broken::Port(error)) => return Err(error),
            Err(Broken::File(problem)) => after = refused(after, vec![*problem]),
        }
        self.replace(act, &batch, after).await
    }

    /// Goes through the file once. `None` when somebody else has gone on with it, or the watch asked to stop.
    async fn pass(&self, act: &Act, mut batch: Batch, watch: &dyn Watch) -> Result<Option<Batch>, Error> {
        let mut file = FileReader::new(&*self.imports, batch.id);
        let layout = match read_header(&mut file, &batch).await {
            Ok(layout) => layout,
            Err(Broken::Port(error)) => return Err(error),
            Err(Broken::File(problem)) => {
                let after = refused(batch.clone(), vec![*problem]);
                return self.replace(act, &batch, after).await.map(Some);
            }
        };
        let reading = Reading {
            layout,
            mapping: batch.options.mapping.clone(),
            currency: batch.currency,
            unit: DistanceUnit::Mi,
            this_year: batch.created_at.year(),
        };
        loop {
            let (rows, broken) = self.next_chunk(&mut file, &reading, batch.position).await?;
            if !rows.is_empty() {
                batch = match self.apply(act, &batch, &rows).await {
                    Ok(done) => done,
                    Err(Error::Common(Common::Stale { .. })) => return Ok(None),
                    Err(error) => return Err(error),
                };
                if !watch.progress(batch.tally.rows(), batch.total).await {
                    return Ok(None);
                }
            }
            let ended = rows.len() < CHUNK;
            if let Some(problem) = broken {
                let mut after = batch.clone();
                after.problems = vec![problem];
                after.tally.refused += 1;
                return self.replace(act, &batch, after.at_end_of_file()).await.map(Some);
            }
            if ended {
                let after = batch.clone().at_end_of_file();
                return self.replace(act, &batch, after).await.map(Some);
            }
        }
    }

    async fn next_chunk(
        &self,
        file: &mut FileReader<'_>,
        reading: &Reading,
        position: u64,
    ) -> Result<(Vec<ReadRow>, Option<Violation>), Error> {
        let mut rows = Vec::with_capacity(CHUNK);
        while rows.len() < CHUNK {
            let record = match file.next().await {
                Ok(Some(record)) => record,
                Ok(None) => break,
                Err(Broken::Port(error)) => return Err(error),
                Err(Broken::File(problem)) => return Ok((rows, Some(*problem))),
            };
            if record.row <= position {
                continue;
            }
            let read = reading.read(&record);
            let vin = match &read {
                Ok(row) => Some(row.vin.clone()),
                Err(_) => reading
                    .layout
                    .place(Column::Vin)
                    .and_then(|place| record.cells.get(place))
                    .and_then(|cell| cell.as_ref().ok())
                    .and_then(|cell| cell.parse::<Vin>().ok()),
            };
            let ids = NewIds {
                listing: self.ids.next(),
                vehicle: self.ids.next(),
            };
            rows.push(ReadRow {
                row: record.row,
                vin,
                read: read.map(Box::new),
                ids,
            });
        }
        Ok((rows, None))
    }

    async fn apply(&self, act: &Act, before: &Batch, rows: &[ReadRow]) -> Result<Batch, Error> {
        let vins: HashSet<String> = rows
            .iter()
            .filter_map(|r| r.vin.as_ref())
            .map(Vin::to_string)
            .collect();
        let mut vins: Vec<String> = vins.into_iter().collect();
        vins.sort_unstable();
        let mut tries = 0;
        loop {
            let done = self
                .imports
                .apply(act, before.id, &vins, &|facts| {
                    still(before, &facts.batch)?;
                    let plan = decide::chunk(act, rows, facts);
                    let mut decision = Decision::nothing(plan.clone(), plan.batch);
                    decision.record.events = plan.events;
                    Ok(decision)
                })
                .await;
            match done {
                // Somebody entered one of the cars by hand at this very moment: the facts show it the next time.
                Err(Error::VinTaken { .. } | Error::AlreadyListed { .. }) if tries < 5 => tries += 1,
                end => return Ok(end?.value),
            }
        }
    }

    async fn replace(&self, act: &Act, before: &Batch, after: Batch) -> Result<Batch, Error> {
        let done = self
            .imports
            .change(act, before.id, &|now| {
                still(before, now)?;
                Ok(Decision::nothing(Some(after.clone()), after.clone()))
            })
            .await?;
        Ok(done.value)
    }

    /// Asks to take a finished import back; the answer names the job that does it.
    pub async fn undo(&self, act: &Act, import: JobId) -> Result<Done<JobId>, Error> {
        let job_id = self.ids.next();
        let done = self
            .imports
            .change(act, import, &|batch| {
                act.actor
                    .may(Right::RunInventory, Scope::Dealer(batch.dealer))
                    .map_err(|refusal| refusal.of("import"))?;
                if !batch.is_undoable() {
                    return Err(Error::NotUndoable {
                        stage: batch.stage,
                        dry_run: batch.options.dry_run,
                    });
                }
                // The answer's id is the job's, not the import's: it is what the caller follows, and what a repeat gets again.
                let after = Batch {
                    stage: Stage::Undoing,
                    ..batch.clone()
                };
                let answer = Batch {
                    id: job_id,
                    ..after.clone()
                };
                let audit = Audit::new("listing.import_undo", "import", import).for_dealer(batch.dealer);
                Ok(Decision::new(Some(after), answer, audit).then(job(
                    UNDO_JOB,
                    job_id,
                    import,
                    act,
                    batch.dealer,
                )))
            })
            .await?;
        Ok(done.map(|batch| batch.id))
    }

    /// Takes an import back, chunk by chunk. `act` is the system's.
    pub async fn take_back(&self, act: &Act, mut batch: Batch, watch: &dyn Watch) -> Result<Batch, Error> {
        while batch.stage == Stage::Undoing {
            let limit = u32::try_from(CHUNK).unwrap_or(u32::MAX);
            let done = self
                .imports
                .undo(act, batch.id, limit, &|facts| {
                    let plan = undo::chunk(act, facts);
                    let mut decision = Decision::nothing(plan.clone(), plan.batch);
                    decision.record.events = plan.events;
                    Ok(decision)
                })
                .await?;
            batch = done.value;
            let written = batch.tally.created + batch.tally.updated;
            if !watch
                .progress(batch.tally.undone + batch.tally.kept, Some(written))
                .await
            {
                break;
            }
        }
        Ok(batch)
    }

    /// Listings of a dealer's stock behind `after`, to write as a file; an empty list is the end.
    pub async fn export(
        &self,
        dealer: DealerId,
        statuses: &[ListingStatus],
        after: Option<&Listed>,
    ) -> Result<Vec<Listed>, Error> {
        self.export
            .listings(dealer, statuses, after.map(|l| l.listing.id), 500)
            .await
    }
}

/// Has nobody else gone on with the import?
fn still(before: &Batch, now: &Batch) -> Result<(), Common> {
    if (before.stage, before.position) == (now.stage, now.position) {
        Ok(())
    } else {
        Err(Common::Stale {
            current: i64::try_from(now.position).unwrap_or(i64::MAX),
        })
    }
}

fn refused(mut batch: Batch, problems: Vec<Violation>) -> Batch {
    batch.stage = Stage::Refused;
    batch.problems = problems;
    batch
}

/// The layout of the file's header.
async fn read_header(file: &mut FileReader<'_>, batch: &Batch) -> Result<Layout, Broken> {
    let problem = |code: &'static str, message: String| {
        Broken::File(Box::new(Violation {
            pointer: "file".to_owned(),
            code: code.into(),
            message,
        }))
    };
    let Some(header) = file.next().await? else {
        return Err(problem(
            "empty_file",
            "the file is empty: its first line must name the columns".to_owned(),
        ));
    };
    let header: Vec<String> = header.cells.into_iter().map(Result::unwrap_or_default).collect();
    Layout::of(&header, &batch.options.mapping).map_err(|wrong| {
        let first = wrong.as_slice().first().cloned();
        match first {
            Some(first) if wrong.as_slice().len() == 1 => Broken::File(Box::new(first)),
            _ => problem("bad_header", wrong.to_string()),
        }
    })
}

fn job(kind: &'static str, id: JobId, import: JobId, act: &Act, dealer: DealerId) -> Job {
    let job = Job::new(kind, &ImportJob { import });
    match act.actor.user() {
        Some(user) => job.watched(id, user, Some(dealer)),
        None => job,
    }
}
