//! Dealers, their sites and their staff.

pub mod address;
pub mod dealer;
pub mod error;
pub mod hours;
pub mod site;
pub mod slot_rules;
pub mod staff;

pub use error::Error;
