//! What happens to dealers.

use kernel::act::{Act, Audit, Decision};
use kernel::actor::Scope;
use kernel::error::{Common, Violations};
use kernel::event::Event;
use kernel::id::{DealerId, StaffId};
use kernel::rights::{Right, Role};
use kernel::text;
use serde_json::json;

use crate::Error;
use crate::dealer::{Dealer, DealerDraft, DealerPatch, DealerStatus, Step};
use crate::ports::{DealerFacts, FounderFacts, NewDealer};
use crate::staff::StaffMember;

/// The ids of a registration, made before.
#[derive(Clone, Copy, Debug)]
pub struct RegistrationIds {
    /// The dealer's.
    pub dealer: DealerId,
    /// Its owner's.
    pub owner: StaffId,
}

/// Somebody who works for no dealer founds one and becomes its owner.
pub fn register(
    act: &Act,
    ids: RegistrationIds,
    draft: DealerDraft,
    facts: &FounderFacts,
) -> Result<Decision<NewDealer, Dealer>, Error> {
    act.actor
        .may(Right::RegisterDealer, Scope::Platform)
        .map_err(|refusal| Error::refused(refusal, "dealer"))?;
    let details = draft.read().map_err(Common::Invalid)?;
    if facts.works_for.is_some() {
        return Err(Error::WorksElsewhere);
    }
    let dealer = Dealer::registered(ids.dealer, details, act.at);
    let owner = StaffMember {
        id: ids.owner,
        dealer: dealer.id,
        user: Some(facts.founder.user),
        email: facts.founder.email.clone(),
        role: Role::Owner,
        sites: Vec::new(),
        active: true,
        version: 1,
        created_at: act.at,
        updated_at: act.at,
    };
    let audit = Audit::new("dealer.registered", "dealer", dealer.id)
        .for_dealer(dealer.id)
        .with(json!({"name": dealer.details.name}));
    let event = Event::new("dealer.registered", dealer.id, told(&dealer, None)).for_dealer(dealer.id);
    let plan = NewDealer {
        dealer: dealer.clone(),
        owner,
    };
    Ok(Decision::new(plan, dealer, audit).telling(event))
}

/// The payload of every `dealer.*` event, version 1.
fn told(dealer: &Dealer, previous: Option<DealerStatus>) -> serde_json::Value {
    json!({"dealer_id": dealer.id, "status": dealer.status, "previous_status": previous})
}

/// The owner changes the record.
pub fn change(act: &Act, patch: DealerPatch, facts: &DealerFacts) -> Result<Decision<Dealer, Dealer>, Error> {
    let before = &facts.dealer;
    act.actor
        .may(Right::EditDealer, Scope::Dealer(before.id))
        .map_err(|refusal| Error::refused(refusal, "dealer"))?;
    act.expect_version(before.version)?;
    let after = before.clone().changed(patch, act.at).map_err(Common::Invalid)?;
    let audit = Audit::new("dealer.changed", "dealer", after.id)
        .for_dealer(after.id)
        .between(
            &json!({"details": before.details, "settings": before.settings}),
            &json!({"details": after.details, "settings": after.settings}),
        );
    let event =
        Event::new("dealer.changed", after.id, told(&after, Some(before.status))).for_dealer(after.id);
    Ok(Decision::new(after.clone(), after, audit).telling(event))
}

/// The right that a step takes: the owner resubmits, an admin does the rest.
const fn right_for(step: Step) -> (Right, bool) {
    match step {
        Step::Resubmit => (Right::EditDealer, false),
        Step::Verify | Step::Reject | Step::Suspend | Step::Reinstate => (Right::VerifyDealers, true),
    }
}

/// Reads the reason of a step: a refusal and a suspension need one.
fn read_reason(step: Step, reason: Option<&str>) -> Result<Option<String>, Common> {
    let needed = match step {
        Step::Reject | Step::Suspend => true,
        Step::Verify | Step::Reinstate | Step::Resubmit => false,
    };
    let mut found = Violations::new();
    let reason = reason.filter(|r| !r.trim().is_empty());
    found.check(reason.is_some() || !needed, "/reason", "required", || {
        format!("say why you {} the dealer: its owner is told", step.as_str())
    });
    let reason = found.take_opt("/reason", reason.map(|r| text::paragraphs(r, 2_000)));
    found.into_result()?;
    Ok(reason)
}

/// A dealer is verified by an approved licence that holds today.
fn licensed(act: &Act, facts: &DealerFacts) -> Result<(), Error> {
    let today = act.at.date_naive();
    let licence = facts.documents.iter().any(|document| document.licenses_on(today));
    if licence {
        Ok(())
    } else {
        Err(Error::LicenceMissing)
    }
}

/// A step of the status machine.
pub fn step(
    act: &Act,
    step: Step,
    reason: Option<&str>,
    facts: &DealerFacts,
) -> Result<Decision<Dealer, Dealer>, Error> {
    let dealer = &facts.dealer;
    let (right, by_admin) = right_for(step);
    let scope = if by_admin {
        Scope::Platform
    } else {
        Scope::Dealer(dealer.id)
    };
    act.actor
        .may(right, scope)
        .map_err(|refusal| Error::refused(refusal, "dealer"))?;
    act.expect_version(dealer.version)?;
    let reason = read_reason(step, reason)?;
    let before = dealer.status;
    let after = dealer.clone().step(step, reason.clone(), act.at)?;
    if step == Step::Verify {
        licensed(act, facts)?;
    }
    let audit = Audit::new(step.event(), "dealer", after.id)
        .for_dealer(after.id)
        .between(&json!({"status": before}), &json!({"status": after.status}))
        .because(reason);
    let event = Event::new(step.event(), after.id, told(&after, Some(before))).for_dealer(after.id);
    Ok(Decision::new(after.clone(), after, audit).telling(event))
}
