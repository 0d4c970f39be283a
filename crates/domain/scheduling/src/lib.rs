//! Slots and test drives.

pub mod booking;
pub mod error;
pub mod notice;
pub mod rules;
