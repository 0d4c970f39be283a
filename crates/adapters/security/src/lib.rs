//! Argon2, JWT, keys and one-time codes
