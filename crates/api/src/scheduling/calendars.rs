//! Test drives for calendar programs.

use actix_web::http::header;
use actix_web::{HttpResponse, get, web};
use kernel::id::kind;

use super::SchedulingServices;
use super::dto::{CalendarLinkDto, FeedParams};
use super::ical;
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, PathId, Query};
use crate::problem::ApiError;

/// An answer of the type that calendar programs take.
fn calendar(text: String, file: &str) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, "text/calendar; charset=utf-8"))
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{file}.ics\""),
        ))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"))
        .body(text)
}

/// A test drive as iCalendar
///
/// RFC 5545. A later version of the same drive replaces the earlier one in the calendar: same `UID`, higher `SEQUENCE`.
#[utoipa::path(tag = "bookings", operation_id = "export_booking", params(("id" = Uuid, Path, description = "The test drive.")),
    responses((status = 200, description = "The test drive.", body = String, content_type = "text/calendar")), security(("bearer" = [])))]
#[get("/bookings/{id}.ics")]
pub(super) async fn export_booking(
    services: web::Data<SchedulingServices>,
    acting: Acting,
    id: PathId<kind::Booking>,
) -> Result<HttpResponse, ApiError> {
    let filed = services.drives.find(&acting.actor, id.0).await?;
    Ok(calendar(ical::one(&filed), "test-drive"))
}

/// A site's test drives as iCalendar
///
/// A feed to subscribe to, by the `token` of the site's calendar link; or for staff who are signed in. The last 30 days and
/// all that is to come.
#[utoipa::path(tag = "bookings", operation_id = "site_calendar", params(("id" = Uuid, Path, description = "The site."), FeedParams),
    responses((status = 200, description = "The calendar.", body = String, content_type = "text/calendar")), security((), ("bearer" = [])))]
#[get("/sites/{id}/calendar.ics")]
pub(super) async fn site_calendar(
    services: web::Data<SchedulingServices>,
    acting: Acting,
    id: PathId<kind::Site>,
    feed: Query<FeedParams>,
) -> Result<HttpResponse, ApiError> {
    let found = match feed.0.token {
        Some(token) => services.drives.calendar_by_token(id.0, &token, acting.at).await?,
        None => services.drives.calendar(&acting.actor, id.0, acting.at).await?,
    };
    Ok(calendar(ical::site(&found), "test-drives"))
}

/// The link to a site's calendar
///
/// For a member of its staff: a URL for a calendar program. It ends with the membership.
#[utoipa::path(tag = "bookings", operation_id = "link_site_calendar", params(("id" = Uuid, Path, description = "The site.")),
    responses((status = 200, description = "The link.", body = CalendarLinkDto)), security(("bearer" = [])))]
#[get("/sites/{id}/calendar-link")]
pub(super) async fn link_site_calendar(
    services: web::Data<SchedulingServices>,
    core: web::Data<Core>,
    acting: Acting,
    id: PathId<kind::Site>,
) -> Response {
    let token = services.drives.feed_token(&acting.actor, id.0).await?;
    let base = &core.settings.public_url;
    Answer::ok(&CalendarLinkDto {
        url: format!("{base}/api/v1/sites/{}/calendar.ics?token={token}", id.0),
    })
}
