//! How much a sale earns.

use kernel::error::Violations;
use kernel::money::{Currency, MAX_MINOR, Money};
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// A whole in basis points: 100 %.
pub const WHOLE_BP: u32 = 10_000;
/// Tiers at most.
pub const MOST_TIERS: usize = 20;
/// The highest unit of a month from which a bonus can start.
pub const MOST_UNITS: u32 = 1_000;

/// What commission is reckoned from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The sale price.
    Price,
    /// Sale price less cost. A loss counts as nothing.
    Gross,
}

impl Basis {
    /// Every basis.
    pub const ALL: &[Self] = &[Self::Price, Self::Gross];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Price => "price",
            Self::Gross => "gross",
        }
    }

    /// The basis of this name.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|basis| basis.as_str() == word)
    }
}

/// A rate, and up to which amount (with it) it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Tier {
    /// The last amount of this tier; none in the last tier alone, which has no end.
    pub up_to: Option<Money>,
    /// Basis points.
    pub rate_bp: u32,
}

/// What is done with the basis.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scheme {
    /// The same for every sale that is no loss.
    Flat(Money),
    /// So many basis points of it.
    Percentage(u32),
    /// The whole of it at the rate of the tier that it lies in.
    Slab(Vec<Tier>),
    /// Each part of it at the rate of the tier that the part lies in.
    Marginal(Vec<Tier>),
}

impl Scheme {
    /// The word for the kind.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Flat(_) => "flat",
            Self::Percentage(_) => "percentage",
            Self::Slab(_) => "slab",
            Self::Marginal(_) => "marginal",
        }
    }
}

/// What is paid on top from a member's nth sale of a calendar month on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Bonus {
    /// Counts a member's sales of a month, from 1.
    pub from_unit: u32,
    /// For this one and each that follows in the month.
    pub amount: Money,
}

/// Terms as they come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TermsDraft {
    /// What commission is reckoned from.
    pub basis: Basis,
    /// What is done with it.
    pub scheme: Scheme,
    /// No sale earns less.
    pub minimum: Option<Money>,
    /// No sale earns more.
    pub maximum: Option<Money>,
    /// On top, and not bounded by minimum and maximum.
    pub bonus: Option<Bonus>,
}

/// Terms that hold together: amounts in one currency, minimum ≤ maximum, tiers in rising order with an open end.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Terms {
    basis: Basis,
    scheme: Scheme,
    minimum: Option<Money>,
    maximum: Option<Money>,
    bonus: Option<Bonus>,
}

impl Default for Terms {
    /// 2 % of the sale price.
    fn default() -> Self {
        Self {
            basis: Basis::Price,
            scheme: Scheme::Percentage(200),
            minimum: None,
            maximum: None,
            bonus: None,
        }
    }
}

impl Terms {
    /// Checks a draft, or tells everything that is wrong with it.
    pub fn new(draft: TermsDraft) -> Result<Self, Violations> {
        let mut wrong = Violations::new();
        match &draft.scheme {
            Scheme::Flat(_) => {}
            Scheme::Percentage(rate) => check_rate("/rate_bp", *rate, &mut wrong),
            Scheme::Slab(tiers) | Scheme::Marginal(tiers) => check_tiers(tiers, &mut wrong),
        }
        if let (Some(least), Some(most)) = (draft.minimum, draft.maximum) {
            wrong.check(
                least.minor() <= most.minor(),
                "/maximum/amount",
                "below_minimum",
                || format!("the maximum {most} is below the minimum {least}"),
            );
        }
        if let Some(bonus) = draft.bonus {
            wrong.check(
                (1..=MOST_UNITS).contains(&bonus.from_unit),
                "/bonus/from_unit",
                "out_of_range",
                || format!("{} is not from 1 to {MOST_UNITS}", bonus.from_unit),
            );
        }
        let terms = Self {
            basis: draft.basis,
            scheme: draft.scheme,
            minimum: draft.minimum,
            maximum: draft.maximum,
            bonus: draft.bonus,
        };
        terms.check_amounts(&mut wrong);
        if wrong.is_empty() { Ok(terms) } else { Err(wrong) }
    }

    /// What commission is reckoned from.
    pub const fn basis(&self) -> Basis {
        self.basis
    }

    /// What is done with it.
    pub const fn scheme(&self) -> &Scheme {
        &self.scheme
    }

    /// No sale earns less.
    pub const fn minimum(&self) -> Option<Money> {
        self.minimum
    }

    /// No sale earns more.
    pub const fn maximum(&self) -> Option<Money> {
        self.maximum
    }

    /// What is paid on top.
    pub const fn bonus(&self) -> Option<Bonus> {
        self.bonus
    }

    /// The currency of the amounts; none where there are only rates, which hold in any.
    pub fn currency(&self) -> Option<Currency> {
        self.amounts().first().map(|(_, amount)| amount.currency())
    }

