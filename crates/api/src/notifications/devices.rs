//! The caller's devices: browsers that ring.

use ::notifications::device::{Device, NewDevice};
use actix_web::{delete, get, post, web};
use chrono::{DateTime, Utc};
use kernel::id::kind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::NotificationServices;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body, PathId};
use crate::page::{PageDto, whole};

/// The keys of a `PushSubscription`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeviceKeysDto {
    /// The browser's public key: a point of P-256, 65 bytes in base64url.
    #[schema(
        max_length = 100,
        example = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    )]
    p256dh: String,
    /// The secret that goes into every key: 16 bytes in base64url.
    #[schema(max_length = 40, example = "BTBZMqHH6r4Tts7J_aSIgg")]
    auth: String,
}

/// A browser's `PushSubscription`, as its `toJSON()` has it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewDeviceDto {
    /// Where its push service takes messages for it.
    #[schema(
        max_length = 2000,
        example = "https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV"
    )]
    endpoint: String,
    keys: DeviceKeysDto,
    /// What to call it.
    #[schema(max_length = 100, example = "Ann's telephone")]
    name: Option<String>,
    /// What browsers add: when the subscription ends, in milliseconds since 1970. Its push service says so when it does.
    #[serde(default, rename = "expirationTime")]
    #[expect(
        dead_code,
        reason = "taken, so that what a browser writes can be sent as it is"
    )]
    expiration_time: Option<f64>,
}

impl From<NewDeviceDto> for NewDevice {
    fn from(dto: NewDeviceDto) -> Self {
        Self {
            endpoint: dto.endpoint,
            p256dh: dto.keys.p256dh,
            auth: dto.keys.auth,
            name: dto.name,
        }
    }
}

/// A device that rings.
#[derive(Serialize, ToSchema)]
pub(super) struct DeviceDto {
    id: Uuid,
    name: Option<String>,
    /// The push service that carries to it.
    #[schema(example = "https://push.example.net")]
    service: String,
    created_at: DateTime<Utc>,
    /// When it was registered last.
    updated_at: DateTime<Utc>,
    version: i64,
}

impl From<Device> for DeviceDto {
    fn from(device: Device) -> Self {
        Self {
            id: device.id.uuid(),
            name: device.name,
            service: device.service,
            created_at: device.created_at,
            updated_at: device.updated_at,
            version: device.version,
        }
    }
}

/// Register a device
///
/// A browser's push subscription, made with the key of `GET /push/key`. The same endpoint once more is the same device (200), with
/// other keys perhaps; one that somebody else registered is the caller's from then on. At most 20: the one that was registered longest
/// ago makes room. What is told in the product rings on it, unless `/me/notification-preferences` say otherwise.
#[utoipa::path(tag = "notifications", operation_id = "register_device", request_body = NewDeviceDto,
    responses((status = 201, description = "A new device.", body = DeviceDto), (status = 200, description = "The same as before.", body = DeviceDto)),
    security(("bearer" = [])))]
#[post("/me/devices")]
pub(super) async fn register_device(
    services: web::Data<NotificationServices>,
    acting: Acting,
    body: Body<NewDeviceDto>,
) -> Response {
    let done = services.devices.register(&acting, &body.0.into()).await?;
    let (device, new) = (done.value.device, done.value.new);
    let (version, location) = (device.version, format!("/me/devices/{}", device.id));
    let dto = DeviceDto::from(device);
    let answer = if new {
        Answer::created(location, &dto)?
    } else {
        Answer::ok(&dto)?
    };
    Ok(answer.version(version).replayed(done.replayed))
}

/// My devices
#[utoipa::path(tag = "notifications", operation_id = "list_devices",
    responses((status = 200, description = "All of them, those registered last first.", body = PageDto<DeviceDto>)), security(("bearer" = [])))]
#[get("/me/devices")]
pub(super) async fn list_devices(services: web::Data<NotificationServices>, acting: Acting) -> Response {
    let devices = services.devices.list(&acting.actor).await?;
    Answer::ok(&whole(devices.into_iter().map(DeviceDto::from)))
}

/// One of my devices
#[utoipa::path(tag = "notifications", operation_id = "show_device", params(("id" = Uuid, Path, description = "The device.")),
    responses((status = 200, description = "The device.", body = DeviceDto)), security(("bearer" = [])))]
#[get("/me/devices/{id}")]
pub(super) async fn show_device(
    services: web::Data<NotificationServices>,
    acting: Acting,
    id: PathId<kind::Device>,
) -> Response {
    let device = services.devices.find(&acting.actor, id.0).await?;
    let version = device.version;
    Ok(Answer::ok(&DeviceDto::from(device))?.version(version))
}

/// Forget a device
///
/// Nothing rings on it any more.
#[utoipa::path(tag = "notifications", operation_id = "forget_device", params(("id" = Uuid, Path, description = "The device.")),
    responses((status = 204, description = "It is gone.")), security(("bearer" = [])))]
#[delete("/me/devices/{id}")]
pub(super) async fn forget_device(
    services: web::Data<NotificationServices>,
    acting: Acting,
    id: PathId<kind::Device>,
) -> Response {
    services.devices.forget(&acting, id.0).await?;
    Ok(Answer::nothing())
}

/// A key.
#[derive(Serialize, ToSchema)]
struct PushKeyDto {
    /// A point of P-256, 65 bytes in base64url (RFC 8292).
    #[schema(
        example = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    )]
    key: String,
}

/// The key that pushes are signed with
///
/// A browser takes it as `applicationServerKey` when it subscribes, and then no other sender's pushes.
#[utoipa::path(tag = "notifications", operation_id = "show_push_key",
    responses((status = 200, description = "The key.", body = PushKeyDto)))]
#[get("/push/key")]
pub(super) async fn show_push_key(services: web::Data<NotificationServices>) -> Response {
    let key = services.devices.service.key().to_owned();
    Ok(Answer::ok(&PushKeyDto { key })?.public(300))
}
