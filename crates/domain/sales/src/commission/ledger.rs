//! What is written down of commission: line by line, never changed.

use chrono::NaiveDate;
use kernel::id::{CommissionEntryId, SaleId, StaffId};
use kernel::money::Money;
use serde::{Deserialize, Serialize};

use super::shares::{MOST_SHARES, Shares};
use super::terms::Terms;
use crate::error::Error;

/// Lines that one sale writes at most: a part each, and a bonus.
pub const MOST_LINES: usize = MOST_SHARES + 1;

/// What a line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// A part of a sale's commission.
    Earned,
    /// What a voided sale had earned, taken back.
    ClawedBack,
    /// On top, from the nth sale of a month on.
    Bonus,
    /// Anything else that was put right.
    Adjustment,
}

impl EntryKind {
    /// Every kind.
    pub const ALL: &[Self] = &[Self::Earned, Self::ClawedBack, Self::Bonus, Self::Adjustment];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Earned => "earned",
            Self::ClawedBack => "clawed_back",
            Self::Bonus => "bonus",
            Self::Adjustment => "adjustment",
        }
    }

    /// The kind of this name.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.as_str() == word)
    }
}

/// A line of the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its id.
    pub id: CommissionEntryId,
    /// The sale that it is about.
    pub sale: SaleId,
    /// Whose it is.
    pub staff: StaffId,
    /// What it is for.
    pub kind: EntryKind,
    /// Below zero where it is taken back.
    pub amount: Money,
    /// The day that it counts for.
    pub earned_on: NaiveDate,
}

/// A sale, as far as commission knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// Which sale.
    pub sale: SaleId,
    /// Who sold it: the bonus is theirs.
    pub sold_by: StaffId,
    /// What was paid.
    pub price: Money,
    /// What the dealer had paid.
    pub cost: Option<Money>,
    /// When it was sold.
    pub sold_on: NaiveDate,
    /// The member's sale of this calendar month, from 1.
    pub nth: u32,
}

/// What a sale earns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earned {
    /// The commission, bonus apart.
    pub commission: Money,
    /// The lines, without those of nothing.
    pub entries: Vec<Entry>,
}

/// The lines of a sale. `ids` are made before, [`MOST_LINES`] of them.
pub fn earn(ids: &[CommissionEntryId], terms: &Terms, shares: &Shares, unit: &Unit) -> Result<Earned, Error> {
    let commission = terms.commission(unit.price, unit.cost)?;
    let mut lines: Vec<(StaffId, EntryKind, Money)> = shares
        .part(commission)?
        .into_iter()
        .map(|(staff, part)| (staff, EntryKind::Earned, part))
        .collect();
    let bonus = terms.bonus().filter(|bonus| unit.nth >= bonus.from_unit);
    lines.extend(bonus.map(|bonus| (unit.sold_by, EntryKind::Bonus, bonus.amount)));
    Ok(Earned {
        commission,
        entries: written(ids, unit.sale, unit.sold_on, lines)?,
    })
}

/// Takes back every line of one sale, so that they add up to nothing. Bonuses of later sales stay.
pub fn claw_back(ids: &[CommissionEntryId], own: &[Entry], on: NaiveDate) -> Result<Vec<Entry>, Error> {
    let Some(first) = own.first() else {
        return Ok(Vec::new());
    };
    let lines = own.iter().map(|entry| {
        let amount = Money::new(-entry.amount.minor(), entry.amount.currency());
        (entry.staff, EntryKind::ClawedBack, amount)
    });
    written(ids, first.sale, on, lines.collect())
}

fn written(
    ids: &[CommissionEntryId],
    sale: SaleId,
    earned_on: NaiveDate,
    lines: Vec<(StaffId, EntryKind, Money)>,
) -> Result<Vec<Entry>, Error> {
    let lines: Vec<_> = lines
        .into_iter()
        .filter(|(_, _, amount)| amount.minor() != 0)
        .collect();
    if lines.len() > ids.len() {
        return Err(Error::overflow());
    }
    let entries = lines
        .into_iter()
        .zip(ids)
        .map(|((staff, kind, amount), id)| Entry {
            id: *id,
            sale,
            staff,
            kind,
            amount,
            earned_on,
        });
    Ok(entries.collect())
}
