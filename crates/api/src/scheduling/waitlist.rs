//! Waiting for a slot that is taken.

use actix_web::{HttpRequest, delete, get, post, web};
use chrono::{DateTime, Utc};
use kernel::id::{Id, kind};
use scheduling::waitlist::{WaitStatus, WaitlistEntry};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::SchedulingServices;
use super::dto::BookingDto;
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body, PathId, Query};
use crate::page::{PageDto, PageParams};

/// A slot to wait for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewWaitlistEntryDto {
    /// The car's listing.
    listing_id: Uuid,
    /// A slot of the car that is taken.
    #[schema(example = "2026-12-07T15:00:00Z")]
    start_at: DateTime<Utc>,
}

/// A place in line.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WaitlistEntryDto {
    id: Uuid,
    listing_id: Uuid,
    start_at: DateTime<Utc>,
    end_at: DateTime<Utc>,
    #[schema(inline)]
    status: WaitStatusDto,
    /// Until when it can be accepted, once it was offered.
    offered_until: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    /// Rises with each change.
    version: i64,
}

/// Where somebody in line stands.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum WaitStatusDto {
    Waiting,
    Offered,
    Accepted,
    Lapsed,
    Left,
}

impl From<WaitStatus> for WaitStatusDto {
    fn from(status: WaitStatus) -> Self {
        match status {
            WaitStatus::Waiting => Self::Waiting,
            WaitStatus::Offered => Self::Offered,
            WaitStatus::Accepted => Self::Accepted,
            WaitStatus::Lapsed => Self::Lapsed,
            WaitStatus::Left => Self::Left,
        }
    }
}

impl From<WaitlistEntry> for WaitlistEntryDto {
    fn from(entry: WaitlistEntry) -> Self {
        Self {
            id: entry.id.uuid(),
            listing_id: entry.listing.uuid(),
            start_at: entry.slot.start_at,
            end_at: entry.slot.end_at,
            status: entry.status.into(),
            offered_until: entry.offered_until,
            created_at: entry.created_at,
            version: entry.version,
        }
    }
}

/// Wait for a taken slot
///
/// When it frees it is offered to the first in line, by letter, and kept for them for 30 minutes; then to the next. A slot that is free
/// is refused with `slot_free`: book it.
#[utoipa::path(tag = "bookings", operation_id = "join_waitlist", request_body = NewWaitlistEntryDto,
    responses((status = 201, description = "The place in line.", body = WaitlistEntryDto)), security(("bearer" = [])))]
#[post("/bookings/waitlist")]
pub(super) async fn join_waitlist(
    services: web::Data<SchedulingServices>,
    acting: Acting,
    body: Body<NewWaitlistEntryDto>,
) -> Response {
    let listing = Id::from_uuid(body.0.listing_id);
    let done = services.waiting.join(&acting, listing, body.0.start_at).await?;
    let (id, version) = (done.value.id, done.value.version);
    Ok(Answer::created(
        format!("/bookings/waitlist/{id}"),
        &WaitlistEntryDto::from(done.value),
    )?
    .version(version)
    .replayed(done.replayed))
}

/// My places in line
#[utoipa::path(tag = "bookings", operation_id = "list_my_waitlist", params(PageParams),
    responses((status = 200, description = "The places, the newest first.", body = PageDto<WaitlistEntryDto>)), security(("bearer" = [])))]
#[get("/bookings/waitlist")]
pub(super) async fn list_my_waitlist(
    services: web::Data<SchedulingServices>,
    core: web::Data<Core>,
    request: HttpRequest,
    acting: Acting,
    page: Query<PageParams>,
) -> Response {
    let found = services.waiting.mine(&acting.actor, &page.0.request()?).await?;
    Answer::ok(&PageDto::<WaitlistEntryDto>::of(found, &request, &core))
}

/// One of my places in line
#[utoipa::path(tag = "bookings", operation_id = "show_waitlist_entry", params(("id" = Uuid, Path, description = "The place in line.")),
    responses((status = 200, description = "The place.", body = WaitlistEntryDto)), security(("bearer" = [])))]
#[get("/bookings/waitlist/{id}")]
pub(super) async fn show_waitlist_entry(
    services: web::Data<SchedulingServices>,
    acting: Acting,
    id: PathId<kind::WaitlistEntry>,
) -> Response {
    let entry = services.waiting.find(&acting.actor, id.0).await?;
    let version = entry.version;
    Ok(Answer::ok(&WaitlistEntryDto::from(entry))?.version(version))
}

/// Leave the line
///
/// What was offered goes to the next.
#[utoipa::path(tag = "bookings", operation_id = "leave_waitlist", params(("id" = Uuid, Path, description = "The place in line.")),
    responses((status = 204, description = "Left.")), security(("bearer" = [])))]
#[delete("/bookings/waitlist/{id}")]
pub(super) async fn leave_waitlist(
    services: web::Data<SchedulingServices>,
    acting: Acting,
    id: PathId<kind::WaitlistEntry>,
) -> Response {
    services.waiting.leave(&acting, id.0).await?;
    Ok(Answer::nothing())
}

/// Accept an offered slot
///
/// Within its 30 minutes; then 409 `not_offered`. It makes a test drive that is `requested`, as booking does.
#[utoipa::path(tag = "bookings", operation_id = "accept_waitlist_offer", params(("id" = Uuid, Path, description = "The place in line.")),
    responses((status = 201, description = "The test drive.", body = BookingDto)), security(("bearer" = [])))]
#[post("/bookings/waitlist/{id}/accept")]
pub(super) async fn accept_waitlist_offer(
    services: web::Data<SchedulingServices>,
    acting: Acting,
    id: PathId<kind::WaitlistEntry>,
) -> Response {
    let done = services.waiting.accept(&acting, id.0).await?;
    let (id, version) = (done.value.id, done.value.version);
    Ok(
        Answer::created(format!("/bookings/{id}"), &BookingDto::from(done.value))?
            .version(version)
            .replayed(done.replayed),
    )
}
