//! What the outside has to provide. Closing, confirming and voiding reach into other contexts: their port is the
//! application's.

use async_trait::async_trait;
use chrono::NaiveDate;
use kernel::Instant;
use kernel::act::{Act, Decide, Done};
use kernel::error::Common;
use kernel::id::{CommissionPlanId, DealerId, SaleId, SiteId, StaffId, UserId};
use kernel::paging::{Page, PageRequest};

use crate::bill::{Bill, Party};
use crate::commission::ledger::Entry;
use crate::commission::plan::{Plan, PlanDetails};
use crate::error::Error;
use crate::facts::SaleFacts;
use crate::figures::{DealerStats, Inventory, LedgerTotal, Span, StaffMetrics};
use crate::sale::{PaymentMethod, Sale};

/// Sales under lock.
#[async_trait]
pub trait Sales: Send + Sync {
    /// Locks the sale and writes what may be changed of it. `Absent` when there is none.
    async fn amend(
        &self,
        act: &Act,
        sale: SaleId,
        decide: Decide<'_, SaleFacts, Sale, Sale, Error>,
    ) -> Result<Done<Sale>, Error>;
}

/// Whose sales.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// All of a dealer's.
    Dealer(DealerId),
    /// Those of a dealer in which the member has a part.
    Member(DealerId, StaffId),
    /// A person's private sales and purchases.
    Person(UserId),
}

/// Narrows a list. What is empty narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaleFilter {
    /// Sold on this day or later.
    pub from: Option<NaiveDate>,
    /// Sold on this day or before.
    pub to: Option<NaiveDate>,
    /// In which one of these members has a part.
    pub staff: Vec<StaffId>,
    /// From one of these sites.
    pub sites: Vec<SiteId>,
    /// Of one of these makes, however they are written.
    pub makes: Vec<String>,
    /// Paid one of these ways.
    pub payment_methods: Vec<PaymentMethod>,
    /// `closed` or `voided`.
    pub statuses: Vec<String>,
}

/// Sales, for those who look. Reads what was committed; nothing is locked.
#[async_trait]
pub trait SaleQueries: Send + Sync {
    /// One sale.
    async fn find(&self, id: SaleId) -> Result<Option<Sale>, Error>;

    /// A page of them, in the order that it asks for, else the latest sold first.
    async fn list(&self, whose: Whose, filter: &SaleFilter, page: &PageRequest) -> Result<Page<Sale>, Error>;

    /// At most `limit` of them after this one, in the order of their ids: for a file.
    async fn chunk(
        &self,
        whose: Whose,
        filter: &SaleFilter,
        after: Option<SaleId>,
        limit: u32,
    ) -> Result<Vec<Sale>, Error>;
}

/// What a bill of sale says beside the sale.
#[async_trait]
pub trait Papers: Send + Sync {
    /// Who sold, as papers name them: a dealer with address and licence, a person by their name.
    async fn seller(&self, sale: &Sale) -> Result<Party, Error>;
}

/// Prints papers.
#[async_trait]
pub trait Printer: Send + Sync {
    /// A bill of sale as a PDF of one page. The same bill is the same bytes.
    async fn bill_of_sale(&self, bill: Bill) -> Result<Vec<u8>, Common>;
}

/// What is true while a plan is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlanFacts {
    /// The plan, where there is one.
    pub plan: Option<Plan>,
    /// The member whom it shall be for belongs to the dealer. True where it is for everybody.
    pub member_known: bool,
}

/// Commission plans.
#[async_trait]
pub trait Plans: Send + Sync {
    /// Writes a new plan. [`Error::PlanExists`] where the dealer has one for the same people, currency and day.
    async fn make(
        &self,
        act: &Act,
        dealer: DealerId,
        details: &PlanDetails,
        decide: Decide<'_, PlanFacts, Plan, Plan, Error>,
    ) -> Result<Done<Plan>, Error>;

    /// Locks the plan and writes it anew. `Absent` when there is none.
    async fn change(
        &self,
        act: &Act,
        plan: CommissionPlanId,
        staff: Option<StaffId>,
        decide: Decide<'_, PlanFacts, Plan, Plan, Error>,
    ) -> Result<Done<Plan>, Error>;

    /// One plan.
    async fn find(&self, plan: CommissionPlanId) -> Result<Option<Plan>, Error>;

    /// A dealer's plans, the latest in force first.
    async fn list(&self, dealer: DealerId, page: &PageRequest) -> Result<Page<Plan>, Error>;
}

/// The ledger of commissions. It is written by the acts that close and void; nothing in it is ever changed.
#[async_trait]
pub trait Ledger: Send + Sync {
    /// A dealer's lines, or one member's, latest first.
    async fn list(
        &self,
        dealer: DealerId,
        staff: Option<StaffId>,
        span: Span,
        page: &PageRequest,
    ) -> Result<Page<Entry>, Error>;

    /// The sums of the same lines, one for each currency.
    async fn totals(
        &self,
        dealer: DealerId,
        staff: Option<StaffId>,
        span: Span,
    ) -> Result<Vec<LedgerTotal>, Error>;
}

/// Figures.
#[async_trait]
pub trait Figures: Send + Sync {
    /// Which dealer the member works for, or worked.
    async fn dealer_of(&self, staff: StaffId) -> Result<Option<DealerId>, Error>;

    /// A dealer at a glance. Its months are those of its first site's calendar.
    async fn dealer(&self, dealer: DealerId, now: Instant) -> Result<DealerStats, Error>;

    /// What stands on a dealer's lot.
    async fn inventory(&self, dealer: DealerId, now: Instant) -> Result<Inventory, Error>;

    /// What a member did in these days.
    async fn member(&self, dealer: DealerId, staff: StaffId, span: Span) -> Result<StaffMetrics, Error>;
}
