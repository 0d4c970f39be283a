//! Who is told what: people and words, notices, what people chose, their devices, and numbers that want no messages.

mod audiences;
mod devices;
mod notices;
mod opt_outs;
mod particulars;
pub(crate) mod preferences;

pub use audiences::SqlAudiences;
pub use devices::SqlDevices;
pub use notices::SqlNotices;
pub(crate) use notices::insert;
pub use opt_outs::SqlOptOuts;
pub use preferences::SqlPreferences;
