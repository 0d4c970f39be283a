//! Values as they come from outside, before they are checked.

use chrono::NaiveDate;
use kernel::distance::Distance;
use kernel::error::{Malformed, Violations};
use kernel::money::{Currency, Money};
use kernel::patch::Patch;
use kernel::vocabulary::DistanceUnit;

/// An amount as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoneyText {
    /// A plain decimal.
    pub amount: String,
    /// An ISO 4217 code.
    pub currency: String,
}

impl MoneyText {
    /// The money, or what is wrong with it noted under `pointer`.
    pub fn check(&self, pointer: &str, wrong: &mut Violations) -> Option<Money> {
        let currency = wrong.take(&format!("{pointer}/currency"), Currency::parse(&self.currency))?;
        wrong.take(&format!("{pointer}/amount"), Money::parse(&self.amount, currency))
    }
}

impl From<Money> for MoneyText {
    fn from(money: Money) -> Self {
        Self {
            amount: money.amount(),
            currency: money.currency().code().to_owned(),
        }
    }
}

/// A reading as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DistanceText {
    /// How many.
    pub value: i64,
    /// `mi` or `km`.
    pub unit: String,
}

impl DistanceText {
    /// The distance, or what is wrong with it noted under `pointer`.
    pub fn check(&self, pointer: &str, wrong: &mut Violations) -> Option<Distance> {
        let unit: DistanceUnit = wrong.take(&format!("{pointer}/unit"), self.unit.parse())?;
        wrong.take(&format!("{pointer}/value"), Distance::new(self.value, unit))
    }
}

impl From<Distance> for DistanceText {
    fn from(distance: Distance) -> Self {
        Self {
            value: i64::from(distance.value),
            unit: distance.unit.as_str().to_owned(),
        }
    }
}

/// A reading in words: `12000 mi`.
pub(crate) fn reading(distance: Distance) -> String {
    format!("{} {}", distance.value, distance.unit)
}

/// A day as `YYYY-MM-DD`.
pub(crate) fn day(text: &str) -> Result<NaiveDate, Malformed> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| {
        Malformed::new(
            "malformed_date",
            format!(
                "“{}” is not a day such as 2026-03-31",
                kernel::text::excerpt(text)
            ),
        )
    })
}

/// An optional text of one line; an empty one counts as absent.
pub(crate) fn optional_line(
    wrong: &mut Violations,
    pointer: &str,
    text: Option<&str>,
    max: usize,
) -> Option<String> {
    text.filter(|t| !t.trim().is_empty())
        .and_then(|t| wrong.take(pointer, kernel::text::line(t, max)))
}

/// A field that can be changed but not cleared.
pub(crate) fn keep<T>(wrong: &mut Violations, pointer: &str, patch: Patch<T>, current: &mut T) {
    match patch {
        Patch::Absent => {}
        Patch::Null => wrong.add(pointer, "required", "can't be null: leave it out to keep it"),
        Patch::Value(value) => *current = value,
    }
}
