//! One import.

use kernel::Instant;
use kernel::actor::{Actor, Scope, Starter};
use kernel::error::Violation;
use kernel::id::{ApiKeyId, DealerId, JobId, ListingId, SiteId, UserId};
use kernel::money::Currency;
use kernel::rights::Right;
use serde::{Deserialize, Serialize};

use crate::csv::columns::{Column, Mapping};
use crate::csv::row::CellError;
use crate::listing::{Listed, ListingStatus};

/// What happens to the good rows when there are bad ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Good rows are kept.
    #[default]
    Partial,
    /// The whole file is refused.
    Strict,
}

/// How a file is to be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Options {
    /// Partial or strict.
    pub mode: Mode,
    /// A foreign file's headers, and what stands for empty cells.
    pub mapping: Mapping,
    /// Only show what each row would do.
    pub dry_run: bool,
    /// What new listings become, where the row does not say: draft or active.
    pub status: ListingStatus,
}

/// Where an import stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Rows are looked at, nothing is written: a dry run, or the first pass of a strict one.
    Checking,
    /// Rows are written.
    Applying,
    /// All rows were taken or refused.
    Finished,
    /// The whole file was refused.
    Refused,
    /// What was written is taken back.
    Undoing,
    /// What nobody touched since is taken back.
    Undone,
}

impl Stage {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Checking => "checking",
            Self::Applying => "applying",
            Self::Finished => "finished",
            Self::Refused => "refused",
            Self::Undoing => "undoing",
            Self::Undone => "undone",
        }
    }

    /// The stage of this name.
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::Checking,
            Self::Applying,
            Self::Finished,
            Self::Refused,
            Self::Undoing,
            Self::Undone,
        ]
        .into_iter()
        .find(|s| s.as_str() == word)
    }

    /// Is the file still being read?
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Checking | Self::Applying)
    }
}

/// What came of the rows so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// New listings.
    pub created: u64,
    /// Changed ones.
    pub updated: u64,
    /// Rows that change nothing.
    pub unchanged: u64,
    /// Bad rows.
    pub refused: u64,
    /// Good rows of a file that was refused as a whole. Imports from before it was counted have none.
    #[serde(default)]
    pub left_out: u64,
    /// Rows taken back by an undo.
    pub undone: u64,
    /// Rows that an undo left, since somebody touched the car meanwhile.
    pub kept: u64,
}

impl Tally {
    /// Counts one row.
    pub const fn count(&mut self, action: Action) {
        match action {
            Action::Created => self.created += 1,
            Action::Updated => self.updated += 1,
            Action::Unchanged => self.unchanged += 1,
            Action::LeftOut => self.left_out += 1,
            Action::Refused => self.refused += 1,
        }
    }

    /// When the whole file is refused before anything was written: no row did what it would have done.
    const fn leave_out(&mut self) {
        self.left_out += self.created + self.updated + self.unchanged;
        self.created = 0;
        self.updated = 0;
        self.unchanged = 0;
    }

    /// Rows so far.
    pub const fn rows(&self) -> u64 {
        self.created + self.updated + self.unchanged + self.left_out + self.refused
    }
}

/// One import of one file into one dealer's stock. Its id is its job's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Batch {
    /// Its id, and its job's.
    pub id: JobId,
    /// Whose stock.
    pub dealer: DealerId,
    /// Where cars stand, where a row does not say.
    pub site: Option<SiteId>,
    /// The person who started it; `None` for programs and the command line.
    pub started_by: Option<UserId>,
    /// The key of the program that started it.
    #[serde(default)]
    pub started_with: Option<ApiKeyId>,
    /// How the file is taken.
    pub options: Options,
    /// Currency of rows that name none: the dealer's.
    pub currency: Currency,
    /// Where it stands.
    pub stage: Stage,
    /// The last row that is committed in this stage; 0 before the first.
    pub position: u64,
    /// Rows of the file, once counted.
    pub total: Option<u64>,
    /// What came of the rows.
    pub tally: Tally,
    /// Headers of the file that no column takes.
    pub ignored: Vec<String>,
    /// Why the whole file was refused.
    pub problems: Vec<Violation>,
    /// When it was started. All model years are seen from here.
    pub created_at: Instant,
}

