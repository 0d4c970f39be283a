//! How acts on pages fail.

use kernel::actor::Refusal;
use kernel::error::{Common, Failure, Kind};

/// Every failure of this crate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A failure that any act can meet.
    #[error(transparent)]
    Common(#[from] Common),
    /// It has been in force.
    #[error("this version has been in force, and is kept for ever as it is: write the next one")]
    KeptForEver,
    /// The page has a version of that day.
    #[error(
        "the page has a version that takes effect on that day: change that one while it is to come, or give another day"
    )]
    DayTaken,
}

impl Failure for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Common(common) => common.kind(),
            Self::KeptForEver | Self::DayTaken => Kind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Common(common) => common.code(),
            Self::KeptForEver => "kept_for_ever",
            Self::DayTaken => "day_taken",
        }
    }

    fn common(&self) -> Option<&Common> {
        match self {
            Self::Common(common) => Some(common),
            Self::KeptForEver | Self::DayTaken => None,
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Common(refusal.of("version"))
    }
}
