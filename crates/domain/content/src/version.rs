//! A version of a page.

use chrono::{NaiveDate, NaiveTime};
use kernel::Instant;
use kernel::id::{ContentVersionId, UserId};
use serde::{Deserialize, Serialize};

use crate::page::Page;

/// What a page says from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// Its id.
    pub id: ContentVersionId,
    /// Of which page.
    pub page: Page,
    /// The words, in Markdown (CommonMark, with tables).
    pub content: String,
    /// The day on which it takes effect, by UTC. A page has one version a day.
    pub effective_date: NaiveDate,
    /// Who wrote it. None where it was the system.
    pub written_by: Option<UserId>,
    /// When it was written.
    pub created_at: Instant,
    /// When it was changed last.
    pub updated_at: Instant,
    /// Rises with each change.
    pub version: i64,
}

impl Version {
    /// Has its day come? Then it is in force, or has been.
    pub fn has_been_in_force(&self, at: Instant) -> bool {
        self.effective_date <= day(at)
    }

    /// Since when it is in force once its day has come: from the beginning of the day, or from the moment in which it was dated to
    /// the very day.
    pub fn in_force_from(&self) -> Instant {
        let midnight = self.effective_date.and_time(NaiveTime::MIN).and_utc();
        midnight.max(self.updated_at)
    }
}

/// The day of an instant, by UTC: legal texts of one platform take effect everywhere at once.
pub fn day(at: Instant) -> NaiveDate {
    at.date_naive()
}

/// Which of a page's versions was in force at an instant.
pub fn in_force<'a>(versions: impl IntoIterator<Item = &'a Version>, at: Instant) -> Option<&'a Version> {
    versions
        .into_iter()
        .filter(|version| version.in_force_from() <= at)
        .max_by_key(|version| version.effective_date)
}
