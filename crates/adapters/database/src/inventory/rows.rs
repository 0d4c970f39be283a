//! Rows of vehicles and listings: read, written, locked. What several ports of this module need.

use ::inventory::history::HistoryEntry;
use ::inventory::listing::{Listed, Listing, ListingStatus, ListingText, PricePoint, Prices};
use ::inventory::ports::{ListingFacts, ListingPlan, VehiclePlan};
use ::inventory::vehicle::{Owner, Vehicle, VehicleDetails, VehicleStatus};
use chrono::NaiveDate;
use kernel::Instant;
use kernel::distance::Distance;
use kernel::error::Malformed;
use kernel::id::{DealerId, Id, ListingId, SiteId, VehicleId};
use kernel::money::{Currency, Money};
use kernel::text::fold;
use kernel::vin::Vin;
use kernel::vocabulary::{BodyType, Drivetrain, FuelType, Transmission};
use sea_orm::{DbErr, QueryResult, TryGetable, Value};
use serde_json::json;
use uuid::Uuid;

use super::search::index;
use crate::sql::Sql;
use crate::tx::Tx;

/// The columns of a vehicle, of the table alias `v`.
pub(crate) const VEHICLE: &str = "v.id AS v_id, v.owner_kind, v.owner_id, v.status AS v_status, v.vin, v.make, v.model, \
     v.trim, v.year, v.body_type, v.fuel_type, v.transmission, v.drivetrain, v.exterior_color, v.odometer_value, \
     v.odometer_unit, v.license_plate, v.date_of_purchase, v.location, v.additional_info, v.created_at AS v_created_at, \
     v.updated_at AS v_updated_at, v.version AS v_version";

/// The columns of a listing, of the table alias `l`.
pub(crate) const LISTING: &str = "l.id AS l_id, l.dealer_id, l.vehicle_id, l.site_id, l.status AS l_status, l.condition, \
     l.asking_minor, l.currency, l.msrp_minor, l.floor_minor, l.cost_minor, l.title, l.description, l.features, l.featured, \
     l.listed_at, l.created_at AS l_created_at, l.updated_at AS l_updated_at, l.version AS l_version";

pub(crate) fn get<T: TryGetable>(row: &QueryResult, column: &str) -> Result<T, DbErr> {
    row.try_get("", column)
}

pub(crate) fn id<K>(row: &QueryResult, column: &str) -> Result<Id<K>, DbErr> {
    get::<Uuid>(row, column).map(Id::from_uuid)
}

pub(crate) fn corrupt(column: &str, value: impl std::fmt::Display) -> DbErr {
    DbErr::Type(format!("{column} holds {value}, which is no value of its type"))
}

fn word<T: std::str::FromStr<Err = Malformed>>(row: &QueryResult, column: &str) -> Result<Option<T>, DbErr> {
    get::<Option<String>>(row, column)?
        .map(|text| text.parse().map_err(|e: Malformed| corrupt(column, e)))
        .transpose()
}

pub(crate) fn json_of<T: serde::de::DeserializeOwned>(row: &QueryResult, column: &str) -> Result<T, DbErr> {
    serde_json::from_value(get(row, column)?).map_err(|e| corrupt(column, e))
}

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

pub(crate) fn currency(row: &QueryResult, column: &str) -> Result<Currency, DbErr> {
    Currency::parse(&get::<String>(row, column)?).map_err(|e| corrupt(column, e))
}

