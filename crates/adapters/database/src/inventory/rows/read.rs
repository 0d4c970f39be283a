//! Rows read as vehicles and listings.

use ::inventory::listing::{Listed, Listing, ListingStatus, ListingText, Prices};
use ::inventory::vehicle::{Owner, Vehicle, VehicleDetails, VehicleStatus};
use chrono::NaiveDate;
use kernel::Instant;
use kernel::distance::Distance;
use kernel::id::{FileId, SiteId};
use kernel::money::Money;
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use crate::rows::{corrupt, currency, get, id, json_of, word};
use crate::sql::Sql;

/// The columns of a vehicle, of the table alias `v`.
pub(crate) const VEHICLE: &str = "v.id AS v_id, v.owner_kind, v.owner_id, v.status AS v_status, v.vin, v.make, v.model, \
     v.trim, v.year, v.body_type, v.fuel_type, v.transmission, v.drivetrain, v.exterior_color, v.odometer_value, \
     v.odometer_unit, v.license_plate, v.date_of_purchase, v.location, v.additional_info, v.picture_file_id, v.created_at AS v_created_at, \
     v.updated_at AS v_updated_at, v.version AS v_version";

/// The columns of a listing, of the table alias `l`.
pub(crate) const LISTING: &str = "l.id AS l_id, l.dealer_id, l.vehicle_id, l.site_id, l.status AS l_status, l.condition, \
     l.asking_minor, l.currency, l.msrp_minor, l.floor_minor, l.cost_minor, l.title, l.description, l.features, l.featured, \
     l.listed_at, l.created_at AS l_created_at, l.updated_at AS l_updated_at, l.version AS l_version";

pub(crate) fn distance(row: &QueryResult) -> Result<Option<Distance>, DbErr> {
    match (
        get::<Option<i64>>(row, "odometer_value")?,
        word(row, "odometer_unit")?,
    ) {
        (Some(value), Some(unit)) => Distance::new(value, unit)
            .map(Some)
            .map_err(|e| corrupt("odometer_value", e)),
        _ => Ok(None),
    }
}

/// Whose it is, from `owner_kind` and `owner_id`.
pub(crate) fn owner(row: &QueryResult) -> Result<Owner, DbErr> {
    let kind: String = get(row, "owner_kind")?;
    match kind.as_str() {
        "user" => Ok(Owner::User(id(row, "owner_id")?)),
        "dealer" => Ok(Owner::Dealer(id(row, "owner_id")?)),
        other => Err(corrupt("owner_kind", other)),
    }
}

/// A vehicle from the columns of [`VEHICLE`].
pub(crate) fn vehicle(row: &QueryResult) -> Result<Vehicle, DbErr> {
    let status: String = get(row, "v_status")?;
    Ok(Vehicle {
        id: id(row, "v_id")?,
        owner: owner(row)?,
        status: VehicleStatus::parse(&status).ok_or_else(|| corrupt("status", status))?,
        details: VehicleDetails {
            vin: word(row, "vin")?.ok_or_else(|| corrupt("vin", "nothing"))?,
            make: get(row, "make")?,
            model: get(row, "model")?,
            trim: get(row, "trim")?,
            year: i32::try_from(get::<i64>(row, "year")?).map_err(|e| corrupt("year", e))?,
            body_type: word(row, "body_type")?,
            fuel_type: word(row, "fuel_type")?,
            transmission: word(row, "transmission")?,
            drivetrain: word(row, "drivetrain")?,
            exterior_color: get(row, "exterior_color")?,
            odometer: distance(row)?,
            license_plate: get(row, "license_plate")?,
            date_of_purchase: get::<Option<NaiveDate>>(row, "date_of_purchase")?,
            location: get(row, "location")?,
            additional_info: get(row, "additional_info")?,
        },
        picture: get::<Option<Uuid>>(row, "picture_file_id")?.map(FileId::from_uuid),
        created_at: get(row, "v_created_at")?,
        updated_at: get(row, "v_updated_at")?,
        version: get(row, "v_version")?,
    })
}

/// A listing from the columns of [`LISTING`].
pub(crate) fn listing(row: &QueryResult) -> Result<Listing, DbErr> {
    let currency = currency(row, "currency")?;
    let money =
        |column: &str| Ok::<_, DbErr>(get::<Option<i64>>(row, column)?.map(|m| Money::new(m, currency)));
    let asking = Money::new(get(row, "asking_minor")?, currency);
    let prices = Prices::new(
        asking,
        money("msrp_minor")?,
        money("floor_minor")?,
        money("cost_minor")?,
    )
    .map_err(|e| corrupt("asking_minor", e))?;
    let status: String = get(row, "l_status")?;
    Ok(Listing {
        id: id(row, "l_id")?,
        dealer: id(row, "dealer_id")?,
        vehicle: id(row, "vehicle_id")?,
        site: get::<Option<Uuid>>(row, "site_id")?.map(SiteId::from_uuid),
        status: ListingStatus::parse(&status).ok_or_else(|| corrupt("status", status))?,
        condition: word(row, "condition")?.ok_or_else(|| corrupt("condition", "nothing"))?,
        prices,
        text: ListingText {
            title: get(row, "title")?,
            description: get(row, "description")?,
            features: json_of(row, "features")?,
        },
        featured: get(row, "featured")?,
        listed_at: get::<Option<Instant>>(row, "listed_at")?,
        created_at: get(row, "l_created_at")?,
        updated_at: get(row, "l_updated_at")?,
        version: get(row, "l_version")?,
    })
}

/// A listing with its vehicle, from the columns of both.
pub(crate) fn listed(row: &QueryResult) -> Result<Listed, DbErr> {
    Ok(Listed {
        listing: listing(row)?,
        vehicle: vehicle(row)?,
    })
}

/// `SELECT … FROM listings l JOIN vehicles v`, up to its conditions.
pub(crate) fn select_listed(mut sql: Sql) -> Sql {
    sql.push("SELECT ")
        .push(LISTING)
        .push(", ")
        .push(VEHICLE)
        .push(" FROM listings l JOIN vehicles v ON v.id = l.vehicle_id WHERE ");
    sql
}

/// `SELECT … FROM vehicles v`, up to its conditions.
pub(crate) fn select_vehicle(mut sql: Sql) -> Sql {
    sql.push("SELECT ").push(VEHICLE).push(" FROM vehicles v WHERE ");
    sql
}
