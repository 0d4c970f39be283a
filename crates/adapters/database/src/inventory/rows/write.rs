//! Vehicles and listings written, with their prices, their timelines, and what searches find.

use ::inventory::history::HistoryEntry;
use ::inventory::listing::{Listing, PricePoint};
use ::inventory::ports::{ListingPlan, VehiclePlan};
use ::inventory::vehicle::Vehicle;
use kernel::id::{ListingId, VehicleId};
use sea_orm::DbErr;

use super::super::search::index;
use super::columns::{
    listing_columns, new_history, new_listing, new_price, new_vehicle, searched, vehicle_columns,
};
use crate::rows::{insert, update};
use crate::tx::Tx;

async fn insert_history(tx: &Tx, vehicle: VehicleId, entries: &[HistoryEntry]) -> Result<(), DbErr> {
    for entry in entries {
        insert(tx, "vehicle_history", new_history(tx, vehicle, entry)?).await?;
    }
    Ok(())
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

async fn insert_price(tx: &Tx, listing: ListingId, price: PricePoint) -> Result<(), DbErr> {
    insert(tx, "listing_prices", new_price(tx, listing, price)).await
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
