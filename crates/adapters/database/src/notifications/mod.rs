//! Who is told what: people and words, notices, what people chose.

mod audiences;
mod notices;
mod particulars;
pub(crate) mod preferences;

pub use audiences::SqlAudiences;
pub use notices::SqlNotices;
pub(crate) use notices::insert;
pub use preferences::SqlPreferences;
