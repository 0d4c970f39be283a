//! The words that every Forecourt crate speaks, and nothing else: no clock, no randomness, no database,
//! no web of its own.
//!
//! | module | holds |
//! | --- | --- |
//! | [`id`] | typed UUID v7 ids |
//! | [`ports`] | [`Clock`](ports::Clock) and [`Random`](ports::Random), and the id generator built on them |
//! | [`money`], [`vin`], [`email`], [`phone`], [`distance`], [`zone`], [`text`] | values that can't be built wrong |
//! | [`vocabulary`] | the closed word lists of the trade: fuel, body, transmission … |
//! | [`actor`], [`rights`] | who acts, and the one table of who may do what |
//! | [`act`] | one attempt to change something, and what a pure decision hands back |
//! | [`event`], [`job`], [`letter`], [`message`], [`push`] | what goes out with the transaction |
//! | [`target`] | URLs that others chose, and which addresses are nobody's own network |
//! | [`error`] | kinds of failure, stable codes, lists of violations |
//! | [`paging`], [`patch`], [`retry_after`] | lists, merge patches, pauses that others ask for |
//!
//! ```
//! use forecourt_kernel::{money::{Currency, Money}, vin::Vin};
//! let price = Money::parse("18500.00", Currency::parse("USD").unwrap()).unwrap();
//! assert_eq!(price.minor(), 1_850_000);
//! let vin: Vin = " 1hgcm82633a004352 ".parse().unwrap();
//! assert_eq!(vin.as_str(), "1HGCM82633A004352");
//! ```

pub mod act;
pub mod actor;
pub mod days;
pub mod distance;
pub mod email;
pub mod error;
pub mod event;
pub mod id;
pub mod job;
pub mod letter;
pub mod message;
pub mod money;
pub mod paging;
pub mod patch;
pub mod phone;
pub mod ports;
pub mod push;
pub mod retry_after;
pub mod rights;
pub mod target;
pub mod text;
pub mod vin;
pub mod vocabulary;
pub mod zone;

/// A moment in UTC, to the microsecond: what PostgreSQL can keep. The [`ports::Clock`] makes them.
pub type Instant = chrono::DateTime<chrono::Utc>;
