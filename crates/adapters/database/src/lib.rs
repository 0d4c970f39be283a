//! SQLite and PostgreSQL behind the ports of the domain crates. ORM types never leave this crate.
//!
//! | module | holds |
//! | --- | --- |
//! | [`db`] | [`Db`]: the pools; the only maker of transactions |
//! | [`tx`] | [`Tx`]: one try of one act: claim, locks, record, commit, and whether to try again |
//! | `record` | the outbox, the queue's new rows, the audit log |
//! | `patience` | how long anybody waits for a database that does not answer |
//! | `fault` | what a database error means: try again, a broken invariant, away, or a defect of ours |
//! | [`sql`] | SQL with values, one text for both databases |
//! | `list` | pages by number and by cursor, one mechanism for every list |
//! | `jobs` | the queue |
//! | `outbox` | events on their way to their readers |
//! | `upkeep` | what is removed in time |
//! | `alone` | one server at a time on a SQLite file |
//! | one module a domain crate | its ports, file by file beside them |
//!
//! How a port method is written, and why it is a loop: see [`tx`].

mod alone;
pub mod audit;
pub mod content;
mod crossing;
pub mod db;
pub mod dealers;
mod fault;
pub mod identity;
pub mod inventory;
mod jobs;
pub mod list;
pub mod media;
pub mod negotiation;
pub mod notifications;
mod outbox;
mod patience;
pub mod persons;
mod pools;
mod record;
mod rows;
pub mod sales;
pub mod scheduling;
pub mod sql;
pub mod tx;
mod upkeep;
pub mod webhooks;

pub use alone::Alone;
pub use db::{Db, DbOptions};
pub use fault::{Constrained, Constraint, Stop};
pub use jobs::SqlQueue;
pub use outbox::SqlOutbox;
pub use tx::Tx;
pub use upkeep::SqlUpkeep;
