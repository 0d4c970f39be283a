//! Start, report, undo, export.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::act::{Act, Audit, Decision, Done};
use kernel::actor::{Actor, Scope};
use kernel::error::Common;
use kernel::id::{DealerId, JobId, SiteId};
use kernel::job::{Job, Lane};
use kernel::ports::Ids;
use kernel::rights::Right;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::batch::{Batch, Options, RowReport, Stage, Tally};
use super::ports::{Export, Imports};
use crate::error::Error;
use crate::listing::{Listed, ListingStatus};

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
                    started_with: act.actor.key().map(|key| key.id),
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

    /// The import, for who started it, as long as they may take stock in at its dealer, and for admins. To others it is not there.
    pub async fn find(&self, actor: &Actor, import: JobId) -> Result<Batch, Error> {
        if *actor == Actor::Anonymous {
            return Err(Common::Unauthenticated.into());
        }
        let batch = self.imports.find(import).await?;
        let shown = batch.filter(|batch| batch.is_shown_to(actor));
        Ok(shown.ok_or(Common::absent("import"))?)
    }

    /// Lines of an import's report behind `after`, by row, as they are told. Who may see the import may see them.
    pub async fn lines(&self, batch: &Batch, after: u64, limit: u32) -> Result<Vec<RowReport>, Error> {
        let lines = self.imports.reports(batch.id, after, limit).await?;
        Ok(lines.into_iter().map(|line| batch.tells(line)).collect())
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

fn job(kind: &'static str, id: JobId, import: JobId, act: &Act, dealer: DealerId) -> Job {
    let job = Job::new(kind, &ImportJob { import }).in_lane(Lane::Long);
    match act.actor.starter() {
        Some(starter) => job.watched(id, starter, Some(dealer)),
        None => job,
    }
}
