//! Commission plans as the API takes and shows them.

use ::sales::commission::plan::{Plan, PlanDetails};
use ::sales::commission::terms::{Basis, Bonus, Scheme, Terms, TermsDraft, Tier};
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
        let on_top = money("/bonus/amount", self.bonus.as_ref().map(|bonus| &bonus.amount));
        let tiers = self.tiers.iter().enumerate().map(|(n, tier)| Tier {
            up_to: money(&format!("/tiers/{n}/up_to"), tier.up_to.as_ref()),
            rate_bp: tier.rate_bp,
        });
        let tiers: Vec<Tier> = tiers.collect();
        let stray = [
            (
                "/amount",
                self.amount.is_some(),
                matches!(self.kind, PlanKindDto::Flat),
            ),
            (
                "/rate_bp",
                self.rate_bp.is_some(),
                matches!(self.kind, PlanKindDto::Percentage),
            ),
            (
                "/tiers",
                !tiers.is_empty(),
                matches!(self.kind, PlanKindDto::Slab | PlanKindDto::Marginal),
            ),
        ];
        for (pointer, given, wanted) in stray {
            wrong.check(given == wanted, pointer, "fits_not_the_kind", || {
                let word = if wanted { "needs" } else { "has no" };
                format!("a plan of this kind {word} {}", pointer.trim_start_matches('/'))
            });
        }
        wrong.into_result()?;
        let scheme = match self.kind {
            PlanKindDto::Flat => amount.map(Scheme::Flat),
            PlanKindDto::Percentage => self.rate_bp.map(Scheme::Percentage),
            PlanKindDto::Slab => Some(Scheme::Slab(tiers)),
            PlanKindDto::Marginal => Some(Scheme::Marginal(tiers)),
        };
        let bonus = self.bonus.as_ref().zip(on_top).map(|(bonus, amount)| Bonus {
            from_unit: bonus.from_unit,
            amount,
        });
        let draft = TermsDraft {
            basis: match self.basis {
                BasisDto::Price => Basis::Price,
                BasisDto::Gross => Basis::Gross,
            },
            scheme: scheme.ok_or_else(|| Common::internal("terms without violations are whole"))?,
            minimum,
            maximum,
            bonus,
        };
        Terms::new(draft).map_err(Common::Invalid)
    }
}

/// Changes of a plan. The terms are changed as a whole: with `kind` come all of them.
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
    #[schema(inline)]
    basis: Option<BasisDto>,
    #[schema(inline)]
    kind: Option<PlanKindDto>,
    amount: Option<MoneyDto>,
    #[schema(maximum = 10_000)]
    rate_bp: Option<u32>,
    #[schema(max_items = 20)]
    tiers: Option<Vec<TierDto>>,
    minimum: Option<MoneyDto>,
    maximum: Option<MoneyDto>,
    bonus: Option<BonusDto>,
}

impl PatchPlanDto {
    pub(super) fn read(self) -> Result<PlanChanges, Common> {
        let mut wrong = Violations::new();
        let others = self.amount.is_some()
            || self.rate_bp.is_some()
            || self.tiers.is_some()
            || self.minimum.is_some()
            || self.maximum.is_some()
            || self.bonus.is_some();
        let terms = match (self.basis, self.kind) {
            (Some(basis), Some(kind)) => Some(NewPlanDto {
                dealer_id: None,
                name: String::new(),
                effective_from: NaiveDate::default(),
                staff_id: None,
                basis,
                kind,
                amount: self.amount,
                rate_bp: self.rate_bp,
                tiers: self.tiers.unwrap_or_default(),
                minimum: self.minimum,
                maximum: self.maximum,
                bonus: self.bonus,
            }),
            (None, None) if !others => None,
            _ => {
                wrong.add(
                    "/kind",
                    "terms_are_whole",
                    "terms are changed as a whole: give basis and kind with all that belongs to them",
                );
                None
            }
        };
        let name = kept("/name", self.name, &mut wrong);
        let effective_from = kept("/effective_from", self.effective_from, &mut wrong);
        wrong.into_result()?;
        Ok(PlanChanges {
            name,
            effective_from,
            staff: self.staff_id.map(Id::from_uuid),
            terms: terms.map(|terms| terms.terms()).transpose()?,
        })
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
        let terms = &plan.details.terms;
        let (kind, amount, rate_bp, tiers) = match terms.scheme() {
            Scheme::Flat(amount) => (PlanKindDto::Flat, Some((*amount).into()), None, Vec::new()),
            Scheme::Percentage(rate) => (PlanKindDto::Percentage, None, Some(*rate), Vec::new()),
            Scheme::Slab(tiers) => (PlanKindDto::Slab, None, None, shown(tiers)),
            Scheme::Marginal(tiers) => (PlanKindDto::Marginal, None, None, shown(tiers)),
        };
        Self {
            id: plan.id.uuid(),
            dealer_id: plan.dealer.uuid(),
            effective_from: plan.details.effective_from,
            staff_id: plan.details.staff.map(|staff| staff.uuid()),
            basis: match terms.basis() {
                Basis::Price => BasisDto::Price,
                Basis::Gross => BasisDto::Gross,
            },
            kind,
            amount,
            rate_bp,
            tiers,
            minimum: terms.minimum().map(MoneyDto::from),
            maximum: terms.maximum().map(MoneyDto::from),
            bonus: terms.bonus().map(|bonus| BonusDto {
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
