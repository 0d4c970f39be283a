//! Registering, changing, removing, and new secrets.

use actix_web::{HttpRequest, delete, get, patch, post, web};
use kernel::id::{DealerId, kind};

use super::WebhookServices;
use super::dto::{NewWebhookDto, PatchWebhookDto, WebhookDto, WebhookFilter, WebhookSecretDto};
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body, PathId, Query};
use crate::page::{PageDto, PageParams};

/// Webhooks
///
/// Of the caller's dealer. An admin sees the platform's, which hear of everything, or those of the dealer that is named. The newest
/// first.
#[utoipa::path(tag = "webhooks", operation_id = "list_webhooks", params(PageParams, WebhookFilter),
    responses((status = 200, description = "The webhooks.", body = PageDto<WebhookDto>)), security(("bearer" = [])))]
#[get("/webhooks")]
pub(super) async fn list_webhooks(
    services: web::Data<WebhookServices>,
    core: web::Data<Core>,
    request: HttpRequest,
    acting: Acting,
    page: Query<PageParams>,
    filter: Query<WebhookFilter>,
) -> Response {
    let dealer = filter.0.dealer.map(DealerId::from_uuid);
    let found = services
        .keep
        .list(&acting.actor, dealer, &page.0.request()?)
        .await?;
    Answer::ok(&PageDto::<WebhookDto>::of(found, &request, &core))
}

/// Register a webhook
///
/// The events that it asks for are sent to its URL by `POST`, signed by the rules of Standard Webhooks 1.0 with the `secret` in this
/// answer, which is shown this once. What is not answered with 2xx within 10 s is tried again after 5 s, 5 min, 30 min, 2 h, 5 h,
/// 10 h, 14 h, 20 h and 24 h, or later when `Retry-After` asks for it; redirects are not followed. An answer of 410 switches the
/// webhook off, and so do five days without one success. At most 20 (409 `too_many_webhooks`). Addresses in private networks are
/// refused (400 `private_address`).
#[utoipa::path(tag = "webhooks", operation_id = "register_webhook", request_body = NewWebhookDto,
    extensions(("x-secret-answer" = json!(true))),
    responses((status = 201, description = "The webhook, with its secret.", body = WebhookSecretDto)), security(("bearer" = [])))]
#[post("/webhooks")]
pub(super) async fn register_webhook(
    services: web::Data<WebhookServices>,
    acting: Acting,
    body: Body<NewWebhookDto>,
) -> Response {
    let (dealer, new) = body.0.read();
    let made = services.keep.register(&acting, dealer, &new).await?;
    let (id, version) = (made.endpoint.id, made.endpoint.version);
    let shown = WebhookSecretDto::from(made);
    Ok(Answer::created(format!("/webhooks/{id}"), &shown)?.version(version))
}

/// A webhook
#[utoipa::path(tag = "webhooks", operation_id = "show_webhook", params(("id" = Uuid, Path, description = "The webhook.")),
    responses((status = 200, description = "The webhook.", body = WebhookDto)), security(("bearer" = [])))]
#[get("/webhooks/{id}")]
pub(super) async fn show_webhook(
    services: web::Data<WebhookServices>,
    acting: Acting,
    id: PathId<kind::Webhook>,
) -> Response {
    let endpoint = services.keep.find(&acting.actor, id.0).await?;
    let version = endpoint.version;
    Ok(Answer::ok(&WebhookDto::from(endpoint))?.version(version))
}

/// Change a webhook
///
/// With `active` it is switched off and on; what falls due while it is off is not sent. Switched on, it begins with a clean record.
#[utoipa::path(tag = "webhooks", operation_id = "change_webhook", params(("id" = Uuid, Path, description = "The webhook.")),
    request_body = PatchWebhookDto,
    responses((status = 200, description = "The webhook as it then is.", body = WebhookDto)), security(("bearer" = [])))]
#[patch("/webhooks/{id}")]
pub(super) async fn change_webhook(
    services: web::Data<WebhookServices>,
    acting: Acting,
    id: PathId<kind::Webhook>,
    body: Body<PatchWebhookDto>,
) -> Response {
    let endpoint = services.keep.change(&acting, id.0, &body.0.into()).await?;
    let version = endpoint.version;
    Ok(Answer::ok(&WebhookDto::from(endpoint))?.version(version))
}

/// Remove a webhook
///
/// Its deliveries go with it; nothing is sent any more.
#[utoipa::path(tag = "webhooks", operation_id = "remove_webhook", params(("id" = Uuid, Path, description = "The webhook.")),
    responses((status = 204, description = "It is gone.")), security(("bearer" = [])))]
#[delete("/webhooks/{id}")]
pub(super) async fn remove_webhook(
    services: web::Data<WebhookServices>,
    acting: Acting,
    id: PathId<kind::Webhook>,
) -> Response {
    services.keep.remove(&acting, id.0).await?;
    Ok(Answer::nothing())
}

/// Give a webhook a new secret
///
/// It is shown this once. For 24 h messages carry a signature by the one before as well.
#[utoipa::path(tag = "webhooks", operation_id = "rotate_webhook_secret", params(("id" = Uuid, Path, description = "The webhook.")),
    extensions(("x-secret-answer" = json!(true))),
    responses((status = 200, description = "The webhook, with its new secret.", body = WebhookSecretDto)), security(("bearer" = [])))]
#[post("/webhooks/{id}/rotate-secret")]
pub(super) async fn rotate_webhook_secret(
    services: web::Data<WebhookServices>,
    acting: Acting,
    id: PathId<kind::Webhook>,
) -> Response {
    let rotated = services.keep.rotate(&acting, id.0).await?;
    let version = rotated.endpoint.version;
    Ok(Answer::ok(&WebhookSecretDto::from(rotated))?.version(version))
}
