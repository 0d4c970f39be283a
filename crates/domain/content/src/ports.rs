//! Versions as a database keeps them; Markdown as HTML.

use async_trait::async_trait;
use kernel::Instant;
use kernel::act::{Act, Decide, Done};
use kernel::id::ContentVersionId;
use kernel::paging::{Page as ListPage, PageRequest};

use crate::error::Error;
use crate::page::Page;
use crate::version::Version;

/// Versions under lock. Each method writes all of its plan, or nothing; [`Error::DayTaken`] is answered where the page has a version
/// of that day, so that of two at once one wins, and [`Error::KeptForEver`] also where the store itself finds that the version has
/// been in force.
#[async_trait]
pub trait Versions: Send + Sync {
    /// Writes a new one.
    async fn write(
        &self,
        act: &Act,
        decide: Decide<'_, (), Version, Version, Error>,
    ) -> Result<Done<Version>, Error>;

    /// Locks a version and changes it. Absent when there is none.
    async fn change(
        &self,
        act: &Act,
        id: ContentVersionId,
        decide: Decide<'_, Version, Version, Version, Error>,
    ) -> Result<Done<Version>, Error>;

    /// Locks a version and erases it. Absent when there is none.
    async fn erase(
        &self,
        act: &Act,
        id: ContentVersionId,
        decide: Decide<'_, Version, (), (), Error>,
    ) -> Result<Done<()>, Error>;
}

/// Reads versions.
#[async_trait]
pub trait VersionQueries: Send + Sync {
    /// The page's version that was in force at an instant; see [`crate::version::in_force`].
    async fn in_force(&self, page: Page, at: Instant) -> Result<Option<Version>, Error>;

    /// One, whichever page it is of.
    async fn find(&self, id: ContentVersionId) -> Result<Option<Version>, Error>;

    /// A page's versions; orders: `effective_date`, `created_at`; the last to take effect first when none is asked for.
    async fn list(&self, page: Page, request: &PageRequest) -> Result<ListPage<Version>, Error>;
}

/// Makes HTML of Markdown, fit to be put into a page: no script, no style, no attribute that acts, no link but to where links lead.
pub trait Renderer: Send + Sync {
    /// The HTML. Whatever the text is, it ends in time that grows with the text's length.
    fn html(&self, markdown: &str) -> String;
}
