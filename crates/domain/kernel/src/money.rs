//! Money: whole minor units of an ISO 4217 currency. Never a float.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::error::Malformed;

/// An ISO 4217 currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The US dollar, the platform's default.
    pub const USD: Self = Self(iso_currency::Currency::USD);

    /// Reads a three-letter code in upper case.
    pub fn parse(code: &str) -> Result<Self, Malformed> {
        iso_currency::Currency::from_code(code).map(Self).ok_or_else(|| {
            Malformed::new(
                "unknown_currency",
                format!(
                    "“{}” is not an ISO 4217 code such as USD",
                    crate::text::excerpt(code)
                ),
            )
        })
    }

    /// The three-letter code.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Digits after the point: 2 for USD, 0 for JPY, 3 for KWD.
    pub fn digits(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// An amount in a currency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// The largest amount that is taken from outside: far above any car, far below overflow of a sum of millions of rows.
pub const MAX_MINOR: i64 = 1_000_000_000_000_000;

impl Money {
    /// An amount in minor units (cents of a dollar).
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Reads a plain decimal (`18500.00`, `18500`, `-3.5`) exactly. More digits than the currency has are refused.
    pub fn parse(amount: &str, currency: Currency) -> Result<Self, Malformed> {
        let malformed = || {
            Malformed::new(
                "malformed_amount",
                format!(
                    "“{}” is not a decimal number such as 18500.00",
                    crate::text::excerpt(amount)
                ),
            )
        };
        let (negative, digits) = match amount.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, amount),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((_, "")) => return Err(malformed()),
            Some(parts) => parts,
            None => (digits, ""),
        };
        if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit()) {
            return Err(malformed());
        }
        let places = currency.digits() as usize;
        if fraction.len() > places {
            return Err(Malformed::new(
                "too_many_digits",
                format!(
                    "{currency} has {places} digits after the point, not the {} of “{}”",
                    fraction.len(),
                    crate::text::excerpt(amount)
                ),
            ));
        }
        let out_of_range = || {
            Malformed::new(
                "amount_out_of_range",
                format!("“{}” is beyond what can be handled", crate::text::excerpt(amount)),
            )
        };
        let mut minor: i64 = 0;
        let padding = std::iter::repeat_n(b'0', places - fraction.len());
        for digit in whole.bytes().chain(fraction.bytes()).chain(padding) {
            minor = minor
                .checked_mul(10)
                .and_then(|m| m.checked_add(i64::from(digit - b'0')))
                .filter(|m| *m <= MAX_MINOR)
                .ok_or_else(out_of_range)?;
        }
        Ok(Self {
            minor: if negative { -minor } else { minor },
            currency,
        })
    }

    /// The amount in minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The amount as a plain decimal with all of the currency's digits: `18500.00`.
    pub fn amount(self) -> String {
        let places = self.currency.digits();
        let unit = 10_u64.pow(places);
        let sign = if self.minor < 0 { "-" } else { "" };
        let size = self.minor.unsigned_abs();
        if places == 0 {
            format!("{sign}{size}")
        } else {
            format!(
                "{sign}{}.{:0width$}",
                size / unit,
                size % unit,
                width = places as usize
            )
        }
    }

    /// The sum, or `None` where it overflows or the currencies differ.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        if self.currency == other.currency {
            self.minor
                .checked_add(other.minor)
                .map(|minor| Self { minor, ..self })
        } else {
            None
        }
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount(), self.currency)
    }
}
