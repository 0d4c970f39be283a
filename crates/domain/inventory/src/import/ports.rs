//! What an import needs from outside.

use async_trait::async_trait;
use kernel::Instant;
use kernel::act::{Act, Decide, Done};
use kernel::id::{DealerId, JobId, ListingId, SiteId};
use kernel::money::Currency;

use super::batch::{Batch, RowReport};
use super::decide::{ChunkFacts, ChunkPlan};
use super::undo::{UndoFacts, UndoPlan};
use crate::error::Error;
use crate::listing::{Listed, ListingStatus};

/// What is true while an import is started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StartFacts {
    /// The dealer's currency; `None` when there is no such dealer.
    pub currency: Option<Currency>,
    /// The wanted site is the dealer's. False when none is wanted.
    pub site_is_ours: bool,
}

/// Imports under lock.
#[async_trait]
pub trait Imports: Send + Sync {
    /// Keeps one part of an uploaded file, in its own transaction, before the import is started.
    async fn stage(&self, import: JobId, part: u32, bytes: &[u8]) -> Result<(), Error>;

    /// Drops the parts of a file.
    async fn unstage(&self, import: JobId) -> Result<(), Error>;

    /// Drops the parts of files whose import was thought of before this instant: their upload broke off, or their runner died.
    async fn forget(&self, before: Instant) -> Result<u64, Error>;

    /// One part of the file; `None` behind the last.
    async fn part(&self, import: JobId, part: u32) -> Result<Option<Vec<u8>>, Error>;

    /// Writes a new import, and the job that runs it, together.
    async fn start(
        &self,
        act: &Act,
        dealer: DealerId,
        site: Option<SiteId>,
        decide: Decide<'_, StartFacts, Batch, Batch, Error>,
    ) -> Result<Done<Batch>, Error>;

    /// The import, if there is one.
    async fn find(&self, import: JobId) -> Result<Option<Batch>, Error>;

    /// Locks the import and replaces it, where the decision says so; entering another stage of reading drops the reports so
    /// far. `Absent` when there is none.
    async fn change(
        &self,
        act: &Act,
        import: JobId,
        decide: Decide<'_, Batch, Option<Batch>, Batch, Error>,
    ) -> Result<Done<Batch>, Error>;

    /// Locks the dealer, the import, then the listings and cars of these VINs. Rows, reports and the import's place are written
    /// together, or nothing.
    async fn apply(
        &self,
        act: &Act,
        import: JobId,
        vins: &[String],
        decide: Decide<'_, ChunkFacts, ChunkPlan, Batch, Error>,
    ) -> Result<Done<Batch>, Error>;

    /// Locks the dealer, the import, then the listings and cars of the next `limit` rows that wrote something and are not taken
    /// back yet. All of the plan is written, or nothing.
    async fn undo(
        &self,
        act: &Act,
        import: JobId,
        limit: u32,
        decide: Decide<'_, UndoFacts, UndoPlan, Batch, Error>,
    ) -> Result<Done<Batch>, Error>;

    /// The report behind `after`, by row, at most `limit` lines, as they were noted; [`Batch::tells`] says what is told of them.
    async fn reports(&self, import: JobId, after: u64, limit: u32) -> Result<Vec<RowReport>, Error>;
}

/// A dealer's stock, to be written as a file.
#[async_trait]
pub trait Export: Send + Sync {
    /// The dealer's listings in these statuses behind `after`, by id, at most `limit`.
    async fn listings(
        &self,
        dealer: DealerId,
        statuses: &[ListingStatus],
        after: Option<ListingId>,
        limit: u32,
    ) -> Result<Vec<Listed>, Error>;
}
