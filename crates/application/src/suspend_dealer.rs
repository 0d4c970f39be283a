//! Stopping a dealer and letting it go on: out of the directory, its test drives to come called off, its reservations freed,
//! the clocks of its offers stopped; and back.
//!
//! Dealers has the status, scheduling the drives, negotiation the talks, inventory the listings: each takes its own transition
//! on the facts that one port locked, and one transaction writes all. Between them no drive can be booked and no offer
//! accepted that nobody calls off.

use std::sync::Arc;

use async_trait::async_trait;
use dealers::dealer::{Dealer, Step};
use dealers::ports::DealerFacts;
use dealers::rules::dealers as dealer_rules;
use inventory::listing::{Listed, ListingStatus, Step as ListingStep};
use inventory::listing_steps;
use inventory::ports::ListingPlan;
use kernel::act::{Act, Decide, Decision, Done, Record};
use kernel::actor::Scope;
use kernel::id::DealerId;
use kernel::rights::Right;
use negotiation::negotiation::Negotiation;
use negotiation::rules as talk_rules;
use negotiation::state::State;
use scheduling::booking::TestDrive;
use scheduling::notice::Filed;
use scheduling::rules as drive_rules;
use serde_json::json;

use crate::error::Error;

/// What the customers of a suspended dealer read as the reason.
const WHY: &str = "the dealer is not open for business at the moment";

/// What is known, under lock, when a dealer is stopped or goes on.
#[derive(Clone, Debug)]
pub struct SuspensionFacts {
    /// The dealer and who is told.
    pub dealer: DealerFacts,
    /// Its live test drives.
    pub drives: Vec<Filed>,
    /// Its live negotiations.
    pub talks: Vec<Negotiation>,
    /// Its reserved listings.
    pub reserved: Vec<Listed>,
}

/// What is written.
#[derive(Clone, Debug)]
pub struct Suspended {
    /// The dealer.
    pub dealer: Dealer,
    /// The drives that are called off.
    pub drives: Vec<TestDrive>,
    /// The negotiations that stop, or go on.
    pub talks: Vec<Negotiation>,
    /// The listings that are free again.
    pub listings: Vec<ListingPlan>,
}

/// Suspensions, under lock.
#[async_trait]
pub trait Suspensions: Send + Sync {
    /// Locks the dealer, then its reserved listings with their vehicles, its live drives and its live negotiations (an act
    /// that is under way either is among them or finds the dealer suspended); writes all of the plan, or nothing. Absent when
    /// there is no such dealer.
    async fn change(
        &self,
        act: &Act,
        dealer: DealerId,
        decide: Decide<'_, SuspensionFacts, Suspended, Dealer, Error>,
    ) -> Result<Done<Dealer>, Error>;
}

/// The acts.
#[derive(Clone)]
pub struct SuspendDealer {
    /// Their port.
    pub suspensions: Arc<dyn Suspensions>,
}

impl SuspendDealer {
    /// An admin suspends a dealer and says why: its owners hear that, its customers that their drives are off and their
    /// offers wait.
    pub async fn suspend(
        &self,
        act: &Act,
        dealer: DealerId,
        reason: Option<&str>,
    ) -> Result<Done<Dealer>, Error> {
        may(act)?;
        self.suspensions
            .change(act, dealer, &|facts| suspended(act, reason, facts))
            .await
    }

    /// An admin lets a suspended dealer go on: offers can be answered again, with the time that they had left.
    pub async fn reinstate(
        &self,
        act: &Act,
        dealer: DealerId,
        reason: Option<&str>,
    ) -> Result<Done<Dealer>, Error> {
        may(act)?;
        self.suspensions
            .change(act, dealer, &|facts| reinstated(act, reason, facts))
            .await
    }
}

/// Asked before the dealer is looked for: whoever may not suspend learns nothing of dealers that are not public.
fn may(act: &Act) -> Result<(), Error> {
    act.actor
        .may(Right::VerifyDealers, Scope::Platform)
        .map_err(|refusal| dealers::Error::refused(refusal, "dealer").into())
}

fn suspended(
    act: &Act,
    reason: Option<&str>,
    facts: &SuspensionFacts,
) -> Result<Decision<Suspended, Dealer>, Error> {
    let step = dealer_rules::step(act, Step::Suspend, reason, &facts.dealer)?;
    let mut record = step.record;
    let mut drives = Vec::new();
    for filed in facts.drives.iter().filter(|f| f.drive.slot.start_at > act.at) {
        let (drive, notice) = drive_rules::withdraw(filed, WHY, act.at)?;
        record.events.push(notice.event);
        record.jobs.extend(notice.jobs);
        drives.push(drive);
    }
    let mut talks = Vec::new();
    for talk in facts
        .talks
        .iter()
        .filter(|t| !matches!(t.state, State::OnHold(_)))
    {
        let (talk, notice) = talk_rules::suspend(talk, WHY, act.at)?;
        record.events.push(notice.event);
        record.jobs.extend(notice.due);
        talks.push(talk);
    }
    let mut listings = Vec::new();
    for listed in facts
        .reserved
        .iter()
        .filter(|l| l.listing.status == ListingStatus::Reserved)
    {
        let (plan, event) = listing_steps::after(listed, ListingStep::Release, act.at)?;
        record.events.push(event);
        listings.push(plan);
    }
    let ids: Vec<_> = drives.iter().map(|d| d.id).collect();
    note(&mut record, "cancelled_bookings", json!(ids));
    let ids: Vec<_> = talks.iter().map(|t| t.id).collect();
    note(&mut record, "stopped_negotiations", json!(ids));
    Ok(Decision {
        plan: Suspended {
            dealer: step.plan,
            drives,
            talks,
            listings,
        },
        answer: step.answer,
        record,
    })
}

fn reinstated(
    act: &Act,
    reason: Option<&str>,
    facts: &SuspensionFacts,
) -> Result<Decision<Suspended, Dealer>, Error> {
    let step = dealer_rules::step(act, Step::Reinstate, reason, &facts.dealer)?;
    let mut record = step.record;
    let mut talks = Vec::new();
    for talk in facts.talks.iter().filter(|t| matches!(t.state, State::OnHold(_))) {
        let (talk, notice) = talk_rules::wake(talk, act.at)?;
        record.events.push(notice.event);
        record.jobs.extend(notice.due);
        talks.push(talk);
    }
    Ok(Decision {
        plan: Suspended {
            dealer: step.plan,
            drives: Vec::new(),
            talks,
            listings: Vec::new(),
        },
        answer: step.answer,
        record,
    })
}

/// Adds to the audit line what the step brought with it.
fn note(record: &mut Record, name: &str, value: serde_json::Value) {
    if let Some(detail) = record
        .audit
        .as_mut()
        .and_then(|audit| audit.detail.as_object_mut())
    {
        detail.insert(name.to_owned(), value);
    }
}
