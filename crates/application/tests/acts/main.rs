//! The acts that cross contexts, on the fakes: no database, no server.
#![expect(clippy::unwrap_used, reason = "tests")]

mod close_sale;
mod events;
mod remove_listing;
mod stage;
mod suspend_dealer;
mod tell_webhooks;
