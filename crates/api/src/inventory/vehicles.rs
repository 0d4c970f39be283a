//! The garage.

use ::inventory::history::{Happened, HistoryEntry};
use actix_web::{HttpRequest, delete, get, patch, post, web};
use chrono::{DateTime, Utc};
use kernel::id::kind;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::InventoryServices;
use super::vehicle_dto::{DistanceDto, NewVehicleDto, PatchVehicleDto, VehicleDto};
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body, PathId, Query};
use crate::page::{PageDto, PageParams};

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_vehicles)
        .service(enter_vehicle)
        .service(show_vehicle)
        .service(change_vehicle)
        .service(erase_vehicle)
        .service(show_vehicle_history);
}

/// My vehicles
///
/// Newest first; ordered by `created_at`, `make` or `year` when asked.
#[utoipa::path(tag = "vehicles", operation_id = "list_vehicles", params(PageParams),
    responses((status = 200, description = "The caller's own vehicles.", body = PageDto<VehicleDto>)), security(("bearer" = [])))]
#[get("/vehicles")]
async fn list_vehicles(
    services: web::Data<InventoryServices>,
    core: web::Data<Core>,
    acting: Acting,
    page: Query<PageParams>,
    request: HttpRequest,
) -> Response {
    let found = services.garage.list(&acting.actor, &page.0.request()?).await?;
    Answer::ok(&PageDto::<VehicleDto>::of(found, &request, &core))
}

/// Enter a vehicle into my garage
///
/// One owner has a number once (409 `vin_taken`); what others have entered does not matter. Contradictions between the number and
/// year or make come back as `warnings`.
#[utoipa::path(tag = "vehicles", operation_id = "enter_vehicle", request_body = NewVehicleDto,
    responses((status = 201, description = "The vehicle.", body = VehicleDto)), security(("bearer" = [])))]
#[post("/vehicles")]
async fn enter_vehicle(
    services: web::Data<InventoryServices>,
    acting: Acting,
    body: Body<NewVehicleDto>,
) -> Response {
    let done = services.garage.enter(&acting, &body.0.into()).await?;
    let vehicle = &done.value;
    let answer = Answer::created(format!("/vehicles/{}", vehicle.id), &VehicleDto::from(vehicle))?;
    Ok(answer.version(vehicle.version).replayed(done.replayed))
}

/// A vehicle
///
/// One's own, or one of the stock of the dealer that one works for.
#[utoipa::path(tag = "vehicles", operation_id = "show_vehicle", params(("id" = Uuid, Path, description = "The vehicle.")),
    responses((status = 200, description = "The vehicle.", body = VehicleDto)), security(("bearer" = [])))]
#[get("/vehicles/{id}")]
async fn show_vehicle(
    services: web::Data<InventoryServices>,
    acting: Acting,
    id: PathId<kind::Vehicle>,
) -> Response {
    let vehicle = services.garage.find(&acting.actor, id.0).await?;
    Ok(Answer::ok(&VehicleDto::from(&vehicle))?.version(vehicle.version))
}

/// Change a vehicle
///
/// The odometer goes down only with `odometer_correction` (409 `odometer_rollback`). What is changed shows in the vehicle's listing
/// at once.
#[utoipa::path(tag = "vehicles", operation_id = "change_vehicle", params(("id" = Uuid, Path, description = "The vehicle.")),
    request_body = PatchVehicleDto,
    responses((status = 200, description = "The vehicle as it then is.", body = VehicleDto)), security(("bearer" = [])))]
#[patch("/vehicles/{id}")]
async fn change_vehicle(
    services: web::Data<InventoryServices>,
    acting: Acting,
    id: PathId<kind::Vehicle>,
    body: Body<PatchVehicleDto>,
) -> Response {
    let vehicle = services.garage.change(&acting, id.0, &body.0.into()).await?.value;
    Ok(Answer::ok(&VehicleDto::from(&vehicle))?.version(vehicle.version))
}

/// Erase a vehicle
///
/// With its log. One that was ever listed stays (409 `vehicle_in_use`).
#[utoipa::path(tag = "vehicles", operation_id = "erase_vehicle", params(("id" = Uuid, Path, description = "The vehicle.")),
    responses((status = 204, description = "It is gone.")), security(("bearer" = [])))]
#[delete("/vehicles/{id}")]
async fn erase_vehicle(
    services: web::Data<InventoryServices>,
    acting: Acting,
    id: PathId<kind::Vehicle>,
) -> Response {
    services.garage.erase(&acting, id.0).await?;
    Ok(Answer::nothing())
}

/// One line of a vehicle's timeline.
#[derive(Serialize, ToSchema)]
struct HistoryDto {
    at: DateTime<Utc>,
    /// `bought`, `odometer`, `odometer_corrected`, `listed`, `serviced`, `sold` or `sale_voided`.
    kind: &'static str,
    /// What the odometer showed.
    odometer: Option<DistanceDto>,
    /// What had been noted before a correction.
    odometer_before: Option<DistanceDto>,
    /// Why it was corrected.
    reason: Option<String>,
    /// What was done.
    description: Option<String>,
    listing_id: Option<Uuid>,
    service_record_id: Option<Uuid>,
}

impl From<HistoryEntry> for HistoryDto {
    fn from(entry: HistoryEntry) -> Self {
        let mut dto = Self {
            at: entry.at,
            kind: entry.happened.kind(),
            odometer: None,
            odometer_before: None,
            reason: None,
            description: None,
            listing_id: None,
            service_record_id: None,
        };
        match entry.happened {
            Happened::Bought | Happened::Sold | Happened::SaleVoided => {}
            Happened::Odometer { reading } => dto.odometer = Some(reading.into()),
            Happened::OdometerCorrected { from, to, reason } => {
                dto.odometer = Some(to.into());
                dto.odometer_before = Some(from.into());
                dto.reason = Some(reason);
            }
            Happened::Listed { listing } => dto.listing_id = Some(listing.uuid()),
            Happened::Serviced {
                record,
                description,
                odometer,
            } => {
                dto.service_record_id = Some(record.uuid());
                dto.description = Some(description);
                dto.odometer = odometer.map(DistanceDto::from);
            }
        }
        dto
    }
}

/// What was done to a vehicle
///
/// One timeline, oldest first, never saying who else owned it.
#[utoipa::path(tag = "vehicles", operation_id = "show_vehicle_history", params(("id" = Uuid, Path, description = "The vehicle.")),
    responses((status = 200, description = "The whole timeline.", body = PageDto<HistoryDto>)), security(("bearer" = [])))]
#[get("/vehicles/{id}/history")]
async fn show_vehicle_history(
    services: web::Data<InventoryServices>,
    acting: Acting,
    id: PathId<kind::Vehicle>,
) -> Response {
    let lines = services.garage.history(&acting.actor, id.0).await?;
    Answer::ok(&crate::page::whole(lines.into_iter().map(HistoryDto::from)))
}
