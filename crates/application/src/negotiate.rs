//! Negotiating: every move about a car, and what it does to the car's listing.
//!
//! Negotiation decides at the table, inventory has the listing: an agreement reserves it, a fallen agreement frees it. Both
//! take their own transition on the facts that one port locked, and one transaction writes both. So two buyers can't both
//! have the car, and no car stays reserved for nobody.

use std::sync::Arc;

use async_trait::async_trait;
use inventory::listing::{Listed, ListingStatus, Step};
use inventory::listing_steps;
use inventory::ports::ListingPlan;
use kernel::act::{Act, Decide, Decision, Done};
use kernel::actor::Actor;
use kernel::error::Common;
use kernel::id::{ListingId, NegotiationId, UserId};
use kernel::ports::Ids;
use negotiation::negotiation::{Buyer, Negotiation};
use negotiation::notice::Due;
use negotiation::ports::Seen;
use negotiation::request::{self, NewNegotiation, Price};
use negotiation::rules::{self, NewIds};
use negotiation::savers::{self, MOST_SAVERS, OfferToSavers, Reached, SaversFacts};
use negotiation::table::{Car, CarMove, Moves, Stage, Table};

use crate::error::Error;

/// What a move is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DealTarget {
    /// A new negotiation.
    Opening {
        /// About this listing.
        listing: ListingId,
        /// By this user.
        buyer: UserId,
    },
    /// One that there is.
    Known(NegotiationId),
}

/// A listing in negotiation's words. `verified`: may its dealer do business?
pub fn car(listed: &Listed, verified: bool) -> Car {
    let listing = &listed.listing;
    Car {
        listing: listing.id,
        dealer: listing.dealer,
        asking: listing.prices.asking(),
        floor: listing.prices.floor(),
        stage: match listing.status {
            ListingStatus::Active => Stage::Open,
            ListingStatus::Reserved => Stage::Reserved,
            ListingStatus::Draft | ListingStatus::Sold | ListingStatus::Removed => Stage::Closed,
        },
        verified,
    }
}

/// What is known, under lock, when somebody makes a move.
#[derive(Clone, Debug)]
pub struct DealFacts {
    /// The listing and its vehicle.
    pub listed: Listed,
    /// The table.
    pub table: Table,
    /// Who opens: none unless the target is an opening and the user's account is in use.
    pub buyer: Option<Buyer>,
}

/// What a move writes.
#[derive(Clone, Debug)]
pub struct DealPlan {
    /// New and changed negotiations.
    pub talks: Vec<Negotiation>,
    /// The listing, where it changes.
    pub listing: Option<ListingPlan>,
}

/// Negotiations with their listing, under lock.
#[async_trait]
pub trait Deals: Send + Sync {
    /// Keeps the dealer from being stopped meanwhile, locks the listing, its vehicle, then its live negotiations and the one
    /// that is meant. Talks and listing are written together. `Absent` where there is no such listing or negotiation.
    /// Whatever the decision overlooked: one live negotiation a buyer and listing (`AlreadyOpen`), one agreement a listing.
    async fn play(
        &self,
        act: &Act,
        target: DealTarget,
        decide: Decide<'_, DealFacts, DealPlan, Seen, Error>,
    ) -> Result<Done<Seen>, Error>;

    /// As [`Deals::play`], about a listing and those who saved it: users with an account in use who do not work for its dealer
    /// and do not negotiate about it yet.
    async fn offer_to_savers(
        &self,
        act: &Act,
        listing: ListingId,
        decide: Decide<'_, SaversFacts, Vec<Negotiation>, Reached, Error>,
    ) -> Result<Done<Reached>, Error>;
}

/// The acts.
#[derive(Clone)]
pub struct Negotiate {
    /// Their port.
    pub deals: Arc<dyn Deals>,
    /// For new ids.
    pub ids: Ids,
}

impl Negotiate {
    /// A customer opens a negotiation with a first offer.
    pub async fn open(&self, act: &Act, new: NewNegotiation) -> Result<Done<Seen>, Error> {
        let person = act.actor.person()?;
        let price = new.price.checked()?;
        let ids = NewIds {
            negotiation: self.ids.next(),
            offer: self.ids.next(),
        };
        let target = DealTarget::Opening {
            listing: new.listing,
            buyer: person.user,
        };
        self.deals
            .play(act, target, &|facts| {
                let buyer = facts.buyer.clone().ok_or(Common::Unauthenticated)?;
                carried_out(act, facts, rules::open(act, ids, &price, buyer, &facts.table)?)
            })
            .await
    }

