//! Test drives: which slots a showroom has, who may book one, and what becomes of it.
//!
//! A showroom has opening hours on its own clock and rules for cutting the day into slots ([`slots`]). A customer asks
//! for a slot of a car; the request holds it from the first moment. The dealer's staff approve or decline; when nobody
//! does in time, the request expires. Staff may book for somebody who called: that is approved at once. Either side can
//! call it off or move it, the customer until a cut-off. In the end it was driven, or nobody came ([`booking`]).
//!
//! Two live drives of one car, or of one customer, never overlap. The rules see to that on facts that an adapter has
//! locked ([`rules`], [`ports`]); the adapter's store refuses it once more.
//!
//! | module | holds |
//! | --- | --- |
//! | [`slots`] | the slot calculus: hours, exceptions, zone, grid, lead, horizon, capacity in; slots out |
//! | [`booking`] | [`TestDrive`](booking::TestDrive), its states and transitions |
//! | [`hold`] | slots that are kept for a while |
//! | [`waitlist`], [`waitlist_rules`] | lines for taken slots: places in them, and whose turn it is |
//! | [`reminder`] | reminders a day and two hours ahead |
//! | [`request`] | what callers ask for, checked |
//! | [`rules`] | book, judge, cancel, reschedule, expire, withdraw: pure decisions |
//! | [`notice`] | events, letters and audit lines of each step |
//! | [`ports`] | what the outside has to provide |
//! | [`use_cases`] | [`TestDrives`](use_cases::TestDrives), all acts |
//!
//! ```
//! use forecourt_scheduling::booking::{Status, Step};
//! use forecourt_scheduling::slots::{Calendar, Opening, SlotRules, slots_on};
//! use chrono::Weekday;
//!
//! let open = Opening::new(9 * 60, 18 * 60).unwrap();
//! let calendar = Calendar::weekly("Europe/London".parse().unwrap(), &[Weekday::Mon], &[open]);
//! let now = "2026-12-01T12:00:00Z".parse().unwrap();
//! let monday = slots_on(&calendar, &SlotRules::default(), "2026-12-07".parse().unwrap(), now);
//! assert_eq!(monday.len(), 8);
//! assert_eq!(monday[0].start_at.to_rfc3339(), "2026-12-07T09:00:00+00:00");
//!
//! assert_eq!(Status::Requested.after(Step::Approve), Ok(Status::Approved));
//! assert!(Status::Completed.after(Step::Cancel).is_err());
//! ```

pub mod booking;
pub mod error;
pub mod hold;
pub mod notice;
pub mod ports;
pub mod reminder;
pub mod request;
pub mod rules;
pub mod slots;
mod state;
pub mod use_cases;
pub mod waitlist;
pub mod waitlist_rules;
