//! Negotiations.

mod deals;
mod queries;
pub(crate) mod rows;
mod stats;

pub use deals::SqlDeals;
pub use queries::SqlNegotiationQueries;
pub(crate) use rows::{live_of_dealer, live_of_listing, on_tables, write};
pub(crate) use stats::{median, seconds};
