//! The owner's own log.

use ::inventory::given::{DistanceText, MoneyText};
use ::inventory::service_record::ServiceRecord;
use ::inventory::service_rules::RecordChanges;
use actix_web::{HttpRequest, delete, get, patch, post, web};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::id::{VehicleId, kind};
use kernel::patch::Patch;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use super::vehicle_dto::DistanceDto;
use super::{InventoryServices, words};
use crate::Core;
use crate::answer::{Answer, Response};
use crate::dto::MoneyDto;
use crate::extract::{Acting, Body, PathId, Query};
use crate::page::{PageDto, PageParams};

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_service_records)
        .service(list_records_of_vehicle)
        .service(add_service_record)
        .service(show_service_record)
        .service(change_service_record)
        .service(erase_service_record);
}

/// An entry of a vehicle's log.
#[derive(Serialize, ToSchema)]
struct ServiceRecordDto {
    id: Uuid,
    vehicle_id: Uuid,
    /// What was done.
    description: String,
    /// Where.
    location: Option<String>,
    /// When it is planned for.
    appointment: Option<DateTime<Utc>>,
    /// The day on which it was done.
    completion_date: Option<NaiveDate>,
    odometer: Option<DistanceDto>,
    cost: Option<MoneyDto>,
    #[schema(schema_with = words::record_status)]
    status: &'static str,
    /// Entered afterwards: its reading says nothing about the present.
    past_history: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i64,
}

impl From<&ServiceRecord> for ServiceRecordDto {
    fn from(record: &ServiceRecord) -> Self {
        Self {
            id: record.id.uuid(),
            vehicle_id: record.vehicle.uuid(),
            description: record.description.clone(),
            location: record.location.clone(),
            appointment: record.appointment,
            completion_date: record.completion_date,
            odometer: record.odometer.map(DistanceDto::from),
            cost: record.cost.map(MoneyDto::from),
            status: record.status.as_str(),
            past_history: record.past_history,
            created_at: record.created_at,
            updated_at: record.updated_at,
            version: record.version,
        }
    }
}

impl From<ServiceRecord> for ServiceRecordDto {
    fn from(record: ServiceRecord) -> Self {
        Self::from(&record)
    }
}

/// An entry to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "description": "Oil and filter", "location": "Bob's Garage", "completion_date": "2026-05-12",
    "odometer": { "value": 98500, "unit": "mi" }, "cost": { "amount": "89.90", "currency": "USD" }, "status": "completed"
}))]
struct NewServiceRecordDto {
    #[schema(min_length = 1, max_length = 2_000)]
    description: String,
    #[schema(max_length = 200)]
    location: Option<String>,
    #[schema(format = DateTime)]
    appointment: Option<String>,
    #[schema(format = Date)]
    completion_date: Option<String>,
    odometer: Option<DistanceDto>,
    cost: Option<MoneyDto>,
    /// `scheduled` when left out.
    #[serde(default)]
    #[schema(schema_with = words::record_status)]
    status: Option<String>,
    #[serde(default)]
    past_history: bool,
}

fn set<T>(value: Option<T>) -> Patch<T> {
    value.map_or(Patch::Absent, Patch::Value)
}

fn money(dto: MoneyDto) -> MoneyText {
    MoneyText {
        amount: dto.amount,
        currency: dto.currency,
    }
}

impl From<NewServiceRecordDto> for RecordChanges {
    fn from(dto: NewServiceRecordDto) -> Self {
        Self {
            description: Patch::Value(dto.description),
            location: set(dto.location),
            appointment: set(dto.appointment),
            completion_date: set(dto.completion_date),
            odometer: set(dto.odometer.map(DistanceText::from)),
            cost: set(dto.cost.map(money)),
            status: set(dto.status),
            past_history: Patch::Value(dto.past_history),
        }
    }
}

/// A merge patch of an entry.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "status": "completed", "completion_date": "2026-05-12" }))]
struct PatchServiceRecordDto {
    #[schema(value_type = Option<String>, max_length = 2_000)]
    #[serde(default)]
    description: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 200)]
    #[serde(default)]
    location: Patch<String>,
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(default)]
    appointment: Patch<String>,
    #[schema(value_type = Option<String>, format = Date)]
    #[serde(default)]
    completion_date: Patch<String>,
    #[schema(value_type = Option<DistanceDto>)]
    #[serde(default)]
    odometer: Patch<DistanceDto>,
    #[schema(value_type = Option<MoneyDto>)]
    #[serde(default)]
    cost: Patch<MoneyDto>,
    #[schema(schema_with = words::record_status)]
    #[serde(default)]
    status: Patch<String>,
    #[schema(value_type = Option<bool>)]
    #[serde(default)]
    past_history: Patch<bool>,
}

impl From<PatchServiceRecordDto> for RecordChanges {
    fn from(dto: PatchServiceRecordDto) -> Self {
        Self {
            description: dto.description,
            location: dto.location,
            appointment: dto.appointment,
            completion_date: dto.completion_date,
            odometer: dto.odometer.map(DistanceText::from),
            cost: dto.cost.map(money),
            status: dto.status,
            past_history: dto.past_history,
        }
    }
}

