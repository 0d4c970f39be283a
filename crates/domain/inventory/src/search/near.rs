//! Places on the globe as whole metres, so that two databases measure, and order, exactly alike.
//!
//! A place is a point in space on a ball of the Earth's mean radius. The straight line between two such points grows with
//! the way over the ground, and its square is plain integer arithmetic: no database needs trigonometry.

use kernel::error::Malformed;
use serde::{Deserialize, Serialize};

/// Mean radius of the Earth, in metres (IUGG).
const RADIUS: f64 = 6_371_009.0;
/// Half the way around: no two places are farther apart. In kilometres.
pub const FARTHEST_KM: f64 = 20_015.0;

/// A point in space: metres from the centre of the Earth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Place {
    /// Towards 0° N 0° E.
    pub x: i64,
    /// Towards 0° N 90° E.
    pub y: i64,
    /// Towards the North Pole.
    pub z: i64,
}

impl Place {
    /// The place at these degrees.
    pub fn new(latitude: f64, longitude: f64) -> Result<Self, Malformed> {
        if !(-90.0..=90.0).contains(&latitude) {
            return Err(Malformed::new(
                "out_of_range",
                format!("latitude {latitude} is not from -90 to 90"),
            ));
        }
        if !(-180.0..=180.0).contains(&longitude) {
            return Err(Malformed::new(
                "out_of_range",
                format!("longitude {longitude} is not from -180 to 180"),
            ));
        }
        let (lat, lng) = (latitude.to_radians(), longitude.to_radians());
        Ok(Self {
            x: whole(RADIUS * lat.cos() * lng.cos()),
            y: whole(RADIUS * lat.cos() * lng.sin()),
            z: whole(RADIUS * lat.sin()),
        })
    }

    /// Square of the straight line to another place, in m²: what the databases compute.
    pub const fn chord_squared(self, other: Self) -> i64 {
        let (dx, dy, dz) = (self.x - other.x, self.y - other.y, self.z - other.z);
        dx * dx + dy * dy + dz * dz
    }
}

/// The square of the straight line between two places that are `metres` apart over the ground.
pub fn chord_squared_of(metres: f64) -> i64 {
    let half = (metres / (2.0 * RADIUS)).min(std::f64::consts::FRAC_PI_2);
    let chord = 2.0 * RADIUS * half.sin();
    whole(chord * chord)
}

/// The way over the ground, in whole metres, between places whose straight line squares to this.
#[expect(clippy::cast_precision_loss, reason = "at most 1.7e14, far below 2^53")]
pub fn metres_of(chord_squared: i64) -> i64 {
    let chord = (chord_squared.max(0) as f64).sqrt();
    whole(2.0 * RADIUS * (chord / (2.0 * RADIUS)).min(1.0).asin())
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "metres on the Earth, and their squares, fit in 63 bits"
)]
fn whole(value: f64) -> i64 {
    value.round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_ways() {
        let new_york = Place::new(40.7128, -74.0060).unwrap();
        let los_angeles = Place::new(34.0522, -118.2437).unwrap();
        let metres = metres_of(new_york.chord_squared(los_angeles));
        assert!((3_930_000..3_940_000).contains(&metres), "{metres}");
    }

    proptest! {
        #[test]
        fn there_and_back(metres in 1_000.0..10_000_000.0_f64) {
            prop_assert!((metres_of(chord_squared_of(metres)) - whole(metres)).abs() <= 1);
        }

        #[test]
        fn nothing_overflows(a in -90.0..=90.0_f64, b in -180.0..=180.0_f64, c in -90.0..=90.0_f64, d in -180.0..=180.0_f64) {
            let way = Place::new(a, b).unwrap().chord_squared(Place::new(c, d).unwrap());
            prop_assert!(way >= 0 && metres_of(way) <= 20_015_200);
        }
    }
}
