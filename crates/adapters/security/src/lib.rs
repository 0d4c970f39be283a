//! Argon2, JWT, keys and one-time codes.

mod random;

pub use random::OsRandom;
