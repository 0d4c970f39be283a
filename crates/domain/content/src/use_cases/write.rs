//! Versions: looking, writing, changing, erasing.

use kernel::act::{Act, Done};
use kernel::error::Common;
use kernel::id::ContentVersionId;
use kernel::paging::{Page as ListPage, PageRequest};

use super::WritePages;
use crate::error::Error;
use crate::page::Page;
use crate::request::{Checked, NewVersion, VersionChanges};
use crate::rules;
use crate::version::{Version, day};

impl WritePages {
    /// A page's versions: what was, is and will be in force.
    ///
    /// # Errors
    /// 401 and 403.
    pub async fn list(
        &self,
        act: &Act,
        page: Page,
        request: &PageRequest,
    ) -> Result<ListPage<Version>, Error> {
        rules::writer(act)?;
        self.queries.list(page, request).await
    }

    /// One of a page's versions.
    ///
    /// # Errors
    /// 401, 403 and 404.
    pub async fn find(&self, act: &Act, page: Page, id: ContentVersionId) -> Result<Version, Error> {
        rules::writer(act)?;
        let found = self
            .queries
            .find(id)
            .await?
            .filter(|version| version.page == page);
        Ok(found.ok_or(Common::absent("version"))?)
    }

    /// Writes a version.
    ///
    /// # Errors
    /// See [`rules::write`]; [`Error::DayTaken`].
    pub async fn write(&self, act: &Act, page: Page, new: &NewVersion) -> Result<Done<Version>, Error> {
        let id = self.ids.next();
        self.versions
            .write(act, &|(): &()| rules::write(act, id, page, new))
            .await
    }

    /// Puts words and day in the place of those of a version that is to come; without a day it takes effect today.
    ///
    /// # Errors
    /// See [`rules::change`]; [`Error::DayTaken`].
    pub async fn replace(
        &self,
        act: &Act,
        (page, id): (Page, ContentVersionId),
        new: &NewVersion,
    ) -> Result<Version, Error> {
        self.changed(act, (page, id), &|| new.check(day(act.at))).await
    }

    /// Changes a version that is to come.
    ///
    /// # Errors
    /// See [`rules::change`]; [`Error::DayTaken`].
    pub async fn change(
        &self,
        act: &Act,
        (page, id): (Page, ContentVersionId),
        changes: &VersionChanges,
    ) -> Result<Version, Error> {
        self.changed(act, (page, id), &|| changes.check(day(act.at)))
            .await
    }

    async fn changed(
        &self,
        act: &Act,
        (page, id): (Page, ContentVersionId),
        check: &(dyn Fn() -> Result<Checked, Common> + Send + Sync),
    ) -> Result<Version, Error> {
        let decide = |before: &Version| rules::change(act, page, before, check);
        Ok(self.versions.change(act, id, &decide).await?.value)
    }

    /// Erases a version that is to come.
    ///
    /// # Errors
    /// See [`rules::erase`].
    pub async fn erase(&self, act: &Act, page: Page, id: ContentVersionId) -> Result<(), Error> {
        let decide = |version: &Version| rules::erase(act, page, version);
        self.versions.erase(act, id, &decide).await.map(|done| done.value)
    }
}
