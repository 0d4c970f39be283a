//! Stock as CSV (RFC 4180): which columns there are, how a foreign file is understood, and how ours is written.
//!
//! | module | holds |
//! | --- | --- |
//! | [`records`] | cells out of bytes, as they arrive, in bounded memory |
//! | [`columns`] | our columns, their usual other names, a caller's mapping and defaults |
//! | [`row`] | one record as values, or everything that is wrong with it |
//! | [`writer`] | our own file: round trip is the identity, formulas are neutralised |

pub mod cells;
pub mod columns;
pub mod records;
pub mod row;
pub mod writer;

pub use columns::{Column, Layout, Mapping};
pub use records::{Record, Records};
pub use row::{CellError, Reading, Row};
