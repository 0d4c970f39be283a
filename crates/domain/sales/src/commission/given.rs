//! Terms as people write them: a kind, and beside it the field that belongs to that kind.

use kernel::error::{Common, Violations};
use kernel::money::Money;
use kernel::patch::Patch;

use super::terms::{Basis, Bonus, Scheme, Terms, TermsDraft, Tier};

/// What is done with the basis, by its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// [`GivenTerms::amount`] for every sale.
    Flat,
    /// [`GivenTerms::rate_bp`] of the basis.
    Percentage,
    /// The whole basis at the rate of its tier.
    Slab,
    /// Each part of the basis at the rate of its tier.
    Marginal,
}

impl Kind {
    const fn has_tiers(self) -> bool {
        matches!(self, Self::Slab | Self::Marginal)
    }
}

/// Terms, field by field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenTerms {
    /// What commission is reckoned from.
    pub basis: Basis,
    /// What is done with it.
    pub kind: Kind,
    /// With [`Kind::Flat`].
    pub amount: Option<Money>,
    /// Basis points, with [`Kind::Percentage`].
    pub rate_bp: Option<u32>,
    /// With [`Kind::Slab`] and [`Kind::Marginal`].
    pub tiers: Vec<Tier>,
    /// No sale earns less.
    pub minimum: Option<Money>,
    /// No sale earns more.
    pub maximum: Option<Money>,
    /// On top.
    pub bonus: Option<Bonus>,
}

impl GivenTerms {
    /// Terms that hold together, or everything that is wrong with them.
    pub fn checked(self) -> Result<Terms, Common> {
        let mut wrong = Violations::new();
        let fields = [
            ("amount", self.amount.is_some(), self.kind == Kind::Flat),
            ("rate_bp", self.rate_bp.is_some(), self.kind == Kind::Percentage),
            ("tiers", !self.tiers.is_empty(), self.kind.has_tiers()),
        ];
        for (field, given, wanted) in fields {
            wrong.check(given == wanted, &format!("/{field}"), "fits_not_the_kind", || {
                let word = if wanted { "needs" } else { "has no" };
                format!("a plan of this kind {word} {field}")
            });
        }
        wrong.into_result()?;
        let scheme = match self.kind {
            Kind::Flat => self.amount.map(Scheme::Flat),
            Kind::Percentage => self.rate_bp.map(Scheme::Percentage),
            Kind::Slab => Some(Scheme::Slab(self.tiers)),
            Kind::Marginal => Some(Scheme::Marginal(self.tiers)),
        };
        let draft = TermsDraft {
            basis: self.basis,
            scheme: scheme.ok_or_else(|| Common::internal("terms without violations are whole"))?,
            minimum: self.minimum,
            maximum: self.maximum,
            bonus: self.bonus,
        };
        Terms::new(draft).map_err(Common::Invalid)
    }
}

impl From<&Terms> for GivenTerms {
    fn from(terms: &Terms) -> Self {
        let (kind, amount, rate_bp, tiers) = match terms.scheme() {
            Scheme::Flat(amount) => (Kind::Flat, Some(*amount), None, Vec::new()),
            Scheme::Percentage(rate) => (Kind::Percentage, None, Some(*rate), Vec::new()),
            Scheme::Slab(tiers) => (Kind::Slab, None, None, tiers.clone()),
            Scheme::Marginal(tiers) => (Kind::Marginal, None, None, tiers.clone()),
        };
        Self {
            basis: terms.basis(),
            kind,
            amount,
            rate_bp,
            tiers,
            minimum: terms.minimum(),
            maximum: terms.maximum(),
            bonus: terms.bonus(),
        }
    }
}

/// A merge patch of terms (RFC 7396).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TermsChanges {
    /// What commission is reckoned from.
    pub basis: Option<Basis>,
    /// What is done with it. What belonged to another kind alone falls away with it.
    pub kind: Option<Kind>,
    /// With [`Kind::Flat`].
    pub amount: Patch<Money>,
    /// Basis points, with [`Kind::Percentage`].
    pub rate_bp: Patch<u32>,
    /// With [`Kind::Slab`] and [`Kind::Marginal`]; all of them.
    pub tiers: Patch<Vec<Tier>>,
    /// No sale earns less.
    pub minimum: Patch<Money>,
    /// No sale earns more.
    pub maximum: Patch<Money>,
    /// On top.
    pub bonus: Patch<Bonus>,
}

