//! Where a number contradicts what is said about the car. Real stock is full of it, so it warns and does not refuse.

use kernel::error::Violations;
use kernel::text::fold;
use serde::{Deserialize, Serialize};

use crate::vehicle::VehicleDetails;
use crate::vin_decoder::{manufacturer, model_year};

/// Something to look at again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Stable code.
    pub code: WarningCode,
    /// What contradicts what.
    pub message: String,
}

/// What contradicts the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WarningCode {
    /// The number itself: its check digit is wrong.
    VinCheckDigit,
    /// The year.
    VinModelYear,
    /// The make.
    VinMake,
}

impl WarningCode {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VinCheckDigit => "vin_check_digit",
            Self::VinModelYear => "vin_model_year",
            Self::VinMake => "vin_make",
        }
    }

    /// The field that it is about.
    const fn field(self) -> &'static str {
        match self {
            Self::VinCheckDigit => "vin",
            Self::VinModelYear => "year",
            Self::VinMake => "make",
        }
    }
}

/// Makes that share the identifiers of one company, folded and without blanks.
const HOUSES: &[&[&str]] = &[
    &[
        "chrysler", "dodge", "jeep", "ram", "plymouth", "eagle", "srt", "fiat", "desoto", "imperial",
    ],
    &["ford", "lincoln", "mercury", "merkur", "edsel"],
    &[
        "gm",
        "generalmotors",
        "generalmotorseurope",
        "chevrolet",
        "gmc",
        "cadillac",
        "buick",
        "pontiac",
        "oldsmobile",
        "saturn",
        "hummer",
        "geo",
        "daewoo",
        "holden",
        "opel",
        "vauxhall",
        "chevy",
    ],
    &["nissan", "infiniti", "datsun"],
    &["toyota", "lexus", "scion", "daihatsu"],
    &["honda", "acura"],
    &["hyundai", "kia", "genesis"],
    &[
        "volkswagen",
        "vw",
        "audi",
        "seat",
        "cupra",
        "skoda",
        "porsche",
        "bentley",
        "lamborghini",
        "bugatti",
    ],
    &[
        "daimler",
        "mercedesbenz",
        "mercedes",
        "smart",
        "maybach",
        "freightliner",
        "amg",
    ],
    &["bmw", "mini", "rollsroyce", "alpina"],
    &[
        "landrover",
        "rangerover",
        "jaguar",
        "rover",
        "mg",
        "mgrover",
        "daimler",
    ],
    &[
        "fiat",
        "alfaromeo",
        "lancia",
        "abarth",
        "maserati",
        "ferrari",
        "autobianchi",
        "innocenti",
    ],
    &["peugeot", "citroen", "ds", "opel", "vauxhall", "talbot"],
    &["renault", "dacia", "alpine", "samsung"],
    &["volvo", "polestar", "geely", "lynkco"],
    &["greatwall", "haval", "tank", "wey", "ora"],
    &["lada", "avtovaz"],
];

fn plain(make: &str) -> String {
    fold(make).chars().filter(|c| c.is_alphanumeric()).collect()
}

fn same_house(said: &str, known: &str) -> bool {
    let (said, known) = (plain(said), plain(known));
    said.contains(&known)
        || known.contains(&said)
        || HOUSES
            .iter()
            .any(|house| house.contains(&said.as_str()) && house.contains(&known.as_str()))
}

/// Everything about the car that its number contradicts.
pub fn contradictions(details: &VehicleDetails) -> Vec<Warning> {
    let vin = &details.vin;
    let mut found = Vec::new();
    if vin.region_uses_check_digit() && !vin.check_digit_holds() {
        let expected = vin.check_digit().map_or_else(String::new, |c| c.to_string());
        found.push(Warning {
            code: WarningCode::VinCheckDigit,
            message: format!("the ninth character of {vin} should be {expected}: is a character mistyped?"),
        });
    }
    // Outside the regions that use the check digit the tenth character may mean something else; a number whose check digit
    // is right in spite of that was made for North America.
    if (vin.region_uses_check_digit() || vin.check_digit_holds())
        && !vin.model_years().contains(&u16::try_from(details.year).ok())
    {
        let coded = model_year(vin, details.year);
        found.push(Warning {
            code: WarningCode::VinModelYear,
            message: match coded {
                Some(year) => format!("{vin} is coded for the model year {year}, not {}", details.year),
                None => format!("the tenth character of {vin} is no code of a model year"),
            },
        });
    }
    if let Some(known) = manufacturer(vin).filter(|known| !same_house(&details.make, known)) {
        found.push(Warning {
            code: WarningCode::VinMake,
            message: format!("{vin} was given out to {known}, not to {}", details.make),
        });
    }
    found
}

/// The same as violations, for a dealer that wants them refused. `prefix` is where the vehicle stands in the body.
pub fn as_violations(details: &VehicleDetails, prefix: &str) -> Violations {
    let mut wrong = Violations::new();
    for warning in contradictions(details) {
        wrong.add(
            format!("{prefix}/{}", warning.code.field()),
            warning.code.as_str(),
            warning.message,
        );
    }
    wrong
}
