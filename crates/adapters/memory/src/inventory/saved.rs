//! What people keep: listings and searches.

use ::inventory::error::Error;
use ::inventory::ports::{SaveFacts, SavedListings, SavedSearches};
use ::inventory::saved::{SavedListing, SavedSearch};
use async_trait::async_trait;
use kernel::act::{Act, Decide, Decision, Done};
use kernel::error::Common;
use kernel::id::{ListingId, SavedSearchId, UserId};
use kernel::paging::{Page, PageRequest};

use crate::Memory;
use crate::pages::page_of;

#[async_trait]
impl SavedListings for Memory {
    async fn save(
        &self,
        act: &Act,
        user: UserId,
        listing: ListingId,
        decide: Decide<'_, SaveFacts, bool, (), Error>,
    ) -> Result<Done<()>, Error> {
        self.act(
            act,
            |state| {
                let inventory = &state.inventory;
                let found = inventory
                    .listings
                    .get(&listing)
                    .ok_or(Common::absent("listing"))?;
                decide(&SaveFacts {
                    dealer: found.dealer,
                    status: found.status,
                    dealer_verified: inventory.sellers.get(&found.dealer).is_some_and(|s| s.verified),
                    saved: inventory.saved.contains_key(&(user, listing)),
                })
            },
            |state, write| {
                if write {
                    state.inventory.saved.insert((user, listing), act.at);
                }
                Ok(())
            },
        )
    }

    async fn forget(&self, _act: &Act, user: UserId, listing: ListingId) -> Result<bool, Error> {
        Ok(self.lock().inventory.saved.remove(&(user, listing)).is_some())
    }

    async fn list(&self, user: UserId, page: &PageRequest) -> Result<Page<SavedListing>, Error> {
        let mut kept: Vec<SavedListing> = {
            let state = self.lock();
            let inventory = &state.inventory;
            inventory
                .saved
                .iter()
                .filter(|((by, _), _)| *by == user)
                .filter_map(|((_, listing), at)| {
                    let listed = inventory.listed(*listing)?;
                    let verified = inventory.sellers.get(&listed.listing.dealer)?.verified;
                    (verified && listed.listing.status.is_public()).then_some(SavedListing {
                        listed,
                        saved_at: *at,
                    })
                })
                .collect()
        };
        kept.sort_by_key(|saved| std::cmp::Reverse((saved.saved_at, saved.listed.listing.id)));
        Ok(page_of(kept, page)?)
    }
}

#[async_trait]
impl SavedSearches for Memory {
    async fn keep(
        &self,
        act: &Act,
        user: UserId,
        decide: Decide<'_, usize, SavedSearch, SavedSearch, Error>,
    ) -> Result<Done<SavedSearch>, Error> {
        self.act(
            act,
            |state| {
                let kept = state.inventory.searches.values().filter(|s| s.user == user);
                let decision: Decision<_, _> = decide(&kept.count())?;
                Ok(decision)
            },
            |state, plan| {
                state.inventory.searches.insert(plan.id, plan);
                Ok(())
            },
        )
    }

    async fn forget(&self, _act: &Act, user: UserId, search: SavedSearchId) -> Result<(), Error> {
        let mut state = self.lock();
        let searches = &mut state.inventory.searches;
        match searches.get(&search) {
            Some(found) if found.user == user => {
                searches.remove(&search);
                Ok(())
            }
            _ => Err(Common::absent("saved search").into()),
        }
    }

    async fn list(&self, user: UserId) -> Result<Vec<SavedSearch>, Error> {
        Ok(self
            .lock()
            .inventory
            .searches
            .values()
            .rev()
            .filter(|s| s.user == user)
            .cloned()
            .collect())
    }
}
