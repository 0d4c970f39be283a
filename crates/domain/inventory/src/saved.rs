//! What users keep: listings and searches.

use std::collections::BTreeMap;

use kernel::Instant;
use kernel::error::Violations;
use kernel::id::{SavedSearchId, UserId};
use kernel::paging::Sort;
use serde::{Deserialize, Serialize};

use crate::listing::Listed;
use crate::search::filter::{Defaults, ListingFilter, NAMES};

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

/// Query parameters of `GET /listings` that mean something: what can't be searched for can't be kept either.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Filters(BTreeMap<String, Vec<String>>);

/// Values of one filter at most.
const MOST_VALUES: usize = 50;

impl Filters {
    /// Filters as the search itself reads them, or every reason why not. An empty set would match everything.
    pub fn new(given: BTreeMap<String, Vec<String>>, defaults: Defaults) -> Result<Self, Violations> {
        let mut wrong = Violations::new();
        wrong.check(!given.is_empty(), "/filters", "blank", || {
            "give at least one filter of GET /listings".to_owned()
        });
        for (name, values) in &given {
            let pointer = pointer(name);
            let known = NAMES.contains(&name.as_str()) || name == "ordering";
            wrong.check(known, &pointer, "unknown_filter", || {
                format!(
                    "“{}” is none of {}, ordering",
                    kernel::text::excerpt(name),
                    NAMES.join(", ")
                )
            });
            wrong.check(
                (1..=MOST_VALUES).contains(&values.len()),
                &pointer,
                "value_count",
                || format!("has {} values; 1 to {MOST_VALUES} are taken", values.len()),
            );
            for (n, value) in values.iter().enumerate() {
                wrong.take(&format!("{pointer}/{n}"), kernel::text::line(value, 200));
            }
        }
        if wrong.is_empty() {
            let asked: Vec<Sort> = given
                .get("ordering")
                .into_iter()
                .flatten()
                .flat_map(|text| Sort::parse_list(text))
                .collect();
            let read = ListingFilter::read(&given, defaults).and_then(|filter| filter.order(&asked));
            for found in read.err().iter().flat_map(Violations::as_slice) {
                wrong.add(pointer(&found.pointer), "filter_refused", found.message.clone());
            }
        }
        if wrong.is_empty() {
            Ok(Self(given))
        } else {
            Err(wrong)
        }
    }

    /// The names with their values.
    pub const fn as_map(&self) -> &BTreeMap<String, Vec<String>> {
        &self.0
    }
}

fn pointer(name: &str) -> String {
    format!("/filters/{}", name.replace('~', "~0").replace('/', "~1"))
}
