//! The crate embedded by itself, on ports in memory: no database, no server.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

mod common;
mod garage;
mod listings;
