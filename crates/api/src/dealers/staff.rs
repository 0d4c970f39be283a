//! Adding, reading and changing staff.

use actix_web::{HttpRequest, get, patch, post, web};
use kernel::id::{DealerId, kind};
use utoipa_actix_web::service_config::ServiceConfig;

use super::staff_dto::{NewStaffDto, StaffDto, StaffFilterDto, StaffPatchDto};
use super::{DealerServices, OfDealer};
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body, PathId, Query};
use crate::page::{PageDto, PageParams};

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(list_staff)
        .service(add_staff)
        .service(show_staff)
        .service(change_staff);
}

/// List staff
///
/// A manager's right. Admins name the dealer in `dealer`. Order: `created_at`.
#[utoipa::path(tag = "staff", operation_id = "list_staff", params(PageParams, OfDealer, StaffFilterDto),
    responses((status = 200, description = "A page of members.", body = PageDto<StaffDto>)), security(("bearer" = [])))]
#[get("/staff")]
async fn list_staff(
    services: web::Data<DealerServices>,
    core: web::Data<Core>,
    acting: Acting,
    page: Query<PageParams>,
    of: Query<OfDealer>,
    filter: Query<StaffFilterDto>,
    request: HttpRequest,
) -> Response {
    let roles = filter.0.role.into_iter().map(Into::into).collect();
    let found = services
        .staff
        .list(&acting, of.0.id(), roles, filter.0.active, &page.0.request()?)
        .await?;
    Answer::ok(&PageDto::<StaffDto>::of(found, &request, &core))
}

/// Add somebody to the staff
///
/// A manager's right; owners are added by owners. A user joins at once; an address without a user gets an invitation by
/// e-mail, and again when it is added again. While the dealer is not verified, every address is invited. Who works for another dealer can't be added: 409 `works_elsewhere`.
#[utoipa::path(tag = "staff", operation_id = "add_staff", request_body = NewStaffDto,
    responses((status = 201, description = "The member.", body = StaffDto)), security(("bearer" = [])))]
#[post("/staff")]
async fn add_staff(services: web::Data<DealerServices>, acting: Acting, body: Body<NewStaffDto>) -> Response {
    let dealer = body.0.dealer_id.map(DealerId::from_uuid);
    let done = services.invite.add(&acting, dealer, &body.0.read()).await?;
    let member = &done.value.member;
    let location = format!("/staff/{}", member.id);
    Ok(Answer::created(location, &StaffDto::from(&done.value))?
        .version(member.version)
        .replayed(done.replayed))
}

/// Show a member
///
/// To managers, and to the member.
#[utoipa::path(tag = "staff", operation_id = "show_staff", params(("id" = Uuid, Path, description = "The member.")),
    responses((status = 200, description = "The member.", body = StaffDto)), security(("bearer" = [])))]
#[get("/staff/{id}")]
async fn show_staff(
    services: web::Data<DealerServices>,
    acting: Acting,
    id: PathId<kind::Staff>,
) -> Response {
    let profile = services.staff.find(&acting, id.0).await?;
    Ok(Answer::ok(&StaffDto::from(&profile))?.version(profile.member.version))
}

/// Change a member
///
/// A manager's right; owners are changed by owners, and the last one stays: 409 `last_owner`. `active: false` ends the
/// member's rights at once.
#[utoipa::path(tag = "staff", operation_id = "change_staff", params(("id" = Uuid, Path, description = "The member.")),
    request_body = StaffPatchDto,
    responses((status = 200, description = "The member.", body = StaffDto)), security(("bearer" = [])))]
#[patch("/staff/{id}")]
async fn change_staff(
    services: web::Data<DealerServices>,
    acting: Acting,
    id: PathId<kind::Staff>,
    body: Body<StaffPatchDto>,
) -> Response {
    let done = services.staff.change(&acting, id.0, &body.0.read()).await?;
    Ok(Answer::ok(&StaffDto::from(&done.value))?
        .version(done.value.member.version)
        .replayed(done.replayed))
}
