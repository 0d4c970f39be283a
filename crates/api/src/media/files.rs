//! Bringing files, and finding them again.

use ::media::file_type::FileType;
use ::media::grant::{DownloadGrant, UploadGrant};
use ::media::key::Rendition;
use ::media::ports::UploadLink;
use ::media::use_cases::PublicBytes;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, get, post, put, web};
use bytes::BytesMut;
use futures_util::StreamExt;
use kernel::act::Done;
use kernel::error::Common;
use kernel::id::{FileId, kind};
use serde::Deserialize;
use utoipa::IntoParams;

use super::MediaServices;
use super::bytes::{Shown, served};
use super::dto::{FileDto, NewFileDto, UploadDto};
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body, PathId, Query};
use crate::problem::ApiError;

/// Seconds that a redirect to where public pictures are is kept.
const REDIRECT_SECONDS: u32 = 3_600;

/// Announce a file
///
/// The answer says where to PUT its bytes, within 15 minutes; then `POST /files/{id}/complete`. What nothing uses is removed after a day.
#[utoipa::path(tag = "files", operation_id = "announce_file", request_body = NewFileDto,
    responses((status = 201, description = "Where the bytes go.", body = UploadDto)), security(("bearer" = [])))]
#[post("/files/presign")]
pub(super) async fn announce_file(
    services: web::Data<MediaServices>,
    core: web::Data<Core>,
    acting: Acting,
    body: Body<NewFileDto>,
) -> Response {
    let (done, link): (Done<_>, UploadLink) = services.uploads.announce(&acting, body.0.into()).await?;
    let dto = UploadDto::of(&done.value, link, &core.settings.public_url);
    Ok(Answer::created(format!("/files/{}", done.value.id), &dto)?.replayed(done.replayed))
}

/// Complete an upload
///
/// The bytes are looked at: their number and hash as announced, their type by content; of a picture all of it is decoded. What is not as
/// announced is removed. Doing it twice is the same as once.
#[utoipa::path(tag = "files", operation_id = "complete_file", params(("id" = Uuid, Path, description = "The file.")),
    responses((status = 200, description = "The file.", body = FileDto)), security(("bearer" = [])))]
#[post("/files/{id}/complete")]
pub(super) async fn complete_file(
    services: web::Data<MediaServices>,
    acting: Acting,
    id: PathId<kind::File>,
) -> Response {
    let file = services.uploads.complete(&acting, id.0).await?;
    Answer::ok(&FileDto::from(&file))
}

/// Get a file
///
/// Leads to a picture at its usual width, or to a private file by a link that holds for 5 minutes. Asked for by who brought the file,
/// and by the owners of the dealer that it was brought for.
#[utoipa::path(tag = "files", operation_id = "get_file", params(("id" = Uuid, Path, description = "The file.")),
    responses((status = 307, description = "Where it is.")), security(("bearer" = [])))]
#[get("/files/{id}")]
pub(super) async fn get_file(
    services: web::Data<MediaServices>,
    acting: Acting,
    id: PathId<kind::File>,
) -> Result<HttpResponse, ApiError> {
    let link = services.serve.link(&acting.actor, id.0).await?;
    Ok(HttpResponse::TemporaryRedirect()
        .insert_header((header::LOCATION, link))
        .insert_header((header::CACHE_CONTROL, "private, no-store"))
        .finish())
}

/// What the link to an upload holds.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct UploadQuery {
    /// Bytes.
    #[param(minimum = 0)]
    size: u64,
    /// Their type.
    #[param(max_length = 100)]
    r#type: String,
    /// Their SHA-256.
    #[param(max_length = 64)]
    sha256: Option<String>,
    /// Seconds since 1970 until which it holds.
    expires: i64,
    /// Of all that, by this program.
    #[param(max_length = 100)]
    signature: String,
}

/// Bring a file's bytes
///
/// By a link that `POST /files/presign` gave, where this program keeps the files itself.
#[utoipa::path(tag = "files", operation_id = "bring_file",
    params(("id" = Uuid, Path, description = "The file."), UploadQuery),
    request_body(content = String, content_type = "application/octet-stream", example = json!("the bytes of the file")),
    responses((status = 204, description = "The bytes are there."),
        (status = 403, description = "The link does not hold.", body = crate::problem::Problem, content_type = "application/problem+json")))]
