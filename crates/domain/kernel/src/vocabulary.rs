//! The closed word lists of the trade. One list here serves the rules, the database, the API document and `GET /meta`.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::Malformed;

/// Declares a word list: an enum, its words in snake case, and the synonyms that imports forgive.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $code:literal { $($(#[$vdoc:meta])* $variant:ident = $word:literal $(| $synonym:literal)*),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),* }

        impl $name {
            /// Every word of the list, in its order.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// The word.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// Reads a word or one of its usual synonyms, whatever the case, spaces and dashes.
            pub fn forgiving(text: &str) -> Result<Self, Malformed> {
                let word = crate::text::fold(text).replace([' ', '-'], "_");
                match word.as_str() {
                    $($word $(| $synonym)* => Ok(Self::$variant),)*
                    _ => text.parse(),
                }
            }
        }

        impl FromStr for $name {
            type Err = Malformed;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                crate::text::one_of(Self::ALL, Self::as_str, $code, text)
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(self.as_str()) }
        }
    };
}

words!(
    /// What it burns.
    FuelType, "unknown_fuel_type" {
        /// Petrol.
        Gasoline = "gasoline" | "gas" | "petrol" | "benzin" | "unleaded",
        /// Diesel.
        Diesel = "diesel",
        /// Hybrid that can't be plugged in.
        Hybrid = "hybrid" | "hev" | "mild_hybrid",
        /// Hybrid that can.
        PlugInHybrid = "plug_in_hybrid" | "phev" | "plugin_hybrid",
        /// Battery.
        Electric = "electric" | "ev" | "bev",
        /// Ethanol blends.
        FlexFuel = "flex_fuel" | "flex" | "e85" | "ffv",
        /// Liquefied petroleum gas.
        Lpg = "lpg" | "autogas",
        /// Compressed natural gas.
        Cng = "cng" | "natural_gas",
        /// Fuel cell.
        Hydrogen = "hydrogen" | "fuel_cell" | "fcev",
        /// Anything else.
        Other = "other",
    }
);

words!(
    /// Its shape.
    BodyType, "unknown_body_type" {
        /// Saloon.
        Sedan = "sedan" | "saloon",
        /// Hatchback.
        Hatchback = "hatchback" | "hatch",
        /// Sport utility vehicle.
        Suv = "suv" | "crossover" | "sport_utility" | "4x4",
        /// Two doors, fixed roof.
        Coupe = "coupe",
        /// Open top.
        Convertible = "convertible" | "cabriolet" | "cabrio" | "roadster",
        /// Estate.
        Wagon = "wagon" | "estate" | "station_wagon" | "touring",
        /// Panel or passenger van.
        Van = "van" | "cargo_van" | "passenger_van",
        /// People carrier.
        Minivan = "minivan" | "mpv",
        /// Truck with an open bed.
        Pickup = "pickup" | "truck" | "pickup_truck" | "pick_up" | "ute",
        /// Anything else.
        Other = "other",
    }
);

words!(
    /// How it changes gear.
    Transmission, "unknown_transmission" {
        /// By itself.
        Automatic = "automatic" | "auto" | "a/t" | "at",
        /// By hand.
        Manual = "manual" | "stick" | "stick_shift" | "m/t" | "mt",
        /// Continuously variable.
        Cvt = "cvt",
        /// Two clutches.
        DualClutch = "dual_clutch" | "dct" | "dsg",
        /// Anything else.
        Other = "other",
    }
);

words!(
    /// Which wheels drive.
    Drivetrain, "unknown_drivetrain" {
        /// Front.
        Fwd = "fwd" | "front_wheel_drive" | "front",
        /// Rear.
        Rwd = "rwd" | "rear_wheel_drive" | "rear",
        /// All, always.
        Awd = "awd" | "all_wheel_drive",
        /// All, at choice.
        FourWd = "four_wd" | "4wd" | "four_wheel_drive" | "4x4",
    }
);

words!(
    /// How it comes.
    Condition, "unknown_condition" {
        /// Never registered.
        New = "new",
        /// Second hand.
        Used = "used" | "pre_owned" | "preowned" | "second_hand",
        /// Second hand, with the maker's warranty.
        Certified = "certified" | "cpo" | "certified_pre_owned",
    }
);

words!(
    /// Units of distance.
    DistanceUnit, "unknown_unit" {
        /// Miles.
        Mi = "mi" | "mile" | "miles",
        /// Kilometres.
        Km = "km" | "kilometre" | "kilometres" | "kilometer" | "kilometers",
    }
);

/// The first year in which a car was sold (Benz, 1886).
pub const FIRST_YEAR: i32 = 1886;

/// A model year from 1886 to next year + 1, seen from `this_year`.
pub fn model_year(year: i64, this_year: i32) -> Result<i32, Malformed> {
    let last = this_year + 2;
    i32::try_from(year)
        .ok()
        .filter(|y| (FIRST_YEAR..=last).contains(y))
        .ok_or_else(|| {
            Malformed::new(
                "year_out_of_range",
                format!("{year} is not a model year from {FIRST_YEAR} to {last}"),
            )
        })
}