/// A vehicle from the columns of [`VEHICLE`].
pub(crate) fn vehicle(row: &QueryResult) -> Result<Vehicle, DbErr> {
    let kind: String = get(row, "owner_kind")?;
    let owner = match kind.as_str() {
        "user" => Owner::User(id(row, "owner_id")?),
        "dealer" => Owner::Dealer(id(row, "owner_id")?),
        other => return Err(corrupt("owner_kind", other)),
    };
    let status: String = get(row, "v_status")?;
    Ok(Vehicle {
        id: id(row, "v_id")?,
        owner,
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

/// Names and values of one row.
pub(crate) type Columns = Vec<(&'static str, Value)>;

/// Writes many new rows of the same columns.
pub(crate) async fn insert_all(tx: &Tx, table: &str, rows: Vec<Columns>) -> Result<(), DbErr> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut sql = tx.sql();
    let names: Vec<&str> = rows
        .first()
        .map(|row| row.iter().map(|(name, _)| *name).collect())
        .unwrap_or_default();
    sql.push("INSERT INTO ")
        .push(table)
        .push(" (")
        .push(&names.join(", "))
        .push(") VALUES ");
    for (n, row) in rows.into_iter().enumerate() {
        sql.push(if n > 0 { ", (" } else { "(" });
        sql.bind_all(row.into_iter().map(|(_, value)| value)).push(")");
    }
    tx.run(sql).await.map(|_| ())
}

/// Writes a new row.
pub(crate) async fn insert(tx: &Tx, table: &str, columns: Columns) -> Result<(), DbErr> {
    let mut sql = tx.sql();
    let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
    sql.push("INSERT INTO ")
        .push(table)
        .push(" (")
        .push(&names.join(", "))
        .push(") VALUES (");
    sql.bind_all(columns.into_iter().map(|(_, value)| value))
        .push(")");
    tx.run(sql).await.map(|_| ())
}

/// Writes the rows whose `key` is `id` again.
pub(crate) async fn update(tx: &Tx, table: &str, columns: Columns, key: &str, id: Uuid) -> Result<(), DbErr> {
    let mut sql = tx.sql();
    sql.push("UPDATE ").push(table).push(" SET ");
    for (n, (name, value)) in columns.into_iter().enumerate() {
        sql.push(if n > 0 { ", " } else { "" })
            .push(name)
            .push(" = ")
            .bind(value);
    }
    sql.push(" WHERE ").push(key).push(" = ").bind(id);
    tx.run(sql).await.map(|_| ())
}

fn vehicle_columns(vehicle: &Vehicle) -> Columns {
    let d = &vehicle.details;
    vec![
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
fn searched(vehicle: &Vehicle) -> Columns {
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

fn listing_columns(listing: &Listing) -> Columns {
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

async fn insert_history(tx: &Tx, vehicle: VehicleId, entries: &[HistoryEntry]) -> Result<(), DbErr> {
    for entry in entries {
        insert(tx, "vehicle_history", new_history(tx, vehicle, entry)?).await?;
    }
    Ok(())
}

/// All columns of a new vehicle.
pub(crate) fn new_vehicle(vehicle: &Vehicle) -> Columns {
    let mut columns: Columns = vec![
        ("id", vehicle.id.uuid().into()),
        ("owner_kind", vehicle.owner.kind().into()),
        ("owner_id", vehicle.owner.uuid().into()),
        ("created_at", vehicle.created_at.into()),
    ];
    columns.extend(vehicle_columns(vehicle));
    columns
}

/// Writes a new vehicle with its timeline.
pub(crate) async fn insert_vehicle(
    tx: &Tx,
    vehicle: &Vehicle,
    history: &[HistoryEntry],
) -> Result<(), DbErr> {
    insert(tx, "vehicles", new_vehicle(vehicle)).await?;
    insert_history(tx, vehicle.id, history).await
}

/// Writes a vehicle again, with what its listings keep of it, and what searches find.
pub(crate) async fn update_vehicle(tx: &Tx, plan: &VehiclePlan) -> Result<(), DbErr> {
    write_vehicle(tx, plan).await?;
    index::refresh_all_of(tx, "vehicle_id", plan.vehicle.id.uuid()).await
}

/// Writes a vehicle again, without what searches find: that is for the caller to refresh.
pub(crate) async fn write_vehicle(tx: &Tx, plan: &VehiclePlan) -> Result<(), DbErr> {
    let vehicle = &plan.vehicle;
    let key = vehicle.id.uuid();
    update(tx, "vehicles", vehicle_columns(vehicle), "id", key).await?;
    update(tx, "listings", searched(vehicle), "vehicle_id", key).await?;
    insert_history(tx, vehicle.id, &plan.history).await
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

async fn insert_price(tx: &Tx, listing: ListingId, price: PricePoint) -> Result<(), DbErr> {
    insert(tx, "listing_prices", new_price(tx, listing, price)).await
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

/// Writes a new listing of a vehicle that is there, with its first price and its line in the timeline.
pub(crate) async fn insert_listing(
    tx: &Tx,
    listing: &Listing,
    vehicle: &Vehicle,
    price: PricePoint,
    history: &[HistoryEntry],
) -> Result<(), DbErr> {
    insert(tx, "listings", new_listing(listing, vehicle)).await?;
    insert_price(tx, listing.id, price).await?;
    index::refresh(tx, &[listing.id]).await?;
    insert_history(tx, vehicle.id, history).await
}

/// Writes a listing again, and what searches find.
pub(crate) async fn update_listing(tx: &Tx, plan: &ListingPlan) -> Result<(), DbErr> {
    write_listing(tx, plan).await?;
    index::refresh(tx, &[plan.listing.id]).await
}

/// Writes a listing again, without what searches find: that is for the caller to refresh.
pub(crate) async fn write_listing(tx: &Tx, plan: &ListingPlan) -> Result<(), DbErr> {
    let listing = &plan.listing;
    update(tx, "listings", listing_columns(listing), "id", listing.id.uuid()).await?;
    if let Some(price) = plan.price {
        insert_price(tx, listing.id, price).await?;
    }
    insert_history(tx, listing.vehicle, &plan.history).await
}

/// The vehicle of the owner that holds the number, unless it was sold.
pub(crate) async fn holder(
    tx: &Tx,
    owner: Owner,
    vin: Option<&Vin>,
    but: Option<VehicleId>,
) -> Result<Option<VehicleId>, DbErr> {
    let Some(vin) = vin else { return Ok(None) };
    let mut sql = tx.sql();
    sql.push("SELECT id FROM vehicles WHERE status <> 'sold' AND owner_kind = ")
        .bind(owner.kind())
        .push(" AND owner_id = ")
        .bind(owner.uuid())
        .push(" AND vin = ")
        .bind(vin.as_str());
    if let Some(but) = but {
        sql.push(" AND id <> ").bind(but.uuid());
    }
    tx.one(sql).await?.map(|row| id(&row, "id")).transpose()
}

/// The open listing of a vehicle.
pub(crate) async fn open_listing(
    tx: &Tx,
    vehicle: VehicleId,
    but: Option<ListingId>,
) -> Result<Option<ListingId>, DbErr> {
    let mut sql = tx.sql();
    sql.push("SELECT id FROM listings WHERE status IN ('draft', 'active', 'reserved') AND vehicle_id = ")
        .bind(vehicle.uuid());
    if let Some(but) = but {
        sql.push(" AND id <> ").bind(but.uuid());
    }
    tx.one(sql).await?.map(|row| id(&row, "id")).transpose()
}

/// Does a dealer make contradictions of a number errors? `None`: there is no such dealer.
pub(crate) async fn strict_vin(tx: &Tx, dealer: DealerId) -> Result<Option<bool>, DbErr> {
    let mut sql = tx.sql();
    sql.push("SELECT strict_vin FROM dealers WHERE id = ")
        .bind(dealer.uuid());
    tx.one(sql).await?.map(|row| get(&row, "strict_vin")).transpose()
}

/// Is the site the dealer's? False when none is wanted.
pub(crate) async fn site_is_of(tx: &Tx, dealer: DealerId, site: Option<SiteId>) -> Result<bool, DbErr> {
    let Some(site) = site else { return Ok(false) };
    let mut sql = tx.sql();
    sql.push("SELECT 1 FROM sites WHERE id = ")
        .bind(site.uuid())
        .push(" AND dealer_id = ")
        .bind(dealer.uuid());
    Ok(tx.one(sql).await?.is_some())
}

/// Locks a vehicle's listings, then the vehicle, and reads it.
pub(crate) async fn locked_vehicle(tx: &Tx, vehicle_id: VehicleId) -> Result<Option<Vehicle>, DbErr> {
    if tx.sql().is_postgres() {
        let mut sql = tx.sql();
        sql.push("SELECT id FROM listings WHERE vehicle_id = ")
            .bind(vehicle_id.uuid())
            .push(" ORDER BY id FOR UPDATE");
        tx.all(sql).await?;
    }
    if !tx.lock("vehicles", vehicle_id.uuid()).await? {
        return Ok(None);
    }
    let mut sql = select_vehicle(tx.sql());
    sql.push("v.id = ").bind(vehicle_id.uuid());
    tx.one(sql).await?.map(|row| vehicle(&row)).transpose()
}

/// Locks a listing, then its vehicle, and reads what a change of it needs to know.
pub(crate) async fn locked_listing(
    tx: &Tx,
    listing: ListingId,
    site: Option<SiteId>,
) -> Result<Option<ListingFacts>, DbErr> {
    if !tx.lock("listings", listing.uuid()).await? {
        return Ok(None);
    }
    let read = || {
        let mut sql = select_listed(tx.sql());
        sql.push("l.id = ").bind(listing.uuid());
        sql
    };
    let Some(row) = tx.one(read()).await? else {
        return Ok(None);
    };
    // The listing's vehicle never changes; its row is read again once it is locked.
    tx.lock("vehicles", get::<Uuid>(&row, "vehicle_id")?).await?;
    let Some(row) = tx.one(read()).await? else {
        return Ok(None);
    };
    let found = listed(&row)?;
    Ok(Some(ListingFacts {
        site_is_ours: site_is_of(tx, found.listing.dealer, site).await?,
        other_open_listing: open_listing(tx, found.vehicle.id, Some(listing)).await?,
        listed: found,
    }))
}
