//! Looking at negotiations.

use ::negotiation::ports::TalkFilter;
use ::negotiation::state::Status;
use actix_web::{HttpRequest, get, web};
use kernel::id::{DealerId, kind};
use kernel::paging::{PageRequest, Sort};

use super::NegotiationServices;
use super::dto::{DealerParam, NegotiationDto, NegotiationFilter, NegotiationStatsDto, StatsParams};
use super::moves::shown;
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, PathId, Query};
use crate::page::{PageDto, PageParams};

/// Negotiations
///
/// A buyer's own; for sales staff their dealer's. The latest changed first; `ordering` takes `updated_at` and `created_at`.
#[utoipa::path(tag = "negotiations", operation_id = "list_negotiations", params(PageParams, NegotiationFilter),
    responses((status = 200, description = "The negotiations.", body = PageDto<NegotiationDto>)), security(("bearer" = [])))]
#[get("/negotiations")]
pub(super) async fn list_negotiations(
    services: web::Data<NegotiationServices>,
    core: web::Data<Core>,
    request: HttpRequest,
    acting: Acting,
    page: Query<PageParams>,
    filter: Query<NegotiationFilter>,
) -> Response {
    let dealer = filter.0.dealer.map(DealerId::from_uuid);
    let wanted = filter.0.read();
    let page = page.0.request()?;
    let found = services.look.list(&acting.actor, dealer, &wanted, &page).await?;
    Answer::ok(&PageDto::<NegotiationDto>::of(found, &request, &core))
}

/// Negotiations that go on
///
/// Those about which something can still happen.
#[utoipa::path(tag = "negotiations", operation_id = "list_active_negotiations", params(PageParams, DealerParam),
    responses((status = 200, description = "The negotiations.", body = PageDto<NegotiationDto>)), security(("bearer" = [])))]
#[get("/negotiations/active")]
pub(super) async fn list_active_negotiations(
    services: web::Data<NegotiationServices>,
    core: web::Data<Core>,
    request: HttpRequest,
    acting: Acting,
    page: Query<PageParams>,
    whose: Query<DealerParam>,
) -> Response {
    let dealer = whose.0.dealer.map(DealerId::from_uuid);
    let live = TalkFilter {
        statuses: Status::ALL.iter().copied().filter(|s| s.is_live()).collect(),
        ..TalkFilter::default()
    };
    let page = page.0.request()?;
    let found = services.look.list(&acting.actor, dealer, &live, &page).await?;
    Answer::ok(&PageDto::<NegotiationDto>::of(found, &request, &core))
}

/// Offers that wait for the dealer
///
/// The one that has waited longest first.
#[utoipa::path(tag = "negotiations", operation_id = "list_pending_offers", params(PageParams, DealerParam),
    responses((status = 200, description = "The negotiations.", body = PageDto<NegotiationDto>)), security(("bearer" = [])))]
#[get("/dealers/me/pending-offers")]
pub(super) async fn list_pending_offers(
    services: web::Data<NegotiationServices>,
    core: web::Data<Core>,
    request: HttpRequest,
    acting: Acting,
    page: Query<PageParams>,
    whose: Query<DealerParam>,
) -> Response {
    let dealer = whose.0.dealer.map(DealerId::from_uuid);
    let waiting = TalkFilter {
        statuses: vec![Status::AwaitingDealer],
        ..TalkFilter::default()
    };
    let page = longest_first(page.0.request()?);
    let found = services
        .look
        .pending(&acting.actor, dealer, &waiting, &page)
        .await?;
    Answer::ok(&PageDto::<NegotiationDto>::of(found, &request, &core))
}

fn longest_first(mut page: PageRequest) -> PageRequest {
    if page.sort.is_empty() {
        page.sort.push(Sort {
            field: "updated_at".to_owned(),
            descending: false,
        });
    }
    page
}

/// A negotiation
///
/// For its buyer and the dealer's sales staff.
#[utoipa::path(tag = "negotiations", operation_id = "show_negotiation",
    params(("id" = Uuid, Path, description = "The negotiation.")),
    responses((status = 200, description = "The negotiation.", body = NegotiationDto)), security(("bearer" = [])))]
#[get("/negotiations/{id}")]
pub(super) async fn show_negotiation(
    services: web::Data<NegotiationServices>,
    acting: Acting,
    id: PathId<kind::Negotiation>,
) -> Response {
    shown(services.look.find(&acting.actor, id.0).await?)
}

/// Figures of negotiations
///
/// A buyer's own; for sales staff their dealer's.
#[utoipa::path(tag = "negotiations", operation_id = "negotiation_stats", params(StatsParams),
    responses((status = 200, description = "The figures.", body = NegotiationStatsDto)), security(("bearer" = [])))]
#[get("/negotiations/stats")]
pub(super) async fn negotiation_stats(
    services: web::Data<NegotiationServices>,
    acting: Acting,
    params: Query<StatsParams>,
) -> Response {
    let dealer = params.0.dealer.map(DealerId::from_uuid);
    let stats = services.look.stats(&acting.actor, dealer, params.0.since).await?;
    Answer::ok(&NegotiationStatsDto::from(stats))
}
