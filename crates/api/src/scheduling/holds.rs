//! Keeping a slot while the form is filled in.

use actix_web::{get, post, web};
use chrono::{DateTime, Utc};
use kernel::id::kind;
use scheduling::hold::SlotHold;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::SchedulingServices;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body, InnerId, PathId};

/// A slot to keep.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewSlotHoldDto {
    /// One of the car's available slots.
    #[schema(example = "2026-12-07T15:00:00Z")]
    start_at: DateTime<Utc>,
}

/// A slot that is kept for a while.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct SlotHoldDto {
    id: Uuid,
    listing_id: Uuid,
    start_at: DateTime<Utc>,
    end_at: DateTime<Utc>,
    /// From when on it counts for nothing.
    expires_at: DateTime<Utc>,
}

impl From<SlotHold> for SlotHoldDto {
    fn from(hold: SlotHold) -> Self {
        Self {
            id: hold.id.uuid(),
            listing_id: hold.listing.uuid(),
            start_at: hold.slot.start_at,
            end_at: hold.slot.end_at,
            expires_at: hold.expires_at,
        }
    }
}

/// One of my holds
///
/// As long as it counts: one that is used up or over is not there.
#[utoipa::path(tag = "bookings", operation_id = "show_slot_hold",
    params(("id" = Uuid, Path, description = "The listing."), ("did" = Uuid, Path, description = "The hold.")),
    responses((status = 200, description = "The hold.", body = SlotHoldDto)), security(("bearer" = [])))]
#[get("/listings/{id}/slot-holds/{did}")]
pub(super) async fn show_slot_hold(
    services: web::Data<SchedulingServices>,
    acting: Acting,
    id: PathId<kind::Listing>,
    hold: InnerId<kind::SlotHold>,
) -> Response {
    let found = services
        .drives
        .find_hold(&acting.actor, id.0, hold.0, acting.at)
        .await?;
    Answer::ok(&SlotHoldDto::from(found))
}

/// Hold a slot
///
/// For 5 minutes it stands in the way of others as a test drive does. `POST /bookings` with its id uses it up. The same slot again is
/// the same hold, and ends no later. Open test drives and holds together are bounded as open test drives are.
#[utoipa::path(tag = "bookings", operation_id = "hold_slot", request_body = NewSlotHoldDto,
    params(("id" = Uuid, Path, description = "The listing.")),
    responses((status = 201, description = "The hold.", body = SlotHoldDto)), security(("bearer" = [])))]
#[post("/listings/{id}/slot-holds")]
pub(super) async fn hold_slot(
    services: web::Data<SchedulingServices>,
    acting: Acting,
    id: PathId<kind::Listing>,
    body: Body<NewSlotHoldDto>,
) -> Response {
    let done = services.drives.hold(&acting, id.0, body.0.start_at).await?;
    let location = format!("/listings/{}/slot-holds/{}", id.0, done.value.id);
    Ok(Answer::created(location, &SlotHoldDto::from(done.value))?.replayed(done.replayed))
}
