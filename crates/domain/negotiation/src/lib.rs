//! Offers and counter-offers: one buyer and one dealer about one listing.
//!
//! A buyer opens a negotiation with a price. From then on the side that did **not** make the standing offer may counter or
//! accept it, until its time is up ([`state`], [`negotiation`]). Agreement keeps the car for the buyer for a while; other
//! buyers of the same car wait with their clocks stopped, and go on where they were when the agreement falls through
//! ([`rules`]). A dealer may say yes or no beforehand ([`table::Terms`]); no buyer ever learns from where on.
//!
//! Everything here is decided on a [`table::Table`]: the car and all live talks about it, locked by an adapter. What a move
//! does to the listing itself is told as a [`table::CarMove`]; whoever owns the listing carries it out in the same
//! transaction.
//!
//! | module | holds |
//! | --- | --- |
//! | [`state`] | the one table of all moves, and the diagram made from it |
//! | [`negotiation`] | [`Negotiation`](negotiation::Negotiation), its offers and transitions |
//! | [`table`] | the facts of a move, the dealer's terms, what a move changes |
//! | [`rules`] | open, counter, accept, reject, cancel, expire, lapse, settle: pure decisions |
//! | [`savers`] | a dealer's offer to those who saved its listing |
//! | [`notice`] | events, audit lines, and the job for when time is up |
//! | [`request`] | what callers ask for, checked |
//! | [`ports`] | what the outside has to provide for looking |
//! | [`use_cases`] | [`LookAtNegotiations`](use_cases::LookAtNegotiations) |
//!
//! ```
//! use forecourt_negotiation::state::{Move, Side, State, Status};
//!
//! let asked = State::Awaiting(Side::Dealer);
//! let countered = asked.after(Move::Counter(Side::Dealer)).unwrap();
//! assert_eq!(countered.status(), Status::AwaitingBuyer);
//! assert!(countered.after(Move::Accept(Side::Dealer)).is_err(), "its own offer");
//! assert_eq!(countered.after(Move::Accept(Side::Buyer)), Ok(State::Accepted));
//! ```

pub mod error;
pub mod negotiation;
pub mod notice;
pub mod ports;
pub mod request;
pub mod rules;
pub mod savers;
mod sitting;
pub mod state;
pub mod table;
pub mod use_cases;

pub use error::Error;
