//! The log and its chain, as a database keeps them.

use async_trait::async_trait;
use kernel::Instant;
use kernel::error::Common;
use kernel::paging::{Page, PageRequest};

use crate::chain::{Head, Link, Sealed};
use crate::line::{Line, LineFilter, Logged};

/// The log, to look at. Lines come into it with their acts.
#[async_trait]
pub trait AuditLog: Send + Sync {
    /// A page of lines, the newest first. Reads what was committed; nothing is locked.
    async fn page(&self, filter: &LineFilter, page: &PageRequest) -> Result<Page<Logged>, Common>;
}

/// Lines, oldest first, into their links, behind a head.
pub type Sealing<'a> = &'a (dyn Fn(Head, &[Line]) -> Vec<Link> + Send + Sync);

/// The chain.
#[async_trait]
pub trait Chain: Send + Sync {
    /// Locks the head, hands it and at most `limit` lines that are not sealed to `seal`, the oldest first, and writes their links and
    /// the new head, all in one transaction. Says how many they were.
    async fn seal(&self, now: Instant, limit: u32, seal: Sealing<'_>) -> Result<u64, Common>;

    /// At most `limit` sealed lines whose numbers are above `after`, in order.
    async fn sealed(&self, after: u64, limit: u32) -> Result<Vec<Sealed>, Common>;

    /// The head as it is kept beside the lines.
    async fn head(&self) -> Result<Head, Common>;

    /// How many lines are not sealed yet.
    async fn unsealed(&self) -> Result<u64, Common>;
}
