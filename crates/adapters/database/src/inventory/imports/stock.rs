//! What a dealer has under the VINs of a file.

use std::collections::HashMap;

use ::inventory::import::decide::Present;
use ::inventory::vehicle::{Owner, Vehicle, VehicleStatus};
use kernel::id::DealerId;
use sea_orm::DbErr;

use super::super::rows::{listed, select_listed, select_vehicle, vehicle};
use crate::sql::Sql;
use crate::tx::Tx;

/// Cars `v` with these VINs that the dealer has, or has sold to somebody who has them now.
fn of(sql: &mut Sql, dealer: DealerId, vins: &[String]) {
    sql.push("v.vin IN (")
        .bind_all(vins.iter().map(String::as_str))
        .push(") AND ((v.owner_kind = 'dealer' AND v.owner_id = ")
        .bind(dealer.uuid());
    sql.push(
        ") OR EXISTS (SELECT 1 FROM listings gone WHERE gone.vehicle_id = v.id AND gone.status = 'sold' AND gone.dealer_id = ",
    )
    .bind(dealer.uuid())
    .push("))");
}

/// Is the car not the dealer's to sell any more?
fn gone(car: &Vehicle, dealer: DealerId) -> bool {
    car.status == VehicleStatus::Sold || car.owner != Owner::Dealer(dealer)
}

/// Locks listings, then cars, each by id, of a dealer's VINs.
pub(super) async fn lock_stock(tx: &Tx, dealer: DealerId, vins: &[String]) -> Result<(), DbErr> {
    if !tx.sql().is_postgres() {
        return Ok(());
    }
    for (what, order) in [
        (
            "SELECT l.id FROM listings l JOIN vehicles v ON v.id = l.vehicle_id",
            " ORDER BY l.id FOR UPDATE OF l",
        ),
        ("SELECT v.id FROM vehicles v", " ORDER BY v.id FOR UPDATE OF v"),
    ] {
        let mut sql = tx.sql();
        sql.push(what).push(" WHERE ");
        of(&mut sql, dealer, vins);
        sql.push(order);
        tx.all(sql).await?;
    }
    Ok(())
}

/// What the dealer has under each VIN: its car that is not sold, else the one sold last; with its open listing, else its latest.
pub(super) async fn present(
    tx: &Tx,
    dealer: DealerId,
    vins: &[String],
) -> Result<HashMap<String, Present>, DbErr> {
    let mut present = HashMap::new();
    if vins.is_empty() {
        return Ok(present);
    }
    lock_stock(tx, dealer, vins).await?;
    let mut sql = select_vehicle(tx.sql());
    of(&mut sql, dealer, vins);
    sql.push(" ORDER BY v.id");
    for row in tx.all(sql).await? {
        let found = vehicle(&row)?;
        let vin = found.details.vin.to_string();
        let better = match present.get(&vin) {
            Some(Present::Stock(known)) => gone(known, dealer),
            Some(Present::Listed(_)) | None => true,
        };
        if better {
            present.insert(vin, Present::Stock(Box::new(found)));
        }
    }
    let mut sql = select_listed(tx.sql());
    of(&mut sql, dealer, vins);
    sql.push(" ORDER BY l.id");
    for row in tx.all(sql).await? {
        let found = listed(&row)?;
        let vin = found.vehicle.details.vin.to_string();
        let better = match present.get(&vin) {
            Some(Present::Stock(car)) => car.id == found.vehicle.id,
            Some(Present::Listed(known)) => {
                known.vehicle.id == found.vehicle.id && !known.listing.status.is_open()
            }
            None => false,
        };
        if better {
            present.insert(vin, Present::Listed(Box::new(found)));
        }
    }
    Ok(present)
}
