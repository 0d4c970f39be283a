//! Photos of listings.

use ::media::purpose::Purpose;
use actix_web::{delete, patch, post, web};
use kernel::id::kind;

use super::MediaServices;
use super::dto::{FileRefDto, ListingPhotoDto, PatchPhotoDto, PhotoFormDto};
use super::form::Brought;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body, InnerId, PathId};

/// Add a photo
///
/// As a form with the file, or by the id of a file that was brought as `listing_photo`. It stands behind the others; the first one stands for
/// the listing. It is drawn in three widths soon after: `ready` tells.
#[utoipa::path(tag = "listings", operation_id = "add_photo", params(("id" = Uuid, Path, description = "The listing.")),
    request_body(content((PhotoFormDto = "multipart/form-data"), (FileRefDto = "application/json"))),
    responses((status = 201, description = "The photo.", body = ListingPhotoDto)), security(("bearer" = [])))]
#[post("/listings/{id}/photos")]
pub(super) async fn add_photo(
    services: web::Data<MediaServices>,
    acting: Acting,
    id: PathId<kind::Listing>,
    brought: Brought,
) -> Response {
    services.pictures.may_add(&acting.actor, id.0).await?;
    let usable = brought
        .take(&services.uploads, &acting, Purpose::ListingPhoto, None)
        .await?;
    let done = services
        .pictures
        .add_photo(&usable.act, id.0, usable.file, usable.alt_text.as_deref())
        .await?;
    Ok(
        Answer::created(format!("/listings/{}", id.0), &ListingPhotoDto::from(&done.value))?
            .replayed(done.replayed),
    )
}

/// Change a photo
///
/// Where it stands, what it shows, whether it stands for the listing. `If-Match` takes the listing's version.
#[utoipa::path(tag = "listings", operation_id = "change_photo",
    params(("id" = Uuid, Path, description = "The listing."), ("did" = Uuid, Path, description = "The photo.")),
    request_body = PatchPhotoDto,
    responses((status = 200, description = "The photo.", body = ListingPhotoDto)), security(("bearer" = [])))]
#[patch("/listings/{id}/photos/{did}")]
pub(super) async fn change_photo(
    services: web::Data<MediaServices>,
    acting: Acting,
    id: PathId<kind::Listing>,
    photo: InnerId<kind::Photo>,
    body: Body<PatchPhotoDto>,
) -> Response {
    let changes = body.0.into();
    let placed = services
        .pictures
        .change_photo(&acting, id.0, photo.0, &changes)
        .await?;
    Answer::ok(&ListingPhotoDto::from(&placed))
}

/// Remove a photo
#[utoipa::path(tag = "listings", operation_id = "remove_photo",
    params(("id" = Uuid, Path, description = "The listing."), ("did" = Uuid, Path, description = "The photo.")),
    responses((status = 204, description = "It is gone.")), security(("bearer" = [])))]
#[delete("/listings/{id}/photos/{did}")]
pub(super) async fn remove_photo(
    services: web::Data<MediaServices>,
    acting: Acting,
    id: PathId<kind::Listing>,
    photo: InnerId<kind::Photo>,
) -> Response {
    services.pictures.remove_photo(&acting, id.0, photo.0).await?;
    Ok(Answer::nothing())
}
