//! Dealers, their documents, sites and staff.

mod additions;
mod dealers;
mod documents;
mod papers;
pub(crate) mod people;
mod queries;
mod rows;
mod sites;
mod staff;
mod suspensions;

use ::dealers::Error;

use crate::fault::{Constrained, Constraint};

pub use additions::SqlStaffAdditions;
pub use dealers::SqlDealers;
pub use documents::SqlDocuments;
pub use papers::SqlDealerPapers;
pub use queries::SqlDealerQueries;
pub(crate) use rows::negotiation_rules;
pub use sites::SqlSites;
pub use staff::SqlStaff;
pub use suspensions::SqlSuspensions;

impl Constrained for Error {
    const CONSTRAINTS: &'static [Constraint<Self>] = &[
        Constraint {
            name: "staff_member",
            sqlite: "staff.dealer_id, staff.user_id",
            means: || Error::AlreadyMember,
        },
        Constraint {
            name: "staff_invited",
            sqlite: "staff.dealer_id, staff.email_folded",
            means: || Error::AlreadyMember,
        },
        // The last one: the text that SQLite says of it ends the text of another.
        Constraint {
            name: "staff_one_dealer",
            sqlite: "staff.user_id",
            means: || Error::WorksElsewhere,
        },
    ];
}
