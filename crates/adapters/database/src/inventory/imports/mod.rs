//! Imports under lock, their staged files and reports; and a dealer's stock to write as a file.

mod batch;
mod chunk;
mod export;
mod stock;
mod undo;
mod write;

use ::inventory::error::Error;
use ::inventory::import::batch::{Batch, RowReport, Undone};
use ::inventory::import::decide::{ChunkFacts, ChunkPlan};
use ::inventory::import::ports::{Imports, StartFacts};
use ::inventory::import::undo::{UndoFacts, UndoPlan};
use async_trait::async_trait;
use kernel::Instant;
use kernel::act::{Act, Decide, Done};
use kernel::id::{DealerId, JobId, SiteId};
use sea_orm::{DbErr, QueryResult, Value};
use uuid::Uuid;

use self::batch::{change_in, parsed, start_in, whole};
use self::chunk::apply_in;
use self::undo::undo_in;
use crate::db::Db;
use crate::fault;
use crate::rows::get;

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

    async fn forget(&self, before: Instant) -> Result<u64, Error> {
        // An id begins with the millisecond that it was made in.
        let made = u64::try_from(before.timestamp_millis()).unwrap_or(0);
        let mut sql = self.db.sql();
        sql.push("DELETE FROM listing_import_parts WHERE import_id < ")
            .bind(Uuid::from_u64_pair(made << 16, 0));
        Ok(self.db.run(sql).await?)
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
        self.db
            .act(act, |tx| async move {
                let result = start_in(&tx, dealer, site, decide).await;
                (tx, result)
            })
            .await
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
        self.db
            .act(act, |tx| async move {
                let result = change_in(&tx, import, decide).await;
                (tx, result)
            })
            .await
    }

    async fn apply(
        &self,
        act: &Act,
        import: JobId,
        vins: &[String],
        decide: Decide<'_, ChunkFacts, ChunkPlan, Batch, Error>,
    ) -> Result<Done<Batch>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = apply_in(&tx, import, vins, decide).await;
                (tx, result)
            })
            .await
    }

    async fn undo(
        &self,
        act: &Act,
        import: JobId,
        limit: u32,
        decide: Decide<'_, UndoFacts, UndoPlan, Batch, Error>,
    ) -> Result<Done<Batch>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = undo_in(&tx, import, limit, decide).await;
                (tx, result)
            })
            .await
    }

    async fn reports(&self, import: JobId, after: u64, limit: u32) -> Result<Vec<RowReport>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT report, undone FROM listing_import_rows WHERE import_id = ")
            .bind(import.uuid());
        sql.push(" AND row_number > ").bind(whole(after));
        sql.push(" ORDER BY row_number LIMIT ").bind(i64::from(limit));
        let read = |row: &QueryResult| -> Result<RowReport, DbErr> {
            let report: RowReport = parsed(row, "report")?;
            let undone = get::<Option<String>>(row, "undone")?.and_then(|word| Undone::parse(&word));
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
