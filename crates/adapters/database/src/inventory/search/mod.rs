//! Listings to look for, in one table that is read in one statement: see `listing_search` in the migrations.

pub(super) mod conditions;
mod counts;
mod detail;
pub(crate) mod index;
mod pages;

use std::sync::Arc;
use std::time::Duration;

use ::inventory::deal_rating::Comparable;
use ::inventory::error::Error;
use ::inventory::search::ListingFilter;
use ::inventory::search::ports::ListingSearch;
use ::inventory::search::views::{Audience, Detail, Facets, Hit, Offered};
use async_trait::async_trait;
use kernel::error::Common;
use kernel::id::ListingId;
use kernel::paging::{Page, PageRequest};
use moka::future::Cache;

use crate::db::Db;

/// How old a count, or facets, of a public list may be. The contract allows 10 s.
const COUNT_AGE: Duration = Duration::from_secs(4);
/// How old the list of makes may be.
const OFFERED_AGE: Duration = Duration::from_secs(8);
/// How old the comparables of a rating may be.
const MARKET_AGE: Duration = Duration::from_secs(2);

/// Searches in a database. Clones share what is kept for some seconds.
#[derive(Clone)]
pub struct SqlListingSearch {
    db: Db,
    counts: Cache<String, u64>,
    facets: Cache<String, Arc<Facets>>,
    offered: Cache<(), Arc<Vec<Offered>>>,
    market: Cache<(String, String), Arc<Vec<Comparable>>>,
}

fn kept<K, V>(entries: u64, age: Duration) -> Cache<K, V>
where
    K: std::hash::Hash + Eq + Send + Sync + 'static,
    V: Clone + Send + Sync + 'static,
{
    Cache::builder().max_capacity(entries).time_to_live(age).build()
}

impl SqlListingSearch {
    /// In this database.
    pub fn new(db: Db) -> Self {
        Self {
            db,
            counts: kept(10_000, COUNT_AGE),
            facets: kept(1_000, COUNT_AGE),
            offered: kept(1, OFFERED_AGE),
            market: kept(2_000, MARKET_AGE),
        }
    }

    /// Writes the search's rows of all listings anew, chunk by chunk: after rows came in by another way than the product's.
    pub async fn rebuild(&self) -> Result<u64, Error> {
        index::rebuild(&self.db).await
    }

    /// The same, where the rows were written while the platform had another currency, which came first then; says how many. To be
    /// called when a server starts.
    pub async fn follow_currency(&self) -> Result<u64, Error> {
        if index::ordered_otherwise(&self.db).await? {
            self.rebuild().await
        } else {
            Ok(0)
        }
    }
}

/// What several waiters for one kept value get when it could not be made.
fn shared(error: &Arc<Error>) -> Error {
    Error::clone(error)
}

#[async_trait]
impl ListingSearch for SqlListingSearch {
    async fn page(
        &self,
        audience: Audience,
        filter: &ListingFilter,
        page: &PageRequest,
    ) -> Result<Page<Hit>, Error> {
        let uncounted = PageRequest {
            count: false,
            ..page.clone()
        };
        let mut found = pages::page(&self.db, audience, filter, &uncounted).await?;
        if page.count {
            found.count = Some(self.count(audience, filter).await?);
        }
        Ok(found)
    }

    async fn facets(&self, audience: Audience, filter: &ListingFilter) -> Result<Facets, Error> {
        let Audience::Public { .. } = audience else {
            return counts::facets(&self.db, audience, filter).await;
        };
        let facets = self
            .facets
            .try_get_with(filter.key(), async {
                counts::facets(&self.db, audience, filter).await.map(Arc::new)
            })
            .await
            .map_err(|e| shared(&e))?;
        Ok(Facets::clone(&facets))
    }

    async fn offered(&self) -> Result<Vec<Offered>, Error> {
        let offered = self
            .offered
            .try_get_with((), async { counts::offered(&self.db).await.map(Arc::new) })
            .await
            .map_err(|e| shared(&e))?;
        Ok(offered.to_vec())
    }

    async fn featured(&self, limit: u32) -> Result<Vec<Hit>, Error> {
        let filter = ListingFilter {
            featured: Some(true),
            ..ListingFilter::default()
        };
        let sort = filter.order(&[]).map_err(Common::Invalid)?;
        let page = PageRequest {
            size: limit,
            count: false,
            sort,
            ..PageRequest::default()
        };
        Ok(
            pages::page(&self.db, Audience::Public { exact: false }, &filter, &page)
                .await?
                .items,
        )
    }

    async fn similar(&self, listing: ListingId) -> Result<Option<Vec<Hit>>, Error> {
        detail::similar(&self.db, listing).await
    }

    async fn detail(&self, listing: ListingId) -> Result<Option<Detail>, Error> {
        let Some((mut detail, key)) = detail::body(&self.db, listing).await? else {
            return Ok(None);
        };
        let market = self
            .market
            .try_get_with((key.make.clone(), key.model.clone()), async {
                detail::market(&self.db, &key).await.map(Arc::new)
            })
            .await
            .map_err(|e| shared(&e))?;
        detail.rating = detail::rating(&detail, &market);
        Ok(Some(detail))
    }
}

impl SqlListingSearch {
    async fn count(&self, audience: Audience, filter: &ListingFilter) -> Result<u64, Error> {
        if audience != (Audience::Public { exact: false }) {
            return counts::count(&self.db, audience, filter).await;
        }
        self.counts
            .try_get_with(filter.key(), counts::count(&self.db, audience, filter))
            .await
            .map_err(|e| shared(&e))
    }
}
