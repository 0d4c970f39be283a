//! What the databases are asked about listings. Two databases answer alike, in the same order.

use async_trait::async_trait;
use kernel::id::ListingId;
use kernel::paging::{Page, PageRequest};

use super::filter::ListingFilter;
use super::views::{Audience, Detail, Facets, Hit, Offered};
use crate::error::Error;

/// Queries on listings, from the reader pool or a replica.
#[async_trait]
pub trait ListingSearch: Send + Sync {
    /// One page, in the order of `page.sort` (see [`ListingFilter::order`]), the id last. The count of a public list may be up
    /// to 10 s old.
    async fn page(
        &self,
        audience: Audience,
        filter: &ListingFilter,
        page: &PageRequest,
    ) -> Result<Page<Hit>, Error>;

    /// Counts per make, body, fuel and price band, each under the other filters. A public one may be up to 10 s old.
    async fn facets(&self, audience: Audience, filter: &ListingFilter) -> Result<Facets, Error>;

    /// Makes and models on public offer with their counts, by make and model. May be up to 10 s old.
    async fn offered(&self) -> Result<Vec<Offered>, Error>;

    /// The last opened public listings of the carousel.
    async fn featured(&self, limit: u32) -> Result<Vec<Hit>, Error>;

    /// The public listings most like this one (see [`super::similar`]); `None` when there is no such public listing.
    async fn similar(&self, listing: ListingId) -> Result<Option<Vec<Hit>>, Error>;

    /// Everything of one listing, whoever may see it; `None` when there is none. The rating may be some seconds old.
    async fn detail(&self, listing: ListingId) -> Result<Option<Detail>, Error>;
}
