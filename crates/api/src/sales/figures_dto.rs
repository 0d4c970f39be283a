//! Figures as the API shows them.

use ::sales::figures::{DealerStats, Inventory, LedgerTotal, Sold, Span, StaffMetrics, Stock};
use chrono::NaiveDate;
use kernel::id::DealerId;
use kernel::money::Money;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use crate::dto::MoneyDto;

/// Whose.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DealerParam {
    /// For admins: which dealer's.
    dealer: Option<Uuid>,
}

impl DealerParam {
    pub(super) fn id(&self) -> Option<DealerId> {
        self.dealer.map(DealerId::from_uuid)
    }
}

/// Which days, both included.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct SpanParams {
    /// The first day.
    from: Option<NaiveDate>,
    /// The last day.
    to: Option<NaiveDate>,
}

impl From<SpanParams> for Span {
    fn from(params: SpanParams) -> Self {
        Self {
            from: params.from,
            to: params.to,
        }
    }
}

fn sums(amounts: Vec<Money>) -> Vec<MoneyDto> {
    amounts.into_iter().map(MoneyDto::from).collect()
}

/// Sales of some days, those that stand.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SoldDto {
    units: u64,
    /// A sum for each currency.
    revenue: Vec<MoneyDto>,
}

impl From<Sold> for SoldDto {
    fn from(sold: Sold) -> Self {
        Self {
            units: sold.units,
            revenue: sums(sold.revenue),
        }
    }
}

/// How many listings are in a state.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ListingCountDto {
    /// `draft`, `active`, `reserved`, `sold` or `removed`.
    status: String,
    count: u64,
}

/// A dealer at a glance.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DealerStatsDto {
    /// States with none are left out.
    listings: Vec<ListingCountDto>,
    /// Negotiations that have not ended.
    open_negotiations: u64,
    /// Test drives that wait for a decision.
    bookings_to_decide: u64,
    /// Sales of this calendar month, by the calendar of the dealer's first site.
    this_month: SoldDto,
    /// Sales of the month before.
    last_month: SoldDto,
}

impl From<DealerStats> for DealerStatsDto {
    fn from(stats: DealerStats) -> Self {
        let listings = stats.listings.into_iter().map(|counted| ListingCountDto {
            status: counted.status,
            count: counted.count,
        });
        Self {
            listings: listings.collect(),
            open_negotiations: stats.open_negotiations,
            bookings_to_decide: stats.bookings_to_decide,
            this_month: stats.this_month.into(),
            last_month: stats.last_month.into(),
        }
    }
}

/// How many cars, and what they are asked for in all.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StatusStockDto {
    /// `draft`, `active`, `reserved`, `sold` or `removed`.
    status: String,
    count: u64,
    /// A sum for each currency.
    value: Vec<MoneyDto>,
}

/// How many cars of an age, and what they are asked for in all.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AgeStockDto {
    /// Days since they were first listed: `0-30`, `31-60`, `61-90` or `90+`.
    days: String,
    count: u64,
    /// A sum for each currency.
    value: Vec<MoneyDto>,
}

/// What stands on a dealer's lot.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InventorySummaryDto {
    /// States with none are left out.
    by_status: Vec<StatusStockDto>,
    /// Active and reserved listings; every band is there.
    by_age: Vec<AgeStockDto>,
}

impl From<Inventory> for InventorySummaryDto {
    fn from(found: Inventory) -> Self {
        let status = |stock: Stock| StatusStockDto {
            status: stock.group,
            count: stock.count,
            value: sums(stock.value),
        };
        let age = |stock: Stock| AgeStockDto {
            days: stock.group,
            count: stock.count,
            value: sums(stock.value),
        };
        Self {
            by_status: found.by_status.into_iter().map(status).collect(),
            by_age: found.by_age.into_iter().map(age).collect(),
        }
    }
}

/// The ledger's sums in one currency.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LedgerTotalDto {
    earned: MoneyDto,
    bonus: MoneyDto,
    /// Zero or below.
    clawed_back: MoneyDto,
    adjustment: MoneyDto,
    /// All of it.
    balance: MoneyDto,
}

impl From<LedgerTotal> for LedgerTotalDto {
    fn from(total: LedgerTotal) -> Self {
        Self {
            earned: total.earned.into(),
            bonus: total.bonus.into(),
            clawed_back: total.clawed_back.into(),
            adjustment: total.adjustment.into(),
            balance: total.balance.into(),
        }
    }
}

/// Test drives in a member's hands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DriveFiguresDto {
    /// All of them.
    requested: u64,
    completed: u64,
    no_show: u64,
    /// Completed, and its customer has bought that car since.
    sold: u64,
    /// `sold` of `completed`: 0 to 1; `null` while none was completed.
    conversion: Option<f64>,
}

/// What a member has done.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StaffMetricsDto {
    staff_id: Uuid,
    units_sold: u64,
    /// A sum for each currency.
    revenue: Vec<MoneyDto>,
    /// One for each currency.
    commission: Vec<LedgerTotalDto>,
    test_drives: DriveFiguresDto,
    /// Seconds from a buyer's offer to the member's answer: the median.
    median_answer_seconds: Option<f64>,
}

impl From<StaffMetrics> for StaffMetricsDto {
    fn from(metrics: StaffMetrics) -> Self {
        let drives = metrics.drives;
        Self {
            staff_id: metrics.staff.uuid(),
            units_sold: metrics.sold.units,
            revenue: sums(metrics.sold.revenue),
            commission: metrics.commission.into_iter().map(LedgerTotalDto::from).collect(),
            test_drives: DriveFiguresDto {
                requested: drives.requested,
                completed: drives.completed,
                no_show: drives.no_show,
                sold: drives.sold,
                conversion: drives.conversion(),
            },
            median_answer_seconds: metrics.median_answer_seconds,
        }
    }
}
