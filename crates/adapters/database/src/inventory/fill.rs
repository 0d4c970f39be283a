//! Many listings at once, for databases that are being filled: benchmarks, demos.

use ::inventory::error::Error;
use ::inventory::history::{Happened, HistoryEntry};
use ::inventory::listing::{Listed, PricePoint};
use kernel::act::{Act, Record};
use kernel::id::ListingId;

use super::rows::{new_history, new_listing, new_price, new_vehicle};
use super::search::index;
use crate::db::Db;
use crate::fault::Stop;
use crate::rows::insert_all;
use crate::tx::Tx;

/// Listings that are written by one statement a table: far below SQLite's 32,766 values.
const CHUNK: usize = 200;

/// Writes new listings with their vehicles in one transaction, as the acts that make single ones do, but without event, job and
/// audit line: nobody is told. Their dealers and sites must be there.
pub async fn fill(db: &Db, act: &Act, rows: &[Listed]) -> Result<(), Error> {
    let done = db.act(act, |tx| async move {
        let result = fill_in(&tx, rows).await;
        (tx, result)
    });
    done.await?;
    Ok(())
}

async fn fill_in(tx: &Tx, rows: &[Listed]) -> Result<((), Record), Stop<Error>> {
    for chunk in rows.chunks(CHUNK) {
        let vehicles = chunk.iter().map(|row| new_vehicle(&row.vehicle)).collect();
        let listings = chunk
            .iter()
            .map(|row| new_listing(&row.listing, &row.vehicle))
            .collect();
        let mut prices = Vec::with_capacity(chunk.len());
        let mut history = Vec::with_capacity(chunk.len());
        for Listed { listing, vehicle } in chunk {
            let price = PricePoint {
                at: listing.created_at,
                asking: listing.prices.asking(),
            };
            let offered = HistoryEntry {
                at: listing.created_at,
                happened: Happened::Listed { listing: listing.id },
            };
            prices.push(new_price(tx, listing.id, price));
            history.push(new_history(tx, vehicle.id, &offered)?);
        }
        insert_all(tx, "vehicles", vehicles).await?;
        insert_all(tx, "listings", listings).await?;
        insert_all(tx, "listing_prices", prices).await?;
        insert_all(tx, "vehicle_history", history).await?;
        let ids: Vec<ListingId> = chunk.iter().map(|row| row.listing.id).collect();
        index::refresh(tx, &ids).await?;
    }
    Ok(((), Record::default()))
}
