//! What rows decided, written.

use ::inventory::import::decide::RowWrite;
use ::inventory::vehicle::Vehicle;
use kernel::id::ListingId;
use sea_orm::DbErr;
use uuid::Uuid;

use super::super::rows::{
    new_history, new_listing, new_price, new_vehicle, select_vehicle, vehicle, write_listing, write_vehicle,
};
use super::super::search::index;
use crate::rows::{corrupt, id, insert_all};
use crate::tx::Tx;

/// Writes what rows decided: what is new in one statement a table, what changes one by one, what searches find at the end.
pub(super) async fn write_all(tx: &Tx, writes: &[RowWrite]) -> Result<(), DbErr> {
    let mut touched: Vec<ListingId> = Vec::with_capacity(writes.len());
    let (mut vehicles, mut listings, mut prices, mut history) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for write in writes {
        if let Some(plan) = &write.vehicle {
            write_vehicle(tx, plan).await?;
        }
        if let Some(plan) = &write.listing {
            write_listing(tx, plan).await?;
            touched.push(plan.listing.id);
        } else if let (Some(plan), None) = (&write.vehicle, &write.new) {
            let mut sql = tx.sql();
            sql.push("SELECT id FROM listings WHERE vehicle_id = ")
                .bind(plan.vehicle.id.uuid());
            for row in tx.all(sql).await? {
                touched.push(id(&row, "id")?);
            }
        }
        let Some(new) = &write.new else { continue };
        // A car that was there before has just been written, if at all; its listing keeps what it is found by.
        let car = match (&new.vehicle, &write.vehicle) {
            (Some(car), _) => {
                vehicles.push(new_vehicle(car));
                car.clone()
            }
            (None, Some(plan)) => plan.vehicle.clone(),
            (None, None) => stored_vehicle(tx, new.listing.vehicle.uuid()).await?,
        };
        listings.push(new_listing(&new.listing, &car));
        prices.push(new_price(tx, new.listing.id, new.price));
        for entry in &new.history {
            history.push(new_history(tx, car.id, entry)?);
        }
        touched.push(new.listing.id);
    }
    insert_all(tx, "vehicles", vehicles).await?;
    insert_all(tx, "listings", listings).await?;
    insert_all(tx, "listing_prices", prices).await?;
    insert_all(tx, "vehicle_history", history).await?;
    index::refresh(tx, &touched).await
}

async fn stored_vehicle(tx: &Tx, key: Uuid) -> Result<Vehicle, DbErr> {
    let mut sql = select_vehicle(tx.sql());
    sql.push("v.id = ").bind(key);
    let row = tx.one(sql).await?.ok_or_else(|| corrupt("vehicle_id", key))?;
    vehicle(&row)
}
