//! What decisions need to know, read under lock.

use std::collections::BTreeMap;

use ::inventory::listing::Listed;
use ::inventory::ports::ListingFacts;
use ::inventory::vehicle::{Owner, Vehicle};
use kernel::id::{DealerId, ListingId, SiteId, VehicleId};
use kernel::vin::Vin;
use sea_orm::DbErr;
use uuid::Uuid;

use super::read::{listed, select_listed, select_vehicle, vehicle};
use crate::rows::{get, id};
use crate::sql::Sql;
use crate::tx::Tx;

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

/// Locks a dealer's reserved listings, then their vehicles, and reads them. The dealer is locked: no car is reserved meanwhile.
pub(crate) async fn reserved_of_dealer(tx: &Tx, dealer: DealerId) -> Result<Vec<Listed>, DbErr> {
    let reserved = |sql: &mut Sql| {
        sql.push("l.status = 'reserved' AND l.dealer_id = ")
            .bind(dealer.uuid())
            .push(" ORDER BY l.id");
    };
    if tx.sql().is_postgres() {
        let mut sql = tx.sql();
        sql.push("SELECT 1 FROM listings l WHERE ");
        reserved(&mut sql);
        sql.push(" FOR UPDATE");
        tx.all(sql).await?;
        let mut sql = tx.sql();
        sql.push("SELECT 1 FROM listings l JOIN vehicles v ON v.id = l.vehicle_id WHERE ");
        reserved(&mut sql);
        sql.push(" FOR UPDATE OF v");
        tx.all(sql).await?;
    }
    let mut sql = select_listed(tx.sql());
    reserved(&mut sql);
    tx.all(sql).await?.iter().map(listed).collect()
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

/// Locks the vehicles of listings that are locked, in the order of their ids, and reads what closing the listings needs to know; no
/// site is asked about.
pub(crate) async fn locked_listings(
    tx: &Tx,
    wanted: &[ListingId],
) -> Result<BTreeMap<ListingId, ListingFacts>, DbErr> {
    let read = async || {
        let mut sql = select_listed(tx.sql());
        sql.push("l.id IN (")
            .bind_all(wanted.iter().map(ListingId::uuid))
            .push(")");
        tx.all(sql).await
    };
    let vehicle = |row| get::<Uuid>(row, "vehicle_id");
    let mut vehicles: Vec<Uuid> = read().await?.iter().map(vehicle).collect::<Result<_, _>>()?;
    if vehicles.is_empty() {
        return Ok(BTreeMap::new());
    }
    vehicles.sort_unstable();
    tx.lock_all("vehicles", &vehicles).await?;
    let mut sql = tx.sql();
    sql.push("SELECT id, vehicle_id FROM listings WHERE status IN ('draft', 'active', 'reserved') AND vehicle_id IN (")
        .bind_all(vehicles)
        .push(")");
    let mut open: Vec<(VehicleId, ListingId)> = Vec::new();
    for row in tx.all(sql).await? {
        open.push((id(&row, "vehicle_id")?, id(&row, "id")?));
    }
    let mut facts = BTreeMap::new();
    // A listing's vehicle never changes; the rows are read again now that they are locked.
    for row in read().await? {
        let found = listed(&row)?;
        let (own, of) = (found.listing.id, found.vehicle.id);
        let other = open
            .iter()
            .find(|(vehicle, listing)| *vehicle == of && *listing != own);
        let known = ListingFacts {
            site_is_ours: false,
            other_open_listing: other.map(|(_, listing)| *listing),
            listed: found,
        };
        facts.insert(own, known);
    }
    Ok(facts)
}
