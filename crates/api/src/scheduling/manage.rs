//! What customers do by the link in their letters, without signing in.

use actix_web::{get, post, web};

use super::SchedulingServices;
use super::bookings::shown;
use super::decisions::stepped;
use super::dto::{BookingDto, CancelByLinkDto, ManageParams, RescheduleByLinkDto};
use crate::answer::Response;
use crate::extract::{Acting, Body, Query};

/// A test drive by the link in its letters
///
/// What its customer is shown, without signing in, until the drive is over. No link opens another drive than its own, nor any once
/// its customer's account is closed: 404.
#[utoipa::path(tag = "bookings", operation_id = "show_booking_by_link", params(ManageParams),
    responses((status = 200, description = "The test drive.", body = BookingDto)))]
#[get("/bookings/manage")]
pub(super) async fn show_booking_by_link(
    services: web::Data<SchedulingServices>,
    acting: Acting,
    link: Query<ManageParams>,
) -> Response {
    let filed = services.drives.find_by_link(&link.0.token, acting.at).await?;
    shown(filed.drive)
}

/// Cancel a test drive by the link in its letters
///
/// As its customer does, without signing in: until the cut-off, then 409 `cutoff_passed`.
#[utoipa::path(tag = "bookings", operation_id = "cancel_booking_by_link", request_body = CancelByLinkDto,
    responses((status = 200, description = "The test drive.", body = BookingDto),
        (status = 404, description = "The link opens nothing (any more).", body = crate::problem::Problem, content_type = "application/problem+json")))]
#[post("/bookings/manage/cancel")]
pub(super) async fn cancel_booking_by_link(
    services: web::Data<SchedulingServices>,
    acting: Acting,
    body: Body<CancelByLinkDto>,
) -> Response {
    let CancelByLinkDto { token, reason } = body.0;
    stepped(
        services
            .drives
            .cancel_by_link(&acting, &token, reason.as_deref())
            .await?,
    )
}

/// Move a test drive to another slot by the link in its letters
///
/// As its customer does, without signing in: until the cut-off, then 409 `cutoff_passed`. It goes back to `requested`.
#[utoipa::path(tag = "bookings", operation_id = "reschedule_booking_by_link", request_body = RescheduleByLinkDto,
    responses((status = 200, description = "The test drive.", body = BookingDto),
        (status = 404, description = "The link opens nothing (any more).", body = crate::problem::Problem, content_type = "application/problem+json")))]
#[post("/bookings/manage/reschedule")]
pub(super) async fn reschedule_booking_by_link(
    services: web::Data<SchedulingServices>,
    acting: Acting,
    body: Body<RescheduleByLinkDto>,
) -> Response {
    let RescheduleByLinkDto { token, start_at } = body.0;
    stepped(
        services
            .drives
            .reschedule_by_link(&acting, &token, start_at)
            .await?,
    )
}
