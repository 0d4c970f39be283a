//! Shapes that many answers share.

use kernel::error::{Malformed, Violations};
use kernel::money::{Currency, Money};
use kernel::patch::Patch;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An amount of money: a decimal string with the currency's own number of digits, never a float.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "amount": "18500.00", "currency": "USD" }))]
pub struct MoneyDto {
    /// Plain decimal: `18500.00`.
    #[schema(pattern = "^-?[0-9]{1,16}([.][0-9]{1,4})?$", max_length = 24)]
    pub amount: String,
    /// ISO 4217 code: `USD`.
    #[schema(pattern = "^[A-Z]{3}$")]
    pub currency: String,
}

impl From<Money> for MoneyDto {
    fn from(money: Money) -> Self {
        Self {
            amount: money.amount(),
            currency: money.currency().code().to_owned(),
        }
    }
}

impl MoneyDto {
    /// The amount, or why it is none.
    pub fn read(&self) -> Result<Money, Malformed> {
        Money::parse(&self.amount, Currency::parse(&self.currency)?)
    }
}

/// A field of a merge patch that can be changed, and not cleared.
pub(crate) fn kept<T>(pointer: &str, patch: Patch<T>, wrong: &mut Violations) -> Option<T> {
    match patch {
        Patch::Absent => None,
        Patch::Null => {
            wrong.add(pointer, "required", "can be changed, and not be cleared");
            None
        }
        Patch::Value(value) => Some(value),
    }
}
