//! Registering, reading, changing and judging dealers.

use ::dealers::dealer::Dealer;
use ::dealers::ports::DealerFilter;
use actix_web::{HttpRequest, get, patch, post, web};
use kernel::act::Done;
use kernel::id::kind;
use utoipa_actix_web::service_config::ServiceConfig;

use super::dealer_dto::{
    DealerDto, DealerEntryDto, DealerFilterDto, DealerPatchDto, NewDealerDto, ReasonDto,
};
use super::{DealerServices, OfDealer, shared};
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body, PathId, Query};
use crate::page::{PageDto, PageParams};
use crate::problem::ApiError;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    // What is named comes before what has an id.
    config
        .service(list_dealers)
        .service(register_dealer)
        .service(show_my_dealer)
        .service(change_my_dealer)
        .service(resubmit_my_dealer)
        .service(show_dealer)
        .service(verify_dealer)
        .service(reject_dealer)
        .service(suspend_dealer)
        .service(reinstate_dealer);
}

/// The dealer as the act left it.
fn present<E: Into<ApiError>>(done: Result<Done<Dealer>, E>) -> Response {
    let done = done.map_err(Into::into)?;
    Ok(Answer::ok(&DealerDto::from(&done.value))?
        .version(done.value.version)
        .replayed(done.replayed))
}

/// List dealers
///
/// Verified dealers with their sites, by name; admins see all, and filter by status. Orders: `name`, `created_at`.
#[utoipa::path(tag = "dealers", operation_id = "list_dealers", params(PageParams, DealerFilterDto),
    responses((status = 200, description = "A page of dealers.", body = PageDto<DealerEntryDto>),
        (status = 403, description = "Only admins ask for a status.", body = crate::problem::Problem, content_type = "application/problem+json")), security((), ("bearer" = [])))]
#[get("/dealers")]
async fn list_dealers(
    services: web::Data<DealerServices>,
    core: web::Data<Core>,
    acting: Acting,
    page: Query<PageParams>,
    filter: Query<DealerFilterDto>,
    request: HttpRequest,
) -> Response {
    let filter = DealerFilter {
        status: filter.0.status.into_iter().map(Into::into).collect(),
        q: filter.0.q,
    };
    let found = services
        .dealers
        .list(&acting.actor, filter, &page.0.request()?)
        .await?;
    let answer = Answer::ok(&PageDto::<DealerEntryDto>::of(found, &request, &core))?;
    Ok(shared(answer, &acting.actor))
}

/// Register a dealer
///
/// The caller becomes its owner; it waits for an admin. Whoever works for a dealer already can't: 409 `works_elsewhere`.
#[utoipa::path(tag = "dealers", operation_id = "register_dealer", request_body = NewDealerDto,
    responses((status = 201, description = "The dealer.", body = DealerDto)), security(("bearer" = [])))]
#[post("/dealers")]
async fn register_dealer(
    services: web::Data<DealerServices>,
    acting: Acting,
    body: Body<NewDealerDto>,
) -> Response {
    let done = services.dealers.register(&acting, &body.0.read()).await?;
    let location = format!("/dealers/{}", done.value.id);
    Ok(Answer::created(location, &DealerDto::from(&done.value))?
        .version(done.value.version)
        .replayed(done.replayed))
}

/// Show one's own dealer
///
/// For all who work there. Admins name the dealer in `dealer`.
#[utoipa::path(tag = "dealers", operation_id = "show_my_dealer", params(OfDealer),
    responses((status = 200, description = "The dealer.", body = DealerDto)), security(("bearer" = [])))]
#[get("/dealers/me")]
async fn show_my_dealer(
    services: web::Data<DealerServices>,
    acting: Acting,
    of: Query<OfDealer>,
) -> Response {
    let entry = services.dealers.mine(&acting.actor, of.0.id()).await?;
    Ok(Answer::ok(&DealerDto::from(&entry.dealer))?.version(entry.dealer.version))
}

/// Change one's own dealer
///
/// The owner's right. Admins name the dealer in `dealer`.
#[utoipa::path(tag = "dealers", operation_id = "change_my_dealer", params(OfDealer), request_body = DealerPatchDto,
    responses((status = 200, description = "The dealer.", body = DealerDto)), security(("bearer" = [])))]
#[patch("/dealers/me")]
async fn change_my_dealer(
    services: web::Data<DealerServices>,
    acting: Acting,
    of: Query<OfDealer>,
    body: Body<DealerPatchDto>,
) -> Response {
    let changes = body.0.read();
    present(services.dealers.change(&acting, of.0.id(), &changes).await)
}

