//! What users keep: listings and searches.

use ::inventory::error::Error;
use ::inventory::listing::ListingStatus;
use ::inventory::ports::{SaveFacts, SavedListings, SavedSearches};
use ::inventory::saved::{SavedListing, SavedSearch};
use async_trait::async_trait;
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::{ListingId, SavedSearchId, UserId};
use kernel::paging::{Page, PageRequest};
use sea_orm::{DbErr, QueryResult};

use super::rows::{LISTING, VEHICLE, listed};
use crate::db::Db;
use crate::fault::{self, Stop};
use crate::identity::lock_open;
use crate::list::{Field, FieldType, ListQuery, ListSpec};
use crate::rows::{corrupt, get, id, insert, json_of};
use crate::sql::Sql;
use crate::tx::Tx;

/// Favourites and searches in a database.
#[derive(Clone)]
pub struct SqlSaved {
    db: Db,
}

impl SqlSaved {
    /// In this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

const LIST: ListSpec = ListSpec {
    fields: &[Field {
        name: "saved_at",
        sql: "k.saved_at",
        of: FieldType::Instant,
    }],
    default: &[("saved_at", true)],
    id: "k.listing_id",
};

async fn save_in(
    tx: &Tx,
    act: &Act,
    user: UserId,
    listing: ListingId,
    decide: Decide<'_, SaveFacts, bool, (), Error>,
) -> Result<((), Record), Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("SELECT l.dealer_id, l.status, d.status AS dealer_status, k.saved_at FROM listings l ")
        .push("JOIN dealers d ON d.id = l.dealer_id ")
        .push("LEFT JOIN saved_listings k ON k.listing_id = l.id AND k.user_id = ")
        .bind(user.uuid())
        .push(" WHERE l.id = ")
        .bind(listing.uuid());
    let row = tx.one(sql).await?.ok_or(Common::absent("listing"))?;
    let status: String = get(&row, "status")?;
    let facts = SaveFacts {
        dealer: id(&row, "dealer_id")?,
        status: ListingStatus::parse(&status).ok_or_else(|| corrupt("status", status))?,
        dealer_verified: get::<String>(&row, "dealer_status")? == "verified",
        saved: get::<Option<kernel::Instant>>(&row, "saved_at")?.is_some(),
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    if decision.plan {
        let mut sql = tx.sql();
        sql.push(
            "INSERT INTO saved_listings (user_id, listing_id, saved_at, known_minor, known_currency) SELECT ",
        )
        .bind(user.uuid())
        .push(", l.id, ")
        .bind(act.at)
        .push(", l.asking_minor, l.currency FROM listings l WHERE l.id = ")
        .bind(listing.uuid())
        .push(" ON CONFLICT DO NOTHING");
        tx.run(sql).await?;
        watch(tx, act, user).await?;
    }
    Ok(((), decision.record))
}

/// From now on the user hears what is new, once a day.
async fn watch(tx: &Tx, act: &Act, user: UserId) -> Result<(), DbErr> {
    let mut sql = tx.sql();
    sql.push("INSERT INTO digests (user_id, since, next_at, planned) VALUES (")
        .bind(user.uuid())
        .push(", ")
        .bind(act.at)
        .push(", ")
        .bind(act.at)
        .push(", FALSE) ON CONFLICT DO NOTHING");
    tx.run(sql).await.map(|_| ())
}

async fn forget_in(tx: &Tx, user: UserId, listing: ListingId) -> Result<(bool, Record), Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("DELETE FROM saved_listings WHERE user_id = ")
        .bind(user.uuid())
        .push(" AND listing_id = ")
        .bind(listing.uuid());
    Ok((tx.run(sql).await? > 0, Record::default()))
}

fn saved(row: &QueryResult) -> Result<SavedListing, DbErr> {
    Ok(SavedListing {
        listed: listed(row)?,
        saved_at: get(row, "saved_at")?,
    })
}

