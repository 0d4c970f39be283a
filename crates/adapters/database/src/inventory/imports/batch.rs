//! One import: started, read under lock, kept.

use ::inventory::error::Error;
use ::inventory::import::batch::Batch;
use ::inventory::import::ports::StartFacts;
use kernel::act::{Decide, Record};
use kernel::error::Common;
use kernel::id::{DealerId, JobId, SiteId};
use kernel::money::Currency;
use sea_orm::{DbErr, QueryResult};

use super::super::rows::site_is_of;
use crate::fault::Stop;
use crate::rows::{Columns, corrupt, get, insert_all};
use crate::tx::Tx;

/// The import after an act, and what the act leaves behind.
pub(super) type Outcome = Result<(Batch, Record), Stop<Error>>;

pub(super) fn text<T: serde::Serialize>(column: &str, value: &T) -> Result<String, DbErr> {
    serde_json::to_string(value).map_err(|e| corrupt(column, e))
}

pub(super) fn parsed<T: serde::de::DeserializeOwned>(row: &QueryResult, column: &str) -> Result<T, DbErr> {
    serde_json::from_str(&get::<String>(row, column)?).map_err(|e| corrupt(column, e))
}

pub(super) fn whole(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Locks an import and reads it.
pub(super) async fn locked(tx: &Tx, import: JobId) -> Result<Batch, Stop<Error>> {
    if !tx.lock("listing_imports", import.uuid()).await? {
        return Err(Common::absent("import").into());
    }
    let mut sql = tx.sql();
    sql.push("SELECT batch FROM listing_imports WHERE id = ")
        .bind(import.uuid());
    let row = tx.one(sql).await?.ok_or(Common::absent("import"))?;
    Ok(parsed(&row, "batch")?)
}

/// Writes it as it is now. A stage that reads the file anew begins with an empty report.
pub(super) async fn keep(tx: &Tx, before: &Batch, after: &Batch, import: JobId) -> Result<(), DbErr> {
    if before.stage != after.stage && after.stage.is_open() {
        let mut sql = tx.sql();
        sql.push("DELETE FROM listing_import_rows WHERE import_id = ")
            .bind(import.uuid());
        tx.run(sql).await?;
    }
    let mut sql = tx.sql();
    sql.push("UPDATE listing_imports SET stage = ")
        .bind(after.stage.as_str());
    sql.push(", position = ").bind(whole(after.position));
    sql.push(", batch = ").bind(text("batch", after)?);
    sql.push(" WHERE id = ").bind(import.uuid());
    tx.run(sql).await.map(|_| ())
}

pub(super) async fn start_in(
    tx: &Tx,
    dealer: DealerId,
    site: Option<SiteId>,
    decide: Decide<'_, StartFacts, Batch, Batch, Error>,
) -> Outcome {
    let mut sql = tx.sql();
    sql.push("SELECT currency FROM dealers WHERE id = ")
        .bind(dealer.uuid());
    let currency = match tx.one(sql).await? {
        Some(row) => {
            let code: String = get(&row, "currency")?;
            Some(Currency::parse(&code).map_err(|e| corrupt("currency", e))?)
        }
        None => None,
    };
    let facts = StartFacts {
        currency,
        site_is_ours: site_is_of(tx, dealer, site).await?,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    let batch = &decision.plan;
    let row: Columns = vec![
        ("id", batch.id.uuid().into()),
        ("dealer_id", batch.dealer.uuid().into()),
        ("stage", batch.stage.as_str().into()),
        ("position", whole(batch.position).into()),
        ("batch", text("batch", batch)?.into()),
        ("created_at", batch.created_at.into()),
    ];
    insert_all(tx, "listing_imports", vec![row]).await?;
    Ok((decision.answer, decision.record))
}

pub(super) async fn change_in(
    tx: &Tx,
    import: JobId,
    decide: Decide<'_, Batch, Option<Batch>, Batch, Error>,
) -> Outcome {
    let before = locked(tx, import).await?;
    let decision = decide(&before).map_err(Stop::Domain)?;
    if let Some(after) = &decision.plan {
        keep(tx, &before, after, import).await?;
    }
    Ok((decision.answer, decision.record))
}
