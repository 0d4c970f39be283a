//! Commission: what a sale earns, and for whom. Pure arithmetic in minor units, with nothing to look up.
//!
//! [`terms`] say how much a sale earns ([`given`]: as people write them), [`shares`] between whom it is parted, [`plan`] which terms are in force, [`ledger`]
//! what is written down, line by line, never changed.
//!
//! ```
//! use forecourt_sales::commission::terms::{Basis, Scheme, Terms, TermsDraft, Tier};
//! use kernel::money::{Currency, Money};
//! let usd = |minor| Money::new(minor, Currency::USD);
//! // 20 % of the first 1,000 of profit, 30 % of what is above; 100 at least.
//! let terms = Terms::new(TermsDraft {
//!     basis: Basis::Gross,
//!     scheme: Scheme::Marginal(vec![
//!         Tier { up_to: Some(usd(100_000)), rate_bp: 2_000 },
//!         Tier { up_to: None, rate_bp: 3_000 },
//!     ]),
//!     minimum: Some(usd(10_000)),
//!     maximum: None,
//!     bonus: None,
//! })
//! .unwrap();
//! let earned = |price, cost| terms.commission(usd(price), Some(usd(cost))).unwrap();
//! assert_eq!(earned(1_850_000, 1_700_000), usd(35_000));
//! assert_eq!(earned(1_650_000, 1_700_000), usd(10_000), "a loss earns the minimum");
//! ```

pub mod given;
pub mod ledger;
pub mod plan;
pub mod shares;
pub mod terms;
