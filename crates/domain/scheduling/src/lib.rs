//! Slots and test drives
