//! Commission plans as the API takes and shows them.

use ::sales::commission::given::{GivenTerms, Kind, TermsChanges};
use ::sales::commission::plan::{Plan, PlanDetails};
use ::sales::commission::terms::{Basis, Bonus, Terms, Tier};
use ::sales::use_cases::PlanChanges;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::error::{Common, Violations};
use kernel::id::Id;
use kernel::patch::Patch;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::dto::{MoneyDto, kept};

/// What commission is reckoned from.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum BasisDto {
    /// The sale price.
    Price,
    /// Sale price less the listing's cost; a loss counts as nothing.
    Gross,
}

/// What is done with the basis.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum PlanKindDto {
    /// `amount` for every sale.
    Flat,
    /// `rate_bp` of the basis.
    Percentage,
    /// The whole basis at the rate of the tier that it lies in.
    Slab,
    /// Each part of the basis at the rate of its tier.
    Marginal,
}

impl From<BasisDto> for Basis {
    fn from(basis: BasisDto) -> Self {
        match basis {
            BasisDto::Price => Self::Price,
            BasisDto::Gross => Self::Gross,
        }
    }
}

impl From<Basis> for BasisDto {
    fn from(basis: Basis) -> Self {
        match basis {
            Basis::Price => Self::Price,
            Basis::Gross => Self::Gross,
        }
    }
}

impl From<PlanKindDto> for Kind {
    fn from(kind: PlanKindDto) -> Self {
        match kind {
            PlanKindDto::Flat => Self::Flat,
            PlanKindDto::Percentage => Self::Percentage,
            PlanKindDto::Slab => Self::Slab,
            PlanKindDto::Marginal => Self::Marginal,
        }
    }
}

impl From<Kind> for PlanKindDto {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Flat => Self::Flat,
            Kind::Percentage => Self::Percentage,
            Kind::Slab => Self::Slab,
            Kind::Marginal => Self::Marginal,
        }
    }
}

/// A rate, and up to which amount (with it) it holds.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TierDto {
    /// Left out in the last tier alone.
    up_to: Option<MoneyDto>,
    /// Basis points: 200 are 2 %.
    #[schema(maximum = 10_000)]
    rate_bp: u32,
}

/// What is paid on top from a member's nth sale of a calendar month on.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BonusDto {
    #[schema(minimum = 1, maximum = 1_000)]
    from_unit: u32,
    amount: MoneyDto,
}

/// How much a sale earns. Amounts are in one currency; a plan that has some holds for sales in it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "name": "Gross tiers",
    "effective_from": "2027-01-01",
    "basis": "gross",
    "kind": "marginal",
    "tiers": [
        { "up_to": { "amount": "2000.00", "currency": "USD" }, "rate_bp": 2000 },
        { "rate_bp": 3000 },
    ],
    "minimum": { "amount": "150.00", "currency": "USD" },
}))]
pub(super) struct NewPlanDto {
    /// The dealer that is meant: for admins, who work for none.
    pub(super) dealer_id: Option<Uuid>,
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// For sales of this day and later.
    #[schema(format = Date)]
    effective_from: NaiveDate,
    /// For this member alone.
    staff_id: Option<Uuid>,
    #[schema(inline)]
    basis: BasisDto,
    #[schema(inline)]
    kind: PlanKindDto,
    /// With `flat`.
    amount: Option<MoneyDto>,
    /// With `percentage`.
    #[schema(maximum = 10_000)]
    rate_bp: Option<u32>,
    /// With `slab` and `marginal`.
    #[serde(default)]
    #[schema(max_items = 20)]
    tiers: Vec<TierDto>,
    /// No sale earns less.
    minimum: Option<MoneyDto>,
    /// No sale earns more.
    maximum: Option<MoneyDto>,
    bonus: Option<BonusDto>,
}

impl NewPlanDto {
    pub(super) fn read(self) -> Result<PlanDetails, Common> {
        Ok(PlanDetails {
            terms: self.terms()?,
            name: self.name,
            effective_from: self.effective_from,
            staff: self.staff_id.map(Id::from_uuid),
        })
    }

    fn terms(&self) -> Result<Terms, Common> {
        let mut wrong = Violations::new();
        let mut money =
            |pointer: &str, given: Option<&MoneyDto>| wrong.take_opt(pointer, given.map(MoneyDto::read));
        let amount = money("/amount", self.amount.as_ref());
        let minimum = money("/minimum", self.minimum.as_ref());
        let maximum = money("/maximum", self.maximum.as_ref());
        let bonus = self.bonus.as_ref().and_then(|bonus| bonus.read(&mut wrong));
        let tiers = tiers(&self.tiers, &mut wrong);
        wrong.into_result()?;
        let given = GivenTerms {
            basis: self.basis.into(),
            kind: self.kind.into(),
            amount,
            rate_bp: self.rate_bp,
            tiers,
            minimum,
            maximum,
            bonus,
        };
        given.checked()
    }
}

impl BonusDto {
    fn read(&self, wrong: &mut Violations) -> Option<Bonus> {
        let amount = wrong.take("/bonus/amount", self.amount.read())?;
        Some(Bonus {
            from_unit: self.from_unit,
            amount,
        })
    }
}

