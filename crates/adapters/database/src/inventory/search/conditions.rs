//! Filters as SQL.

use ::inventory::search::filter::ListingFilter;
use ::inventory::search::keys::{UNKNOWN_MILEAGE, instant};
use ::inventory::search::views::Audience;
use ::inventory::words::{BEGUN, EXACT, PHRASE, WordQuery};
use sea_orm::Value;
use uuid::Uuid;

use crate::sql::Sql;

/// Stands for the distance of a listing whose place nobody knows: behind all others.
const NOWHERE: &str = "900000000000000000";

/// The table that is searched, as `s`, with what has to be computed for this filter alone.
pub(super) fn source(filter: &ListingFilter, audience: Audience) -> String {
    let mut computed = String::new();
    if let Some(q) = &filter.q {
        computed.push_str(", CAST(");
        computed.push_str(&relevance(q));
        computed.push_str(" AS BIGINT) AS relevance");
    }
    computed.push_str(&distance(filter));
    let mut source = computing("listing_search", &computed);
    if matches!(audience, Audience::Staff(_)) {
        source.push_str(" JOIN listings l ON l.id = s.listing_id");
    }
    source
}

/// As [`source`], over rows that were taken out of it under the name of `table`, for [`conditions`] alone.
pub(in crate::inventory) fn source_within(table: &str, filter: &ListingFilter) -> String {
    computing(table, &distance(filter))
}

fn computing(table: &str, computed: &str) -> String {
    if computed.is_empty() {
        format!("{table} s")
    } else {
        format!("(SELECT t.*{computed} FROM {table} t) s")
    }
}

/// The distance, where the filter has a place.
fn distance(filter: &ListingFilter) -> String {
    let mut computed = String::new();
    if let Some(from) = filter.from {
        let way = |axis: &str, at: i64| format!("(t.{axis} - ({at})) * (t.{axis} - ({at}))");
        let square = format!(
            "{} + {} + {}",
            way("x", from.x),
            way("y", from.y),
            way("z", from.z)
        );
        for part in [", COALESCE(", &square, ", ", NOWHERE, ") AS distance"] {
            computed.push_str(part);
        }
    }
    computed
}

/// The points of a listing, as `WordQuery::relevance` counts them. Words hold letters and digits alone, so they can stand in the
/// text of the statement.
fn relevance(q: &WordQuery) -> String {
    let holds = |field: &str, word: &str, begun: bool| {
        let word: String = word
            .chars()
            .filter(|c| c.is_alphanumeric() || *c == ' ')
            .collect();
        let end = if begun { "" } else { " " };
        format!("t.{field} LIKE '% {word}{end}%'")
    };
    let fields = ["head", "title", "features", "description"];
    let mut sum: Vec<String> = Vec::new();
    for (word, begun) in q.terms() {
        let exact = fields
            .iter()
            .zip(EXACT)
            .map(|(field, points)| (holds(field, word, false), points));
        let begins = fields
            .iter()
            .zip(BEGUN)
            .map(|(field, points)| (holds(field, word, true), points));
        let mut cases: Vec<(String, i64)> = if begun {
            exact.chain(begins).collect()
        } else {
            exact.collect()
        };
        // The first case that holds counts, so the best must come first.
        cases.sort_by_key(|(_, points)| -points);
        let cases: Vec<String> = cases
            .into_iter()
            .map(|(holds, points)| format!("WHEN {holds} THEN {points}"))
            .collect();
        sum.push(format!("CASE {} ELSE 0 END", cases.join(" ")));
    }
    if let Some(phrase) = q.phrase() {
        sum.push(format!(
            "CASE WHEN {} THEN {PHRASE} ELSE 0 END",
            holds("head", &phrase, q.is_begun())
        ));
    }
    sum.join(" + ")
}

