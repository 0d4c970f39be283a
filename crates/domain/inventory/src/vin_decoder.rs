//! What a vehicle's number says by itself: no network, no file, a few microseconds.

use std::collections::HashMap;
use std::sync::LazyLock;

use kernel::vin::Vin;

use crate::vin_countries::{country, region};

/// WMI → maker; from the table of Wal33D/nhtsa-vin-decoder (MIT, © 2025 Wal33D), see the file's head.
static MAKERS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    include_str!("../data/wmi.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(' '))
        .collect()
});

/// What a number says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The number.
    pub vin: Vin,
    /// Its first three characters: who made it.
    pub wmi: String,
    /// The part of the world that it was made in (ISO 3780).
    pub region: Option<&'static str>,
    /// The country that it was made in (ISO 3780).
    pub country: Option<&'static str>,
    /// The maker that the WMI belongs to, where the table knows it.
    pub manufacturer: Option<&'static str>,
    /// The model year, where the tenth character is a code of 49 CFR 565.15.
    pub model_year: Option<i32>,
    /// What the ninth character says.
    pub check_digit: CheckDigit,
}

/// What the ninth character says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckDigit {
    /// What stands there.
    pub found: Option<char>,
    /// What 49 CFR 565.15(c) asks for.
    pub expected: Option<char>,
    /// Whether they are the same.
    pub valid: bool,
    /// Whether the region that made the car uses it. Elsewhere a wrong one means nothing.
    pub required: bool,
}

/// Reads a number. `this_year` is the present year in UTC: no car is of a model year far ahead.
pub fn decode(vin: &Vin, this_year: i32) -> Decoded {
    let expected = vin.check_digit();
    Decoded {
        vin: vin.clone(),
        wmi: vin.wmi().to_owned(),
        region: region(vin.as_str()),
        country: country(vin.as_str()),
        manufacturer: manufacturer(vin),
        model_year: model_year(vin, this_year),
        check_digit: CheckDigit {
            found: vin.as_str().chars().nth(8),
            expected,
            valid: vin.check_digit_holds(),
            required: vin.region_uses_check_digit(),
        },
    }
}

/// The maker that the number's WMI belongs to.
pub fn manufacturer(vin: &Vin) -> Option<&'static str> {
    MAKERS.get(vin.wmi()).copied()
}

/// The model year. The code repeats every 30 years; in North America the seventh character of a car tells which round it is:
/// a digit up to 2009, a letter from 2010 on (49 CFR 565.15(d)). So it does in a number from elsewhere that was made for that
/// market: its check digit holds. Any other is of the latest year that can have come.
pub fn model_year(vin: &Vin, this_year: i32) -> Option<i32> {
    let [first, second] = vin.model_years().map(|year| year.map(i32::from));
    let (first, second) = (first?, second?);
    let north_american = matches!(vin.as_str().chars().next(), Some('1'..='5'));
    let seventh_is_letter = vin
        .as_str()
        .chars()
        .nth(6)
        .is_some_and(|c| c.is_ascii_alphabetic());
    // China has the check digit, but not this meaning of the seventh character (GB 16735).
    let chinese = vin.as_str().starts_with('L');
    let has_come = second <= this_year + 2;
    let later = if north_american {
        seventh_is_letter
    } else if vin.check_digit_holds() && !chinese {
        seventh_is_letter && has_come
    } else {
        has_come
    };
    Some(if later { second } else { first })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(vin: &str) -> Decoded {
        decode(&vin.parse().unwrap(), 2026)
    }

    #[test]
    fn a_north_american_number_tells_maker_year_and_check_digit() {
        let d = decoded("1HGCM82633A004352");
        assert_eq!(d.region, Some("North America"));
        assert_eq!(d.country, Some("United States"));
        assert_eq!(d.manufacturer, Some("Honda"));
        assert_eq!(d.model_year, Some(2003));
        assert!(d.check_digit.valid && d.check_digit.required);
    }

    #[test]
    fn the_seventh_character_tells_the_round_of_the_year_code() {
        assert_eq!(decoded("1M8GDM9AXKP042788").model_year, Some(1989));
        assert_eq!(decoded("5YJSA1DG9DFP14705").model_year, Some(2013));
    }

    #[test]
    fn elsewhere_the_year_is_the_latest_that_can_have_come_and_the_check_digit_is_not_asked_for() {
        let d = decoded("WVWZZZ1JZXW000001");
        assert_eq!(d.country, Some("Germany"));
        assert_eq!(d.manufacturer, Some("Volkswagen"));
        assert_eq!(d.model_year, Some(1999));
        assert!(!d.check_digit.required);
        assert_eq!(decoded("WVWZZZ1JZRW000001").model_year, Some(2024));
    }

    #[test]
    fn a_number_made_elsewhere_for_north_america_tells_the_round_too() {
        let d = decoded("JH4KA7561PC008269");
        assert!(d.check_digit.valid && !d.check_digit.required);
        assert_eq!(d.model_year, Some(1993));
        assert_eq!(decoded("JH4CU2F66CC000000").model_year, Some(2012));
        // The check digit does not hold: nothing is known of the seventh character.
        assert_eq!(decoded("JH4KA7562PC008269").model_year, Some(2023));
        // Holds by chance: no car is of 2029 yet.
        assert_eq!(decoded("WVWZZZAJ0XW000001").model_year, Some(1999));
        // China's numbers have the digit, and any character in the seventh place.
        let chinese = decoded("LSGJA52U3AH000001");
        assert_eq!(chinese.model_year, Some(2010));
    }

    #[test]
    fn the_table_is_read_whole() {
        assert_eq!(MAKERS.len(), 2015);
    }
}
