//! What the caller was told.

use ::notifications::notice::Notice;
use actix_web::{HttpRequest, get, post, web};
use chrono::{DateTime, Utc};
use kernel::id::kind;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::NotificationServices;
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, PathId, Query};
use crate::page::{PageDto, PageParams};

/// Something that the caller was told.
#[derive(Serialize, ToSchema)]
pub(super) struct NotificationDto {
    id: Uuid,
    /// What kind it is of: one of those in `/me/notification-preferences`.
    kind: String,
    /// What happened, in one line.
    title: String,
    /// What it happened to: `booking`, `negotiation`, `dealer`, `user`.
    subject_kind: String,
    /// Its id.
    subject_id: Uuid,
    /// The dealer that it is about.
    dealer_id: Option<Uuid>,
    created_at: DateTime<Utc>,
    /// When it was read.
    read_at: Option<DateTime<Utc>>,
}

impl From<Notice> for NotificationDto {
    fn from(notice: Notice) -> Self {
        Self {
            id: notice.id.uuid(),
            kind: notice.kind,
            title: notice.title,
            subject_kind: notice.subject_kind,
            subject_id: notice.subject,
            dealer_id: notice.dealer.map(|dealer| dealer.uuid()),
            created_at: notice.created_at,
            read_at: notice.read_at,
        }
    }
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct NotificationFilter {
    /// `true`: those that were not read; `false`: those that were.
    unread: Option<bool>,
}

/// My notifications
///
/// The newest first; `ordering` takes `created_at`.
#[utoipa::path(tag = "notifications", operation_id = "list_notifications", params(PageParams, NotificationFilter),
    responses((status = 200, description = "The notifications.", body = PageDto<NotificationDto>)), security(("bearer" = [])))]
#[get("/notifications")]
pub(super) async fn list_notifications(
    services: web::Data<NotificationServices>,
    core: web::Data<Core>,
    request: HttpRequest,
    acting: Acting,
    page: Query<PageParams>,
    filter: Query<NotificationFilter>,
) -> Response {
    let page = page.0.request()?;
    let found = services
        .notifications
        .list(&acting.actor, filter.0.unread, &page)
        .await?;
    Answer::ok(&PageDto::<NotificationDto>::of(found, &request, &core))
}

/// How many.
#[derive(Serialize, ToSchema)]
pub(super) struct UnreadDto {
    /// Notifications that were not read.
    unread: u64,
}

/// How many of my notifications I have not read
#[utoipa::path(tag = "notifications", operation_id = "count_unread_notifications",
    responses((status = 200, description = "How many.", body = UnreadDto)), security(("bearer" = [])))]
#[get("/notifications/unread-count")]
pub(super) async fn count_unread_notifications(
    services: web::Data<NotificationServices>,
    acting: Acting,
) -> Response {
    let unread = services.notifications.unread(&acting.actor).await?;
    Answer::ok(&UnreadDto { unread })
}

/// Mark a notification as read
///
/// Reading twice is reading once: it keeps the time of the first.
#[utoipa::path(tag = "notifications", operation_id = "read_notification", params(("id" = Uuid, Path, description = "The notification.")),
    responses((status = 200, description = "The notification.", body = NotificationDto)), security(("bearer" = [])))]
#[post("/notifications/{id}/read")]
pub(super) async fn read_notification(
    services: web::Data<NotificationServices>,
    acting: Acting,
    id: PathId<kind::Notification>,
) -> Response {
    let done = services.notifications.read(&acting, id.0).await?;
    Ok(Answer::ok(&NotificationDto::from(done.value))?.replayed(done.replayed))
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub(super) struct ReadDto {
    /// Notifications that were marked now.
    read: u64,
}

/// Mark all my notifications as read
#[utoipa::path(tag = "notifications", operation_id = "read_all_notifications",
    responses((status = 200, description = "How many were marked.", body = ReadDto)), security(("bearer" = [])))]
#[post("/notifications/read-all")]
pub(super) async fn read_all_notifications(
    services: web::Data<NotificationServices>,
    acting: Acting,
) -> Response {
    let done = services.notifications.read_all(&acting).await?;
    Ok(Answer::ok(&ReadDto { read: done.value })?.replayed(done.replayed))
}
