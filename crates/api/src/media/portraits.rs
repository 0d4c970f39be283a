//! The pictures of people, cars and dealers.

use ::media::portrait::Subject;
use ::media::rules;
use ::media::use_cases::Uploads;
use actix_web::{delete, put, web};
use kernel::error::Common;
use kernel::id::{DealerId, kind};

use super::MediaServices;
use super::dto::{FileRefDto, PictureDto, PictureFormDto};
use super::form::Brought;
use crate::answer::{Answer, Response};
use crate::dealers::OfDealer;
use crate::extract::{Acting, PathId, Query};

async fn set(
    services: &MediaServices,
    acting: &Acting,
    subject: Subject,
    dealer: Option<DealerId>,
    brought: Brought,
) -> Response {
    services.pictures.may_set(&acting.actor, subject).await?;
    let uploads: &Uploads = &services.uploads;
    let usable = brought.take(uploads, acting, subject.purpose(), dealer).await?;
    services.pictures.set(&usable.act, subject, usable.file).await?;
    Answer::ok(&PictureDto::of(usable.file))
}

async fn clear(services: &MediaServices, acting: &Acting, subject: Subject) -> Response {
    services.pictures.clear(acting, subject).await?;
    Ok(Answer::nothing())
}

/// The dealer whose picture is meant: one's own; an admin names it.
fn dealer(acting: &Acting, named: &OfDealer) -> Result<DealerId, Common> {
    let dealer = rules::dealer_of(&acting.actor, ::media::purpose::Purpose::DealerLogo, named.id())?;
    dealer.ok_or_else(|| {
        Common::invalid(
            "dealer",
            "dealer_required",
            "an admin says which dealer is meant: give its id",
        )
    })
}

/// Set my picture
///
/// As a form with the file, or by the id of a file that was brought as `avatar`. It is drawn in three widths soon after.
#[utoipa::path(tag = "account", operation_id = "set_avatar",
    request_body(content((PictureFormDto = "multipart/form-data"), (FileRefDto = "application/json"))),
    responses((status = 200, description = "The picture.", body = PictureDto)), security(("bearer" = [])))]
#[put("/me/avatar")]
pub(super) async fn set_avatar(
    services: web::Data<MediaServices>,
    acting: Acting,
    brought: Brought,
) -> Response {
    let me = acting.actor.person()?.user;
    set(&services, &acting, Subject::User(me), None, brought).await
}

/// Remove my picture
#[utoipa::path(tag = "account", operation_id = "remove_avatar",
    responses((status = 204, description = "There is none.")), security(("bearer" = [])))]
#[delete("/me/avatar")]
pub(super) async fn remove_avatar(services: web::Data<MediaServices>, acting: Acting) -> Response {
    let me = acting.actor.person()?.user;
    clear(&services, &acting, Subject::User(me)).await
}

/// Set the picture of a vehicle
///
/// As a form with the file, or by the id of a file that was brought as `vehicle_image`.
#[utoipa::path(tag = "vehicles", operation_id = "set_vehicle_image", params(("id" = Uuid, Path, description = "The vehicle.")),
    request_body(content((PictureFormDto = "multipart/form-data"), (FileRefDto = "application/json"))),
    responses((status = 200, description = "The picture.", body = PictureDto)), security(("bearer" = [])))]
#[put("/vehicles/{id}/image")]
pub(super) async fn set_vehicle_image(
    services: web::Data<MediaServices>,
    acting: Acting,
    id: PathId<kind::Vehicle>,
    brought: Brought,
) -> Response {
    set(&services, &acting, Subject::Vehicle(id.0), None, brought).await
}

/// Remove the picture of a vehicle
#[utoipa::path(tag = "vehicles", operation_id = "remove_vehicle_image", params(("id" = Uuid, Path, description = "The vehicle.")),
    responses((status = 204, description = "There is none.")), security(("bearer" = [])))]
#[delete("/vehicles/{id}/image")]
pub(super) async fn remove_vehicle_image(
    services: web::Data<MediaServices>,
    acting: Acting,
    id: PathId<kind::Vehicle>,
) -> Response {
    clear(&services, &acting, Subject::Vehicle(id.0)).await
}

/// Set a dealer's picture
///
/// As a form with the file, or by the id of a file that was brought as `dealer_logo`.
#[utoipa::path(tag = "dealers", operation_id = "set_dealer_logo", params(OfDealer),
    request_body(content((PictureFormDto = "multipart/form-data"), (FileRefDto = "application/json"))),
    responses((status = 200, description = "The picture.", body = PictureDto)), security(("bearer" = [])))]
#[put("/dealers/me/logo")]
pub(super) async fn set_dealer_logo(
    services: web::Data<MediaServices>,
    acting: Acting,
    of: Query<OfDealer>,
    brought: Brought,
) -> Response {
    let dealer = dealer(&acting, &of.0)?;
    set(&services, &acting, Subject::Dealer(dealer), Some(dealer), brought).await
}

/// Remove a dealer's picture
#[utoipa::path(tag = "dealers", operation_id = "remove_dealer_logo", params(OfDealer),
    responses((status = 204, description = "There is none.")), security(("bearer" = [])))]
#[delete("/dealers/me/logo")]
pub(super) async fn remove_dealer_logo(
    services: web::Data<MediaServices>,
    acting: Acting,
    of: Query<OfDealer>,
) -> Response {
    let dealer = dealer(&acting, &of.0)?;
    clear(&services, &acting, Subject::Dealer(dealer)).await
}
