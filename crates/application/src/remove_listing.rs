//! Changing listings where test drives are booked and offers made: what is taken down calls its drives off and ends its
//! negotiations.
//!
//! Inventory has the listing, scheduling the drives, negotiation the talks: each takes their own transition on the facts that one port locked, and
//! one transaction writes both. Between them no drive can be booked of a car that is taken down.

use std::sync::Arc;

use async_trait::async_trait;
use inventory::bulk::{self, BulkItem};
use inventory::listing::{Listed, Listing, ListingStatus};
use inventory::listing_draft::ListingChanges;
use inventory::listing_rules;
use inventory::ports::{ListingFacts, ListingPlan};
use kernel::act::{Act, Audit, Decide, Decision, Done, Record};
use kernel::actor::Scope;
use kernel::error::Common;
use kernel::id::{ListingId, SiteId};
use kernel::rights::Right;
use negotiation::negotiation::Negotiation;
use negotiation::rules as talk_rules;
use scheduling::booking::TestDrive;
use scheduling::notice::Filed;
use scheduling::rules as drive_rules;
use serde_json::json;

use crate::error::Error;

/// What customers read as the reason why their drive is off.
const WHY: &str = "the car is no longer on offer";

/// What is known of a listing, under lock.
#[derive(Clone, Debug)]
pub struct OfferFacts {
    /// The listing and its vehicle.
    pub listing: ListingFacts,
    /// Its live test drives.
    pub drives: Vec<Filed>,
    /// Its live negotiations.
    pub talks: Vec<Negotiation>,
}

/// What a change writes.
#[derive(Clone, Debug, Default)]
pub struct OfferPlan {
    /// The listing, where anything of it changed.
    pub listing: Option<ListingPlan>,
    /// The drives that are called off.
    pub drives: Vec<TestDrive>,
    /// The negotiations that are over.
    pub talks: Vec<Negotiation>,
}

/// Which listing, and where it shall stand when that changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OfferTarget {
    /// The listing.
    pub listing: ListingId,
    /// The wanted site.
    pub site: Option<SiteId>,
}

/// Listings with their test drives, under lock.
#[async_trait]
pub trait Removals: Send + Sync {
    /// Locks the listings in the order of their ids, then their vehicles, then their live drives and negotiations (one that is
    /// under way either is among them or finds the car taken down). The facts come in the order of the targets, `None` for a listing
    /// that is not there; so do the plans. All of them are written, or nothing.
    async fn change(
        &self,
        act: &Act,
        targets: &[OfferTarget],
        decide: Decide<'_, Vec<Option<OfferFacts>>, Vec<OfferPlan>, Vec<Listed>, Error>,
    ) -> Result<Done<Vec<Listed>>, Error>;
}

/// The acts.
#[derive(Clone)]
pub struct ChangeListings {
    /// Their port.
    pub removals: Arc<dyn Removals>,
}

impl ChangeListings {
    /// Changes a listing; where that takes it down, its drives to come are called off, its
    /// negotiations end, and those who are touched are told.
    pub async fn change(
        &self,
        act: &Act,
        listing: ListingId,
        changes: &ListingChanges,
    ) -> Result<Done<Listed>, Error> {
        let target = OfferTarget {
            listing,
            site: changes.site.value().copied(),
        };
        let done = self
            .removals
            .change(act, &[target], &|facts| decide_one(act, changes, facts))
            .await?;
        let replayed = done.replayed;
        let value = done
            .value
            .into_iter()
            .next()
            .ok_or_else(|| Common::internal("a change of one listing answered with none"))?;
        Ok(Done { value, replayed })
    }

    /// Takes a listing down. Taking down what is down already is no error.
    pub async fn remove(&self, act: &Act, listing: ListingId) -> Result<Done<Listed>, Error> {
        self.change(act, listing, &ListingChanges::status(ListingStatus::Removed))
            .await
    }

