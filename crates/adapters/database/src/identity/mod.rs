//! Accounts, sessions, codes, invitations.

mod accounts;
mod facts;
pub(crate) mod invitations;
mod queries;
mod rows;
mod write;

pub use accounts::SqlAccounts;
pub use invitations::SqlInvitations;
pub use queries::SqlUsers;

use ::identity::Error;
use application::accept_invitation;

use crate::fault::{Constrained, Constraint};

impl Constrained for Error {
    const CONSTRAINTS: &'static [Constraint<Self>] = &[Constraint {
        name: "users_email",
        sqlite: "users.email_folded",
        means: || Self::EmailTaken,
    }];
}

impl Constrained for accept_invitation::Error {
    const CONSTRAINTS: &'static [Constraint<Self>] = &[
        Constraint {
            name: "users_email",
            sqlite: "users.email_folded",
            means: || Self::Identity(Error::EmailTaken),
        },
        Constraint {
            name: "staff_one_dealer",
            sqlite: "staff.user_id",
            means: || Self::Dealers(dealers::Error::WorksElsewhere),
        },
    ];
}
