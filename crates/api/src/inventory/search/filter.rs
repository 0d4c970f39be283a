//! The filters of a list of listings: documented here, read by the domain.

use std::collections::BTreeMap;

use ::inventory::search::filter::{Defaults, ListingFilter, NAMES, Query};
use kernel::error::Common;
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;
use uuid::Uuid;

use super::super::words;
use crate::Core;

/// What the document says of the filters. They are read as [`Given`], by the domain that saved searches are read by as well.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(
    dead_code,
    reason = "for the document and the gate; the values are read as they are by the domain"
)]
pub(super) struct ListingFilterParams {
    /// Words in make, model, trim, year, title, description and features; the last may be unfinished.
    #[param(max_length = 200)]
    q: Option<String>,
    /// Makers.
    make: Option<Vec<String>>,
    /// Models.
    model: Option<Vec<String>>,
    /// Trims.
    trim: Option<Vec<String>>,
    /// Model years.
    year: Option<Vec<i32>>,
    /// Model year from.
    min_year: Option<i32>,
    /// Model year to.
    max_year: Option<i32>,
    /// Asking price from: a plain decimal in `currency`.
    #[param(pattern = "^[0-9]{1,13}([.][0-9]{1,4})?$", example = "15000")]
    min_price: Option<String>,
    /// Asking price to.
    #[param(pattern = "^[0-9]{1,13}([.][0-9]{1,4})?$", example = "30000")]
    max_price: Option<String>,
    /// Currency of prices; listings in other currencies are left out.
    #[param(pattern = "^[A-Z]{3}$", example = "USD")]
    currency: Option<String>,
    /// Mileage from, in `unit`.
    #[param(minimum = 0, maximum = 30_000_000)]
    min_mileage: Option<i64>,
    /// Mileage to, in `unit`.
    #[param(minimum = 0, maximum = 30_000_000)]
    max_mileage: Option<i64>,
    /// Unit of mileages.
    #[param(schema_with = words::unit)]
    unit: Option<String>,
    /// Fuels.
    #[param(schema_with = words::fuel_types)]
    fuel_type: Option<Vec<String>>,
    /// Bodies.
    #[param(schema_with = words::body_types)]
    body_type: Option<Vec<String>>,
    /// Gearboxes.
    #[param(schema_with = words::transmissions)]
    transmission: Option<Vec<String>>,
    /// Driven wheels.
    #[param(schema_with = words::drivetrains)]
    drivetrain: Option<Vec<String>>,
    /// Colours outside.
    color: Option<Vec<String>>,
    /// Conditions.
    #[param(schema_with = words::conditions)]
    condition: Option<Vec<String>>,
    /// Dealers.
    dealer: Option<Vec<Uuid>>,
    /// Sites.
    site: Option<Vec<Uuid>>,
    /// Cities of sites.
    city: Option<Vec<String>>,
    /// States of sites.
    state: Option<Vec<String>>,
    /// Shown in the carousel?
    featured: Option<bool>,
    /// Degrees north of a place.
    #[param(minimum = -90, maximum = 90)]
    lat: Option<f64>,
    /// Degrees east of a place.
    #[param(minimum = -180, maximum = 180)]
    lng: Option<f64>,
    /// As far from the place, as the crow flies.
    #[param(exclusive_minimum = 0, maximum = 20_015)]
    radius_km: Option<f64>,
    /// Opened at this instant (or day) or later.
    #[param(example = "2026-05-01T00:00:00Z")]
    listed_since: Option<String>,
    /// Adds counts per make, body, fuel and price band, each under the other filters.
    #[param(default = false)]
    facets: Option<bool>,
}

/// What staff can ask for besides.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct StockFilterParams {
    /// Statuses.
    #[expect(
        dead_code,
        reason = "for the document and the gate; the value is read as it is by the domain"
    )]
    #[param(schema_with = words::listing_statuses)]
    status: Option<Vec<String>>,
    /// Whose: an admin says so, staff need not.
    pub(super) dealer_id: Option<Uuid>,
}

/// A query as it was given.
#[derive(Debug, Deserialize)]
#[serde(transparent)]
pub(super) struct Given(BTreeMap<String, Value>);

impl Given {
    /// Are facets wanted?
    pub(super) fn facets(&self) -> bool {
        self.0.get("facets").and_then(Value::as_bool).unwrap_or(false)
    }
}

/// The filter, or all that is wrong with it.
pub(super) fn read(given: &Given, core: &Core) -> Result<ListingFilter, Common> {
    let mut query = Query::new();
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    for (name, value) in &given.0 {
        if !NAMES.contains(&name.as_str()) && name != "status" {
            continue;
        }
        let values = match value {
            Value::Array(values) => values.iter().map(text).collect(),
            one => vec![text(one)],
        };
        query.insert(name.clone(), values);
    }
    let defaults = Defaults {
        currency: core.settings.currency,
        unit: core.settings.distance_unit,
    };
    ListingFilter::read(&query, defaults).map_err(Common::Invalid)
}
