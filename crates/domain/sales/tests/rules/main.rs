//! Sales and commission, without a database.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use kernel::id::Id;
use kernel::money::{Currency, Money};
use uuid::Uuid;

mod acts;
mod commission;
mod commission_properties;

fn id<K>(n: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(n))
}

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}
