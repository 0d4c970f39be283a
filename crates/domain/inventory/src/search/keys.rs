//! What listings are ordered and compared by: whole numbers and folded words, the same in every database.
//!
//! An order is one whole number and the id, so that each has one index and a cursor is two values.

use kernel::Instant;
use kernel::distance::Distance;
use kernel::money::{Currency, Money};

use crate::words;

/// Bits that an amount has in an order by price.
const AMOUNT_BITS: u32 = 48;
/// The largest amount that an order by price tells from others.
const LARGEST: i64 = (1 << AMOUNT_BITS) - 1;
/// Stands for a mileage that nobody knows: behind all others.
pub const UNKNOWN_MILEAGE: i64 = i64::MAX;

/// Where prices of the platform's currency end in an order by price; those of others come behind.
pub const END_OF_OWN: i64 = 1 << AMOUNT_BITS;

/// Where a price comes when the cheapest comes first: `own`, the platform's currency, first, then the others by code. Nothing is
/// exchanged: the product knows no rates.
pub fn price_rising(price: Money, own: Currency) -> i64 {
    (currency_rank(price.currency(), own) << AMOUNT_BITS) | clamped(price.minor())
}

/// Where a price comes when the dearest comes first: currencies in the same order as in [`price_rising`].
pub fn price_falling(price: Money, own: Currency) -> i64 {
    (currency_rank(price.currency(), own) << AMOUNT_BITS) | (LARGEST - clamped(price.minor()))
}

const fn clamped(minor: i64) -> i64 {
    if minor < 0 {
        0
    } else if minor > LARGEST {
        LARGEST
    } else {
        minor
    }
}

/// 0 for the platform's currency; else rising with the letters of the code, at most 26³.
fn currency_rank(currency: Currency, own: Currency) -> i64 {
    if currency == own {
        return 0;
    }
    match currency.code().as_bytes() {
        [a, b, c] => 1 + letter(*a) * 676 + letter(*b) * 26 + letter(*c),
        _ => 17_577,
    }
}

const fn letter(byte: u8) -> i64 {
    if byte.is_ascii_uppercase() {
        (byte - b'A') as i64
    } else {
        0
    }
}

/// Where a mileage comes: in metres, unknown ones last.
pub fn mileage(odometer: Option<Distance>) -> i64 {
    odometer.map_or(UNKNOWN_MILEAGE, Distance::metres)
}

/// Where an instant comes: microseconds since 1970.
pub const fn instant(at: Instant) -> i64 {
    at.timestamp_micros()
}

/// What two writings of a name have in common: `F-150`, `f150` and `F 150` are all `f 150`.
pub fn name(text: &str) -> String {
    words::split(text).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_platforms_currency_comes_first_in_both_directions() {
        let usd = Money::new(99_999_999, Currency::USD);
        let eur = Money::new(1, Currency::parse("EUR").unwrap());
        let gbp = Money::new(1, Currency::parse("GBP").unwrap());
        for key in [price_rising, price_falling] {
            let by = |own: Money| [usd, eur, gbp].map(|price| key(price, own.currency()));
            let [a, b, c] = by(usd);
            assert!(a < END_OF_OWN && END_OF_OWN <= b && b < c);
            let [a, b, c] = by(gbp);
            assert!(c < END_OF_OWN && END_OF_OWN <= b && b < a);
        }
    }

    proptest! {
        #[test]
        fn amounts_keep_their_order(a in 0..100_000_000_000_i64, b in 0..100_000_000_000_i64) {
            let (a, b) = (Money::new(a, Currency::USD), Money::new(b, Currency::USD));
            prop_assert_eq!(a.minor().cmp(&b.minor()), price_rising(a, Currency::USD).cmp(&price_rising(b, Currency::USD)));
            prop_assert_eq!(b.minor().cmp(&a.minor()), price_falling(a, Currency::USD).cmp(&price_falling(b, Currency::USD)));
        }
    }
}