#[put("/media/incoming/{id}")]
pub(super) async fn bring_file(
    services: web::Data<MediaServices>,
    id: PathId<kind::File>,
    query: Query<UploadQuery>,
    mut payload: web::Payload,
) -> Response {
    let query = query.0;
    let of = FileType::named(&query.r#type).ok_or(::media::Error::LinkInvalid)?;
    let grant = UploadGrant {
        file: id.0,
        size: query.size,
        of,
        sha256: query.sha256,
        expires: query.expires,
    };
    let most = usize::try_from(grant.size).unwrap_or(usize::MAX);
    let granted = services.uploads.expected(grant, &query.signature).await?;
    let mut bytes = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk =
            chunk.map_err(|e| ApiError::new(StatusCode::BAD_REQUEST, "malformed_request", e.to_string()))?;
        if bytes.len() + chunk.len() > most {
            let told = format!("more than the {most} bytes that were announced");
            return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", told));
        }
        bytes.extend_from_slice(&chunk);
    }
    services.uploads.receive(&granted, bytes.freeze()).await?;
    Ok(Answer::nothing())
}

/// What the link to a private file holds.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DownloadQuery {
    /// Seconds since 1970 until which it holds.
    expires: i64,
    /// Of all that, by this program.
    #[param(max_length = 100)]
    signature: String,
}

/// Get a private file's bytes
///
/// By a link that `GET /files/{id}` gave, where this program keeps the files itself. Takes ranges (RFC 9110, 14).
#[utoipa::path(tag = "files", operation_id = "get_private_file",
    params(("id" = Uuid, Path, description = "The file."), DownloadQuery),
    responses((status = 200, description = "The bytes.", content_type = "application/pdf"),
        (status = 206, description = "A part of them.", content_type = "application/pdf"),
        (status = 403, description = "The link does not hold.", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 416, description = "There is no such part.")))]
#[get("/media/private/{id}")]
pub(super) async fn get_private_file(
    services: web::Data<MediaServices>,
    request: HttpRequest,
    id: PathId<kind::File>,
    query: Query<DownloadQuery>,
) -> Result<HttpResponse, ApiError> {
    let grant = DownloadGrant {
        file: id.0,
        expires: query.0.expires,
    };
    let (file, size, key) = services.serve.private(grant, &query.0.signature).await?;
    let shown = Shown {
        tag: file.id.to_string(),
        of: file.of,
        size,
        key,
        name: Some(file.name),
    };
    served(&request, &services.serve, shown).await
}

/// Get a picture
///
/// `320.webp`, `320.jpg`, `800.…`, `1600.…`: at most so many pixels across. Never changes, so it may be kept for a year. Takes ranges.
#[utoipa::path(tag = "files", operation_id = "get_picture",
    params(("id" = Uuid, Path, description = "The file."), ("name" = String, Path, description = "Width and type: `800.webp`.")),
    responses((status = 200, description = "The picture.", content_type = "image/webp"),
        (status = 206, description = "A part of it.", content_type = "image/webp"),
        (status = 307, description = "Where it is."),
        (status = 416, description = "There is no such part.")))]
#[get("/media/{id}/{name}")]
pub(super) async fn get_picture(
    services: web::Data<MediaServices>,
    request: HttpRequest,
    path: web::Path<(String, String)>,
) -> Result<HttpResponse, ApiError> {
    let (id, name) = path.into_inner();
    let absent = || Common::absent("picture");
    let id: FileId = id.parse().map_err(|_| absent())?;
    let rendition = Rendition::parse(&name).ok_or_else(absent)?;
    match services.serve.public(id, rendition).await? {
        PublicBytes::Elsewhere(url) => Ok(HttpResponse::TemporaryRedirect()
            .insert_header((header::LOCATION, url))
            .insert_header((
                header::CACHE_CONTROL,
                format!("public, max-age={REDIRECT_SECONDS}"),
            ))
            .finish()),
        PublicBytes::Here(size, key) => {
            let shown = Shown {
                tag: format!("{id}-{rendition}"),
                of: rendition.of,
                size,
                key,
                name: None,
            };
            served(&request, &services.serve, shown).await
        }
    }
}
