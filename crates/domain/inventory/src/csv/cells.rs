//! One cell as a value, as people write them: `$18,500`, `274,117 mi`, `2008.0`, `Yes`.

use kernel::distance::Distance;
use kernel::error::Malformed;
use kernel::money::{Currency, Money};
use kernel::text;
use kernel::vocabulary::DistanceUnit;

/// An amount above zero. Forgiven: `$`, `€`, `£`, the currency's code, blanks, thousands separators, zeros after the last digit that counts.
pub fn money(cell: &str, currency: Currency) -> Result<Money, Malformed> {
    let code = currency.code();
    let bare = cell.trim();
    let bare = strip_code(bare, code);
    let bare: String = bare.chars().filter(|c| !matches!(c, '$' | '€' | '£')).collect();
    let plain = plain_number(&bare).ok_or_else(|| {
        Malformed::new(
            "malformed_amount",
            format!(
                "“{}” is not an amount such as 18500.00 or $18,500",
                text::excerpt(cell)
            ),
        )
    })?;
    let money = Money::parse(&trimmed_fraction(&plain, currency.digits() as usize), currency)?;
    if money.minor() > 0 {
        Ok(money)
    } else {
        Err(Malformed::new(
            "not_positive",
            format!("{money} is not above zero"),
        ))
    }
}

fn strip_code<'a>(cell: &'a str, code: &str) -> &'a str {
    let starts = cell
        .get(..code.len())
        .is_some_and(|c| c.eq_ignore_ascii_case(code));
    if starts {
        return cell.get(code.len()..).unwrap_or_default();
    }
    let at = cell.len().saturating_sub(code.len());
    let ends = cell.get(at..).is_some_and(|c| c.eq_ignore_ascii_case(code));
    if ends {
        cell.get(..at).unwrap_or_default()
    } else {
        cell
    }
}

/// A currency's code, whatever the case.
pub fn currency(cell: &str) -> Result<Currency, Malformed> {
    Currency::parse(&cell.trim().to_ascii_uppercase())
}

/// A whole number; `.0` at its end, as spreadsheets write it, is forgiven.
pub fn whole(cell: &str) -> Result<i64, Malformed> {
    plain_number(cell)
        .as_deref()
        .map(|plain| trimmed_fraction(plain, 0))
        .and_then(|plain| plain.parse().ok())
        .ok_or_else(|| {
            Malformed::new(
                "malformed_number",
                format!("“{}” is not a whole number such as 2015", text::excerpt(cell)),
            )
        })
}

/// A reading; its own unit (`274,117 mi`) wins over `unit`.
pub fn distance(cell: &str, unit: DistanceUnit) -> Result<Distance, Malformed> {
    let trimmed = cell.trim();
    let number_ends = trimmed
        .char_indices()
        .find(|(_, c)| c.is_alphabetic())
        .map_or(trimmed.len(), |(at, _)| at);
    let (number, written_unit) = trimmed.split_at_checked(number_ends).unwrap_or((trimmed, ""));
    let unit = if written_unit.is_empty() {
        unit
    } else {
        DistanceUnit::forgiving(written_unit.trim_end_matches('.'))?
    };
    Distance::new(whole(number)?, unit)
}

/// `true`, `yes`, `y`, `1` and their opposites.
pub fn yes_or_no(cell: &str) -> Result<bool, Malformed> {
    match text::fold(cell).as_str() {
        "true" | "yes" | "y" | "1" => Ok(true),
        "false" | "no" | "n" | "0" => Ok(false),
        _ => Err(Malformed::new(
            "malformed_flag",
            format!("“{}” is neither true nor false", text::excerpt(cell)),
        )),
    }
}

/// Features divided by `|`; `\|` is a bar and `\\` a backslash in a feature. Empty ones are left out.
pub fn features(cell: &str) -> Vec<String> {
    let mut features = Vec::new();
    let mut feature = String::new();
    let mut chars = cell.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => feature.push(chars.next().unwrap_or('\\')),
            '|' => features.push(std::mem::take(&mut feature)),
            _ => feature.push(c),
        }
    }
    features.push(feature);
    features
        .iter()
        .map(|f| f.trim().to_owned())
        .filter(|f| !f.is_empty())
        .collect()
}

