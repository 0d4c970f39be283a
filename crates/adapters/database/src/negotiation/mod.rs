//! Negotiations.

mod deals;
mod queries;
mod rows;
mod stats;

use application::negotiate::Error;

use crate::fault::{Constrained, Constraint};

pub use deals::SqlDeals;
pub use queries::SqlNegotiationQueries;
pub(crate) use rows::{live_of_dealer, live_of_listing, write};

impl Constrained for Error {
    const CONSTRAINTS: &'static [Constraint<Self>] = &[
        Constraint {
            name: "negotiations_live",
            sqlite: "negotiations.listing_id, negotiations.buyer_id",
            means: || Self::Negotiation(negotiation::Error::AlreadyOpen),
        },
        Constraint {
            name: "negotiations_agreed",
            sqlite: "negotiations.listing_id",
            means: || {
                Self::Negotiation(negotiation::Error::NotNegotiable {
                    why: "it is reserved for somebody else",
                })
            },
        },
    ];
}
