//! The crate embedded by itself, on ports in memory: no database, no server.
#![expect(clippy::unwrap_used, reason = "tests")]

mod common;
mod garage;
mod listings;
mod properties;
