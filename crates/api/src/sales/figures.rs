//! Figures of a dealer and its members.

use actix_web::{get, web};
use kernel::id::kind;

use super::SalesServices;
use super::figures_dto::{DealerParam, DealerStatsDto, InventorySummaryDto, SpanParams, StaffMetricsDto};
use crate::answer::{Answer, Response};
use crate::extract::{Acting, PathId, Query};

/// A dealer at a glance
///
/// A manager's right.
#[utoipa::path(tag = "dealers", operation_id = "dealer_stats", params(DealerParam),
    responses((status = 200, description = "The figures.", body = DealerStatsDto)), security(("bearer" = [])))]
#[get("/dealers/me/stats")]
pub(super) async fn dealer_stats(
    services: web::Data<SalesServices>,
    acting: Acting,
    whose: Query<DealerParam>,
) -> Response {
    let found = services
        .look
        .stats(&acting.actor, whose.0.id(), acting.at)
        .await?;
    Answer::ok(&DealerStatsDto::from(found))
}

/// What stands on a dealer's lot
///
/// By state and by age, with what it is asked for in all. For the dealer's staff.
#[utoipa::path(tag = "dealers", operation_id = "inventory_summary", params(DealerParam),
    responses((status = 200, description = "The figures.", body = InventorySummaryDto)), security(("bearer" = [])))]
#[get("/dealers/me/inventory-summary")]
pub(super) async fn inventory_summary(
    services: web::Data<SalesServices>,
    acting: Acting,
    whose: Query<DealerParam>,
) -> Response {
    let found = services
        .look
        .inventory(&acting.actor, whose.0.id(), acting.at)
        .await?;
    Answer::ok(&InventorySummaryDto::from(found))
}

/// What a member has done
///
/// For the member and the dealer's managers: sales that stand by their day, commission by the day it was earned, test drives in the
/// member's hands by the day of the drive, answers to offers by the day of the answer (UTC).
#[utoipa::path(tag = "staff", operation_id = "staff_metrics", params(("id" = Uuid, Path, description = "The member."), SpanParams),
    responses((status = 200, description = "The figures.", body = StaffMetricsDto)), security(("bearer" = [])))]
#[get("/staff/{id}/metrics")]
pub(super) async fn staff_metrics(
    services: web::Data<SalesServices>,
    acting: Acting,
    id: PathId<kind::Staff>,
    days: Query<SpanParams>,
) -> Response {
    let found = services.look.metrics(&acting.actor, id.0, days.0.into()).await?;
    Answer::ok(&StaffMetricsDto::from(found))
}
