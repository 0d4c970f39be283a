//! Where something is, as a letter would find it.

use kernel::error::Violations;
use kernel::patch::Patch;
use kernel::text;
use serde::{Deserialize, Serialize};

/// The countries and areas of ISO 3166-1, by their two letters.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW \
BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD \
GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP \
KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG \
NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR \
SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW";

/// A postal address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Street and number.
    pub line1: String,
    /// Suite, floor, building.
    pub line2: Option<String>,
    /// Town.
    pub city: String,
    /// State, province or region, where the country has them.
    pub state: Option<String>,
    /// Postal code.
    pub postal_code: String,
    /// ISO 3166-1, two letters in upper case.
    pub country: String,
}

/// An address as it comes from outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressDraft {
    /// Street and number.
    pub line1: String,
    /// Suite, floor, building.
    pub line2: Option<String>,
    /// Town.
    pub city: String,
    /// State, province or region.
    pub state: Option<String>,
    /// Postal code.
    pub postal_code: String,
    /// Two letters.
    pub country: String,
}

/// Changes to an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressPatch {
    /// Street and number.
    pub line1: Patch<String>,
    /// Suite, floor, building.
    pub line2: Patch<String>,
    /// Town.
    pub city: Patch<String>,
    /// State, province or region.
    pub state: Patch<String>,
    /// Postal code.
    pub postal_code: Patch<String>,
    /// Two letters.
    pub country: Patch<String>,
}

/// Takes a two-letter country code, noting what is wrong with it.
pub(crate) fn country(code: &str, pointer: &str, found: &mut Violations) -> Option<String> {
    let known = code.len() == 2 && COUNTRIES.split_ascii_whitespace().any(|c| c == code);
    found.check(known, pointer, "unknown_country", || {
        format!(
            "“{}” is not an ISO 3166 country code of two letters such as US",
            text::excerpt(code)
        )
    });
    known.then(|| code.to_owned())
}

/// An optional line: blank counts as absent.
pub(crate) fn optional_line(
    value: Option<String>,
    max: usize,
    pointer: &str,
    found: &mut Violations,
) -> Option<String> {
    let value = value.filter(|v| !v.trim().is_empty());
    found.take_opt(pointer, value.map(|v| text::line(&v, max)))
}

impl AddressDraft {
    /// Reads it, noting everything that is wrong under `pointer`.
    pub fn read(self, pointer: &str, found: &mut Violations) -> Option<Address> {
        let at = |field: &str| format!("{pointer}/{field}");
        let line1 = found.take(&at("line1"), text::line(&self.line1, 200));
        let line2 = optional_line(self.line2, 200, &at("line2"), found);
        let city = found.take(&at("city"), text::line(&self.city, 100));
        let state = optional_line(self.state, 100, &at("state"), found);
        let postal_code = found.take(&at("postal_code"), text::line(&self.postal_code, 20));
        let country = country(&self.country, &at("country"), found);
        Some(Address {
            line1: line1?,
            line2,
            city: city?,
            state,
            postal_code: postal_code?,
            country: country?,
        })
    }

    /// The draft after a patch. What can't be empty and was cleared is found blank when it is read.
    #[must_use]
    pub fn patched(self, patch: AddressPatch) -> Self {
        Self {
            line1: patch.line1.apply(Some(self.line1)).unwrap_or_default(),
            line2: patch.line2.apply(self.line2),
            city: patch.city.apply(Some(self.city)).unwrap_or_default(),
            state: patch.state.apply(self.state),
            postal_code: patch
                .postal_code
                .apply(Some(self.postal_code))
                .unwrap_or_default(),
            country: patch.country.apply(Some(self.country)).unwrap_or_default(),
        }
    }
}

impl From<Address> for AddressDraft {
    fn from(address: Address) -> Self {
        Self {
            line1: address.line1,
            line2: address.line2,
            city: address.city,
            state: address.state,
            postal_code: address.postal_code,
            country: address.country,
        }
    }
}
