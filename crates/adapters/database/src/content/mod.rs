//! The platform's own pages.

mod queries;
mod rows;
mod versions;

pub use queries::SqlVersionQueries;
pub(crate) use rows::in_force;
pub use versions::SqlVersions;

use ::content::Error;

use crate::fault::{Constrained, Constraint};

impl Constrained for Error {
    const CONSTRAINTS: &'static [Constraint<Self>] = &[
        Constraint {
            name: "content_versions_one_a_day",
            sqlite: "content_versions.page, content_versions.effective_date",
            means: || Self::DayTaken,
        },
        Constraint {
            name: "content_kept_for_ever",
            sqlite: "content_kept_for_ever",
            means: || Self::KeptForEver,
        },
    ];
}
