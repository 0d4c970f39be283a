//! What a dealer has on its lot, what it and its members sell and earn: counted, exact.

use chrono::{Datelike, NaiveDate};
use kernel::id::StaffId;
use kernel::money::Money;

/// Days, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first; none for all before.
    pub from: Option<NaiveDate>,
    /// The last; none for all after.
    pub to: Option<NaiveDate>,
}

impl Span {
    /// The calendar month of this day.
    pub fn month_of(day: NaiveDate) -> Self {
        let first = day.with_day(1).unwrap_or(day);
        Self {
            from: Some(first),
            to: first
                .checked_add_months(chrono::Months::new(1))
                .and_then(|next| next.pred_opt()),
        }
    }

    /// The calendar month before that of this day.
    pub fn month_before(day: NaiveDate) -> Self {
        let last = day.with_day(1).and_then(|first| first.pred_opt());
        Self::month_of(last.unwrap_or(day))
    }
}

/// Things in a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counted {
    /// The state's word.
    pub status: String,
    /// How many.
    pub count: u64,
}

/// Sales of some days, those that stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sold {
    /// How many.
    pub units: u64,
    /// What was paid, a sum for each currency.
    pub revenue: Vec<Money>,
}

/// A dealer at a glance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DealerStats {
    /// Its listings; states with none are left out.
    pub listings: Vec<Counted>,
    /// Negotiations that have not ended.
    pub open_negotiations: u64,
    /// Test drives that wait for a decision.
    pub bookings_to_decide: u64,
    /// Sales of this calendar month.
    pub this_month: Sold,
    /// Sales of the month before.
    pub last_month: Sold,
}

/// How many cars, and what they are asked for in all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stock {
    /// The group: a state, or an age.
    pub group: String,
    /// How many.
    pub count: u64,
    /// Asking prices in all, a sum for each currency.
    pub value: Vec<Money>,
}

/// Ages on the lot, in days, the last one open.
pub const AGES: &[(&str, i64)] = &[("0-30", 30), ("31-60", 60), ("61-90", 90), ("90+", i64::MAX)];

/// What stands on a dealer's lot.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// By state; states with none are left out.
    pub by_status: Vec<Stock>,
    /// Those on offer (active and reserved), by days since they were first listed; all of [`AGES`].
    pub by_age: Vec<Stock>,
}

/// The ledger's sums in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerTotal {
    /// Parts of commissions.
    pub earned: Money,
    /// On top.
    pub bonus: Money,
    /// Taken back: zero or below.
    pub clawed_back: Money,
    /// Put right.
    pub adjustment: Money,
    /// All of it.
    pub balance: Money,
}

/// What a member has done.
#[derive(Clone, Debug, PartialEq)]
pub struct StaffMetrics {
    /// Who.
    pub staff: StaffId,
    /// Sales that stand, sold by the member.
    pub sold: Sold,
    /// The member's ledger.
    pub commission: Vec<LedgerTotal>,
    /// The test drives in the member's hands.
    pub drives: Drives,
    /// Seconds from a buyer's offer to the member's answer: the median.
    pub median_answer_seconds: Option<f64>,
}

/// Test drives in a member's hands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drives {
    /// All of them, by the day of the drive.
    pub requested: u64,
    /// Driven.
    pub completed: u64,
    /// Nobody came.
    pub no_show: u64,
    /// Driven, and its customer has bought that car since.
    pub sold: u64,
}

impl Drives {
    /// Of those that were driven, the part that ended in a sale; none while none was driven.
    pub fn conversion(&self) -> Option<f64> {
        let of = |count: u64| u32::try_from(count).map(f64::from).ok();
        let completed = of(self.completed).filter(|completed| *completed > 0.0)?;
        Some(of(self.sold)? / completed)
    }
}
