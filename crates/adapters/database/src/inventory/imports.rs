//! Imports under lock, their staged files and reports; and a dealer's stock to write as a file.

use std::collections::{HashMap, HashSet};

use ::inventory::error::Error;
use ::inventory::import::batch::{Batch, RowReport, Undone};
use ::inventory::import::decide::{ChunkFacts, ChunkPlan, Present, RowWrite};
use ::inventory::import::ports::{Export, Imports, StartFacts};
use ::inventory::import::undo::{UndoFacts, UndoPlan};
use ::inventory::listing::{Listed, ListingStatus};
use ::inventory::vehicle::VehicleStatus;
use async_trait::async_trait;
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::{DealerId, JobId, ListingId, SiteId};
use kernel::money::Currency;
use sea_orm::{DbErr, QueryResult, Value};
use uuid::Uuid;

use super::rows::{
    Columns, corrupt, get, id, insert_all, listed, new_history, new_listing, new_price, new_vehicle,
    select_listed, select_vehicle, site_is_of, strict_vin, vehicle, write_listing, write_vehicle,
};
use super::search::index;
use crate::db::Db;
use crate::fault::{self, Stop};
use crate::tx::{Begun, Tries, Tx};

/// Imports in a database.
#[derive(Clone)]
pub struct SqlImports {
    db: Db,
}

