//! The filters of `GET /listings`: read from the names and values of its query, all violations at once.

use std::collections::BTreeMap;

use kernel::Instant;
use kernel::distance::Distance;
use kernel::error::{Malformed, Violations};
use kernel::id::{DealerId, SiteId};
use kernel::money::{Currency, Money};
use kernel::paging::Sort;
use kernel::text;
use kernel::vocabulary::{BodyType, Condition, DistanceUnit, Drivetrain, FuelType, Transmission};
use serde::{Deserialize, Serialize};

use super::keys;
use super::near::{Place, chord_squared_of};
use super::values::{degrees, flag, id, instant, kilometres, named, not_negative, number, status, words};
use crate::listing::ListingStatus;
use crate::words::WordQuery;

/// Names and values of a query. A value may hold several, divided by commas.
pub type Query = BTreeMap<String, Vec<String>>;

/// Values of one filter at most.
const MOST_VALUES: usize = 50;

/// Which listings. Several values of one filter mean or; several filters mean and. Names are folded ([`keys::name`]).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ListingFilter {
    /// Words that the listing holds.
    pub q: Option<WordQuery>,
    /// Makers.
    pub makes: Vec<String>,
    /// Models.
    pub models: Vec<String>,
    /// Trims.
    pub trims: Vec<String>,
    /// Colours outside.
    pub colors: Vec<String>,
    /// Cities of the site.
    pub cities: Vec<String>,
    /// States of the site.
    pub states: Vec<String>,
    /// Model years.
    pub years: Vec<i32>,
    /// Model year from.
    pub min_year: Option<i32>,
    /// Model year to.
    pub max_year: Option<i32>,
    /// Asking price from, as [`keys::price_rising`] counts. A filter by price is one of a currency as well.
    pub min_price: Option<i64>,
    /// Asking price to.
    pub max_price: Option<i64>,
    /// Mileage from, in metres.
    pub min_mileage: Option<i64>,
    /// Mileage to, in metres.
    pub max_mileage: Option<i64>,
    /// Fuels.
    pub fuel_types: Vec<FuelType>,
    /// Bodies.
    pub body_types: Vec<BodyType>,
    /// Gearboxes.
    pub transmissions: Vec<Transmission>,
    /// Driven wheels.
    pub drivetrains: Vec<Drivetrain>,
    /// Conditions.
    pub conditions: Vec<Condition>,
    /// Statuses; for staff alone.
    pub statuses: Vec<ListingStatus>,
    /// Dealers.
    pub dealers: Vec<DealerId>,
    /// Sites.
    pub sites: Vec<SiteId>,
    /// On the front page or not.
    pub featured: Option<bool>,
    /// Seen from here.
    pub from: Option<Place>,
    /// As far as this from there: square of the straight line, in m².
    pub within: Option<i64>,
    /// Opened at this instant or later.
    pub listed_since: Option<Instant>,
}

/// Names that [`ListingFilter::read`] takes. `status` is for staff alone.
pub const NAMES: &[&str] = &[
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
];

/// Fields that listings can be ordered by.
pub const ORDERINGS: &[&str] = &["price", "year", "mileage", "listed_at", "distance", "relevance"];

impl ListingFilter {
    /// Reads the filters of a query. Names that are not filters (paging, ordering) are left to their readers.
    pub fn read(query: &Query, defaults: Defaults) -> Result<Self, Violations> {
        let mut reader = Reader {
            query,
            defaults,
            wrong: Violations::new(),
        };
        let filter = reader.filter();
        if reader.wrong.is_empty() {
            Ok(filter)
        } else {
            Err(reader.wrong)
        }
    }

    /// The order asked for: known fields; a distance needs a place, relevance needs words, and its best always comes first.
    /// Without one: by relevance where words are given, else the last opened first.
    pub fn order(&self, asked: &[Sort]) -> Result<Vec<Sort>, Violations> {
        let mut wrong = Violations::new();
        let mut order = Vec::new();
        for sort in asked {
            let field = sort.field.as_str();
            if !ORDERINGS.contains(&field) {
                let message = format!("“{}” is none of {}", text::excerpt(field), ORDERINGS.join(", "));
                wrong.add("ordering", "unknown_ordering", message);
            }
            wrong.check(
                field != "distance" || self.from.is_some(),
                "ordering",
                "place_required",
                || "an order by distance needs lat and lng".to_owned(),
            );
            wrong.check(
                field != "relevance" || self.q.is_some(),
                "ordering",
                "words_required",
                || "an order by relevance needs q".to_owned(),
            );
            order.push(Sort {
                field: sort.field.clone(),
                descending: sort.descending || field == "relevance",
            });
        }
        if order.is_empty() {
            if self.q.is_some() {
                order.push(Sort {
                    field: "relevance".to_owned(),
                    descending: true,
                });
            }
            order.push(Sort {
                field: "listed_at".to_owned(),
                descending: true,
            });
        }
        if wrong.is_empty() { Ok(order) } else { Err(wrong) }
    }

