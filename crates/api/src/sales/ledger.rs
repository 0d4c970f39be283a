//! The ledger of commissions.

use ::sales::commission::ledger::{Entry, EntryKind};
use ::sales::figures::Span;
use actix_web::{HttpRequest, get, web};
use chrono::NaiveDate;
use kernel::id::{DealerId, StaffId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::SalesServices;
use super::figures_dto::LedgerTotalDto;
use crate::Core;
use crate::answer::{Answer, Response};
use crate::dto::MoneyDto;
use crate::extract::{Acting, Query};
use crate::page::{PageDto, PageParams};

/// What a line is for.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum EntryKindDto {
    /// A part of a sale's commission.
    Earned,
    /// What a voided sale had earned, taken back.
    ClawedBack,
    /// On top, from the nth sale of a month on.
    Bonus,
    /// Anything else that was put right.
    Adjustment,
}

/// A line of the ledger.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CommissionEntryDto {
    id: Uuid,
    sale_id: Uuid,
    staff_id: Uuid,
    #[schema(inline)]
    kind: EntryKindDto,
    /// Below zero where it is taken back.
    amount: MoneyDto,
    earned_on: NaiveDate,
}

impl From<Entry> for CommissionEntryDto {
    fn from(entry: Entry) -> Self {
        Self {
            id: entry.id.uuid(),
            sale_id: entry.sale.uuid(),
            staff_id: entry.staff.uuid(),
            kind: match entry.kind {
                EntryKind::Earned => EntryKindDto::Earned,
                EntryKind::ClawedBack => EntryKindDto::ClawedBack,
                EntryKind::Bonus => EntryKindDto::Bonus,
                EntryKind::Adjustment => EntryKindDto::Adjustment,
            },
            amount: entry.amount.into(),
            earned_on: entry.earned_on,
        }
    }
}

/// A page of the ledger.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LedgerPageDto {
    results: Vec<CommissionEntryDto>,
    /// How many the whole list has; `null` when it was not counted.
    count: Option<u64>,
    /// The next page.
    next: Option<String>,
    /// The page before.
    previous: Option<String>,
    /// Of the whole list, one for each currency.
    totals: Vec<LedgerTotalDto>,
}

/// Whose lines, and of which days.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LedgerFilter {
    /// This member's.
    staff: Option<Uuid>,
    /// Earned on this day or later.
    from: Option<NaiveDate>,
    /// Earned on this day or before.
    to: Option<NaiveDate>,
    /// For admins: which dealer's.
    dealer: Option<Uuid>,
}

/// Commissions
///
/// The ledger, with the totals of the whole list: a member's own; a dealer's for its managers. Nothing in it is ever changed; what a
/// voided sale earned is taken back by lines of its own. The latest earned first; `ordering` takes `earned_on`.
#[utoipa::path(tag = "commission", operation_id = "list_commissions", params(PageParams, LedgerFilter),
    responses((status = 200, description = "The lines.", body = LedgerPageDto)), security(("bearer" = [])))]
#[get("/commissions")]
pub(super) async fn list_commissions(
    services: web::Data<SalesServices>,
    core: web::Data<Core>,
    request: HttpRequest,
    acting: Acting,
    page: Query<PageParams>,
    filter: Query<LedgerFilter>,
) -> Response {
    let filter = filter.0;
    let span = Span {
        from: filter.from,
        to: filter.to,
    };
    let (dealer, staff) = (
        filter.dealer.map(DealerId::from_uuid),
        filter.staff.map(StaffId::from_uuid),
    );
    let page = page.0.request()?;
    let found = services
        .look
        .ledger(&acting.actor, dealer, staff, span, &page)
        .await?;
    let lines = PageDto::<CommissionEntryDto>::of(found.page, &request, &core);
    Answer::ok(&LedgerPageDto {
        results: lines.results,
        count: lines.count,
        next: lines.next,
        previous: lines.previous,
        totals: found.totals.into_iter().map(LedgerTotalDto::from).collect(),
    })
}
