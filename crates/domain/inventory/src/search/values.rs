//! Single values of a search as they come in a query.

use std::str::FromStr;

use kernel::Instant;
use kernel::error::Malformed;
use kernel::money::Money;
use kernel::text;

use super::keys;
use super::near::FARTHEST_KM;
use crate::listing::ListingStatus;
use crate::words::WordQuery;

pub(super) fn words(value: &str) -> Result<WordQuery, Malformed> {
    WordQuery::parse(&text::line(value, 200)?).ok_or_else(|| {
        Malformed::new(
            "no_word",
            format!("“{}” holds no letter and no digit", text::excerpt(value)),
        )
    })
}

pub(super) fn named(value: &str) -> Result<String, Malformed> {
    let name = keys::name(&text::line(value, 100)?);
    if name.is_empty() {
        return Err(Malformed::new(
            "no_word",
            format!("“{}” holds no letter and no digit", text::excerpt(value)),
        ));
    }
    Ok(name)
}

pub(super) fn number<T: FromStr>(value: &str) -> Result<T, Malformed> {
    value.parse().map_err(|_| {
        Malformed::new(
            "malformed_number",
            format!("“{}” is not a whole number", text::excerpt(value)),
        )
    })
}

pub(super) fn not_negative(money: Money) -> Result<Money, Malformed> {
    if money.minor() < 0 {
        return Err(Malformed::new("negative", format!("{money} is below zero")));
    }
    Ok(money)
}

pub(super) fn decimal(value: &str) -> Result<f64, Malformed> {
    value.parse().ok().filter(|v: &f64| v.is_finite()).ok_or_else(|| {
        Malformed::new(
            "malformed_number",
            format!("“{}” is not a number", text::excerpt(value)),
        )
    })
}

pub(super) fn degrees(value: &str) -> Result<f64, Malformed> {
    decimal(value)
}

pub(super) fn kilometres(value: &str) -> Result<f64, Malformed> {
    let km = decimal(value)?;
    if km > 0.0 && km <= FARTHEST_KM {
        Ok(km)
    } else {
        Err(Malformed::new(
            "out_of_range",
            format!("{km} km is not above 0 and up to {FARTHEST_KM}"),
        ))
    }
}

pub(super) fn id<K>(value: &str) -> Result<kernel::id::Id<K>, Malformed> {
    value
        .parse()
        .map_err(|_| Malformed::new("malformed_id", format!("“{}” is not an id", text::excerpt(value))))
}

pub(super) fn flag(value: &str) -> Result<bool, Malformed> {
    value.parse().map_err(|_| {
        Malformed::new(
            "malformed_flag",
            format!("“{}” is neither true nor false", text::excerpt(value)),
        )
    })
}

pub(super) fn status(value: &str) -> Result<ListingStatus, Malformed> {
    ListingStatus::parse(value).ok_or_else(|| {
        let words: Vec<&str> = ListingStatus::ALL.iter().map(|s| s.as_str()).collect();
        Malformed::new(
            "unknown_status",
            format!("“{}” is none of {}", text::excerpt(value), words.join(", ")),
        )
    })
}

pub(super) fn instant(value: &str) -> Result<Instant, Malformed> {
    let day = || {
        value
            .parse::<chrono::NaiveDate>()
            .map(|d| d.and_time(chrono::NaiveTime::MIN).and_utc())
    };
    chrono::DateTime::parse_from_rfc3339(value)
        .map(Instant::from)
        .or_else(|_| day())
        .map_err(|_| {
            let message = format!(
                "“{}” is neither an instant such as 2026-05-01T00:00:00Z nor a date",
                text::excerpt(value)
            );
            Malformed::new("malformed_instant", message)
        })
}