    /// The side whose turn it is answers with a price of its own.
    pub async fn counter(&self, act: &Act, id: NegotiationId, price: Price) -> Result<Done<Seen>, Error> {
        let price = price.checked()?;
        let offer = self.ids.next();
        self.play(act, id, &|table| rules::counter(act, id, offer, &price, table))
            .await
    }

    /// The side whose turn it is takes the standing offer.
    pub async fn accept(&self, act: &Act, id: NegotiationId) -> Result<Done<Seen>, Error> {
        self.play(act, id, &|table| rules::accept(act, id, table)).await
    }

    /// The dealer says no, with a reason.
    pub async fn reject(&self, act: &Act, id: NegotiationId, reason: &str) -> Result<Done<Seen>, Error> {
        let reason = request::reason(reason)?;
        self.play(act, id, &|table| rules::reject(act, id, &reason, table))
            .await
    }

    /// The buyer withdraws.
    pub async fn cancel(
        &self,
        act: &Act,
        id: NegotiationId,
        reason: Option<&str>,
    ) -> Result<Done<Seen>, Error> {
        let reason = request::optional_reason(reason)?;
        self.play(act, id, &|table| rules::cancel(act, id, reason.as_deref(), table))
            .await
    }

    /// A dealer makes an offer to those who saved its listing.
    pub async fn offer_to_savers(
        &self,
        act: &Act,
        listing: ListingId,
        wish: OfferToSavers,
    ) -> Result<Done<Reached>, Error> {
        if act.actor == Actor::Anonymous {
            return Err(Common::Unauthenticated.into());
        }
        let wish = wish.checked()?;
        let new = || NewIds {
            negotiation: self.ids.next(),
            offer: self.ids.next(),
        };
        let ids: Vec<NewIds> = (0..MOST_SAVERS).map(|_| new()).collect();
        self.deals
            .offer_to_savers(act, listing, &|facts| {
                let Decision { plan, answer, record } = savers::offer(act, &ids, &wish, facts)?;
                Ok(Decision {
                    plan: plan.talks,
                    answer,
                    record,
                })
            })
            .await
    }

    /// Does a job that looks whether time is up. May be repeated.
    pub async fn due(&self, act: &Act, job: Due) -> Result<(), Error> {
        let id = job.negotiation_id;
        self.play(act, id, &|table| rules::due(act, id, table)).await?;
        Ok(())
    }

    async fn play(&self, act: &Act, id: NegotiationId, decide: Deciding<'_>) -> Result<Done<Seen>, Error> {
        if act.actor == Actor::Anonymous {
            return Err(Common::Unauthenticated.into());
        }
        self.deals
            .play(act, DealTarget::Known(id), &|facts| {
                carried_out(act, facts, decide(&facts.table)?)
            })
            .await
    }
}

/// A decision at the table.
type Deciding<'a> =
    &'a (dyn Fn(&Table) -> Result<Decision<Moves, Negotiation>, negotiation::Error> + Send + Sync);

/// What was decided at the table, with inventory's own transition for what it does to the car.
fn carried_out(
    act: &Act,
    facts: &DealFacts,
    decision: Decision<Moves, Negotiation>,
) -> Result<Decision<DealPlan, Seen>, Error> {
    let Decision {
        plan: moves,
        answer: talk,
        mut record,
    } = decision;
    let step = moves.car.map(|car| match car {
        CarMove::Reserve => Step::Reserve,
        CarMove::Release => Step::Release,
    });
    let listing = match step {
        Some(step) => {
            let (plan, event) = listing_steps::after(&facts.listed, step, act.at)?;
            record.events.push(event);
            Some(plan)
        }
        None => None,
    };
    Ok(Decision {
        plan: DealPlan {
            talks: moves.talks,
            listing,
        },
        answer: Seen {
            talk,
            asking: facts.table.car.asking,
        },
        record,
    })
}
