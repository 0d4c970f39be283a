//! The acts of reading.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::actor::{Actor, Scope};
use kernel::error::Common;
use kernel::id::{DealerId, ListingId};
use kernel::paging::{Page, PageRequest};
use kernel::rights::Right;

use super::filter::ListingFilter;
use super::ports::ListingSearch;
use super::views::{Audience, Bucket, Detail, Facets, Hit, MakeEntry, Offered, Suggestion};
use crate::error::Error;
use crate::words;

/// Suggestions that are given at most.
const MOST_SUGGESTIONS: usize = 10;
/// Listings of the carousel.
const MOST_FEATURED: u32 = 12;

/// Looks for listings.
#[derive(Clone)]
pub struct SearchListings {
    /// The queries.
    pub search: Arc<dyn ListingSearch>,
}

impl SearchListings {
    /// A page of public listings. A stranger's count may be some seconds old.
    pub async fn list(
        &self,
        actor: &Actor,
        filter: &ListingFilter,
        page: &PageRequest,
    ) -> Result<Page<Hit>, Error> {
        let exact = *actor != Actor::Anonymous;
        self.page(Audience::Public { exact }, filter, page).await
    }

    /// Facets of the public listings.
    pub async fn facets(&self, filter: &ListingFilter) -> Result<Facets, Error> {
        self.search
            .facets(Audience::Public { exact: false }, filter)
            .await
    }

    /// A page of one's own dealer's listings, in every status.
    pub async fn own(
        &self,
        actor: &Actor,
        dealer: Option<DealerId>,
        filter: &ListingFilter,
        page: &PageRequest,
    ) -> Result<Page<Hit>, Error> {
        let dealer = own_dealer(actor, dealer)?;
        self.page(Audience::Staff(dealer), filter, page).await
    }

    /// Facets of one's own dealer's listings.
    pub async fn own_facets(
        &self,
        actor: &Actor,
        dealer: Option<DealerId>,
        filter: &ListingFilter,
    ) -> Result<Facets, Error> {
        let dealer = own_dealer(actor, dealer)?;
        self.search.facets(Audience::Staff(dealer), filter).await
    }

    async fn page(
        &self,
        audience: Audience,
        filter: &ListingFilter,
        page: &PageRequest,
    ) -> Result<Page<Hit>, Error> {
        let sort = filter.order(&page.sort).map_err(Common::Invalid)?;
        let page = PageRequest { sort, ..page.clone() };
        self.search.page(audience, filter, &page).await
    }

    /// One listing: for everybody when it is public, for its dealer's staff always; else it is not there.
    pub async fn detail(&self, actor: &Actor, listing: ListingId) -> Result<Detail, Error> {
        let mut detail = self
            .search
            .detail(listing)
            .await?
            .ok_or(Common::absent("listing"))?;
        let listing = &detail.listed.listing;
        detail.for_staff = actor
            .may(Right::SeeInventory, Scope::Dealer(listing.dealer))
            .is_ok();
        if detail.public || detail.for_staff {
            Ok(detail)
        } else {
            Err(Common::absent("listing").into())
        }
    }

    /// The carousel.
    pub async fn featured(&self) -> Result<Vec<Hit>, Error> {
        self.search.featured(MOST_FEATURED).await
    }

    /// Listings like this one.
    pub async fn similar(&self, listing: ListingId) -> Result<Vec<Hit>, Error> {
        let similar = self.search.similar(listing).await?;
        Ok(similar.ok_or(Common::absent("listing"))?)
    }

    /// Makes with their models and counts.
    pub async fn makes(&self) -> Result<Vec<MakeEntry>, Error> {
        Ok(by_make(self.search.offered().await?))
    }

    /// What begins as it is typed: two letters are enough.
    pub async fn suggest(&self, typed: &str) -> Result<Vec<Suggestion>, Error> {
        let typed = words::split(typed);
        if typed.iter().map(|w| w.chars().count()).sum::<usize>() < 2 {
            return Ok(Vec::new());
        }
        Ok(suggestions(&typed, &by_make(self.search.offered().await?)))
    }
}

/// To somebody who works for no dealer there is none of their own.
fn own_dealer(actor: &Actor, dealer: Option<DealerId>) -> Result<DealerId, Common> {
    actor.acting_dealer(Right::SeeInventory, dealer, Common::absent("dealer"))
}

fn by_make(offered: Vec<Offered>) -> Vec<MakeEntry> {
    let mut makes: BTreeMap<String, Vec<Bucket<String>>> = BTreeMap::new();
    for Offered { make, model, count } in offered {
        makes
            .entry(make)
            .or_default()
            .push(Bucket { value: model, count });
    }
    makes
        .into_iter()
        .map(|(make, models)| MakeEntry {
            make,
            count: models.iter().map(|m| m.count).sum(),
            models,
        })
        .collect()
}

/// Makes and models that hold every typed word, each at the beginning of one; the most frequent first.
fn suggestions(typed: &[String], makes: &[MakeEntry]) -> Vec<Suggestion> {
    let fits = |text: &str| {
        let words = words::split(text);
        typed
            .iter()
            .all(|t| words.iter().any(|w| w.starts_with(t.as_str())))
    };
    let mut found = Vec::new();
    for entry in makes {
        if fits(&entry.make) {
            let make = entry.make.clone();
            found.push(Suggestion {
                text: make.clone(),
                make,
                model: None,
                count: entry.count,
            });
        }
        for model in &entry.models {
            let text = format!("{} {}", entry.make, model.value);
            if fits(&text) {
                let (make, model_name) = (entry.make.clone(), Some(model.value.clone()));
                found.push(Suggestion {
                    text,
                    make,
                    model: model_name,
                    count: model.count,
                });
            }
        }
    }
    found.sort_by(|a, b| (a.model.is_some(), b.count, &a.text).cmp(&(b.model.is_some(), a.count, &b.text)));
    found.truncate(MOST_SUGGESTIONS);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offered(make: &str, model: &str, count: u64) -> Offered {
        Offered {
            make: make.to_owned(),
            model: model.to_owned(),
            count,
        }
    }

    #[test]
    fn two_letters_suggest_makes_first_then_models_by_frequency() {
        let makes = by_make(vec![
            offered("Ford", "Focus", 3),
            offered("Ford", "F-150", 9),
            offered("Kia", "Forte", 5),
        ]);
        let texts = |typed: &str| {
            let found = suggestions(&words::split(typed), &makes);
            found.into_iter().map(|s| s.text).collect::<Vec<_>>()
        };
        assert_eq!(texts("fo"), ["Ford", "Ford F-150", "Kia Forte", "Ford Focus"]);
        assert_eq!(texts("f150"), ["Ford F-150"]);
        assert_eq!(texts("kia fo"), ["Kia Forte"]);
        assert!(texts("zz").is_empty());
    }
}