impl TermsChanges {
    /// The terms after the change, checked as a whole.
    pub fn onto(&self, before: &Terms) -> Result<Terms, Common> {
        let mut given = GivenTerms::from(before);
        given.basis = self.basis.unwrap_or(given.basis);
        given.kind = self.kind.unwrap_or(given.kind);
        given.amount = given.amount.filter(|_| given.kind == Kind::Flat);
        given.rate_bp = given.rate_bp.filter(|_| given.kind == Kind::Percentage);
        if !given.kind.has_tiers() {
            given.tiers.clear();
        }
        given.amount = self.amount.apply(given.amount);
        given.rate_bp = self.rate_bp.apply(given.rate_bp);
        match &self.tiers {
            Patch::Absent => {}
            Patch::Null => given.tiers.clear(),
            Patch::Value(tiers) => given.tiers.clone_from(tiers),
        }
        given.minimum = self.minimum.apply(given.minimum);
        given.maximum = self.maximum.apply(given.maximum);
        given.bonus = self.bonus.apply(given.bonus);
        given.checked()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::money::Currency;

    fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::USD)
    }

    fn percentage() -> Terms {
        let given = GivenTerms {
            basis: Basis::Gross,
            kind: Kind::Percentage,
            amount: None,
            rate_bp: Some(200),
            tiers: Vec::new(),
            minimum: Some(usd(5_000)),
            maximum: Some(usd(90_000)),
            bonus: None,
        };
        given.checked().unwrap()
    }

    fn refused(changes: &TermsChanges) -> Vec<String> {
        let Err(Common::Invalid(wrong)) = changes.onto(&percentage()) else {
            panic!("{changes:?} is refused");
        };
        wrong.as_slice().iter().map(|v| v.pointer.clone()).collect()
    }

    #[test]
    fn what_a_change_does_not_name_stays() {
        assert_eq!(TermsChanges::default().onto(&percentage()).unwrap(), percentage());
        let changes = TermsChanges {
            rate_bp: Patch::Value(100),
            ..TermsChanges::default()
        };
        let after = changes.onto(&percentage()).unwrap();
        assert_eq!(after.scheme(), &Scheme::Percentage(100));
        assert_eq!(after.basis(), Basis::Gross);
        assert_eq!(
            (after.minimum(), after.maximum()),
            (Some(usd(5_000)), Some(usd(90_000)))
        );
    }

    #[test]
    fn null_clears() {
        let changes = TermsChanges {
            minimum: Patch::Null,
            ..TermsChanges::default()
        };
        let after = changes.onto(&percentage()).unwrap();
        assert_eq!((after.minimum(), after.maximum()), (None, Some(usd(90_000))));
        let without_rate = TermsChanges {
            rate_bp: Patch::Null,
            ..TermsChanges::default()
        };
        assert_eq!(refused(&without_rate), ["/rate_bp"]);
    }

    #[test]
    fn the_whole_is_checked_after_the_change() {
        let too_much = TermsChanges {
            minimum: Patch::Value(usd(90_001)),
            ..TermsChanges::default()
        };
        assert_eq!(refused(&too_much), ["/maximum/amount"]);
        let of_another_kind = TermsChanges {
            amount: Patch::Value(usd(100)),
            ..TermsChanges::default()
        };
        assert_eq!(refused(&of_another_kind), ["/amount"]);
    }

    #[test]
    fn another_kind_brings_its_own_field_and_leaves_the_old_one() {
        let bare = TermsChanges {
            kind: Some(Kind::Flat),
            ..TermsChanges::default()
        };
        assert_eq!(refused(&bare), ["/amount"]);
        let flat = TermsChanges {
            amount: Patch::Value(usd(25_000)),
            ..bare
        };
        let after = flat.onto(&percentage()).unwrap();
        assert_eq!(after.scheme(), &Scheme::Flat(usd(25_000)));
        assert_eq!(after.minimum(), Some(usd(5_000)));
    }

    #[test]
    fn tiers_stay_with_a_kind_that_has_them_and_fall_away_with_another() {
        let tiers = vec![Tier {
            up_to: None,
            rate_bp: 300,
        }];
        let slab = GivenTerms {
            kind: Kind::Slab,
            rate_bp: None,
            tiers: tiers.clone(),
            ..GivenTerms::from(&percentage())
        };
        let slab = slab.checked().unwrap();
        assert_eq!(TermsChanges::default().onto(&slab).unwrap(), slab);
        let marginal = TermsChanges {
            kind: Some(Kind::Marginal),
            ..TermsChanges::default()
        };
        assert_eq!(marginal.onto(&slab).unwrap().scheme(), &Scheme::Marginal(tiers));
        let percentage = TermsChanges {
            kind: Some(Kind::Percentage),
            rate_bp: Patch::Value(150),
            ..TermsChanges::default()
        };
        let after = percentage.onto(&slab).unwrap();
        assert_eq!(after.scheme(), &Scheme::Percentage(150));
    }

    #[test]
    fn an_amount_stays_with_flat_terms_and_falls_away_with_another_kind() {
        let flat = GivenTerms {
            kind: Kind::Flat,
            rate_bp: None,
            amount: Some(usd(700)),
            ..GivenTerms::from(&percentage())
        };
        let flat = flat.checked().unwrap();
        assert_eq!(TermsChanges::default().onto(&flat).unwrap(), flat);
        let percentage = TermsChanges {
            kind: Some(Kind::Percentage),
            rate_bp: Patch::Value(150),
            ..TermsChanges::default()
        };
        let after = percentage.onto(&flat).unwrap();
        assert_eq!(after.scheme(), &Scheme::Percentage(150));
    }
}