/// Ask for verification again
///
/// After a rejection, by the owner.
#[utoipa::path(tag = "dealers", operation_id = "resubmit_my_dealer", params(OfDealer),
    responses((status = 200, description = "The dealer, pending again.", body = DealerDto)), security(("bearer" = [])))]
#[post("/dealers/me/resubmit")]
async fn resubmit_my_dealer(
    services: web::Data<DealerServices>,
    acting: Acting,
    of: Query<OfDealer>,
) -> Response {
    present(services.dealers.resubmit(&acting, of.0.id()).await)
}

/// Show a dealer
///
/// A verified one to anybody; others to their own staff and to admins.
#[utoipa::path(tag = "dealers", operation_id = "show_dealer", params(("id" = Uuid, Path, description = "The dealer.")),
    responses((status = 200, description = "The dealer.", body = DealerEntryDto)), security((), ("bearer" = [])))]
#[get("/dealers/{id}")]
async fn show_dealer(
    services: web::Data<DealerServices>,
    acting: Acting,
    id: PathId<kind::Dealer>,
) -> Response {
    let entry = services.dealers.find(&acting.actor, id.0).await?;
    let answer = Answer::ok(&DealerEntryDto::from(entry))?;
    Ok(shared(answer, &acting.actor))
}

/// Verify a dealer
///
/// An admin's right, from `pending`. A licence that was approved and holds today is needed: 409 `licence_missing`. The owner is told.
#[utoipa::path(tag = "dealers", operation_id = "verify_dealer", params(("id" = Uuid, Path, description = "The dealer.")),
    request_body = Option<ReasonDto>,
    responses((status = 200, description = "The dealer, verified.", body = DealerDto)), security(("bearer" = [])))]
#[post("/dealers/{id}/verify")]
async fn verify_dealer(
    services: web::Data<DealerServices>,
    acting: Acting,
    id: PathId<kind::Dealer>,
    body: Body<Option<ReasonDto>>,
) -> Response {
    let reason = body.0.unwrap_or_default().reason;
    present(services.dealers.verify(&acting, id.0, reason.as_deref()).await)
}

/// Reject a dealer
///
/// An admin's right, from `pending`, with a reason. The owner is told, and may put it right and resubmit.
#[utoipa::path(tag = "dealers", operation_id = "reject_dealer", params(("id" = Uuid, Path, description = "The dealer.")),
    request_body = ReasonDto,
    responses((status = 200, description = "The dealer, rejected.", body = DealerDto)), security(("bearer" = [])))]
#[post("/dealers/{id}/reject")]
async fn reject_dealer(
    services: web::Data<DealerServices>,
    acting: Acting,
    id: PathId<kind::Dealer>,
    body: Body<ReasonDto>,
) -> Response {
    let reason = body.0.reason;
    present(services.dealers.reject(&acting, id.0, reason.as_deref()).await)
}

/// Suspend a dealer
///
/// An admin's right, from `verified`, with a reason. Its listings vanish from the public, its test drives to come are
/// cancelled, and its customers and owners are told.
#[utoipa::path(tag = "dealers", operation_id = "suspend_dealer", params(("id" = Uuid, Path, description = "The dealer.")),
    request_body = ReasonDto,
    responses((status = 200, description = "The dealer, suspended.", body = DealerDto)), security(("bearer" = [])))]
#[post("/dealers/{id}/suspend")]
async fn suspend_dealer(
    services: web::Data<DealerServices>,
    acting: Acting,
    id: PathId<kind::Dealer>,
    body: Body<ReasonDto>,
) -> Response {
    let reason = body.0.reason;
    present(services.suspend.suspend(&acting, id.0, reason.as_deref()).await)
}

/// Reinstate a dealer
///
/// An admin's right, from `suspended`. The owner is told; offers that waited can be answered again, with the time that they had left.
#[utoipa::path(tag = "dealers", operation_id = "reinstate_dealer", params(("id" = Uuid, Path, description = "The dealer.")),
    request_body = Option<ReasonDto>,
    responses((status = 200, description = "The dealer, verified again.", body = DealerDto)), security(("bearer" = [])))]
#[post("/dealers/{id}/reinstate")]
async fn reinstate_dealer(
    services: web::Data<DealerServices>,
    acting: Acting,
    id: PathId<kind::Dealer>,
    body: Body<Option<ReasonDto>>,
) -> Response {
    let reason = body.0.unwrap_or_default().reason;
    present(services.suspend.reinstate(&acting, id.0, reason.as_deref()).await)
}
