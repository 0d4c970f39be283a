//! Negotiations.

use std::collections::{BTreeMap, HashMap};

use application::error::Error;
use application::negotiate::{DealFacts, DealPlan, DealTarget, Deals, car};
use async_trait::async_trait;
use inventory::listing::Listed;
use kernel::act::{Act, Decide, Done};
use kernel::error::Common;
use kernel::id::{DealerId, ListingId, NegotiationId, UserId};
use negotiation::negotiation::{Buyer, Negotiation};
use negotiation::ports::Seen;
use negotiation::savers::{MOST_SAVERS, Reached, SaversFacts};
use negotiation::table::{Table, Terms};

use crate::{Memory, State};

/// What is kept of negotiations.
#[derive(Default)]
pub(crate) struct Negotiations {
    talks: BTreeMap<NegotiationId, Negotiation>,
    buyers: HashMap<UserId, Buyer>,
    terms: HashMap<DealerId, Terms>,
}

impl Negotiations {
    /// The dealer's live negotiations.
    pub(crate) fn live_of(&self, dealer: DealerId) -> Vec<Negotiation> {
        self.live(|talk| talk.dealer == dealer)
    }

    /// The listing's live negotiations.
    pub(crate) fn live_about(&self, listing: ListingId) -> Vec<Negotiation> {
        self.live(|talk| talk.listing == listing)
    }

    fn live(&self, which: impl Fn(&Negotiation) -> bool) -> Vec<Negotiation> {
        let live = self
            .talks
            .values()
            .filter(|talk| talk.state.is_live() && which(talk));
        live.cloned().collect()
    }

    pub(crate) fn put_all(&mut self, talks: Vec<Negotiation>) {
        self.talks.extend(talks.into_iter().map(|talk| (talk.id, talk)));
    }
}

impl Memory {
    /// Somebody who may open negotiations.
    pub fn given_buyer(&self, buyer: Buyer) {
        self.lock().negotiation.buyers.insert(buyer.user, buyer);
    }

    /// How a dealer that is open for business negotiates.
    pub fn given_terms(&self, dealer: DealerId, terms: Terms) {
        self.lock().negotiation.terms.insert(dealer, terms);
    }
}

#[async_trait]
impl Deals for Memory {
    async fn play(
        &self,
        act: &Act,
        target: DealTarget,
        decide: Decide<'_, DealFacts, DealPlan, Seen, Error>,
    ) -> Result<Done<Seen>, Error> {
        self.act(
            act,
            |state| decide(&facts(state, target)?),
            |state, plan| {
                state.negotiation.put_all(plan.talks);
                if let Some(listing) = plan.listing {
                    state.inventory.write_listing(listing);
                }
                Ok(())
            },
        )
    }

    async fn offer_to_savers(
        &self,
        act: &Act,
        listing: ListingId,
        decide: Decide<'_, SaversFacts, Vec<Negotiation>, Reached, Error>,
    ) -> Result<Done<Reached>, Error> {
        self.act(
            act,
            |state| {
                let listed = state.inventory.listed(listing).ok_or(Common::absent("listing"))?;
                let table = table(state, &listed, None);
                let mut savers = state.inventory.savers_of(listing);
                savers.retain(|user| !table.talks.iter().any(|talk| talk.buyer.user == *user));
                let known = |user: &UserId| state.negotiation.buyers.get(user).cloned();
                let mut savers: Vec<Buyer> = savers.iter().filter_map(known).collect();
                let left = savers.len().saturating_sub(MOST_SAVERS);
                savers.truncate(MOST_SAVERS);
                decide(&SaversFacts {
                    table,
                    savers,
                    left: u64::try_from(left).unwrap_or(u64::MAX),
                })
            },
            |state, talks| {
                state.negotiation.put_all(talks);
                Ok(())
            },
        )
    }
}

fn table(state: &State, listed: &Listed, meant: Option<Negotiation>) -> Table {
    let mut talks = state.negotiation.live_about(listed.listing.id);
    talks.extend(meant.filter(|talk| !talk.state.is_live()));
    let terms = state.negotiation.terms.get(&listed.listing.dealer).copied();
    Table {
        car: car(listed, terms.is_some()),
        terms: terms.unwrap_or_default(),
        talks,
    }
}

fn facts(state: &State, target: DealTarget) -> Result<DealFacts, Error> {
    let (listing, meant, buyer) = match target {
        DealTarget::Opening { listing, buyer } => {
            (listing, None, state.negotiation.buyers.get(&buyer).cloned())
        }
        DealTarget::Known(id) => {
            let talk = state.negotiation.talks.get(&id);
            let talk = talk.ok_or(Common::absent("negotiation"))?;
            (talk.listing, Some(talk.clone()), None)
        }
    };
    let listed = state.inventory.listed(listing).ok_or(Common::absent("listing"))?;
    Ok(DealFacts {
        table: table(state, &listed, meant),
        listed,
        buyer,
    })
}
