//! Taking a dealer's stock in from CSV: streamed, in chunks, each decided under lock and committed with its place in the file,
//! so that a restart goes on behind the last committed chunk. The VIN within the dealer is the key: a second run of the
//! same file does nothing, changed rows update, a row of a reserved or sold car is refused.
//!
//! | module | holds |
//! | --- | --- |
//! | [`batch`] | one import: its options, how far it is, what came of its rows |
//! | [`decide`] | one chunk: facts and rows in, a plan out |
//! | `changes` | what a row says, as the rules take it |
//! | [`undo`] | taking a batch back: what nobody touched since |
//! | [`ports`] | what is needed from outside |
//! | [`mod@file`] | the staged file as records |
//! | [`report`] | what came of the rows, as a file |
//! | [`use_cases`] | start, report, undo, export |
//! | `run` | an import run to its end |

pub mod batch;
mod changes;
pub mod decide;
pub mod file;
pub mod ports;
pub mod report;
mod run;
pub mod undo;
pub mod use_cases;

pub use batch::{Action, Batch, Mode, Options, RowReport, Stage, Tally};
pub use ports::Imports;
pub use use_cases::ImportListings;

#[cfg(test)]
mod tests;
