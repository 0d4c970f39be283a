//! What admins fill in, as it was given.

use chrono::NaiveDate;
use kernel::error::{Common, Malformed, Violations};
use kernel::patch::Patch;
use kernel::text;

/// Longest page, in characters: whatever the script, it fits a request.
pub const MOST_CHARACTERS: usize = 60_000;

/// A version to write, or what is to stand in another's place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewVersion {
    /// The words, in Markdown.
    pub content: String,
    /// The day on which it takes effect; none for today.
    pub effective_date: Option<NaiveDate>,
}

/// What is to be changed of a version.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VersionChanges {
    /// The words.
    pub content: Patch<String>,
    /// The day; cleared, it is today.
    pub effective_date: Patch<NaiveDate>,
}

/// Words and day, checked. What is not given stays as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The words.
    pub content: Option<String>,
    /// The day.
    pub effective_date: Option<NaiveDate>,
}

impl NewVersion {
    /// The checked form, or all that is wrong with it.
    ///
    /// # Errors
    /// Blank or too long words, and a day that has passed.
    pub fn check(&self, today: NaiveDate) -> Result<Checked, Common> {
        VersionChanges {
            content: Patch::Value(self.content.clone()),
            effective_date: Patch::Value(self.effective_date.unwrap_or(today)),
        }
        .check(today)
    }
}

impl VersionChanges {
    /// The checked form, or all that is wrong with it.
    ///
    /// # Errors
    /// Blank or too long words, and a day that has passed.
    pub fn check(&self, today: NaiveDate) -> Result<Checked, Common> {
        let mut wrong = Violations::new();
        let content = match &self.content {
            Patch::Absent => None,
            Patch::Null => Some(Err(blank())),
            Patch::Value(given) => Some(words(given)),
        };
        let content = wrong.take_opt("/content", content);
        let effective_date = match self.effective_date {
            Patch::Absent => None,
            Patch::Null => Some(Ok(today)),
            Patch::Value(given) => Some(not_passed(given, today)),
        };
        let effective_date = wrong.take_opt("/effective_date", effective_date);
        wrong.into_result()?;
        Ok(Checked {
            content,
            effective_date,
        })
    }
}

fn blank() -> Malformed {
    Malformed::new("blank", "a page must say something")
}

fn words(given: &str) -> Result<String, Malformed> {
    let read = text::paragraphs(given, MOST_CHARACTERS)?;
    if read.is_empty() { Err(blank()) } else { Ok(read) }
}

fn not_passed(given: NaiveDate, today: NaiveDate) -> Result<NaiveDate, Malformed> {
    if given >= today {
        return Ok(given);
    }
    let told =
        format!("{given} has passed, and nothing is dated back: give {today} (today, by UTC) or a later day");
    Err(Malformed::new("date_passed", told))
}
