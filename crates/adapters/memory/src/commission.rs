//! Commission plans and the ledger.

use std::collections::BTreeMap;

use ::sales::Error;
use ::sales::commission::ledger::{Entry, EntryKind};
use ::sales::commission::plan::{Plan, PlanDetails};
use ::sales::figures::{LedgerTotal, Span};
use ::sales::ports::{Ledger, PlanFacts, Plans};
use async_trait::async_trait;
use chrono::NaiveDate;
use dealers::rules::staff::profile;
use dealers::staff::{StaffMember, StaffProfile};
use kernel::act::{Act, Decide, Done};
use kernel::error::Common;
use kernel::id::{CommissionPlanId, DealerId, StaffId};
use kernel::money::Money;
use kernel::paging::{Page, PageRequest};

use crate::{Memory, State};

fn write_plan(state: &mut State, plan: Plan) -> Result<(), Error> {
    let reach = |plan: &Plan| {
        let details = &plan.details;
        (
            plan.dealer,
            details.staff,
            details.effective_from,
            details.terms.currency(),
        )
    };
    let rival = |other: &Plan| other.id != plan.id && reach(other) == reach(&plan);
    if state.sales.plans.values().any(rival) {
        return Err(Error::PlanExists);
    }
    state.sales.plans.insert(plan.id, plan);
    Ok(())
}

fn member_known(state: &State, dealer: DealerId, staff: Option<StaffId>) -> bool {
    let shop = state.sales.shops.get(&dealer);
    staff.is_none_or(|staff| shop.is_some_and(|shop| shop.members.contains(&staff)))
}

#[async_trait]
impl Plans for Memory {
    async fn make(
        &self,
        act: &Act,
        dealer: DealerId,
        details: &PlanDetails,
        decide: Decide<'_, PlanFacts, Plan, Plan, Error>,
    ) -> Result<Done<Plan>, Error> {
        self.act(
            act,
            |state| {
                decide(&PlanFacts {
                    plan: None,
                    member_known: member_known(state, dealer, details.staff),
                })
            },
            write_plan,
        )
    }

    async fn change(
        &self,
        act: &Act,
        plan: CommissionPlanId,
        staff: Option<StaffId>,
        decide: Decide<'_, PlanFacts, Plan, Plan, Error>,
    ) -> Result<Done<Plan>, Error> {
        self.act(
            act,
            |state| {
                let plan = state.sales.plans.get(&plan).cloned();
                let plan = plan.ok_or(Common::absent("commission plan"))?;
                decide(&PlanFacts {
                    member_known: member_known(state, plan.dealer, staff),
                    plan: Some(plan),
                })
            },
            write_plan,
        )
    }

    async fn find(&self, plan: CommissionPlanId) -> Result<Option<Plan>, Error> {
        Ok(self.lock().sales.plans.get(&plan).cloned())
    }

    async fn list(&self, dealer: DealerId, page: &PageRequest) -> Result<Page<Plan>, Error> {
        let state = self.lock();
        let own = state.sales.plans.values().filter(|plan| plan.dealer == dealer);
        let mut own: Vec<Plan> = own.cloned().collect();
        own.sort_by_key(|plan| std::cmp::Reverse((plan.details.effective_from, plan.id)));
        Ok(crate::dealers::part(own, page))
    }
}

impl State {
    /// A member as lists show them, with the plan of their own that is in force on a day.
    pub(crate) fn staff_profile(&self, member: &StaffMember, on: NaiveDate) -> StaffProfile {
        let person = member.user.and_then(|user| self.dealers.person(user));
        let own = self.sales.plans.values().filter(|plan| {
            let details = &plan.details;
            details.staff == Some(member.id) && details.effective_from <= on
        });
        let newest = own.max_by_key(|plan| (plan.details.effective_from, plan.id));
        StaffProfile {
            plan: newest.map(|plan| plan.id),
            ..profile(member, person.as_ref())
        }
    }
}

#[async_trait]
impl Ledger for Memory {
    async fn list(
        &self,
        dealer: DealerId,
        staff: Option<StaffId>,
        span: Span,
        page: &PageRequest,
    ) -> Result<Page<Entry>, Error> {
        let mut lines = self.lock().sales.lines(dealer, staff, span);
        lines.sort_by_key(|entry| std::cmp::Reverse((entry.earned_on, entry.id)));
        Ok(crate::dealers::part(lines, page))
    }

    async fn totals(
        &self,
        dealer: DealerId,
        staff: Option<StaffId>,
        span: Span,
    ) -> Result<Vec<LedgerTotal>, Error> {
        let lines = self.lock().sales.lines(dealer, staff, span);
        let mut by_currency: BTreeMap<&'static str, Vec<Entry>> = BTreeMap::new();
        for line in lines {
            by_currency
                .entry(line.amount.currency().code())
                .or_default()
                .push(line);
        }
        Ok(by_currency
            .into_values()
            .filter_map(|lines| total(&lines))
            .collect())
    }
}

/// The sums of lines of one currency.
fn total(lines: &[Entry]) -> Option<LedgerTotal> {
    let currency = lines.first()?.amount.currency();
    let of = |kind: Option<EntryKind>| {
        let counted = lines
            .iter()
            .filter(|line| kind.is_none_or(|kind| line.kind == kind));
        Money::new(counted.map(|line| line.amount.minor()).sum(), currency)
    };
    Some(LedgerTotal {
        earned: of(Some(EntryKind::Earned)),
        bonus: of(Some(EntryKind::Bonus)),
        clawed_back: of(Some(EntryKind::ClawedBack)),
        adjustment: of(Some(EntryKind::Adjustment)),
        balance: of(None),
    })
}
