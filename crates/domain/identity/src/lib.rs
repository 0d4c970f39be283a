//! Accounts, sessions, one-time codes
