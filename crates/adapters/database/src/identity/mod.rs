//! Accounts, sessions, codes, invitations.

mod accounts;
mod api_keys;
mod facts;
pub(crate) mod invitations;
mod queries;
mod rows;
mod write;

pub use accounts::SqlAccounts;
pub use api_keys::SqlApiKeys;
pub use invitations::SqlInvitations;
pub use queries::SqlUsers;

use ::identity::Error;

use crate::fault::{Constrained, Constraint};

impl Constrained for Error {
    const CONSTRAINTS: &'static [Constraint<Self>] = &[Constraint {
        name: "users_email",
        sqlite: "users.email_folded",
        means: || Self::EmailTaken,
    }];
}
