//! Accounts: who somebody is, how they prove it, and for how long that counts.
//!
//! * A [`user::User`] registers ([`Identity::register`]), confirms the address by a one-time [`code`], and is a customer.
//!   Admins are invited ([`invitation`]) or made on the command line; staff are invited by their dealer.
//! * Signing in opens a [`session`]. Its access token is short-lived; its refresh token is good once. **A refresh token
//!   that comes a second time ends the whole session**: one of the two who hold it is a thief.
//! * Codes and invitation tokens are derived from ids by keyed functions and kept nowhere; refresh tokens are kept hashed.
//! * Strangers learn nothing about who has an account: unknown addresses get the same answers, in the same time.
//! * A [`second_factor`] is asked for beside the password once a first code of it came; each of its codes is good once.
//! * A dealer's programs call with an [`api_key`], shown once and kept hashed, which acts for no person.
//! * Guessing is slowed down by [`throttle`], which grows, and never shuts the holder out for good.
//!
//! | module | holds |
//! | --- | --- |
//! | [`user`], [`session`], [`mod@device`], [`code`], [`second_factor`], [`invitation`], [`api_key`] | the things |
//! | [`password`], [`secret`], [`throttle`], [`rules`] | what decides |
//! | [`plan`], [`ports`] | what is known, what is written, what is needed from outside |
//! | [`use_cases`] | the acts, on [`Identity`] |
//! | [`letters`] | what is mailed |
//!
//! ```
//! use forecourt_identity::{password, throttle::{Throttle, ThrottleKey}};
//!
//! // Common words make a password weak …
//! assert!(password::judge("password1234", &["ann@example.com", "Ann"]).is_err());
//! assert!(password::judge("violet tractor sonata", &["ann@example.com", "Ann"]).is_ok());
//!
//! // … and whoever guesses has to wait longer each time.
//! let (key, now) = (ThrottleKey::Account("ann@example.com".into()), "2026-11-21T08:00:00Z".parse().unwrap());
//! let mut count = None;
//! for _ in 0..8 {
//!     count = Some(Throttle::failed(count.as_ref(), &key, now));
//! }
//! assert_eq!(count.unwrap().wait(now), Some(8));
//! ```

pub mod api_key;
pub mod code;
pub mod device;
pub mod error;
pub mod invitation;
pub mod letters;
pub mod password;
pub mod plan;
pub mod policy;
pub mod ports;
pub mod rules;
pub mod second_factor;
pub mod secret;
pub mod session;
pub mod throttle;
pub mod use_cases;
pub mod user;

pub use error::Error;
pub use policy::Policy;
pub use use_cases::Identity;
