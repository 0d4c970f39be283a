//! Sales and commission: the closing of a listing, or of an owner's private sale, and what it earns.
//!
//! A sale is recorded once, mended in what does not matter to its money, and voided rather than erased. What its closing
//! does to the listing, its test drives, its negotiations and the vehicle is carried out by the contexts that own them, in
//! one transaction with it; this crate decides whether it may be, and what it earns.
//!
//! | module | holds |
//! | --- | --- |
//! | [`commission`] | terms, shares, plans and the ledger: usable by itself (`examples/month.rs`) |
//! | [`sale`] | [`Sale`](sale::Sale): seller, buyer, price, state |
//! | [`bill`] | what a bill of sale says |
//! | [`request`] | what callers ask for, checked |
//! | [`facts`] | what is known, under lock, when a sale is closed, mended or voided |
//! | [`rules`] | close, sell privately, mend, confirm, void, and who sees what: pure decisions |
//! | [`figures`] | what a dealer and a member have done, counted |
//! | [`notice`] | events, audit lines, letters |
//! | [`ports`] | what the outside has to provide |
//! | [`use_cases`] | plans, looking, mending, figures |
//!
//! ```
//! use forecourt_sales::commission::terms::Terms;
//! use kernel::money::{Currency, Money};
//!
//! let price = Money::new(1_850_025, Currency::USD);
//! let earned = Terms::default().commission(price, None).unwrap();
//! assert_eq!(earned.amount(), "370.00", "2 %, half to even");
//! ```

pub mod bill;
pub mod commission;
pub mod error;
pub mod facts;
pub mod figures;
pub mod notice;
pub mod ports;
pub mod request;
pub mod rules;
pub mod sale;
pub mod use_cases;

pub use error::Error;