    /// What a sale earns: one rounding, half to even, then minimum and maximum. [`Error::CostUnknown`] where profit counts and
    /// there is no cost; a currency other than the terms' is a defect of the caller.
    pub fn commission(&self, price: Money, cost: Option<Money>) -> Result<Money, Error> {
        let currency = price.currency();
        let others = [self.currency(), cost.map(Money::currency)];
        if others.into_iter().flatten().any(|other| other != currency) {
            return Err(Error::currencies());
        }
        let price = i128::from(price.minor());
        let (basis, loss) = match self.basis {
            Basis::Price => (price.max(0), false),
            Basis::Gross => {
                let profit = price - i128::from(cost.ok_or(Error::CostUnknown)?.minor());
                (profit.max(0), profit < 0)
            }
        };
        let earned = if loss { 0 } else { self.scheme.earns(basis) };
        let least = self.minimum.map_or(0, |m| i128::from(m.minor()));
        let most = self.maximum.map_or(i128::MAX, |m| i128::from(m.minor()));
        let minor = i64::try_from(earned.max(least).min(most)).map_err(|_| Error::overflow())?;
        Ok(Money::new(minor, currency))
    }

    /// Every amount, with where it stands.
    fn amounts(&self) -> Vec<(String, Money)> {
        let mut all = Vec::new();
        match &self.scheme {
            Scheme::Flat(amount) => all.push(("/amount".to_owned(), *amount)),
            Scheme::Percentage(_) => {}
            Scheme::Slab(tiers) | Scheme::Marginal(tiers) => {
                let ends = tiers.iter().enumerate();
                all.extend(ends.filter_map(|(n, tier)| Some((format!("/tiers/{n}/up_to"), tier.up_to?))));
            }
        }
        all.extend(self.minimum.map(|amount| ("/minimum".to_owned(), amount)));
        all.extend(self.maximum.map(|amount| ("/maximum".to_owned(), amount)));
        all.extend(self.bonus.map(|bonus| ("/bonus/amount".to_owned(), bonus.amount)));
        all
    }

    fn check_amounts(&self, wrong: &mut Violations) {
        let Some(currency) = self.currency() else { return };
        for (pointer, amount) in self.amounts() {
            wrong.check(
                (0..=MAX_MINOR).contains(&amount.minor()),
                &format!("{pointer}/amount"),
                "negative",
                || format!("{amount} is below zero, or more than can be handled"),
            );
            wrong.check(
                amount.currency() == currency,
                &format!("{pointer}/currency"),
                "currency_differs",
                || {
                    format!(
                        "{} differs from the {currency} of other amounts",
                        amount.currency()
                    )
                },
            );
        }
    }
}

impl Scheme {
    /// In minor units, of a basis that is no loss.
    fn earns(&self, basis: i128) -> i128 {
        match self {
            Self::Flat(amount) => i128::from(amount.minor()),
            Self::Percentage(rate) => rounded(basis * i128::from(*rate)),
            Self::Slab(tiers) => {
                let tier = tiers.iter().find(|tier| basis <= end(tier));
                rounded(basis * tier.map_or(0, |tier| i128::from(tier.rate_bp)))
            }
            Self::Marginal(tiers) => {
                let mut from = 0;
                let mut whole = 0;
                for tier in tiers {
                    let part = basis.min(end(tier)) - from;
                    if part <= 0 {
                        break;
                    }
                    whole += part * i128::from(tier.rate_bp);
                    from += part;
                }
                rounded(whole)
            }
        }
    }
}

/// The last amount of a tier.
fn end(tier: &Tier) -> i128 {
    tier.up_to.map_or(i128::MAX, |up_to| i128::from(up_to.minor()))
}

/// Minor units of an amount in ten-thousandths of them: half to even. `amount` is not negative.
fn rounded(amount: i128) -> i128 {
    let unit = i128::from(WHOLE_BP);
    let (whole, rest) = (amount.div_euclid(unit), amount.rem_euclid(unit));
    match (rest * 2).cmp(&unit) {
        std::cmp::Ordering::Less => whole,
        std::cmp::Ordering::Equal => whole + whole.rem_euclid(2),
        std::cmp::Ordering::Greater => whole + 1,
    }
}

fn check_rate(pointer: &str, rate: u32, wrong: &mut Violations) {
    wrong.check(rate <= WHOLE_BP, pointer, "out_of_range", || {
        format!("{rate} basis points are more than {WHOLE_BP}, the whole")
    });
}

fn check_tiers(tiers: &[Tier], wrong: &mut Violations) {
    wrong.check(
        (1..=MOST_TIERS).contains(&tiers.len()),
        "/tiers",
        "tier_count",
        || format!("{} tiers; 1 to {MOST_TIERS} are taken", tiers.len()),
    );
    let last = tiers.len().saturating_sub(1);
    let mut before = None;
    for (n, tier) in tiers.iter().enumerate() {
        check_rate(&format!("/tiers/{n}/rate_bp"), tier.rate_bp, wrong);
        let pointer = format!("/tiers/{n}/up_to");
        match tier.up_to {
            Some(up_to) if n == last => wrong.add(
                pointer,
                "open_end_needed",
                format!("the last tier has no end: leave the {up_to} out"),
            ),
            None if n < last => wrong.add(pointer, "required", "only the last tier has no end"),
            Some(up_to) => {
                let rises = before.is_none_or(|before| before < up_to.minor()) && up_to.minor() > 0;
                wrong.check(rises, &pointer, "not_rising", || {
                    format!("{up_to} is not above the tier before it")
                });
                before = Some(up_to.minor());
            }
            None => {}
        }
    }
}
