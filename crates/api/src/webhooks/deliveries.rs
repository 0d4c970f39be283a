//! What was sent, what will be, and sending it again.

use actix_web::{HttpRequest, get, post, web};
use kernel::id::kind;

use super::WebhookServices;
use super::dto::{DeliveryDto, DeliveryFilterDto};
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, InnerId, PathId, Query};
use crate::page::{PageDto, PageParams};

/// Try a webhook
///
/// Sends it an event of the type `webhook.test`, once: a failure is neither tried again nor held against it. The delivery tells what
/// came of it.
#[utoipa::path(tag = "webhooks", operation_id = "test_webhook", params(("id" = Uuid, Path, description = "The webhook.")),
    responses((status = 201, description = "The delivery.", body = DeliveryDto)), security(("bearer" = [])))]
#[post("/webhooks/{id}/test")]
pub(super) async fn test_webhook(
    services: web::Data<WebhookServices>,
    acting: Acting,
    id: PathId<kind::Webhook>,
) -> Response {
    let done = services.keep.test(&acting, id.0).await?;
    let location = format!("/webhooks/{}/deliveries/{}", id.0, done.value.id);
    Ok(Answer::created(location, &DeliveryDto::from(done.value))?.replayed(done.replayed))
}

/// A webhook's deliveries
///
/// The newest first, each with its last 20 tries. Kept for 30 days after their end.
#[utoipa::path(tag = "webhooks", operation_id = "list_webhook_deliveries",
    params(("id" = Uuid, Path, description = "The webhook."), PageParams, DeliveryFilterDto),
    responses((status = 200, description = "The deliveries.", body = PageDto<DeliveryDto>)), security(("bearer" = [])))]
#[get("/webhooks/{id}/deliveries")]
pub(super) async fn list_webhook_deliveries(
    services: web::Data<WebhookServices>,
    core: web::Data<Core>,
    request: HttpRequest,
    acting: Acting,
    id: PathId<kind::Webhook>,
    page: Query<PageParams>,
    filter: Query<DeliveryFilterDto>,
) -> Response {
    let page = page.0.request()?;
    let found = services
        .keep
        .deliveries(&acting.actor, id.0, &filter.0.read(), &page)
        .await?;
    Answer::ok(&PageDto::<DeliveryDto>::of(found, &request, &core))
}

/// A delivery
#[utoipa::path(tag = "webhooks", operation_id = "show_webhook_delivery",
    params(("id" = Uuid, Path, description = "The webhook."), ("did" = Uuid, Path, description = "The delivery.")),
    responses((status = 200, description = "The delivery.", body = DeliveryDto)), security(("bearer" = [])))]
#[get("/webhooks/{id}/deliveries/{did}")]
pub(super) async fn show_webhook_delivery(
    services: web::Data<WebhookServices>,
    acting: Acting,
    id: PathId<kind::Webhook>,
    delivery: InnerId<kind::Delivery>,
) -> Response {
    let found = services.keep.delivery(&acting.actor, id.0, delivery.0).await?;
    Answer::ok(&DeliveryDto::from(found))
}

/// Send a delivery again
///
/// At once, and from the beginning of the table of tries; `webhook-id` and body stay the same, so that the other side knows what it
/// has seen.
#[utoipa::path(tag = "webhooks", operation_id = "redeliver_webhook",
    params(("id" = Uuid, Path, description = "The webhook."), ("did" = Uuid, Path, description = "The delivery.")),
    responses((status = 200, description = "The delivery as it then is.", body = DeliveryDto)), security(("bearer" = [])))]
#[post("/webhooks/{id}/deliveries/{did}/redeliver")]
pub(super) async fn redeliver_webhook(
    services: web::Data<WebhookServices>,
    acting: Acting,
    id: PathId<kind::Webhook>,
    delivery: InnerId<kind::Delivery>,
) -> Response {
    let done = services.keep.redeliver(&acting, id.0, delivery.0).await?;
    Ok(Answer::ok(&DeliveryDto::from(done.value))?.replayed(done.replayed))
}