/// Narrows the log.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct RecordFilter {
    /// Of this vehicle.
    vehicle_id: Option<Uuid>,
}

/// My log
///
/// Of all of the caller's vehicles, or of one. Newest first; ordered by `created_at` or `status` when asked.
#[utoipa::path(tag = "vehicles", operation_id = "list_service_records", params(PageParams, RecordFilter),
    responses((status = 200, description = "The entries.", body = PageDto<ServiceRecordDto>)), security(("bearer" = [])))]
#[get("/service-records")]
async fn list_service_records(
    services: web::Data<InventoryServices>,
    core: web::Data<Core>,
    acting: Acting,
    page: Query<PageParams>,
    filter: Query<RecordFilter>,
    request: HttpRequest,
) -> Response {
    let vehicle = filter.0.vehicle_id.map(VehicleId::from_uuid);
    let found = services
        .log
        .list(&acting.actor, vehicle, &page.0.request()?)
        .await?;
    Answer::ok(&PageDto::<ServiceRecordDto>::of(found, &request, &core))
}

/// A vehicle's log
#[utoipa::path(tag = "vehicles", operation_id = "list_records_of_vehicle",
    params(("id" = Uuid, Path, description = "The vehicle."), PageParams),
    responses((status = 200, description = "The entries.", body = PageDto<ServiceRecordDto>)), security(("bearer" = [])))]
#[get("/vehicles/{id}/service-records")]
async fn list_records_of_vehicle(
    services: web::Data<InventoryServices>,
    core: web::Data<Core>,
    acting: Acting,
    id: PathId<kind::Vehicle>,
    page: Query<PageParams>,
    request: HttpRequest,
) -> Response {
    let found = services
        .log
        .list(&acting.actor, Some(id.0), &page.0.request()?)
        .await?;
    Answer::ok(&PageDto::<ServiceRecordDto>::of(found, &request, &core))
}

/// Add to a vehicle's log
///
/// A completed entry with a higher reading raises the vehicle's odometer, unless it is `past_history`.
#[utoipa::path(tag = "vehicles", operation_id = "add_service_record", params(("id" = Uuid, Path, description = "The vehicle.")),
    request_body = NewServiceRecordDto,
    responses((status = 201, description = "The entry.", body = ServiceRecordDto)), security(("bearer" = [])))]
#[post("/vehicles/{id}/service-records")]
async fn add_service_record(
    services: web::Data<InventoryServices>,
    acting: Acting,
    id: PathId<kind::Vehicle>,
    body: Body<NewServiceRecordDto>,
) -> Response {
    let done = services.log.add(&acting, id.0, &body.0.into()).await?;
    let record = &done.value;
    let answer = Answer::created(
        format!("/service-records/{}", record.id),
        &ServiceRecordDto::from(record),
    )?;
    Ok(answer.version(record.version).replayed(done.replayed))
}

/// An entry of the log
#[utoipa::path(tag = "vehicles", operation_id = "show_service_record", params(("id" = Uuid, Path, description = "The entry.")),
    responses((status = 200, description = "The entry.", body = ServiceRecordDto)), security(("bearer" = [])))]
#[get("/service-records/{id}")]
async fn show_service_record(
    services: web::Data<InventoryServices>,
    acting: Acting,
    id: PathId<kind::ServiceRecord>,
) -> Response {
    let record = services.log.find(&acting.actor, id.0).await?;
    Ok(Answer::ok(&ServiceRecordDto::from(&record))?.version(record.version))
}

/// Change an entry of the log
///
/// What is completed or cancelled stays so (409 `illegal_transition`).
#[utoipa::path(tag = "vehicles", operation_id = "change_service_record", params(("id" = Uuid, Path, description = "The entry.")),
    request_body = PatchServiceRecordDto,
    responses((status = 200, description = "The entry as it then is.", body = ServiceRecordDto)), security(("bearer" = [])))]
#[patch("/service-records/{id}")]
async fn change_service_record(
    services: web::Data<InventoryServices>,
    acting: Acting,
    id: PathId<kind::ServiceRecord>,
    body: Body<PatchServiceRecordDto>,
) -> Response {
    let record = services.log.change(&acting, id.0, &body.0.into()).await?.value;
    Ok(Answer::ok(&ServiceRecordDto::from(&record))?.version(record.version))
}

/// Erase an entry of the log
#[utoipa::path(tag = "vehicles", operation_id = "erase_service_record", params(("id" = Uuid, Path, description = "The entry.")),
    responses((status = 204, description = "It is gone.")), security(("bearer" = [])))]
#[delete("/service-records/{id}")]
async fn erase_service_record(
    services: web::Data<InventoryServices>,
    acting: Acting,
    id: PathId<kind::ServiceRecord>,
) -> Response {
    services.log.erase(&acting, id.0).await?;
    Ok(Answer::nothing())
}
