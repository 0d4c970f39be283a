//! What can be done, one act each: the rights are checked here or in the rules, with the locked facts.

mod digests;
mod garage;
mod listings;
mod receipts;
mod saved;
mod service_log;

pub use digests::TellWatchers;
pub use garage::KeepGarage;
pub use listings::KeepListings;
pub use receipts::ReadReceipts;
pub use saved::{KeepSaved, NewSearch};
pub use service_log::KeepServiceLog;