fn tiers(given: &[TierDto], wrong: &mut Violations) -> Vec<Tier> {
    let tier = |(n, tier): (usize, &TierDto)| Tier {
        up_to: wrong.take_opt(
            &format!("/tiers/{n}/up_to"),
            tier.up_to.as_ref().map(MoneyDto::read),
        ),
        rate_bp: tier.rate_bp,
    };
    given.iter().enumerate().map(tier).collect()
}

/// Changes of a plan: what is left out stays, `null` clears; a bonus and the tiers are given whole. What belongs to the former
/// `kind` alone falls away with it. The plan is checked as it is after the change.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "name": "Tiers of 2026", "effective_from": "2026-01-01" }))]
pub(super) struct PatchPlanDto {
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    #[serde(default)]
    name: Patch<String>,
    #[schema(value_type = Option<String>, format = Date)]
    #[serde(default)]
    effective_from: Patch<NaiveDate>,
    #[schema(value_type = Option<Uuid>)]
    #[serde(default)]
    staff_id: Patch<Uuid>,
    #[schema(value_type = Option<BasisDto>, inline)]
    #[serde(default)]
    basis: Patch<BasisDto>,
    #[schema(value_type = Option<PlanKindDto>, inline)]
    #[serde(default)]
    kind: Patch<PlanKindDto>,
    #[schema(value_type = Option<MoneyDto>)]
    #[serde(default)]
    amount: Patch<MoneyDto>,
    #[schema(value_type = Option<u32>, maximum = 10_000)]
    #[serde(default)]
    rate_bp: Patch<u32>,
    #[schema(value_type = Option<Vec<TierDto>>, max_items = 20)]
    #[serde(default)]
    tiers: Patch<Vec<TierDto>>,
    #[schema(value_type = Option<MoneyDto>)]
    #[serde(default)]
    minimum: Patch<MoneyDto>,
    #[schema(value_type = Option<MoneyDto>)]
    #[serde(default)]
    maximum: Patch<MoneyDto>,
    #[schema(value_type = Option<BonusDto>)]
    #[serde(default)]
    bonus: Patch<BonusDto>,
}

impl PatchPlanDto {
    pub(super) fn read(self) -> Result<PlanChanges, Common> {
        let mut wrong = Violations::new();
        let mut money =
            |pointer: &str, given: &Patch<MoneyDto>| read(given, |m| wrong.take(pointer, m.read()));
        let amount = money("/amount", &self.amount);
        let minimum = money("/minimum", &self.minimum);
        let maximum = money("/maximum", &self.maximum);
        let terms = TermsChanges {
            basis: kept("/basis", self.basis, &mut wrong).map(Basis::from),
            kind: kept("/kind", self.kind, &mut wrong).map(Kind::from),
            amount,
            rate_bp: self.rate_bp,
            tiers: self.tiers.map(|given| tiers(&given, &mut wrong)),
            minimum,
            maximum,
            bonus: read(&self.bonus, |bonus| bonus.read(&mut wrong)),
        };
        let name = kept("/name", self.name, &mut wrong);
        let effective_from = kept("/effective_from", self.effective_from, &mut wrong);
        wrong.into_result()?;
        Ok(PlanChanges {
            name,
            effective_from,
            staff: self.staff_id.map(Id::from_uuid),
            terms,
        })
    }
}

/// The field, read; absent when it could not be, which is noted as a violation.
fn read<T, U>(given: &Patch<T>, read: impl FnOnce(&T) -> Option<U>) -> Patch<U> {
    match given {
        Patch::Absent => Patch::Absent,
        Patch::Null => Patch::Null,
        Patch::Value(value) => read(value).map_or(Patch::Absent, Patch::Value),
    }
}

/// How a dealer pays commission.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PlanDto {
    id: Uuid,
    dealer_id: Uuid,
    name: String,
    effective_from: NaiveDate,
    /// `null`: for everybody without a plan of their own.
    staff_id: Option<Uuid>,
    #[schema(inline)]
    basis: BasisDto,
    #[schema(inline)]
    kind: PlanKindDto,
    amount: Option<MoneyDto>,
    rate_bp: Option<u32>,
    tiers: Vec<TierDto>,
    minimum: Option<MoneyDto>,
    maximum: Option<MoneyDto>,
    bonus: Option<BonusDto>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    /// Rises with each change.
    version: i64,
}

impl From<Plan> for PlanDto {
    fn from(plan: Plan) -> Self {
        let terms = GivenTerms::from(&plan.details.terms);
        Self {
            id: plan.id.uuid(),
            dealer_id: plan.dealer.uuid(),
            effective_from: plan.details.effective_from,
            staff_id: plan.details.staff.map(|staff| staff.uuid()),
            basis: terms.basis.into(),
            kind: terms.kind.into(),
            amount: terms.amount.map(MoneyDto::from),
            rate_bp: terms.rate_bp,
            tiers: shown(&terms.tiers),
            minimum: terms.minimum.map(MoneyDto::from),
            maximum: terms.maximum.map(MoneyDto::from),
            bonus: terms.bonus.map(|bonus| BonusDto {
                from_unit: bonus.from_unit,
                amount: bonus.amount.into(),
            }),
            name: plan.details.name,
            created_at: plan.created_at,
            updated_at: plan.updated_at,
            version: plan.version,
        }
    }
}

fn shown(tiers: &[Tier]) -> Vec<TierDto> {
    let tier = |tier: &Tier| TierDto {
        up_to: tier.up_to.map(MoneyDto::from),
        rate_bp: tier.rate_bp,
    };
    tiers.iter().map(tier).collect()
}
