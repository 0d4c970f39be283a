//! What users keep: listings and searches.

use std::collections::BTreeMap;
use std::sync::Arc;

use kernel::act::{Act, Audit, Decision, Done};
use kernel::actor::Actor;
use kernel::error::{Common, Violations};
use kernel::id::{ListingId, SavedSearchId, UserId};
use kernel::paging::{Page, PageRequest};
use kernel::ports::Ids;
use kernel::rights::Right;

use crate::error::Error;
use crate::ports::{SaveFacts, SavedListings, SavedSearches};
use crate::saved::{Filters, MAX_SEARCHES, SavedListing, SavedSearch};
use crate::search::filter::Defaults;

/// Keeps favourites and searches.
#[derive(Clone)]
pub struct KeepSaved {
    /// Favourites.
    pub listings: Arc<dyn SavedListings>,
    /// Searches.
    pub searches: Arc<dyn SavedSearches>,
    /// Makes ids.
    pub ids: Ids,
    /// What prices and mileages of a search mean that does not say.
    pub defaults: Defaults,
}

/// A search to keep.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewSearch {
    /// What the user calls it.
    pub name: Option<String>,
    /// Query parameters of `GET /listings`, each with its values.
    pub filters: BTreeMap<String, Vec<String>>,
}

fn keeper(actor: &Actor) -> Result<UserId, Common> {
    let user = actor.person()?.user;
    actor
        .may(Right::KeepAccount, kernel::actor::Scope::Person(user))
        .map_err(|refusal| refusal.of("user"))?;
    Ok(user)
}

/// What the public may see can be saved, and what the caller's own dealer sells.
fn save(act: &Act, facts: &SaveFacts) -> Result<Decision<bool, ()>, Error> {
    let public = facts.status.is_public() && facts.dealer_verified;
    let own = act
        .actor
        .may(Right::SeeInventory, kernel::actor::Scope::Dealer(facts.dealer))
        .is_ok();
    if public || own {
        Ok(Decision::nothing(!facts.saved, ()))
    } else {
        Err(Common::absent("listing").into())
    }
}

impl KeepSaved {
    /// Saves a listing. Saving twice is saving once.
    pub async fn save(&self, act: &Act, listing: ListingId) -> Result<Done<()>, Error> {
        let user = keeper(&act.actor)?;
        self.listings
            .save(act, user, listing, &|facts| save(act, facts))
            .await
    }

    /// Takes the mark off; taking it off twice is no error.
    pub async fn forget(&self, act: &Act, listing: ListingId) -> Result<bool, Error> {
        let user = keeper(&act.actor)?;
        self.listings.forget(act, user, listing).await
    }

    /// The saved listings that the public may see.
    pub async fn list(&self, actor: &Actor, page: &PageRequest) -> Result<Page<SavedListing>, Error> {
        self.listings.list(keeper(actor)?, page).await
    }

    /// Keeps a search.
    pub async fn keep_search(&self, act: &Act, request: &NewSearch) -> Result<Done<SavedSearch>, Error> {
        let user = keeper(&act.actor)?;
        let id: SavedSearchId = self.ids.next();
        self.searches
            .keep(act, user, &|kept| {
                let search = named(act, user, id, request, self.defaults)?;
                if *kept >= MAX_SEARCHES {
                    return Err(Error::TooManyKept {
                        what: "searches",
                        limit: MAX_SEARCHES,
                    });
                }
                let audit = Audit::new("saved_search.keep", "saved_search", id);
                Ok(Decision::new(search.clone(), search, audit))
            })
            .await
    }

    /// Erases a search.
    pub async fn forget_search(&self, act: &Act, search: SavedSearchId) -> Result<(), Error> {
        let user = keeper(&act.actor)?;
        self.searches.forget(act, user, search).await
    }

    /// The caller's searches, newest first.
    pub async fn searches(&self, actor: &Actor) -> Result<Vec<SavedSearch>, Error> {
        self.searches.list(keeper(actor)?).await
    }
}

fn named(
    act: &Act,
    user: UserId,
    id: SavedSearchId,
    request: &NewSearch,
    defaults: Defaults,
) -> Result<SavedSearch, Common> {
    let mut wrong = Violations::new();
    let name = crate::given::optional_line(&mut wrong, "/name", request.name.as_deref(), 100);
    let filters = Filters::new(request.filters.clone(), defaults)
        .map_err(|more| wrong.extend(more))
        .ok();
    wrong.into_result()?;
    Ok(SavedSearch {
        id,
        user,
        name,
        filters: filters.unwrap_or_default(),
        created_at: act.at,
    })
}
