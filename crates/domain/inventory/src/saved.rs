//! What users keep: listings and searches.

use std::collections::BTreeMap;

use kernel::Instant;
use kernel::error::{Common, Violations};
use kernel::id::{SavedSearchId, UserId};
use serde::{Deserialize, Serialize};

use crate::listing::Listed;

/// A listing that a user keeps an eye on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedListing {
    /// The listing.
    pub listed: Listed,
    /// When it was saved.
    pub saved_at: Instant,
}

/// Searches that one user keeps at most.
pub const MAX_SEARCHES: usize = 50;

/// The filters that a search takes, as the query of `GET /listings` names them.
pub const FILTERS: &[&str] = &[
    "q",
    "make",
    "model",
    "trim",
    "year",
    "min_year",
    "max_year",
    "min_price",
    "max_price",
    "currency",
    "min_mileage",
    "max_mileage",
    "unit",
    "fuel_type",
    "body_type",
    "transmission",
    "drivetrain",
    "color",
    "condition",
    "dealer",
    "site",
    "city",
    "state",
    "featured",
    "lat",
    "lng",
    "radius_km",
    "listed_since",
    "ordering",
];

/// A filter set that a user keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedSearch {
    /// Its id.
    pub id: SavedSearchId,
    /// Who keeps it.
    pub user: UserId,
    /// What the user calls it.
    pub name: Option<String>,
    /// Query parameters of `GET /listings`, each with its values.
    pub filters: Filters,
    /// When it was kept.
    pub created_at: Instant,
}

/// Query parameters of `GET /listings`: known names, each with 1 to 20 values of at most 200 characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Filters(BTreeMap<String, Vec<String>>);

impl Filters {
    /// Filters with known names and bounded values, or every reason why not. An empty set would match everything.
    pub fn new(given: BTreeMap<String, Vec<String>>) -> Result<Self, Common> {
        let mut wrong = Violations::new();
        wrong.check(!given.is_empty(), "/filters", "blank", || {
            "give at least one filter of GET /listings".to_owned()
        });
        for (name, values) in &given {
            let pointer = format!("/filters/{}", name.replace('~', "~0").replace('/', "~1"));
            wrong.check(
                FILTERS.contains(&name.as_str()),
                &pointer,
                "unknown_filter",
                || {
                    format!(
                        "“{}” is none of {}",
                        kernel::text::excerpt(name),
                        FILTERS.join(", ")
                    )
                },
            );
            wrong.check((1..=20).contains(&values.len()), &pointer, "value_count", || {
                format!("has {} values; 1 to 20 are taken", values.len())
            });
            for (n, value) in values.iter().enumerate() {
                wrong.take(&format!("{pointer}/{n}"), kernel::text::line(value, 200));
            }
        }
        wrong.into_result().map(|()| Self(given))
    }

    /// The names with their values.
    pub const fn as_map(&self) -> &BTreeMap<String, Vec<String>> {
        &self.0
    }
}
