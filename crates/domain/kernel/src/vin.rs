//! Vehicle identification numbers (ISO 3779; 49 CFR 565 in North America).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Malformed;

/// Seventeen characters, upper case, none of I, O, Q.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Vin(String);

impl Vin {
    /// The number.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// World manufacturer identifier: the first three characters.
    pub fn wmi(&self) -> &str {
        self.0.get(..3).unwrap_or_default()
    }

    /// Whether the ninth character is the check digit of 49 CFR 565.15(c). Only North American and Chinese numbers must have one.
    pub fn check_digit_holds(&self) -> bool {
        self.check_digit()
            .is_some_and(|digit| self.0.chars().nth(8) == Some(digit))
    }

    /// The check digit that 49 CFR 565.15(c) asks for.
    pub fn check_digit(&self) -> Option<char> {
        const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
        let sum: u32 = self
            .0
            .chars()
            .zip(WEIGHTS)
            .map(|(c, weight)| transliterate(c) * weight)
            .sum();
        match sum % 11 {
            10 => Some('X'),
            n => char::from_digit(n, 10),
        }
    }

    /// Whether the region that the first character names uses the check digit (North America; China).
    pub fn region_uses_check_digit(&self) -> bool {
        matches!(self.0.chars().next(), Some('1'..='5' | 'L'))
    }

    /// The model years that the tenth character can mean. The code repeats every 30 years (49 CFR 565.15(d)).
    pub fn model_years(&self) -> [Option<u16>; 2] {
        const CODES: &str = "ABCDEFGHJKLMNPRSTVWXY123456789";
        let position = self
            .0
            .chars()
            .nth(9)
            .and_then(|code| CODES.chars().position(|c| c == code));
        let base = position.and_then(|p| u16::try_from(p).ok()).map(|p| 1980 + p);
        [base, base.map(|year| year + 30)]
    }
}

/// The value of a character for the check digit: digits as they are, letters by the table of 49 CFR 565.15.
fn transliterate(c: char) -> u32 {
    match c {
        'A' | 'J' => 1,
        'B' | 'K' | 'S' => 2,
        'C' | 'L' | 'T' => 3,
        'D' | 'M' | 'U' => 4,
        'E' | 'N' | 'V' => 5,
        'F' | 'W' => 6,
        'G' | 'P' | 'X' => 7,
        'H' | 'Y' => 8,
        'R' | 'Z' => 9,
        other => other.to_digit(10).unwrap_or(0),
    }
}

impl FromStr for Vin {
    type Err = Malformed;

    /// Trims and raises to upper case; then the seventeen characters must be letters and digits without I, O, Q.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let vin = text.trim().to_ascii_uppercase();
        let length = vin.chars().count();
        if length != 17 {
            return Err(Malformed::new(
                "vin_length",
                format!(
                    "“{}” has {length} characters; a VIN has 17",
                    crate::text::excerpt(&vin)
                ),
            ));
        }
        match vin
            .chars()
            .find(|c| !c.is_ascii_alphanumeric() || matches!(c, 'I' | 'O' | 'Q'))
        {
            Some(c) => Err(Malformed::new(
                "vin_character",
                format!(
                    "“{}” holds “{c}”; a VIN has letters but I, O, Q, and digits",
                    crate::text::excerpt(&vin)
                ),
            )),
            None => Ok(Self(vin)),
        }
    }
}

impl fmt::Display for Vin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Vin {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}
