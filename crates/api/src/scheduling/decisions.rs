//! What is decided about a test drive.

use actix_web::{post, web};
use kernel::act::Done;
use kernel::id::kind;
use scheduling::booking::TestDrive;

use super::SchedulingServices;
use super::bookings::shown;
use super::dto::{BookingDto, CancelBookingDto, DeclineBookingDto, RescheduleBookingDto};
use crate::answer::Response;
use crate::extract::{Acting, Body, PathId};

/// The drive as it is after a step.
pub(super) fn stepped(done: Done<TestDrive>) -> Response {
    Ok(shown(done.value)?.replayed(done.replayed))
}

/// Approve a test drive
#[utoipa::path(tag = "bookings", operation_id = "approve_booking", params(("id" = Uuid, Path, description = "The test drive.")),
    responses((status = 200, description = "The test drive.", body = BookingDto)), security(("bearer" = [])))]
#[post("/bookings/{id}/approve")]
pub(super) async fn approve_booking(
    services: web::Data<SchedulingServices>,
    acting: Acting,
    id: PathId<kind::Booking>,
) -> Response {
    stepped(services.drives.approve(&acting, id.0).await?)
}

/// Decline a test drive
#[utoipa::path(tag = "bookings", operation_id = "decline_booking", request_body = DeclineBookingDto,
    params(("id" = Uuid, Path, description = "The test drive.")),
    responses((status = 200, description = "The test drive.", body = BookingDto)), security(("bearer" = [])))]
#[post("/bookings/{id}/decline")]
pub(super) async fn decline_booking(
    services: web::Data<SchedulingServices>,
    acting: Acting,
    id: PathId<kind::Booking>,
    body: Body<DeclineBookingDto>,
) -> Response {
    stepped(services.drives.decline(&acting, id.0, &body.0.reason).await?)
}

/// Mark a test drive as driven
///
/// Once it has started.
#[utoipa::path(tag = "bookings", operation_id = "complete_booking", params(("id" = Uuid, Path, description = "The test drive.")),
    responses((status = 200, description = "The test drive.", body = BookingDto)), security(("bearer" = [])))]
#[post("/bookings/{id}/complete")]
pub(super) async fn complete_booking(
    services: web::Data<SchedulingServices>,
    acting: Acting,
    id: PathId<kind::Booking>,
) -> Response {
    stepped(services.drives.complete(&acting, id.0).await?)
}

/// Mark a test drive as one that nobody came to
///
/// Once it should have started.
#[utoipa::path(tag = "bookings", operation_id = "miss_booking", params(("id" = Uuid, Path, description = "The test drive.")),
    responses((status = 200, description = "The test drive.", body = BookingDto)), security(("bearer" = [])))]
#[post("/bookings/{id}/no-show")]
pub(super) async fn miss_booking(
    services: web::Data<SchedulingServices>,
    acting: Acting,
    id: PathId<kind::Booking>,
) -> Response {
    stepped(services.drives.no_show(&acting, id.0).await?)
}

/// Cancel a test drive
///
/// Its customer until the cut-off (then 409 `cutoff_passed`), the dealer's staff until the start.
#[utoipa::path(tag = "bookings", operation_id = "cancel_booking", request_body = Option<CancelBookingDto>,
    params(("id" = Uuid, Path, description = "The test drive.")),
    responses((status = 200, description = "The test drive.", body = BookingDto)), security(("bearer" = [])))]
#[post("/bookings/{id}/cancel")]
pub(super) async fn cancel_booking(
    services: web::Data<SchedulingServices>,
    acting: Acting,
    id: PathId<kind::Booking>,
    body: Body<Option<CancelBookingDto>>,
) -> Response {
    let reason = body.0.and_then(|body| body.reason);
    stepped(services.drives.cancel(&acting, id.0, reason.as_deref()).await?)
}

/// Move a test drive to another slot
///
/// A customer's goes back to `requested`; moved by staff it keeps its state.
#[utoipa::path(tag = "bookings", operation_id = "reschedule_booking", request_body = RescheduleBookingDto,
    params(("id" = Uuid, Path, description = "The test drive.")),
    responses((status = 200, description = "The test drive.", body = BookingDto)), security(("bearer" = [])))]
#[post("/bookings/{id}/reschedule")]
pub(super) async fn reschedule_booking(
    services: web::Data<SchedulingServices>,
    acting: Acting,
    id: PathId<kind::Booking>,
    body: Body<RescheduleBookingDto>,
) -> Response {
    stepped(services.drives.reschedule(&acting, id.0, body.0.start_at).await?)
}
