//! Files.

use ::media::Error;
use ::media::file::{File, Status};
use ::media::ports::{AnnounceFacts, Files};
use async_trait::async_trait;
use kernel::Instant;
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::{DealerId, FileId, Id, UserId};

use super::rows;
use crate::db::Db;
use crate::fault::{self, Stop};
use crate::identity::lock_open;
use crate::inventory::refresh_search;
use crate::rows::{get, id, insert, update};
use crate::tx::Tx;

/// Files in a database.
#[derive(Clone)]
pub struct SqlFiles {
    db: Db,
}

impl SqlFiles {
    /// In this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

async fn announce_in(
    tx: &Tx,
    by: UserId,
    dealer: Option<DealerId>,
    decide: Decide<'_, AnnounceFacts, File, File, Error>,
) -> Result<(File, Record), Stop<Error>> {
    if !lock_open(tx, by).await? {
        return Err(Common::Unauthenticated.into());
    }
    let mut sql = tx.sql();
    sql.push("SELECT COUNT(*) AS unused FROM files WHERE attached_at IS NULL AND status <> 'discarded' AND uploaded_by = ")
        .bind(by.uuid());
    let unused: i64 = match tx.one(sql).await? {
        Some(row) => get(&row, "unused")?,
        None => 0,
    };
    let facts = AnnounceFacts {
        unused: usize::try_from(unused).unwrap_or(usize::MAX),
        dealer_known: known(tx, dealer).await?,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    insert(tx, "files", rows::new(&decision.plan)).await?;
    Ok((decision.answer, decision.record))
}

async fn known(tx: &Tx, dealer: Option<DealerId>) -> Result<bool, Stop<Error>> {
    let Some(dealer) = dealer else {
        return Ok(true);
    };
    let mut sql = tx.sql();
    sql.push("SELECT 1 AS one FROM dealers WHERE id = ")
        .bind(dealer.uuid());
    Ok(tx.one(sql).await?.is_some())
}

async fn change_in(
    tx: &Tx,
    file: FileId,
    decide: Decide<'_, File, File, File, Error>,
) -> Result<(File, Record), Stop<Error>> {
    // A photo never moves to another listing, so what is read before the lock still holds under it.
    let mut sql = tx.sql();
    sql.push("SELECT listing_id FROM listing_photos WHERE file_id = ")
        .bind(file.uuid());
    let shown_by = tx.one(sql).await?.map(|row| id(&row, "listing_id")).transpose()?;
    if let Some(listing) = shown_by {
        tx.lock("listings", Id::uuid(&listing)).await?;
    }
    let before = rows::locked_file(tx, file).await?.ok_or(Common::absent("file"))?;
    let decision = decide(&before).map_err(Stop::Domain)?;
    update(tx, "files", rows::changing(&decision.plan), "id", file.uuid()).await?;
    if let Some(listing) = shown_by {
        refresh_search(tx, &[listing]).await?;
    }
    Ok((decision.answer, decision.record))
}

#[async_trait]
impl Files for SqlFiles {
    async fn announce(
        &self,
        act: &Act,
        by: UserId,
        dealer: Option<DealerId>,
        decide: Decide<'_, AnnounceFacts, File, File, Error>,
    ) -> Result<Done<File>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = announce_in(&tx, by, dealer, decide).await;
                (tx, result)
            })
            .await
    }

    async fn change(
        &self,
        act: &Act,
        file: FileId,
        decide: Decide<'_, File, File, File, Error>,
    ) -> Result<Done<File>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = change_in(&tx, file, decide).await;
                (tx, result)
            })
            .await
    }

    async fn find(&self, file: FileId) -> Result<Option<File>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT ")
            .push(rows::FILE)
            .push(" FROM files f WHERE f.id = ")
            .bind(file.uuid());
        let row = self.db.one_of_primary(sql).await?;
        let found = row.as_ref().map(rows::file).transpose();
        Ok(found.map_err(|e| fault::common(&e))?)
    }

    async fn waiting(&self, files: &[FileId]) -> Result<Vec<FileId>, Error> {
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let mut sql = self.db.sql();
        sql.push("SELECT id FROM files WHERE status IN ('awaiting', 'stored') AND id IN (")
            .bind_all(files.iter().map(Id::uuid))
            .push(")");
        let rows = self.db.all_of_primary(sql).await?;
        let ids = rows.iter().map(|row| id(row, "id")).collect::<Result<_, _>>();
        Ok(ids.map_err(|e| fault::common(&e))?)
    }

    async fn discard_unused(&self, before: Instant, limit: usize) -> Result<Vec<FileId>, Error> {
        let mut sql = self.db.sql();
        sql.push("UPDATE files SET status = ")
            .bind(Status::Discarded.as_str())
            .push(" WHERE attached_at IS NULL AND id IN (SELECT id FROM files WHERE attached_at IS NULL AND (created_at < ")
            .bind(before)
            .push(" OR status = 'discarded') ORDER BY created_at, id LIMIT ")
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .push(") RETURNING id");
        let rows = self.db.returning(sql).await?;
        let ids = rows.iter().map(|row| id(row, "id")).collect::<Result<_, _>>();
        Ok(ids.map_err(|e| fault::common(&e))?)
    }

    async fn forget(&self, files: &[FileId]) -> Result<(), Error> {
        if files.is_empty() {
            return Ok(());
        }
        let mut sql = self.db.sql();
        sql.push("DELETE FROM files WHERE status = 'discarded' AND id IN (")
            .bind_all(files.iter().map(Id::uuid))
            .push(")");
        self.db.run(sql).await?;
        Ok(())
    }
}
