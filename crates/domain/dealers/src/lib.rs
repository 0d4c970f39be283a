//! Dealers, their sites and their staff.
//!
//! A [`Dealer`](dealer::Dealer) registers and waits for an admin: `pending → verified | rejected → pending`,
//! `verified ⇄ suspended`. Only a verified one is in the public directory. It has [`Site`](site::Site)s, each with its
//! own clock, opening hours and rules for test drives, and [`StaffMember`](staff::StaffMember)s, each with one role.
//! It shows that it is one by [`Document`](document::Document)s, which admins review: it is verified by an approved licence.
//! A user works for at most one dealer at a time, and a dealer always has an owner who works for it.
//!
//! | module | holds |
//! | --- | --- |
//! | [`dealer`], [`document`], [`site`], [`staff`] | the things, and drafts and patches of them as they come from outside |
//! | [`address`], [`hours`], [`slot_rules`] | their parts |
//! | [`rules`] | pure decisions |
//! | [`ports`] | what is needed of a store |
//! | [`use_cases`] | the acts: rights, then rules, under lock |
//!
//! ```
//! use forecourt_dealers::dealer::{DealerStatus, Step};
//! use forecourt_dealers::hours::{HoursDraft, SpanDraft};
//! use kernel::error::Violations;
//!
//! assert_eq!(DealerStatus::Pending.steps(), [Step::Verify, Step::Reject]);
//!
//! let span = |open: &str, close: &str| SpanDraft { open: open.into(), close: close.into() };
//! let mut week = HoursDraft::default();
//! week.days[0] = vec![span("09:00", "13:00"), span("12:00", "18:00")];
//! let mut found = Violations::new();
//! week.read("/hours", &mut found);
//! assert_eq!(found.as_slice()[0].pointer, "/hours/mon");
//! assert_eq!(found.as_slice()[0].code, "overlapping_hours");
//! ```

pub mod address;
pub mod dealer;
pub mod document;
pub mod error;
pub mod hours;
pub mod ports;
pub mod rules;
pub mod settings;
pub mod site;
pub mod slot_rules;
pub mod staff;
mod status;
pub mod use_cases;

pub use error::Error;
