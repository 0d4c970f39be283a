//! Who did what to what, when and from where, in a log that shows when it was tampered with.
//!
//! Every act writes its line in its own transaction ([`kernel::act::Audit`]), and no act waits for another's. A little later the
//! lines are **sealed**: numbered, and chained by SHA-256, each seal taking in the one before and all that its line says. Whoever
//! changes, removes, adds or reorders sealed lines breaks the chain at that place, and [`chain::Verifier`] says where. Lines at the
//! very end can be cut off without a gap: against that, keep the head that a verification prints somewhere else, and name it the
//! next time.
//!
//! Where a call came from is a person's data, and has to go when the person does. So the chain takes in a salted digest of it: with
//! the address and the salt erased, the chain still holds, and nothing can be put in the address's place.
//!
//! | module | holds |
//! | --- | --- |
//! | [`mod@line`] | what the log keeps of an act |
//! | [`chain`] | how lines are sealed, and how a chain is verified |
//! | [`ports`] | the log and its chain, as a database keeps them |
//! | [`use_cases`] | looking, sealing, verifying |
//!
//! ```
//! use forecourt_audit::chain::{Head, Salt, Sealed, Verifier, seal};
//! use forecourt_audit::line::Line;
//! # fn line() -> Line {
//! #     Line {
//! #         id: uuid::Uuid::from_u128(1),
//! #         at: chrono::DateTime::UNIX_EPOCH,
//! #         actor: "system".to_owned(),
//! #         user: None,
//! #         request: "r1".to_owned(),
//! #         origin: kernel::act::Origin::default(),
//! #         action: "listing.update".to_owned(),
//! #         subject_kind: "listing".to_owned(),
//! #         subject: uuid::Uuid::from_u128(2),
//! #         dealer: None,
//! #         detail: serde_json::json!({ "asking_price": { "from": "7000.00", "to": "6500.00" } }),
//! #         reason: None,
//! #     }
//! # }
//!
//! let link = seal(&Head::default(), &line(), Salt([7; 16]));
//! let mut sealed = Sealed { line: line(), link };
//! assert!(Verifier::default().check(&sealed).is_ok());
//! sealed.line.detail = serde_json::json!({ "asking_price": { "from": "7000.00", "to": "7000.00" } });
//! assert!(Verifier::default().check(&sealed).is_err());
//! ```

pub mod chain;
pub mod line;
pub mod ports;
pub mod use_cases;

pub use ports::{AuditLog, Chain};