#[async_trait]
impl SavedListings for SqlSaved {
    async fn save(
        &self,
        act: &Act,
        user: UserId,
        listing: ListingId,
        decide: Decide<'_, SaveFacts, bool, (), Error>,
    ) -> Result<Done<()>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = save_in(&tx, act, user, listing, decide).await;
                (tx, result)
            })
            .await
    }

    async fn forget(&self, act: &Act, user: UserId, listing: ListingId) -> Result<bool, Error> {
        let done = self.db.act(act, |tx| async move {
            let result = forget_in(&tx, user, listing).await;
            (tx, result)
        });
        Ok(done.await?.value)
    }

    async fn list(&self, user: UserId, page: &PageRequest) -> Result<Page<SavedListing>, Error> {
        let query = ListQuery {
            select: &format!("k.saved_at, {LISTING}, {VEHICLE}"),
            from: "saved_listings k JOIN listings l ON l.id = k.listing_id JOIN vehicles v ON v.id = l.vehicle_id \
                   JOIN dealers d ON d.id = l.dealer_id",
            filter: |sql: &mut Sql| {
                sql.push(
                    " AND l.status IN ('active', 'reserved') AND d.status = 'verified' AND k.user_id = ",
                )
                .bind(user.uuid());
            },
            filter_key: user.to_string(),
        };
        Ok(LIST.page(&self.db, page, &query, saved).await?)
    }
}

async fn keep_in(
    tx: &Tx,
    act: &Act,
    user: UserId,
    decide: Decide<'_, usize, SavedSearch, SavedSearch, Error>,
) -> Result<(SavedSearch, Record), Stop<Error>> {
    if !lock_open(tx, user).await? {
        return Err(Common::Unauthenticated.into());
    }
    let mut sql = tx.sql();
    sql.push("SELECT COUNT(*) AS kept FROM saved_searches WHERE user_id = ")
        .bind(user.uuid());
    let kept: i64 = match tx.one(sql).await? {
        Some(row) => get(&row, "kept")?,
        None => 0,
    };
    let decision = decide(&usize::try_from(kept).unwrap_or(usize::MAX)).map_err(Stop::Domain)?;
    let search = &decision.plan;
    let filters = serde_json::to_value(&search.filters).map_err(|e| Common::internal(e.to_string()))?;
    let row = vec![
        ("id", search.id.uuid().into()),
        ("user_id", search.user.uuid().into()),
        ("name", search.name.clone().into()),
        ("filters", filters.into()),
        ("created_at", search.created_at.into()),
    ];
    insert(tx, "saved_searches", row).await?;
    watch(tx, act, user).await?;
    Ok((decision.answer, decision.record))
}

async fn forget_search_in(tx: &Tx, user: UserId, search: SavedSearchId) -> Result<((), Record), Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("DELETE FROM saved_searches WHERE id = ")
        .bind(search.uuid())
        .push(" AND user_id = ")
        .bind(user.uuid());
    if tx.run(sql).await? == 0 {
        return Err(Common::absent("saved search").into());
    }
    Ok(((), Record::default()))
}

/// Goes with [`search`].
pub(super) const SEARCH: &str = "id, user_id, name, filters, created_at";

pub(super) fn search(row: &QueryResult) -> Result<SavedSearch, DbErr> {
    Ok(SavedSearch {
        id: id(row, "id")?,
        user: id(row, "user_id")?,
        name: get(row, "name")?,
        filters: json_of(row, "filters")?,
        created_at: get(row, "created_at")?,
    })
}

#[async_trait]
impl SavedSearches for SqlSaved {
    async fn keep(
        &self,
        act: &Act,
        user: UserId,
        decide: Decide<'_, usize, SavedSearch, SavedSearch, Error>,
    ) -> Result<Done<SavedSearch>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = keep_in(&tx, act, user, decide).await;
                (tx, result)
            })
            .await
    }

    async fn forget(&self, act: &Act, user: UserId, search: SavedSearchId) -> Result<(), Error> {
        let done = self.db.act(act, |tx| async move {
            let result = forget_search_in(&tx, user, search).await;
            (tx, result)
        });
        done.await?;
        Ok(())
    }

    async fn list(&self, user: UserId) -> Result<Vec<SavedSearch>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT ")
            .push(SEARCH)
            .push(" FROM saved_searches WHERE user_id = ")
            .bind(user.uuid())
            .push(" ORDER BY id DESC");
        let rows = self.db.all(sql).await?;
        Ok(rows
            .iter()
            .map(search)
            .collect::<Result<_, _>>()
            .map_err(|e| fault::common(&e))?)
    }
}
