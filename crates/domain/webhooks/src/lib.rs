//! Webhooks: what happens in the product is told to programs outside, by the rules of Standard Webhooks 1.0
//! (<https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>).
//!
//! A dealer's owner registers an [`Endpoint`](endpoint::Endpoint): where to send, and which events. Each event that it asks for
//! becomes a [`Delivery`](delivery::Delivery), which is signed anew and sent at every try of the table in [`retry`], until the
//! other side says 2xx. Who says 410, or nothing good for five days, is switched off and told so by letter ([`rules`]).
//!
//! Secrets are kept nowhere: an endpoint knows the numbers of those that count, and whoever keeps the installation's key derives
//! them ([`ports::Secrets`]).
//!
//! | module | holds |
//! | --- | --- |
//! | [`endpoint`] | an endpoint, its secrets' numbers, why it is off |
//! | [`pattern`] | which events: `*`, `booking.*`, `booking.approved` |
//! | [`delivery`] | one message to one endpoint, and its tries |
//! | [`retry`] | when to try again |
//! | [`message`] | the body of a message, what is signed, the headers |
//! | [`rules`] | who may, how many, what follows from a try: pure decisions |
//! | [`ports`] | what the outside has to provide |
//! | [`use_cases`] | [`KeepWebhooks`](use_cases::KeepWebhooks), [`Deliver`](use_cases::Deliver) |
//!
//! ```
//! use forecourt_webhooks::pattern::Pattern;
//!
//! let asked = Pattern::parse("booking.*").unwrap();
//! assert!(asked.matches("booking.approved") && !asked.matches("listing.published"));
//! ```

pub mod delivery;
pub mod endpoint;
pub mod error;
pub mod message;
pub mod pattern;
pub mod ports;
pub mod request;
pub mod retry;
pub mod rules;
pub mod use_cases;

pub use error::Error;
