//! Distances as people read them off a dial: whole miles or kilometres, kept as they were given.

use serde::{Deserialize, Serialize};

use crate::error::Malformed;
use crate::vocabulary::DistanceUnit;

/// A whole number of miles or kilometres.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Distance {
    /// How many.
    pub value: u32,
    /// Of what.
    pub unit: DistanceUnit,
}

/// The largest reading taken: ten times the highest ever recorded of a car.
pub const MAX_READING: u32 = 30_000_000;

impl Distance {
    /// A distance of at most [`MAX_READING`].
    pub fn new(value: i64, unit: DistanceUnit) -> Result<Self, Malformed> {
        u32::try_from(value)
            .ok()
            .filter(|v| *v <= MAX_READING)
            .map(|value| Self { value, unit })
            .ok_or_else(|| {
                Malformed::new(
                    "distance_out_of_range",
                    format!("{value} is not a distance from 0 to {MAX_READING}"),
                )
            })
    }

    /// In metres, rounded to the nearest: what comparing and searching go by. One mile is 1,609.344 m exactly.
    pub fn metres(self) -> i64 {
        match self.unit {
            DistanceUnit::Km => i64::from(self.value) * 1_000,
            DistanceUnit::Mi => (i64::from(self.value) * 1_609_344 + 500) / 1_000,
        }
    }
}
