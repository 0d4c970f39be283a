//! Moves: opening, countering, accepting, ending.

use ::negotiation::ports::Seen;
use actix_web::{post, web};
use kernel::act::Done;
use kernel::id::kind;

use super::NegotiationServices;
use super::dto::{
    CancelNegotiationDto, CounterOfferDto, NegotiationDto, NewNegotiationDto, RejectNegotiationDto,
};
use super::savers_dto::{OfferToSaversDto, ReachedDto};
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body, PathId};

/// 200 with a negotiation and its version.
pub(super) fn shown(seen: Seen) -> Response {
    let version = seen.talk.version;
    Ok(Answer::ok(&NegotiationDto::from(seen))?.version(version))
}

/// The negotiation as it is after a move.
fn moved(done: Done<Seen>) -> Response {
    Ok(shown(done.value)?.replayed(done.replayed))
}

/// Open a negotiation
///
/// With a first offer, about a listing that is open. The dealer's own settings may answer at once. One live negotiation a buyer
/// and listing (409 `already_open`).
#[utoipa::path(tag = "negotiations", operation_id = "open_negotiation", request_body = NewNegotiationDto,
    responses((status = 201, description = "The negotiation.", body = NegotiationDto)), security(("bearer" = [])))]
#[post("/negotiations")]
pub(super) async fn open_negotiation(
    services: web::Data<NegotiationServices>,
    acting: Acting,
    body: Body<NewNegotiationDto>,
) -> Response {
    let done = services.moves.open(&acting, body.0.read()?).await?;
    let (id, version) = (done.value.talk.id, done.value.talk.version);
    let shown = NegotiationDto::from(done.value);
    Ok(Answer::created(format!("/negotiations/{id}"), &shown)?
        .version(version)
        .replayed(done.replayed))
}

/// Make a counter-offer
///
/// By the side whose turn it is (409 `not_your_turn`). A dealer's is between the buyer's offer and the asking price, a buyer's not
/// above the dealer's (400 `offer_out_of_range`); at most 10 offers a side (409 `offer_limit`).
#[utoipa::path(tag = "negotiations", operation_id = "counter_offer", request_body = CounterOfferDto,
    params(("id" = Uuid, Path, description = "The negotiation.")),
    responses((status = 200, description = "The negotiation.", body = NegotiationDto)), security(("bearer" = [])))]
#[post("/negotiations/{id}/offers")]
pub(super) async fn counter_offer(
    services: web::Data<NegotiationServices>,
    acting: Acting,
    id: PathId<kind::Negotiation>,
    body: Body<CounterOfferDto>,
) -> Response {
    moved(services.moves.counter(&acting, id.0, body.0.read()?).await?)
}

/// Accept the standing offer
///
/// By the side whose turn it is. The car is kept for the buyer; other negotiations about it wait.
#[utoipa::path(tag = "negotiations", operation_id = "accept_offer", params(("id" = Uuid, Path, description = "The negotiation.")),
    responses((status = 200, description = "The negotiation.", body = NegotiationDto)), security(("bearer" = [])))]
#[post("/negotiations/{id}/accept")]
pub(super) async fn accept_offer(
    services: web::Data<NegotiationServices>,
    acting: Acting,
    id: PathId<kind::Negotiation>,
) -> Response {
    moved(services.moves.accept(&acting, id.0).await?)
}

/// Say no
///
/// The dealer ends the negotiation, with a reason. Where it was agreed, the car is free again.
#[utoipa::path(tag = "negotiations", operation_id = "reject_negotiation", request_body = RejectNegotiationDto,
    params(("id" = Uuid, Path, description = "The negotiation.")),
    responses((status = 200, description = "The negotiation.", body = NegotiationDto)), security(("bearer" = [])))]
#[post("/negotiations/{id}/reject")]
pub(super) async fn reject_negotiation(
    services: web::Data<NegotiationServices>,
    acting: Acting,
    id: PathId<kind::Negotiation>,
    body: Body<RejectNegotiationDto>,
) -> Response {
    moved(services.moves.reject(&acting, id.0, &body.0.reason).await?)
}

/// Withdraw
///
/// The buyer ends the negotiation. Where it was agreed, the car is free again.
#[utoipa::path(tag = "negotiations", operation_id = "cancel_negotiation", request_body = Option<CancelNegotiationDto>,
    params(("id" = Uuid, Path, description = "The negotiation.")),
    responses((status = 200, description = "The negotiation.", body = NegotiationDto)), security(("bearer" = [])))]
#[post("/negotiations/{id}/cancel")]
pub(super) async fn cancel_negotiation(
    services: web::Data<NegotiationServices>,
    acting: Acting,
    id: PathId<kind::Negotiation>,
    body: Body<Option<CancelNegotiationDto>>,
) -> Response {
    let reason = body.0.and_then(|body| body.reason);
    moved(services.moves.cancel(&acting, id.0, reason.as_deref()).await?)
}

/// Make an offer to those who saved a listing
///
/// Each gets a negotiation that waits for them. Who negotiates about the car already is passed over; 500 are reached at a time, and
/// the answer tells how many are left.
#[utoipa::path(tag = "negotiations", operation_id = "offer_to_savers", request_body = OfferToSaversDto,
    params(("id" = Uuid, Path, description = "The listing.")),
    responses((status = 200, description = "How many were reached.", body = ReachedDto)), security(("bearer" = [])))]
#[post("/listings/{id}/offers-to-savers")]
pub(super) async fn offer_to_savers(
    services: web::Data<NegotiationServices>,
    acting: Acting,
    id: PathId<kind::Listing>,
    body: Body<OfferToSaversDto>,
) -> Response {
    let wish = body.0.read()?;
    let done = services.moves.offer_to_savers(&acting, id.0, wish).await?;
    Ok(Answer::ok(&ReachedDto::from(done.value))?.replayed(done.replayed))
}
