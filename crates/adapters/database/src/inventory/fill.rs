//! Many listings at once, for databases that are being filled: benchmarks, demos.

use ::inventory::error::Error;
use ::inventory::history::{Happened, HistoryEntry};
use ::inventory::listing::{Listed, PricePoint};
use kernel::act::{Act, Record};

use super::rows::{insert_listing, insert_vehicle};
use crate::db::Db;
use crate::fault::Stop;
use crate::tx::{Begun, Tries, Tx};

/// Writes new listings with their vehicles in one transaction, as the acts that make single ones do, but without event, job and
/// audit line: nobody is told. Their dealers and sites must be there.
pub async fn fill(db: &Db, act: &Act, rows: &[Listed]) -> Result<(), Error> {
    let mut tries = Tries::default();
    loop {
        let tx = match db.begin::<()>(act).await? {
            Begun::Fresh(tx) => tx,
            Begun::Replayed(_) => return Ok(()),
        };
        let result = fill_in(&tx, rows).await;
        if let Some(end) = tx.finish(act, &mut tries, result).await {
            return end.map(|_| ());
        }
    }
}

async fn fill_in(tx: &Tx, rows: &[Listed]) -> Result<((), Record), Stop<Error>> {
    for Listed { listing, vehicle } in rows {
        insert_vehicle(tx, vehicle, &[]).await?;
        let price = PricePoint {
            at: listing.created_at,
            asking: listing.prices.asking(),
        };
        let offered = HistoryEntry {
            at: listing.created_at,
            happened: Happened::Listed { listing: listing.id },
        };
        insert_listing(tx, listing, vehicle, price, std::slice::from_ref(&offered)).await?;
    }
    Ok(((), Record::default()))
}
