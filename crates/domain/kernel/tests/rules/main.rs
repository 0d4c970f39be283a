//! What every crate builds on.

mod target;
mod values;