impl Batch {
    /// Does the report concern the actor?
    pub fn is_shown_to(&self, actor: &Actor) -> bool {
        let person = self.started_by.map(Starter::User);
        let starter = person.or(self.started_with.map(Starter::Key));
        let started = starter.is_some() && actor.starter() == starter;
        // Who left the dealer since reads of its stock no more.
        let may = actor.may(Right::RunInventory, Scope::Dealer(self.dealer)).is_ok();
        may && (started || actor.sees_all())
    }

    /// The stage that a new import begins with.
    pub const fn first_stage(options: &Options) -> Stage {
        if options.dry_run || matches!(options.mode, Mode::Strict) {
            Stage::Checking
        } else {
            Stage::Applying
        }
    }

    /// All rows of the stage are through: where to go from here. A strict file without bad rows is now written; one with bad
    /// rows, in whichever pass, is refused as a whole (and what a second pass has written is taken back).
    #[must_use]
    pub fn at_end_of_file(mut self) -> Self {
        let strict_and_bad = self.options.mode == Mode::Strict && self.tally.refused > 0;
        match self.stage {
            Stage::Checking if self.options.dry_run => self.stage = Stage::Finished,
            Stage::Checking if strict_and_bad => {
                self.stage = Stage::Refused;
                self.tally.leave_out();
            }
            Stage::Undoing if strict_and_bad => self.stage = Stage::Refused,
            Stage::Checking => {
                self.stage = Stage::Applying;
                self.position = 0;
                self.tally = Tally::default();
            }
            Stage::Applying if strict_and_bad => self.stage = Stage::Undoing,
            Stage::Applying => self.stage = Stage::Finished,
            Stage::Undoing => self.stage = Stage::Undone,
            Stage::Finished | Stage::Refused | Stage::Undone => {}
        }
        self
    }

    /// A line of its report as it is told: rows of the first pass are noted as what they would do, and in a file that was then
    /// refused as a whole the good ones did nothing.
    #[must_use]
    pub fn tells(&self, mut line: RowReport) -> RowReport {
        if self.stage == Stage::Refused && self.tally.left_out > 0 && line.action != Action::Refused {
            line.action = Action::LeftOut;
            line.listing = None;
            line.changed.clear();
        }
        line
    }

    /// Can it be undone? A finished one that wrote, once.
    pub const fn is_undoable(&self) -> bool {
        matches!(self.stage, Stage::Finished) && !self.options.dry_run
    }
}

/// What a row does, or would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Makes a listing.
    Created,
    /// Changes one.
    Updated,
    /// Nothing: all is as the row says.
    Unchanged,
    /// Nothing: the row is good, and its file was refused as a whole.
    LeftOut,
    /// Nothing: the row is bad.
    Refused,
}

impl Action {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::LeftOut => "left_out",
            Self::Refused => "refused",
        }
    }

    /// The action of this name.
    pub fn parse(word: &str) -> Option<Self> {
        [
            Self::Created,
            Self::Updated,
            Self::Unchanged,
            Self::LeftOut,
            Self::Refused,
        ]
        .into_iter()
        .find(|a| a.as_str() == word)
    }
}

/// What an undo made of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Undone {
    /// Taken back.
    Yes,
    /// Left: somebody touched the listing or the car since.
    Touched,
}

impl Undone {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Touched => "touched",
        }
    }

    /// What is meant by this word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Yes, Self::Touched]
            .into_iter()
            .find(|u| u.as_str() == word)
    }
}

/// How to take a row back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoMark {
    /// As it was before; `None` when the row made the listing.
    pub before: Option<Listed>,
    /// The listing's version after the row.
    pub listing_version: i64,
    /// The car's version after the row.
    pub vehicle_version: i64,
}

/// What came of one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowReport {
    /// As a spreadsheet numbers it: the header is row 1.
    pub row: u64,
    /// Its VIN, where it could be read.
    pub vin: Option<String>,
    /// What it does.
    pub action: Action,
    /// The listing that it is about; none for a new one in a dry run.
    pub listing: Option<ListingId>,
    /// Columns that it changes.
    pub changed: Vec<Column>,
    /// What is wrong with it.
    pub errors: Vec<CellError>,
    /// How to take it back. Not for readers.
    pub undo: Option<UndoMark>,
    /// What an undo made of it.
    pub undone: Option<Undone>,
}

impl RowReport {
    /// A bad row.
    pub const fn refused(row: u64, vin: Option<String>, errors: Vec<CellError>) -> Self {
        Self {
            row,
            vin,
            action: Action::Refused,
            listing: None,
            changed: Vec::new(),
            errors,
            undo: None,
            undone: None,
        }
    }
}