/// The opposite of [`features`].
pub fn joined_features(features: &[String]) -> String {
    let escaped: Vec<String> = features
        .iter()
        .map(|f| f.replace('\\', "\\\\").replace('|', "\\|"))
        .collect();
    escaped.join("|")
}

/// Digits with at most one point. Blanks and apostrophes between digits go; commas go where they divide thousands.
fn plain_number(cell: &str) -> Option<String> {
    let packed: String = cell
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '\'' | '’' | '_'))
        .collect();
    let (whole, fraction) = match packed.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (packed.as_str(), None),
    };
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if fraction.is_some_and(|f| f.is_empty() || !digits(f)) {
        return None;
    }
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let grouped = whole.contains(',');
    let first_holds = !first.is_empty() && digits(first) && (!grouped || first.len() <= 3);
    if !first_holds || !groups.all(|g| g.len() == 3 && digits(g)) {
        return None;
    }
    let whole = whole.replace(',', "");
    Some(match fraction {
        Some(fraction) => format!("{whole}.{fraction}"),
        None => whole,
    })
}

/// Without the zeros that stand behind the last place that counts.
fn trimmed_fraction(plain: &str, places: usize) -> String {
    let Some((whole, fraction)) = plain.split_once('.') else {
        return plain.to_owned();
    };
    let mut fraction = fraction;
    while fraction.len() > places && fraction.ends_with('0') {
        fraction = fraction
            .get(..fraction.len().saturating_sub(1))
            .unwrap_or_default();
    }
    if fraction.is_empty() {
        whole.to_owned()
    } else {
        format!("{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_as_people_write_them() {
        for cell in [
            "18500",
            "$18,500",
            " 18 500.00 ",
            "18500.0000",
            "USD 18,500.00",
            "18'500 usd",
            "18,500$",
        ] {
            assert_eq!(money(cell, Currency::USD).unwrap().minor(), 1_850_000, "{cell}");
        }
        for cell in ["", "n/a", "1,85,00", "18500.005", "-5", "18.500,00", "1e5", ","] {
            assert!(money(cell, Currency::USD).is_err(), "{cell}");
        }
        assert_eq!(money("0", Currency::USD).unwrap_err().code, "not_positive");
        assert_eq!(money("$0.00", Currency::USD).unwrap_err().code, "not_positive");
    }

    #[test]
    fn numbers_and_readings() {
        assert_eq!(whole(" 2008.0 ").unwrap(), 2008);
        assert!(whole("2008.5").is_err());
        let miles = Distance::new(274_117, DistanceUnit::Mi).unwrap();
        assert_eq!(distance("274,117", DistanceUnit::Mi).unwrap(), miles);
        assert_eq!(distance("274117.0 Miles", DistanceUnit::Km).unwrap(), miles);
        assert!(distance("12 leagues", DistanceUnit::Mi).is_err());
        assert!(distance("-4", DistanceUnit::Mi).is_err());
    }

    proptest! {
        #[test]
        fn features_survive_the_way_there_and_back(list in prop::collection::vec("[a-z|\\\\ ]{0,5}x", 0..5)) {
            let list: Vec<String> = list.iter().map(|f| f.trim().to_owned()).collect();
            prop_assert_eq!(features(&joined_features(&list)), list);
        }

        #[test]
        fn our_own_amounts_are_read_again(minor in 1..1_000_000_000_000_i64) {
            let money_out = Money::new(minor, Currency::USD);
            prop_assert_eq!(money(&money_out.amount(), Currency::USD).unwrap(), money_out);
        }

        #[test]
        fn no_cell_breaks_it(cell in "\\PC{0,20}") {
            let _ = (money(&cell, Currency::USD), whole(&cell), distance(&cell, DistanceUnit::Mi), yes_or_no(&cell), features(&cell));
        }
    }
}
