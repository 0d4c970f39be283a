//! The photos of listings.

use ::media::Error;
use ::media::album::{Album, Placed};
use ::media::ports::{AlbumFacts, AlbumPlan, Albums};
use async_trait::async_trait;
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::{DealerId, FileId, ListingId};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::rows;
use crate::db::Db;
use crate::fault::{self, Stop};
use crate::inventory::refresh_search;
use crate::rows::{Columns, get, id, insert_all};
use crate::tx::Tx;

/// Photos of listings in a database.
#[derive(Clone)]
pub struct SqlAlbums {
    db: Db,
}

impl SqlAlbums {
    /// In this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

async fn facts(tx: &Tx, listing: ListingId, file: Option<FileId>) -> Result<AlbumFacts, Stop<Error>> {
    if !tx.lock("listings", listing.uuid()).await? {
        return Err(Common::absent("listing").into());
    }
    let mut sql = tx.sql();
    sql.push("SELECT dealer_id, status, version FROM listings WHERE id = ")
        .bind(listing.uuid());
    let row = tx.one(sql).await?.ok_or(Common::absent("listing"))?;
    let file = match file {
        Some(file) => rows::locked_file(tx, file).await?,
        None => None,
    };
    Ok(AlbumFacts {
        listing,
        dealer: id(&row, "dealer_id")?,
        sold: get::<String>(&row, "status")? == "sold",
        version: get(&row, "version")?,
        album: rows::albums_of(tx, &[listing])
            .await?
            .remove(&listing.uuid())
            .unwrap_or_default(),
        file,
    })
}

/// The photos anew: at most forty rows, and no order of writing in which two are at one place for a moment.
async fn rewrite(tx: &Tx, listing: ListingId, album: &Album) -> Result<(), Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("DELETE FROM listing_photos WHERE listing_id = ")
        .bind(listing.uuid());
    tx.run(sql).await?;
    let rows: Vec<Columns> = (1_i64..)
        .zip(album.photos())
        .map(|(position, photo)| {
            vec![
                ("id", photo.id.uuid().into()),
                ("listing_id", listing.uuid().into()),
                ("file_id", photo.file.uuid().into()),
                ("position", position.into()),
                ("alt_text", photo.alt_text.clone().into()),
                ("is_primary", photo.primary.into()),
            ]
        })
        .collect();
    Ok(insert_all(tx, "listing_photos", rows).await?)
}

async fn change_in<T>(
    tx: &Tx,
    listing: ListingId,
    file: Option<FileId>,
    decide: Decide<'_, AlbumFacts, AlbumPlan, T, Error>,
) -> Result<(T, Record), Stop<Error>> {
    let facts = facts(tx, listing, file).await?;
    let decision = decide(&facts).map_err(Stop::Domain)?;
    let plan = &decision.plan;
    rewrite(tx, listing, &plan.album).await?;
    rows::attach(tx, plan.attached.as_ref(), plan.discarded).await?;
    let mut sql = tx.sql();
    sql.push("UPDATE listings SET version = version + 1, updated_at = ")
        .bind(plan.at)
        .push(" WHERE id = ")
        .bind(listing.uuid());
    tx.run(sql).await?;
    refresh_search(tx, &[listing]).await?;
    Ok((decision.answer, decision.record))
}

impl SqlAlbums {
    async fn act<T: Serialize + DeserializeOwned + Send>(
        &self,
        act: &Act,
        listing: ListingId,
        file: Option<FileId>,
        decide: Decide<'_, AlbumFacts, AlbumPlan, T, Error>,
    ) -> Result<Done<T>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = change_in(&tx, listing, file, decide).await;
                (tx, result)
            })
            .await
    }
}

#[async_trait]
impl Albums for SqlAlbums {
    async fn dealer_of(&self, listing: ListingId) -> Result<Option<DealerId>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT dealer_id FROM listings WHERE id = ")
            .bind(listing.uuid());
        let row = self.db.one_of_primary(sql).await?;
        let dealer = row.as_ref().map(|row| id(row, "dealer_id")).transpose();
        Ok(dealer.map_err(|e| fault::common(&e))?)
    }

    async fn change(
        &self,
        act: &Act,
        listing: ListingId,
        file: Option<FileId>,
        decide: Decide<'_, AlbumFacts, AlbumPlan, Placed, Error>,
    ) -> Result<Done<Placed>, Error> {
        self.act(act, listing, file, decide).await
    }

    async fn remove(
        &self,
        act: &Act,
        listing: ListingId,
        decide: Decide<'_, AlbumFacts, AlbumPlan, (), Error>,
    ) -> Result<Done<()>, Error> {
        self.act(act, listing, None, decide).await
    }
}