    /// A text that tells this filter from others: for cursors and for counts that are kept a while.
    pub fn key(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What a query means that does not say: the platform's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Defaults {
    /// Of prices.
    pub currency: Currency,
    /// Of mileages.
    pub unit: DistanceUnit,
}

impl Default for Defaults {
    fn default() -> Self {
        Self {
            currency: Currency::USD,
            unit: DistanceUnit::Mi,
        }
    }
}

struct Reader<'a> {
    query: &'a Query,
    defaults: Defaults,
    wrong: Violations,
}

impl Reader<'_> {
    fn filter(&mut self) -> ListingFilter {
        let unit = self
            .one("unit", str::parse::<DistanceUnit>)
            .unwrap_or(self.defaults.unit);
        let currency = self
            .one("currency", Currency::parse)
            .unwrap_or(self.defaults.currency);
        let own = self.defaults.currency;
        let price = |v: &str| {
            Money::parse(v, currency)
                .and_then(not_negative)
                .map(|price| keys::price_rising(price, own))
        };
        let metres = |v: &str| {
            number::<i64>(v)
                .and_then(|v| Distance::new(v, unit))
                .map(Distance::metres)
        };
        let (from, within) = self.circle();
        let filter = ListingFilter {
            q: self.one("q", words),
            makes: self.many("make", named),
            models: self.many("model", named),
            trims: self.many("trim", named),
            colors: self.many("color", named),
            cities: self.many("city", named),
            states: self.many("state", named),
            years: self.many("year", number),
            min_year: self.one("min_year", number),
            max_year: self.one("max_year", number),
            min_price: self.one("min_price", price),
            max_price: self.one("max_price", price),
            min_mileage: self.one("min_mileage", metres),
            max_mileage: self.one("max_mileage", metres),
            fuel_types: self.many("fuel_type", str::parse),
            body_types: self.many("body_type", str::parse),
            transmissions: self.many("transmission", str::parse),
            drivetrains: self.many("drivetrain", str::parse),
            conditions: self.many("condition", str::parse),
            statuses: self.many("status", status),
            dealers: self.many("dealer", id),
            sites: self.many("site", id),
            featured: self.one("featured", flag),
            from,
            within,
            listed_since: self.one("listed_since", instant),
        };
        self.currency_holds(filter, currency)
    }

    /// A bound by price means listings in that currency, and so does a currency alone.
    fn currency_holds(&self, mut filter: ListingFilter, currency: Currency) -> ListingFilter {
        let given = ["currency", "min_price", "max_price"]
            .iter()
            .any(|name| self.query.contains_key(*name));
        if given {
            let own = self.defaults.currency;
            let least = keys::price_rising(Money::new(0, currency), own);
            let most = keys::price_rising(Money::new(i64::MAX, currency), own);
            filter.min_price = Some(filter.min_price.unwrap_or(least));
            filter.max_price = Some(filter.max_price.unwrap_or(most));
        }
        filter
    }

    fn circle(&mut self) -> (Option<Place>, Option<i64>) {
        let lat = self.one("lat", degrees);
        let lng = self.one("lng", degrees);
        let radius = self.one("radius_km", kilometres);
        let given = |name: &str| self.query.contains_key(name);
        if given("lat") != given("lng") || (given("radius_km") && !given("lat")) {
            let missing = if given("lat") { "lng" } else { "lat" };
            self.wrong.add(
                missing,
                "place_incomplete",
                "a place needs both lat and lng; radius_km needs a place",
            );
        }
        let place = lat.zip(lng).and_then(|(lat, lng)| {
            let pointer = if (-90.0..=90.0).contains(&lat) {
                "lng"
            } else {
                "lat"
            };
            self.wrong.take(pointer, Place::new(lat, lng))
        });
        (place, radius.map(|km| chord_squared_of(km * 1_000.0)))
    }

    fn one<T>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, Malformed>) -> Option<T> {
        let values = self.query.get(name)?;
        if let [value] = values.as_slice() {
            return self.wrong.take(name, parse(value.trim()));
        }
        self.wrong
            .add(name, "repeated", format!("“{name}” is taken once"));
        None
    }

    fn many<T: PartialEq>(&mut self, name: &str, parse: impl Fn(&str) -> Result<T, Malformed>) -> Vec<T> {
        let mut found = Vec::new();
        for value in self
            .query
            .get(name)
            .into_iter()
            .flatten()
            .flat_map(|v| v.split(','))
        {
            if let Some(value) = self.wrong.take(name, parse(value.trim()))
                && !found.contains(&value)
            {
                found.push(value);
            }
        }
        self.wrong
            .check(found.len() <= MOST_VALUES, name, "too_many", || {
                format!("“{name}” takes at most {MOST_VALUES} values")
            });
        found
    }
}

#[cfg(test)]
#[path = "filter_tests.rs"]
mod tests;
