//! Telephone numbers.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Malformed;

/// Digits, with a leading `+` where the country is known (E.164: at most 15 digits). Spaces, dots, dashes and brackets are forgiven.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Phone(String);

impl Phone {
    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Is it known all over the world (E.164): a `+`, a country, fifteen digits at most? Another one is a number of somebody's own
    /// country, and says not of which.
    pub fn is_international(&self) -> bool {
        self.0
            .strip_prefix('+')
            .is_some_and(|digits| digits.len() >= 8 && !digits.starts_with('0'))
    }
}

impl FromStr for Phone {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let number: String = text
            .chars()
            .filter(|c| !matches!(c, ' ' | '.' | '-' | '(' | ')' | '/'))
            .collect();
        let digits = number.strip_prefix('+').unwrap_or(&number);
        if digits.chars().all(|c| c.is_ascii_digit()) && (5..=15).contains(&digits.len()) {
            Ok(Self(number))
        } else {
            Err(Malformed::new(
                "malformed_phone",
                format!(
                    "“{}” is not a telephone number of 5 to 15 digits such as +1 212 555 0100",
                    crate::text::excerpt(text)
                ),
            ))
        }
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Phone {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}
