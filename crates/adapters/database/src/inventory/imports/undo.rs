//! A chunk of a batch, taken back.

use std::collections::{BTreeSet, HashMap};

use ::inventory::error::Error;
use ::inventory::import::batch::{Batch, RowReport, Undone};
use ::inventory::import::undo::{UndoFacts, UndoPlan};
use ::inventory::listing::Listed;
use kernel::act::Decide;
use kernel::id::{JobId, ListingId};
use sea_orm::DbErr;
use uuid::Uuid;

use super::super::rows::{listed, select_listed};
use super::batch::{Outcome, keep, locked, parsed, whole};
use super::stock::lock_stock;
use super::write::write_all;
use crate::fault::Stop;
use crate::rows::id;
use crate::tx::Tx;
use crate::{negotiation, scheduling};

pub(super) async fn undo_in(
    tx: &Tx,
    import: JobId,
    limit: u32,
    decide: Decide<'_, UndoFacts, UndoPlan, Batch, Error>,
) -> Outcome {
    let batch = locked(tx, import).await?;
    let mut sql = tx.sql();
    sql.push("SELECT report FROM listing_import_rows WHERE import_id = ")
        .bind(import.uuid())
        .push(" AND writes AND undone IS NULL ORDER BY row_number LIMIT ")
        .bind(i64::from(limit) + 1);
    let mut reports: Vec<RowReport> = tx
        .all(sql)
        .await?
        .iter()
        .map(|row| parsed(row, "report"))
        .collect::<Result<_, DbErr>>()?;
    let size = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = reports.len() > size;
    reports.truncate(size);
    let vins: Vec<String> = reports.iter().filter_map(|r| r.vin.clone()).collect();
    lock_stock(tx, batch.dealer, &vins).await?;
    let mut sql = select_listed(tx.sql());
    sql.push("l.id IN (")
        .bind_all(reports.iter().filter_map(|r| r.listing).map(|l| l.uuid()))
        .push(")");
    let mut now: HashMap<ListingId, Listed> = HashMap::new();
    for row in tx.all(sql).await? {
        let found = listed(&row)?;
        now.insert(found.listing.id, found);
    }
    let wanted = wanted(tx, now.keys().copied()).await?;
    let rows = reports
        .into_iter()
        .map(|report| {
            let current = report.listing.and_then(|l| now.remove(&l));
            (report, current)
        })
        .collect();
    let facts = UndoFacts {
        batch,
        rows,
        wanted,
        more,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    let plan = &decision.plan;
    write_all(tx, &plan.writes).await?;
    for undone in [Undone::Yes, Undone::Touched] {
        let rows: Vec<i64> = plan
            .marks
            .iter()
            .filter(|(_, u)| *u == undone)
            .map(|(row, _)| whole(*row))
            .collect();
        if rows.is_empty() {
            continue;
        }
        let mut sql = tx.sql();
        sql.push("UPDATE listing_import_rows SET undone = ")
            .bind(undone.as_str());
        sql.push(" WHERE import_id = ").bind(import.uuid());
        sql.push(" AND row_number IN (").bind_all(rows).push(")");
        tx.run(sql).await?;
    }
    keep(tx, &facts.batch, &plan.batch, import).await?;
    Ok((decision.answer, decision.record))
}

/// Those of the locked listings that somebody booked or made an offer for.
async fn wanted(tx: &Tx, listings: impl Iterator<Item = ListingId>) -> Result<BTreeSet<ListingId>, DbErr> {
    let ids: Vec<Uuid> = listings.map(|listing| listing.uuid()).collect();
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let mut sql = tx.sql();
    sql.push("SELECT b.listing_id FROM bookings b WHERE ")
        .push(scheduling::rows::LIVE)
        .push(" AND b.listing_id IN (")
        .bind_all(ids.clone());
    sql.push(") UNION SELECT n.listing_id FROM negotiations n WHERE ")
        .push(negotiation::rows::LIVE)
        .push(" AND n.listing_id IN (")
        .bind_all(ids)
        .push(")");
    tx.all(sql)
        .await?
        .iter()
        .map(|row| id(row, "listing_id"))
        .collect()
}
