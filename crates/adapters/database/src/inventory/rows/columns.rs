//! Vehicles, listings, prices and timelines as columns.

use ::inventory::history::HistoryEntry;
use ::inventory::listing::{Listing, PricePoint};
use ::inventory::vehicle::Vehicle;
use kernel::distance::Distance;
use kernel::id::{ListingId, VehicleId};
use kernel::money::Money;
use kernel::text::fold;
use kernel::vocabulary::{BodyType, Drivetrain, FuelType, Transmission};
use sea_orm::DbErr;
use serde_json::json;

use crate::rows::{Columns, corrupt};
use crate::tx::Tx;

/// What a vehicle is, and whose.
pub(super) fn vehicle_columns(vehicle: &Vehicle) -> Columns {
    let d = &vehicle.details;
    vec![
        ("owner_kind", vehicle.owner.kind().into()),
        ("owner_id", vehicle.owner.uuid().into()),
        ("status", vehicle.status.as_str().into()),
        ("vin", d.vin.as_str().into()),
        ("make", d.make.clone().into()),
        ("model", d.model.clone().into()),
        ("trim", d.trim.clone().into()),
        ("year", i64::from(d.year).into()),
        ("body_type", d.body_type.map(BodyType::as_str).into()),
        ("fuel_type", d.fuel_type.map(FuelType::as_str).into()),
        ("transmission", d.transmission.map(Transmission::as_str).into()),
        ("drivetrain", d.drivetrain.map(Drivetrain::as_str).into()),
        ("exterior_color", d.exterior_color.clone().into()),
        ("odometer_value", d.odometer.map(|o| i64::from(o.value)).into()),
        ("odometer_unit", d.odometer.map(|o| o.unit.as_str()).into()),
        ("license_plate", d.license_plate.clone().into()),
        ("date_of_purchase", d.date_of_purchase.into()),
        ("location", d.location.clone().into()),
        ("additional_info", d.additional_info.clone().into()),
        ("updated_at", vehicle.updated_at.into()),
        ("version", vehicle.version.into()),
    ]
}

/// What a search goes by, kept in the listing's own row.
pub(super) fn searched(vehicle: &Vehicle) -> Columns {
    let d = &vehicle.details;
    vec![
        ("make_folded", fold(&d.make).into()),
        ("model_folded", fold(&d.model).into()),
        ("trim_folded", d.trim.as_deref().map(fold).into()),
        ("color_folded", d.exterior_color.as_deref().map(fold).into()),
        ("year", i64::from(d.year).into()),
        ("odometer_metres", d.odometer.map(Distance::metres).into()),
        ("fuel_type", d.fuel_type.map(FuelType::as_str).into()),
        ("body_type", d.body_type.map(BodyType::as_str).into()),
        ("transmission", d.transmission.map(Transmission::as_str).into()),
        ("drivetrain", d.drivetrain.map(Drivetrain::as_str).into()),
    ]
}

/// What a listing is.
pub(super) fn listing_columns(listing: &Listing) -> Columns {
    let prices = &listing.prices;
    vec![
        ("site_id", listing.site.map(|s| s.uuid()).into()),
        ("status", listing.status.as_str().into()),
        ("condition", listing.condition.as_str().into()),
        ("asking_minor", prices.asking().minor().into()),
        ("currency", prices.asking().currency().code().into()),
        ("msrp_minor", prices.msrp().map(Money::minor).into()),
        ("floor_minor", prices.floor().map(Money::minor).into()),
        ("cost_minor", prices.cost().map(Money::minor).into()),
        ("title", listing.text.title.clone().into()),
        ("description", listing.text.description.clone().into()),
        ("features", json!(listing.text.features).into()),
        ("featured", listing.featured.into()),
        ("listed_at", listing.listed_at.into()),
        ("updated_at", listing.updated_at.into()),
        ("version", listing.version.into()),
    ]
}

/// All columns of a new line of a timeline.
pub(crate) fn new_history(tx: &Tx, vehicle: VehicleId, entry: &HistoryEntry) -> Result<Columns, DbErr> {
    let kept = serde_json::to_value(&entry.happened).map_err(|e| corrupt("entry", e))?;
    Ok(vec![
        ("id", tx.ids.uuid().into()),
        ("vehicle_id", vehicle.uuid().into()),
        ("at", entry.at.into()),
        ("kind", entry.happened.kind().into()),
        ("entry", kept.into()),
    ])
}

/// All columns of a new vehicle.
pub(crate) fn new_vehicle(vehicle: &Vehicle) -> Columns {
    let mut columns: Columns = vec![
        ("id", vehicle.id.uuid().into()),
        ("created_at", vehicle.created_at.into()),
    ];
    columns.extend(vehicle_columns(vehicle));
    columns
}

/// All columns of a new price.
pub(crate) fn new_price(tx: &Tx, listing: ListingId, price: PricePoint) -> Columns {
    vec![
        ("id", tx.ids.uuid().into()),
        ("listing_id", listing.uuid().into()),
        ("at", price.at.into()),
        ("asking_minor", price.asking.minor().into()),
        ("currency", price.asking.currency().code().into()),
    ]
}

/// All columns of a new listing.
pub(crate) fn new_listing(listing: &Listing, vehicle: &Vehicle) -> Columns {
    let mut columns: Columns = vec![
        ("id", listing.id.uuid().into()),
        ("dealer_id", listing.dealer.uuid().into()),
        ("vehicle_id", listing.vehicle.uuid().into()),
        ("created_at", listing.created_at.into()),
    ];
    columns.extend(listing_columns(listing));
    columns.extend(searched(vehicle));
    columns
}