impl SqlImports {
    /// In this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

type Outcome = Result<(Batch, Record), Stop<Error>>;

fn text<T: serde::Serialize>(column: &str, value: &T) -> Result<String, DbErr> {
    serde_json::to_string(value).map_err(|e| corrupt(column, e))
}

fn parsed<T: serde::de::DeserializeOwned>(row: &QueryResult, column: &str) -> Result<T, DbErr> {
    serde_json::from_str(&get::<String>(row, column)?).map_err(|e| corrupt(column, e))
}

fn whole(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

/// Locks an import and reads it.
async fn locked(tx: &Tx, import: JobId) -> Result<Batch, Stop<Error>> {
    if !tx.lock("listing_imports", import.uuid()).await? {
        return Err(Common::absent("import").into());
    }
    let mut sql = tx.sql();
    sql.push("SELECT batch FROM listing_imports WHERE id = ")
        .bind(import.uuid());
    let row = tx.one(sql).await?.ok_or(Common::absent("import"))?;
    Ok(parsed(&row, "batch")?)
}

async fn keep(tx: &Tx, before: &Batch, after: &Batch, import: JobId) -> Result<(), DbErr> {
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

async fn start_in(
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

async fn change_in(
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

/// Locks listings, then cars, each by id, of a dealer's VINs.
async fn lock_stock(tx: &Tx, dealer: DealerId, vins: &[String]) -> Result<(), DbErr> {
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
        sql.push(what)
            .push(" WHERE v.owner_kind = 'dealer' AND v.owner_id = ")
            .bind(dealer.uuid());
        sql.push(" AND v.vin IN (")
            .bind_all(vins.iter().map(String::as_str))
            .push(")")
            .push(order);
        tx.all(sql).await?;
    }
    Ok(())
}

/// What the dealer has under each VIN: its car that is not sold, else the one sold last; with its open listing, else its latest.
async fn present(tx: &Tx, dealer: DealerId, vins: &[String]) -> Result<HashMap<String, Present>, DbErr> {
    let mut present = HashMap::new();
    if vins.is_empty() {
        return Ok(present);
    }
    lock_stock(tx, dealer, vins).await?;
    let stock = |sql: &mut crate::sql::Sql| {
        sql.push("v.owner_kind = 'dealer' AND v.owner_id = ")
            .bind(dealer.uuid());
        sql.push(" AND v.vin IN (")
            .bind_all(vins.iter().map(String::as_str))
            .push(")");
    };
    let mut sql = select_vehicle(tx.sql());
    stock(&mut sql);
    sql.push(" ORDER BY v.id");
    for row in tx.all(sql).await? {
        let found = vehicle(&row)?;
        let vin = found.details.vin.to_string();
        let better = match present.get(&vin) {
            Some(Present::Stock(known)) => known.status == VehicleStatus::Sold,
            Some(Present::Listed(_)) | None => true,
        };
        if better {
            present.insert(vin, Present::Stock(Box::new(found)));
        }
    }
    let mut sql = select_listed(tx.sql());
    stock(&mut sql);
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

async fn apply_in(
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

/// Writes what rows decided: what is new in one statement a table, what changes one by one, what searches find at the end.
async fn write_all(tx: &Tx, writes: &[RowWrite]) -> Result<(), DbErr> {
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

async fn stored_vehicle(tx: &Tx, key: Uuid) -> Result<::inventory::vehicle::Vehicle, DbErr> {
    let mut sql = select_vehicle(tx.sql());
    sql.push("v.id = ").bind(key);
    let row = tx.one(sql).await?.ok_or_else(|| corrupt("vehicle_id", key))?;
    vehicle(&row)
}

async fn undo_in(
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
    let rows = reports
        .into_iter()
        .map(|report| {
            let current = report.listing.and_then(|l| now.remove(&l));
            (report, current)
        })
        .collect();
    let facts = UndoFacts { batch, rows, more };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    let plan = &decision.plan;
    write_all(tx, &plan.writes).await?;
    for (word, undone) in [("yes", Undone::Yes), ("touched", Undone::Touched)] {
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
        sql.push("UPDATE listing_import_rows SET undone = ").bind(word);
        sql.push(" WHERE import_id = ").bind(import.uuid());
        sql.push(" AND row_number IN (").bind_all(rows).push(")");
        tx.run(sql).await?;
    }
    keep(tx, &facts.batch, &plan.batch, import).await?;
    Ok((decision.answer, decision.record))
}

/// The loop that every act is: begin, work, finish, and again when the database asks for it.
macro_rules! act {
    ($self:ident, $act:ident, |$tx:ident| $work:expr) => {{
        let mut tries = Tries::default();
        loop {
            let $tx = match $self.db.begin($act).await? {
                Begun::Fresh(tx) => tx,
                Begun::Replayed(done) => return Ok(done),
            };
            let result = $work.await;
            if let Some(end) = $tx.finish($act, &mut tries, result).await {
                return end;
            }
        }
    }};
}

#[async_trait]
impl Imports for SqlImports {
    async fn stage(&self, import: JobId, part: u32, bytes: &[u8]) -> Result<(), Error> {
        let mut sql = self.db.sql();
        sql.push("INSERT INTO listing_import_parts (import_id, part, bytes) VALUES (")
            .bind(import.uuid());
        sql.push(", ")
            .bind(i64::from(part))
            .push(", ")
            .bind(Value::Bytes(Some(bytes.to_vec())))
            .push(")");
        self.db.run(sql).await?;
        Ok(())
    }

    async fn unstage(&self, import: JobId) -> Result<(), Error> {
        let mut sql = self.db.sql();
        sql.push("DELETE FROM listing_import_parts WHERE import_id = ")
            .bind(import.uuid());
        self.db.run(sql).await?;
        Ok(())
    }

    async fn part(&self, import: JobId, part: u32) -> Result<Option<Vec<u8>>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT bytes FROM listing_import_parts WHERE import_id = ")
            .bind(import.uuid());
        sql.push(" AND part = ").bind(i64::from(part));
        let row = self.db.one(sql).await?;
        Ok(row
            .map(|row| get(&row, "bytes"))
            .transpose()
            .map_err(|e| fault::common(&e))?)
    }

    async fn start(
        &self,
        act: &Act,
        dealer: DealerId,
        site: Option<SiteId>,
        decide: Decide<'_, StartFacts, Batch, Batch, Error>,
    ) -> Result<Done<Batch>, Error> {
        act!(self, act, |tx| start_in(&tx, dealer, site, decide))
    }

    async fn find(&self, import: JobId) -> Result<Option<Batch>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT batch FROM listing_imports WHERE id = ")
            .bind(import.uuid());
        let row = self.db.one(sql).await?;
        Ok(row
            .map(|row| parsed(&row, "batch"))
            .transpose()
            .map_err(|e| fault::common(&e))?)
    }

    async fn change(
        &self,
        act: &Act,
        import: JobId,
        decide: Decide<'_, Batch, Option<Batch>, Batch, Error>,
    ) -> Result<Done<Batch>, Error> {
        act!(self, act, |tx| change_in(&tx, import, decide))
    }

    async fn apply(
        &self,
        act: &Act,
        import: JobId,
        vins: &[String],
        decide: Decide<'_, ChunkFacts, ChunkPlan, Batch, Error>,
    ) -> Result<Done<Batch>, Error> {
        act!(self, act, |tx| apply_in(&tx, import, vins, decide))
    }

    async fn undo(
        &self,
        act: &Act,
        import: JobId,
        limit: u32,
        decide: Decide<'_, UndoFacts, UndoPlan, Batch, Error>,
    ) -> Result<Done<Batch>, Error> {
        act!(self, act, |tx| undo_in(&tx, import, limit, decide))
    }

    async fn reports(&self, import: JobId, after: u64, limit: u32) -> Result<Vec<RowReport>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT report, undone FROM listing_import_rows WHERE import_id = ")
            .bind(import.uuid());
        sql.push(" AND row_number > ").bind(whole(after));
        sql.push(" ORDER BY row_number LIMIT ").bind(i64::from(limit));
        let read = |row: &QueryResult| -> Result<RowReport, DbErr> {
            let report: RowReport = parsed(row, "report")?;
            let undone = match get::<Option<String>>(row, "undone")?.as_deref() {
                Some("yes") => Some(Undone::Yes),
                Some(_) => Some(Undone::Touched),
                None => None,
            };
            Ok(RowReport { undone, ..report })
        };
        let rows = self.db.all(sql).await?;
        Ok(rows
            .iter()
            .map(read)
            .collect::<Result<_, _>>()
            .map_err(|e| fault::common(&e))?)
    }
}

#[async_trait]
impl Export for SqlImports {
    async fn listings(
        &self,
        dealer: DealerId,
        statuses: &[ListingStatus],
        after: Option<ListingId>,
        limit: u32,
    ) -> Result<Vec<Listed>, Error> {
        let mut sql = select_listed(self.db.sql());
        sql.push("l.dealer_id = ").bind(dealer.uuid());
        sql.push(" AND l.status IN (")
            .bind_all(statuses.iter().map(|s| s.as_str()))
            .push(")");
        if let Some(after) = after {
            sql.push(" AND l.id > ").bind(after.uuid());
        }
        sql.push(" ORDER BY l.id LIMIT ").bind(i64::from(limit));
        let rows = self.db.all(sql).await?;
        Ok(rows
            .iter()
            .map(listed)
            .collect::<Result<_, _>>()
            .map_err(|e| fault::common(&e))?)
    }
}
