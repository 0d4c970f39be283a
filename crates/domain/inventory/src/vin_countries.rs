//! Where a number was given out: the first two characters (ISO 3780).

/// The order of second characters.
const ORDER: &str = "ABCDEFGHJKLMNPRSTUVWXYZ1234567890";

/// First character, first and last second character, country.
const COUNTRIES: &[(char, char, char, &str)] = &[
    ('A', 'A', 'H', "South Africa"),
    ('A', 'J', 'N', "Côte d’Ivoire"),
    ('B', 'A', 'E', "Angola"),
    ('B', 'F', 'K', "Kenya"),
    ('B', 'L', 'R', "Tanzania"),
    ('C', 'A', 'E', "Benin"),
    ('C', 'F', 'K', "Madagascar"),
    ('C', 'L', 'R', "Tunisia"),
    ('D', 'A', 'E', "Egypt"),
    ('D', 'F', 'K', "Morocco"),
    ('D', 'L', 'R', "Zambia"),
    ('E', 'A', 'E', "Ethiopia"),
    ('E', 'F', 'K', "Mozambique"),
    ('F', 'A', 'E', "Ghana"),
    ('F', 'F', 'K', "Nigeria"),
    ('J', 'A', '0', "Japan"),
    ('K', 'A', 'E', "Sri Lanka"),
    ('K', 'F', 'K', "Israel"),
    ('K', 'L', 'R', "South Korea"),
    ('K', 'S', '0', "Kazakhstan"),
    ('L', 'A', '0', "China"),
    ('M', 'A', 'E', "India"),
    ('M', 'F', 'K', "Indonesia"),
    ('M', 'L', 'R', "Thailand"),
    ('M', 'S', '0', "Myanmar"),
    ('N', 'A', 'E', "Iran"),
    ('N', 'F', 'K', "Pakistan"),
    ('N', 'L', 'R', "Türkiye"),
    ('P', 'A', 'E', "Philippines"),
    ('P', 'F', 'K', "Singapore"),
    ('P', 'L', 'R', "Malaysia"),
    ('R', 'A', 'E', "United Arab Emirates"),
    ('R', 'F', 'K', "Taiwan"),
    ('R', 'L', 'R', "Vietnam"),
    ('R', 'S', '0', "Saudi Arabia"),
    ('S', 'A', 'M', "United Kingdom"),
    ('S', 'N', 'T', "Germany"),
    ('S', 'U', 'Z', "Poland"),
    ('S', '1', '4', "Latvia"),
    ('T', 'A', 'H', "Switzerland"),
    ('T', 'J', 'P', "Czechia"),
    ('T', 'R', 'V', "Hungary"),
    ('T', 'W', '1', "Portugal"),
    ('U', 'H', 'M', "Denmark"),
    ('U', 'N', 'T', "Ireland"),
    ('U', 'U', 'Z', "Romania"),
    ('U', '5', '7', "Slovakia"),
    ('V', 'A', 'E', "Austria"),
    ('V', 'F', 'R', "France"),
    ('V', 'S', 'W', "Spain"),
    ('V', 'X', '2', "Serbia"),
    ('V', '3', '5', "Croatia"),
    ('V', '6', '0', "Estonia"),
    ('W', 'A', '0', "Germany"),
    ('X', 'A', 'E', "Bulgaria"),
    ('X', 'F', 'K', "Greece"),
    ('X', 'L', 'R', "Netherlands"),
    ('X', 'S', 'W', "Russia"),
    ('X', 'X', '2', "Luxembourg"),
    ('X', '3', '0', "Russia"),
    ('Y', 'A', 'E', "Belgium"),
    ('Y', 'F', 'K', "Finland"),
    ('Y', 'L', 'R', "Malta"),
    ('Y', 'S', 'W', "Sweden"),
    ('Y', 'X', '2', "Norway"),
    ('Y', '3', '5', "Belarus"),
    ('Y', '6', '0', "Ukraine"),
    ('Z', 'A', 'R', "Italy"),
    ('Z', 'X', '2', "Slovenia"),
    ('Z', '3', '5', "Lithuania"),
    ('Z', '6', '0', "Russia"),
    ('1', 'A', '0', "United States"),
    ('2', 'A', '0', "Canada"),
    ('3', 'A', 'W', "Mexico"),
    ('3', 'X', '7', "Costa Rica"),
    ('3', '8', '0', "Cayman Islands"),
    ('4', 'A', '0', "United States"),
    ('5', 'A', '0', "United States"),
    ('6', 'A', 'W', "Australia"),
    ('7', 'A', 'E', "New Zealand"),
    ('7', 'F', '0', "United States"),
    ('8', 'A', 'E', "Argentina"),
    ('8', 'F', 'K', "Chile"),
    ('8', 'L', 'R', "Ecuador"),
    ('8', 'S', 'W', "Peru"),
    ('8', 'X', '2', "Venezuela"),
    ('9', 'A', 'E', "Brazil"),
    ('9', 'F', 'K', "Colombia"),
    ('9', 'L', 'R', "Paraguay"),
    ('9', 'S', 'W', "Uruguay"),
    ('9', 'X', '2', "Trinidad and Tobago"),
    ('9', '3', '9', "Brazil"),
];

/// The part of the world.
pub(crate) fn region(vin: &str) -> Option<&'static str> {
    match vin.chars().next()? {
        'A'..='H' => Some("Africa"),
        'J'..='R' => Some("Asia"),
        'S'..='Z' => Some("Europe"),
        '1'..='5' => Some("North America"),
        '7' if country(vin) == Some("United States") => Some("North America"),
        '6' | '7' => Some("Oceania"),
        '8' | '9' | '0' => Some("South America"),
        _ => None,
    }
}

/// The country, where the two characters are given out.
pub(crate) fn country(vin: &str) -> Option<&'static str> {
    let mut characters = vin.chars();
    let (first, second) = (characters.next()?, characters.next()?);
    let place = |c: char| ORDER.chars().position(|o| o == c);
    let second = place(second)?;
    COUNTRIES
        .iter()
        .find(|(f, from, to, _)| {
            *f == first
                && place(*from).is_some_and(|from| from <= second)
                && place(*to).is_some_and(|to| second <= to)
        })
        .map(|(_, _, _, country)| *country)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_characters_name_the_country() {
        for (vin, wanted) in [
            ("SAL", "United Kingdom"),
            ("SNT", "Germany"),
            ("TW1", "Portugal"),
            ("3N1", "Mexico"),
            ("7SA", "United States"),
            ("KNM", "South Korea"),
            ("9BW", "Brazil"),
        ] {
            assert_eq!(country(vin), Some(wanted), "{vin}");
        }
        assert_eq!(country("GAA"), None);
        assert_eq!(region("GAA"), Some("Africa"));
    }
}
