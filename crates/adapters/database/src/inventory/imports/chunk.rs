//! One chunk of rows: read, decided and written in one transaction.

use std::collections::{HashMap, HashSet};

use ::inventory::error::Error;
use ::inventory::import::batch::{Batch, RowReport};
use ::inventory::import::decide::{ChunkFacts, ChunkPlan};
use kernel::act::Decide;
use kernel::id::{JobId, SiteId};
use sea_orm::DbErr;

use super::super::rows::strict_vin;
use super::batch::{Outcome, keep, locked, text, whole};
use super::stock::present;
use super::write::write_all;
use crate::fault::Stop;
use crate::rows::{Columns, corrupt, get, id, insert_all};
use crate::tx::Tx;

async fn chunk_facts(tx: &Tx, import: JobId, vins: &[String]) -> Result<ChunkFacts, Stop<Error>> {
    let batch = locked(tx, import).await?;
    let strict = strict_vin(tx, batch.dealer).await?;
    let mut sql = tx.sql();
    sql.push("SELECT id FROM sites WHERE dealer_id = ")
        .bind(batch.dealer.uuid());
    let sites: HashSet<SiteId> = tx
        .all(sql)
        .await?
        .iter()
        .map(|row| id(row, "id"))
        .collect::<Result<_, DbErr>>()?;
    let mut sql = tx.sql();
    sql.push("SELECT vin, MIN(row_number) AS first FROM listing_import_rows WHERE import_id = ")
        .bind(import.uuid())
        .push(" AND vin IN (")
        .bind_all(vins.iter().map(String::as_str))
        .push(") GROUP BY vin");
    let mut earlier = HashMap::new();
    for row in tx.all(sql).await? {
        let first = u64::try_from(get::<i64>(&row, "first")?).map_err(|e| corrupt("row_number", e))?;
        earlier.insert(get::<String>(&row, "vin")?, first);
    }
    Ok(ChunkFacts {
        present: present(tx, batch.dealer, vins).await?,
        batch,
        strict_vin: strict.unwrap_or(false),
        sites,
        earlier,
    })
}

pub(super) async fn apply_in(
    tx: &Tx,
    import: JobId,
    vins: &[String],
    decide: Decide<'_, ChunkFacts, ChunkPlan, Batch, Error>,
) -> Outcome {
    let facts = chunk_facts(tx, import, vins).await?;
    let decision = decide(&facts).map_err(Stop::Domain)?;
    let plan = &decision.plan;
    write_all(tx, &plan.writes).await?;
    let reports = plan
        .reports
        .iter()
        .map(|report| report_row(import, report))
        .collect::<Result<Vec<_>, _>>()?;
    insert_all(tx, "listing_import_rows", reports).await?;
    keep(tx, &facts.batch, &plan.batch, import).await?;
    Ok((decision.answer, decision.record))
}

fn report_row(import: JobId, report: &RowReport) -> Result<Columns, DbErr> {
    Ok(vec![
        ("import_id", import.uuid().into()),
        ("row_number", whole(report.row).into()),
        ("vin", report.vin.clone().into()),
        ("listing_id", report.listing.map(|l| l.uuid()).into()),
        ("writes", report.undo.is_some().into()),
        ("report", text("report", report)?.into()),
    ])
}
