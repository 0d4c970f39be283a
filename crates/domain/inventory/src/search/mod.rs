//! Finding listings: what is asked for, and what the databases are asked.
//!
//! | module | holds |
//! | --- | --- |
//! | [`filter`] | the filters of `GET /listings`, read from its query (a saved search keeps the same words) |
//! | [`near`] | places on the globe in whole metres, so that two databases measure alike |
//! | [`keys`] | whole numbers and folded words that listings are ordered and compared by |
//! | [`views`] | what a reader gets: cards, details, facets, suggestions |
//! | [`similar`] | which listings are like another |
//! | [`ports`] | the queries |
//! | [`use_cases`] | the acts of reading |

pub mod filter;
pub mod keys;
pub mod near;
pub mod ports;
pub mod similar;
pub mod use_cases;
mod values;
pub mod views;

pub use filter::ListingFilter;
pub use ports::ListingSearch;
