//! The crate by itself, on the fakes in memory.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod booking;
mod common;
mod drives;
mod holds;
mod slots;
mod states;
mod waitlist;
