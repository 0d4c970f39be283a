//! Papers behind entries of the owner's own log.

use ::inventory::receipt::Receipt;
use actix_web::{HttpRequest, delete, get, post, web};
use chrono::{DateTime, Utc};
use kernel::id::{FileId, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::InventoryServices;
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body, InnerId, PathId, Query};
use crate::page::{PageDto, PageParams};

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_receipts)
        .service(add_receipt)
        .service(show_receipt)
        .service(remove_receipt);
}

/// A paper behind an entry of a vehicle's log.
#[derive(Serialize, ToSchema)]
struct ReceiptDto {
    id: Uuid,
    service_record_id: Uuid,
    /// Its file: `GET /files/{id}` leads to the bytes, for five minutes.
    file_id: Uuid,
    brought_at: DateTime<Utc>,
    /// Always the first: a receipt does not change.
    version: i64,
}

impl From<&Receipt> for ReceiptDto {
    fn from(receipt: &Receipt) -> Self {
        Self {
            id: receipt.id.uuid(),
            service_record_id: receipt.record.uuid(),
            file_id: receipt.file.uuid(),
            brought_at: receipt.brought_at,
            version: Receipt::VERSION,
        }
    }
}

impl From<Receipt> for ReceiptDto {
    fn from(receipt: Receipt) -> Self {
        Self::from(&receipt)
    }
}

/// A receipt to bring.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "file_id": "0197a6c2-7c00-7000-8000-000000000032" }))]
struct NewReceiptDto {
    /// A file of the caller's that was brought as `service_receipt`, is complete, and is used by nothing yet.
    file_id: Uuid,
}

/// List the receipts behind an entry
///
/// Those of the caller, or of the dealer that they work for. Who had the car before finds those that they left behind; whoever has it now
/// does not, and admins find none. Order: `brought_at`, the newest first.
#[utoipa::path(tag = "vehicles", operation_id = "list_receipts",
    params(("id" = Uuid, Path, description = "The entry."), PageParams),
    responses((status = 200, description = "A page of receipts.", body = PageDto<ReceiptDto>)), security(("bearer" = [])))]
#[get("/service-records/{id}/receipts")]
async fn list_receipts(
    services: web::Data<InventoryServices>,
    core: web::Data<Core>,
    acting: Acting,
    id: PathId<kind::ServiceRecord>,
    page: Query<PageParams>,
    request: HttpRequest,
) -> Response {
    let found = services
        .receipts
        .list(&acting.actor, id.0, &page.0.request()?)
        .await?;
    Answer::ok(&PageDto::<ReceiptDto>::of(found, &request, &core))
}

/// Bring a receipt
///
/// Announce a file with the purpose `service_receipt` (a PDF of 20 MiB at most, a JPEG or PNG of 10), PUT its bytes, have it completed, and
/// name it here. Its bytes are private: `GET /files/{id}` leads to them for five minutes, for the person whose car it is; for a dealer's
/// stock, for its staff. An entry has twenty receipts at most (409 `too_many_receipts`). When the car is sold, they stay with who brought
/// them.
#[utoipa::path(tag = "vehicles", operation_id = "add_receipt", params(("id" = Uuid, Path, description = "The entry.")),
    request_body = NewReceiptDto,
    responses((status = 201, description = "The receipt.", body = ReceiptDto)), security(("bearer" = [])))]
#[post("/service-records/{id}/receipts")]
async fn add_receipt(
    services: web::Data<InventoryServices>,
    acting: Acting,
    id: PathId<kind::ServiceRecord>,
    body: Body<NewReceiptDto>,
) -> Response {
    let file = FileId::from_uuid(body.0.file_id);
    let done = services.papers.add(&acting, id.0, file).await?;
    let receipt = &done.value;
    let location = format!("/service-records/{}/receipts/{}", receipt.record, receipt.id);
    Ok(Answer::created(location, &ReceiptDto::from(receipt))?
        .version(Receipt::VERSION)
        .replayed(done.replayed))
}

/// Show a receipt
///
/// To whom it belongs, whoever has the car by now.
#[utoipa::path(tag = "vehicles", operation_id = "show_receipt",
    params(("id" = Uuid, Path, description = "The entry."), ("did" = Uuid, Path, description = "The receipt.")),
    responses((status = 200, description = "The receipt.", body = ReceiptDto)), security(("bearer" = [])))]
#[get("/service-records/{id}/receipts/{did}")]
async fn show_receipt(
    services: web::Data<InventoryServices>,
    acting: Acting,
    id: PathId<kind::ServiceRecord>,
    did: InnerId<kind::Receipt>,
) -> Response {
    let receipt = services.receipts.find(&acting.actor, id.0, did.0).await?;
    Ok(Answer::ok(&ReceiptDto::from(&receipt))?.version(Receipt::VERSION))
}

/// Remove a receipt
///
/// Its file goes with it. For whom it belongs to, whoever has the car by now.
#[utoipa::path(tag = "vehicles", operation_id = "remove_receipt",
    params(("id" = Uuid, Path, description = "The entry."), ("did" = Uuid, Path, description = "The receipt.")),
    responses((status = 204, description = "It is gone.")), security(("bearer" = [])))]
#[delete("/service-records/{id}/receipts/{did}")]
async fn remove_receipt(
    services: web::Data<InventoryServices>,
    acting: Acting,
    id: PathId<kind::ServiceRecord>,
    did: InnerId<kind::Receipt>,
) -> Response {
    services.papers.remove(&acting, id.0, did.0).await?;
    Ok(Answer::nothing())
}
