//! The platform's own pages.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use async_trait::async_trait;
use content::Error;
use content::page::Page;
use content::ports::{VersionQueries, Versions};
use content::version::{Version, in_force};
use kernel::Instant;
use kernel::act::{Act, Decide, Done};
use kernel::error::Common;
use kernel::id::ContentVersionId;
use kernel::paging::{Page as ListPage, PageRequest};

use crate::Memory;
use crate::pages::page_of;

/// What is kept of pages.
#[derive(Default)]
pub(crate) struct ContentState {
    versions: BTreeMap<ContentVersionId, Version>,
}

impl ContentState {
    /// The version of a page that is in force.
    pub(crate) fn in_force(&self, page: Page, at: Instant) -> Option<&Version> {
        in_force(self.of(page), at)
    }

    fn of(&self, page: Page) -> impl Iterator<Item = &Version> {
        self.versions.values().filter(move |version| version.page == page)
    }

    fn find(&self, id: ContentVersionId) -> Result<&Version, Common> {
        self.versions.get(&id).ok_or(Common::absent("version"))
    }

    /// Refuses a day that another version of the page has.
    fn day_is_free(&self, planned: &Version) -> Result<(), Error> {
        let rival =
            |other: &Version| other.id != planned.id && other.effective_date == planned.effective_date;
        if self.of(planned.page).any(rival) {
            return Err(Error::DayTaken);
        }
        Ok(())
    }
}

#[async_trait]
impl Versions for Memory {
    async fn write(
        &self,
        act: &Act,
        decide: Decide<'_, (), Version, Version, Error>,
    ) -> Result<Done<Version>, Error> {
        self.act(
            act,
            |state| {
                let decision = decide(&())?;
                state.content.day_is_free(&decision.plan)?;
                Ok(decision)
            },
            |state, version| {
                state.content.versions.insert(version.id, version);
                Ok(())
            },
        )
    }

    async fn change(
        &self,
        act: &Act,
        id: ContentVersionId,
        decide: Decide<'_, Version, Version, Version, Error>,
    ) -> Result<Done<Version>, Error> {
        self.act(
            act,
            |state| {
                let decision = decide(state.content.find(id)?)?;
                state.content.day_is_free(&decision.plan)?;
                Ok(decision)
            },
            |state, version| {
                state.content.versions.insert(version.id, version);
                Ok(())
            },
        )
    }

    async fn erase(
        &self,
        act: &Act,
        id: ContentVersionId,
        decide: Decide<'_, Version, (), (), Error>,
    ) -> Result<Done<()>, Error> {
        self.act(
            act,
            |state| decide(state.content.find(id)?),
            |state, ()| {
                state.content.versions.remove(&id);
                Ok(())
            },
        )
    }
}

#[async_trait]
impl VersionQueries for Memory {
    async fn in_force(&self, page: Page, at: Instant) -> Result<Option<Version>, Error> {
        Ok(self.lock().content.in_force(page, at).cloned())
    }

    async fn find(&self, id: ContentVersionId) -> Result<Option<Version>, Error> {
        Ok(self.lock().content.find(id).ok().cloned())
    }

    async fn list(&self, page: Page, request: &PageRequest) -> Result<ListPage<Version>, Error> {
        let mut found: Vec<Version> = self.lock().content.of(page).cloned().collect();
        found.sort_by_key(|version| Reverse((version.effective_date, version.id)));
        Ok(page_of(found, request)?)
    }
}