/// Appends all conditions, each starting with ` AND `.
pub(in crate::inventory) fn conditions(sql: &mut Sql, audience: Audience, filter: &ListingFilter) {
    match audience {
        // The one condition of what everybody may see: the column is kept by the writes and by triggers.
        Audience::Public { .. } => {
            sql.push(" AND s.public");
        }
        Audience::Staff(dealer) => {
            sql.push(" AND s.dealer_id = ").bind(dealer.uuid());
        }
    }
    if let Some(q) = &filter.q {
        words(sql, q);
    }
    for (column, names) in [
        ("s.make", &filter.makes),
        ("s.model", &filter.models),
        ("s.trim", &filter.trims),
        ("s.color", &filter.colors),
        ("s.city", &filter.cities),
        ("s.state", &filter.states),
    ] {
        any(sql, column, names.iter().map(|n| n.as_str().into()));
    }
    any(sql, "s.year", filter.years.iter().map(|y| i64::from(*y).into()));
    any(
        sql,
        "s.fuel_type",
        filter.fuel_types.iter().map(|w| w.as_str().into()),
    );
    any(
        sql,
        "s.body_type",
        filter.body_types.iter().map(|w| w.as_str().into()),
    );
    any(
        sql,
        "s.transmission",
        filter.transmissions.iter().map(|w| w.as_str().into()),
    );
    any(
        sql,
        "s.drivetrain",
        filter.drivetrains.iter().map(|w| w.as_str().into()),
    );
    any(
        sql,
        "s.condition",
        filter.conditions.iter().map(|w| w.as_str().into()),
    );
    any(sql, "s.status", filter.statuses.iter().map(|w| w.as_str().into()));
    any(sql, "s.dealer_id", filter.dealers.iter().map(|d| d.uuid().into()));
    any(sql, "s.site_id", filter.sites.iter().map(|s| s.uuid().into()));
    let year = |year: Option<i32>| year.map(i64::from);
    range(sql, "s.year", year(filter.min_year), year(filter.max_year));
    range(sql, "s.price_rising", filter.min_price, filter.max_price);
    let narrowed = filter.min_mileage.is_some() || filter.max_mileage.is_some();
    let most = filter.max_mileage.or(narrowed.then_some(UNKNOWN_MILEAGE - 1));
    range(sql, "s.mileage", filter.min_mileage, most);
    bound(sql, "s.listed_at >= ", filter.listed_since.map(instant));
    match filter.featured {
        Some(true) => {
            sql.push(" AND s.featured");
        }
        Some(false) => {
            sql.push(" AND NOT s.featured");
        }
        None => {}
    }
    if filter.from.is_some() {
        bound(sql, "s.distance <= ", filter.within);
    }
}

/// From `least` to `most`, where they are given.
///
/// PostgreSQL takes two bounds that it doesn't know when it plans for one row in two hundred, and then sorts what it finds instead of
/// walking the index up to the limit (0.6 ms instead of 0.05 for a make and two prices among 50,000 rows). Rows beside the id, which
/// ends every index, say the same, and are taken for one in nine.
fn range(sql: &mut Sql, column: &str, least: Option<i64>, most: Option<i64>) {
    let (Some(least), Some(most), true) = (least, most, sql.is_postgres()) else {
        bound(sql, &format!("{column} >= "), least);
        bound(sql, &format!("{column} <= "), most);
        return;
    };
    for (sign, bound, id) in [(">=", least, Uuid::nil()), ("<=", most, Uuid::max())] {
        sql.push(" AND (")
            .push(column)
            .push(", s.listing_id) ")
            .push(sign)
            .push(" (")
            .bind(bound)
            .push(", ")
            .bind(id)
            .push(")");
    }
}

fn bound(sql: &mut Sql, condition: &str, value: Option<i64>) {
    if let Some(value) = value {
        sql.push(" AND ").push(condition).bind(value);
    }
}

/// One value is compared, several are listed: an order behind an equal column can come from its index.
fn any(sql: &mut Sql, column: &str, values: impl ExactSizeIterator<Item = Value>) {
    match values.len() {
        0 => {}
        1 => {
            sql.push(" AND ").push(column).push(" = ").bind_all(values);
        }
        _ => {
            sql.push(" AND ")
                .push(column)
                .push(" IN (")
                .bind_all(values)
                .push(")");
        }
    }
}

/// All words, the last perhaps only begun, by the index of each database.
fn words(sql: &mut Sql, q: &WordQuery) {
    let postgres = sql.is_postgres();
    let terms: Vec<String> = q
        .terms()
        .map(|(word, begun)| match (postgres, begun) {
            (true, true) => format!("'{word}':*"),
            (true, false) => format!("'{word}'"),
            (false, true) => format!("\"{word}\"*"),
            (false, false) => format!("\"{word}\""),
        })
        .collect();
    if postgres {
        sql.push(" AND s.words @@ CAST(")
            .bind(terms.join(" & "))
            .push(" AS tsquery)");
    } else {
        sql.push(" AND s.seq IN (SELECT rowid FROM listing_words WHERE listing_words MATCH ")
            .bind(terms.join(" AND "))
            .push(")");
    }
}