    /// Sends many listings somewhere: all of them, or none with a reason for each that can't go.
    pub async fn bulk(&self, act: &Act, items: &[BulkItem]) -> Result<Done<Vec<Listed>>, Error> {
        act.actor
            .may(Right::RunInventory, Scope::Platform)
            .map_err(|refusal| refusal.of("listing"))?;
        bulk::check(items)?;
        let targets: Vec<OfferTarget> = items
            .iter()
            .map(|item| OfferTarget {
                listing: item.listing,
                site: None,
            })
            .collect();
        self.removals
            .change(act, &targets, &|facts| decide_many(act, items, facts))
            .await
    }
}

fn decide_one(
    act: &Act,
    changes: &ListingChanges,
    facts: &[Option<OfferFacts>],
) -> Result<Decision<Vec<OfferPlan>, Vec<Listed>>, Error> {
    let offer = facts
        .first()
        .and_then(Option::as_ref)
        .ok_or(Common::absent("listing"))?;
    let decision = listing_rules::change(act, changes, &offer.listing)?;
    let (plan, listed, record) = with_drives(act, offer, decision)?;
    Ok(Decision {
        plan: vec![plan],
        answer: vec![listed],
        record,
    })
}

fn decide_many(
    act: &Act,
    items: &[BulkItem],
    facts: &[Option<OfferFacts>],
) -> Result<Decision<Vec<OfferPlan>, Vec<Listed>>, Error> {
    let listings: Vec<Option<ListingFacts>> = facts
        .iter()
        .map(|offer| offer.as_ref().map(|o| o.listing.clone()))
        .collect();
    let decisions = bulk::decide(act, items, &listings)?;
    let (mut plans, mut answers, mut record) = (Vec::new(), Vec::new(), Record::default());
    let mut changed = Vec::new();
    for (offer, decision) in facts.iter().flatten().zip(decisions) {
        let (plan, listed, part) = with_drives(act, offer, decision)?;
        changed.extend(plan.listing.as_ref().map(|p| p.listing.clone()));
        plans.push(plan);
        answers.push(listed);
        record.events.extend(part.events);
        record.jobs.extend(part.jobs);
    }
    record.audit = audit_of(&changed);
    Ok(Decision {
        plan: plans,
        answer: answers,
        record,
    })
}

/// One line for all that moved.
pub(crate) fn audit_of(changed: &[Listing]) -> Option<Audit> {
    changed.first().map(|first| {
        let moved: Vec<_> = changed
            .iter()
            .map(|l| json!({"listing_id": l.id, "status": l.status}))
            .collect();
        Audit::new("listing.bulk_status", "dealer", first.dealer)
            .for_dealer(first.dealer)
            .with(json!({ "listings": moved }))
    })
}

/// The listing's own decision, with the drives that have not begun called off where it goes down.
pub(crate) fn with_drives(
    act: &Act,
    offer: &OfferFacts,
    decision: Decision<Option<ListingPlan>, Listed>,
) -> Result<(OfferPlan, Listed, Record), Error> {
    let Decision {
        plan: listing,
        answer,
        mut record,
    } = decision;
    let goes_down = listing
        .as_ref()
        .is_some_and(|plan| plan.listing.status == ListingStatus::Removed);
    let mut drives = Vec::new();
    let to_come = |filed: &&Filed| goes_down && filed.drive.slot.start_at > act.at;
    for filed in offer.drives.iter().filter(to_come) {
        let (drive, notice) = drive_rules::withdraw(filed, WHY, act.at)?;
        record.events.push(notice.event);
        record.jobs.extend(notice.jobs);
        drives.push(drive);
    }
    let mut talks = Vec::new();
    for talk in offer.talks.iter().filter(|_| goes_down) {
        let (talk, notice) = talk_rules::settle(talk, None, WHY, act.at)?;
        record.events.push(notice.event);
        record.jobs.extend(notice.due);
        talks.push(talk);
    }
    if let Some(audit) = record.audit.as_mut()
        && let Some(detail) = audit.detail.as_object_mut()
        && !drives.is_empty()
    {
        let ids: Vec<_> = drives.iter().map(|d| d.id).collect();
        detail.insert("cancelled_bookings".to_owned(), json!(ids));
    }
    let plan = OfferPlan {
        listing,
        drives,
        talks,
    };
    Ok((plan, answer, record))
}
