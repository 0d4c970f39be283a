//! The audit log and its chain. Lines come into it with their acts, see [`crate::tx`].

mod chain;
mod log;
mod rows;

pub use chain::SqlChain;
pub use log::SqlAuditLog;
