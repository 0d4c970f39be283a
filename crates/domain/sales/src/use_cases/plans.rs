//! Commission plans: an owner's.

use chrono::NaiveDate;
use kernel::act::{Act, Audit, Decision, Done};
use kernel::actor::{Actor, Scope};
use kernel::error::Common;
use kernel::event::Event;
use kernel::id::{CommissionPlanId, DealerId, StaffId};
use kernel::paging::{Page, PageRequest};
use kernel::patch::Patch;
use kernel::rights::Right;
use serde_json::json;

use super::CommissionPlans;
use crate::commission::given::TermsChanges;
use crate::commission::plan::{Plan, PlanDetails};
use crate::error::Error;
use crate::ports::PlanFacts;

/// What may be changed of a plan. Sales that were closed under it keep what they earned.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanChanges {
    /// What it is called.
    pub name: Option<String>,
    /// From which day.
    pub effective_from: Option<NaiveDate>,
    /// For whom.
    pub staff: Patch<StaffId>,
    /// How much a sale earns.
    pub terms: TermsChanges,
}

impl CommissionPlans {
    /// Makes a plan for one's own dealer, or for the one that an admin names.
    pub async fn make(
        &self,
        act: &Act,
        named: Option<DealerId>,
        details: PlanDetails,
    ) -> Result<Done<Plan>, Error> {
        let dealer = owned(&act.actor, named)?;
        let details = details.checked()?;
        let plan = Plan {
            id: self.ids.next(),
            dealer,
            details: details.clone(),
            created_at: act.at,
            updated_at: act.at,
            version: 1,
        };
        self.plans
            .make(act, dealer, &details, &|facts| {
                member_known(facts)?;
                Ok(told("commission_plan.made", &plan))
            })
            .await
    }

    /// Changes a plan.
    pub async fn change(
        &self,
        act: &Act,
        id: CommissionPlanId,
        changes: PlanChanges,
    ) -> Result<Done<Plan>, Error> {
        if act.actor == Actor::Anonymous {
            return Err(Common::Unauthenticated.into());
        }
        let staff = changes.staff.value().copied();
        self.plans
            .change(act, id, staff, &|facts| changed(act, &changes, facts))
            .await
    }

    /// One plan.
    pub async fn find(&self, actor: &Actor, id: CommissionPlanId) -> Result<Plan, Error> {
        if *actor == Actor::Anonymous {
            return Err(Common::Unauthenticated.into());
        }
        let plan = self
            .plans
            .find(id)
            .await?
            .ok_or(Common::absent("commission plan"))?;
        may(actor, &plan)?;
        Ok(plan)
    }

    /// A dealer's plans.
    pub async fn list(
        &self,
        actor: &Actor,
        named: Option<DealerId>,
        page: &PageRequest,
    ) -> Result<Page<Plan>, Error> {
        let dealer = owned(actor, named)?;
        self.plans.list(dealer, page).await
    }
}

fn changed(act: &Act, changes: &PlanChanges, facts: &PlanFacts) -> Result<Decision<Plan, Plan>, Error> {
    let before = facts.plan.as_ref().ok_or(Common::absent("commission plan"))?;
    may(&act.actor, before)?;
    act.expect_version(before.version)?;
    member_known(facts)?;
    let old = &before.details;
    let details = PlanDetails {
        name: changes.name.clone().unwrap_or_else(|| old.name.clone()),
        effective_from: changes.effective_from.unwrap_or(old.effective_from),
        staff: changes.staff.apply(old.staff),
        terms: changes.terms.onto(&old.terms)?,
    };
    let details = details.checked()?;
    if details == *old {
        return Ok(Decision::nothing(before.clone(), before.clone()));
    }
    let plan = Plan {
        details,
        updated_at: act.at,
        version: before.version + 1,
        ..before.clone()
    };
    Ok(told("commission_plan.changed", &plan))
}

fn may(actor: &Actor, plan: &Plan) -> Result<(), Error> {
    actor
        .may(Right::ManageCommission, Scope::Dealer(plan.dealer))
        .map_err(|refusal| refusal.of("commission plan").into())
}

fn owned(actor: &Actor, named: Option<DealerId>) -> Result<DealerId, Common> {
    let stranger = Common::Forbidden {
        right: Right::ManageCommission.as_str(),
    };
    actor.acting_dealer(Right::ManageCommission, named, stranger)
}

fn member_known(facts: &PlanFacts) -> Result<(), Common> {
    if facts.member_known {
        return Ok(());
    }
    Err(Common::invalid(
        "/staff_id",
        "unknown_member",
        "there is no such member of this dealer",
    ))
}

fn told(name: &'static str, plan: &Plan) -> Decision<Plan, Plan> {
    let terms = &plan.details.terms;
    let payload = json!({
        "id": plan.id,
        "dealer_id": plan.dealer,
        "staff_id": plan.details.staff,
        "effective_from": plan.details.effective_from,
        "basis": terms.basis(),
        "kind": terms.scheme().kind(),
        "version": plan.version,
    });
    let audit = Audit::new(name, "commission_plan", plan.id)
        .for_dealer(plan.dealer)
        .with(json!({"name": plan.details.name, "terms": terms, "version": plan.version}));
    Decision::new(plan.clone(), plan.clone(), audit)
        .telling(Event::new(name, plan.id, payload).for_dealer(plan.dealer))
}
