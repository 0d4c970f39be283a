//! Which terms are in force.

use chrono::NaiveDate;
use kernel::Instant;
use kernel::error::{Common, Violations};
use kernel::id::{CommissionPlanId, DealerId, StaffId};
use kernel::money::Currency;
use kernel::text;
use serde::{Deserialize, Serialize};

use super::terms::Terms;

/// Characters that a plan's name may have.
pub const NAME_MAX: usize = 100;

/// How a dealer pays commission, from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Its id.
    pub id: CommissionPlanId,
    /// Who pays.
    pub dealer: DealerId,
    /// What it is called.
    pub details: PlanDetails,
    /// When it was made.
    pub created_at: Instant,
    /// When it was last changed.
    pub updated_at: Instant,
    /// Rises by one with each change.
    pub version: i64,
}

/// What a plan says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanDetails {
    /// What it is called: 1 to 100 characters.
    pub name: String,
    /// For sales of this day and later.
    pub effective_from: NaiveDate,
    /// For this member alone; none for everybody who has no plan of their own.
    pub staff: Option<StaffId>,
    /// How much a sale earns.
    pub terms: Terms,
}

impl PlanDetails {
    /// Checks the name.
    pub fn checked(self) -> Result<Self, Common> {
        let mut wrong = Violations::new();
        let name = wrong.take("/name", text::line(&self.name, NAME_MAX));
        wrong.into_result()?;
        let name = name.unwrap_or_default();
        Ok(Self { name, ..self })
    }
}

/// The plan of a sale: the seller's own before everybody's, then the one that came into force last. Plans with amounts are
/// for sales in their currency. None: the default terms hold.
pub fn in_force(plans: &[Plan], seller: StaffId, currency: Currency, on: NaiveDate) -> Option<&Plan> {
    plans
        .iter()
        .filter(|plan| plan.details.effective_from <= on)
        .filter(|plan| plan.details.staff.is_none_or(|staff| staff == seller))
        .filter(|plan| plan.details.terms.currency().is_none_or(|own| own == currency))
        .max_by_key(|plan| {
            let details = &plan.details;
            (details.staff.is_some(), details.effective_from, plan.id)
        })
}
