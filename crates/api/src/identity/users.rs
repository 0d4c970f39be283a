//! Users, as admins see them.

use ::identity::ports::UserFilter;
use ::identity::use_cases::{InviteUser, UserPatch};
use actix_web::{HttpRequest, get, patch, post, web};
use kernel::id::{DealerId, kind};
use kernel::patch::Patch;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::IdentityServices;
use super::dto::{InvitationDto, PlatformRoleDto, UserDto};
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body, PathId, Query};
use crate::page::{PageDto, PageParams};

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct UserFilterDto {
    /// Part of a name or address, without regard to case and accents.
    #[param(max_length = 200)]
    q: Option<String>,
    /// With this platform role.
    #[param(inline)]
    platform_role: Option<PlatformRoleDto>,
    /// Open (`true`) or closed (`false`) accounts.
    active: Option<bool>,
    /// Who work for this dealer.
    dealer: Option<Uuid>,
}

/// Search users
///
/// Orders: `created_at`, `email`, `last_name`; newest first when none is asked for.
#[utoipa::path(tag = "users", operation_id = "list_users", params(PageParams, UserFilterDto),
    responses((status = 200, description = "A page of users.", body = PageDto<UserDto>)), security(("bearer" = [])))]
#[get("/users")]
pub(super) async fn list_users(
    services: web::Data<IdentityServices>,
    core: web::Data<Core>,
    acting: Acting,
    page: Query<PageParams>,
    filter: Query<UserFilterDto>,
    request: HttpRequest,
) -> Response {
    let filter = UserFilter {
        q: filter.0.q,
        platform_role: filter.0.platform_role.map(Into::into),
        active: filter.0.active,
        dealer: filter.0.dealer.map(DealerId::from_uuid),
    };
    let found = services
        .identity
        .users(&acting, &filter, &page.0.request()?)
        .await?;
    let found = found.map(|profile| UserDto::of(&profile, core.settings.currency));
    Answer::ok(&PageDto::<UserDto>::of(found, &request, &core))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InviteUserDto {
    #[schema(max_length = 254, example = "bob@example.com")]
    email: String,
    /// What the person is to become.
    platform_role: PlatformRoleDto,
}

/// Invite somebody
///
/// By e-mail, with a link that is good for 7 days. A later invitation of the same address takes its place.
#[utoipa::path(tag = "users", operation_id = "invite_user", request_body = InviteUserDto,
    responses((status = 201, description = "The invitation.", body = InvitationDto)), security(("bearer" = [])))]
#[post("/users")]
pub(super) async fn invite_user(
    services: web::Data<IdentityServices>,
    acting: Acting,
    body: Body<InviteUserDto>,
) -> Response {
    let request = InviteUser {
        email: body.0.email,
        platform_role: body.0.platform_role.into(),
    };
    let done = services.identity.invite_user(&acting, &request).await?;
    let location = format!("/users/invitations/{}", done.value.id);
    Ok(Answer::created(location, &InvitationDto::from(&done.value))?.replayed(done.replayed))
}

/// An invitation
#[utoipa::path(tag = "users", operation_id = "show_invitation", params(("id" = Uuid, Path, description = "The invitation.")),
    responses((status = 200, description = "The invitation.", body = InvitationDto)), security(("bearer" = [])))]
#[get("/users/invitations/{id}")]
pub(super) async fn show_invitation(
    services: web::Data<IdentityServices>,
    acting: Acting,
    id: PathId<kind::Invitation>,
) -> Response {
    let invitation = services.identity.invitation(&acting, id.0).await?;
    Answer::ok(&InvitationDto::from(&invitation))
}

/// A user
#[utoipa::path(tag = "users", operation_id = "show_user", params(("id" = Uuid, Path, description = "The user.")),
    responses((status = 200, description = "The user.", body = UserDto)), security(("bearer" = [])))]
#[get("/users/{id}")]
pub(super) async fn show_user(
    services: web::Data<IdentityServices>,
    core: web::Data<Core>,
    acting: Acting,
    id: PathId<kind::User>,
) -> Response {
    let profile = services.identity.user(&acting, id.0).await?;
    Ok(Answer::ok(&UserDto::of(&profile, core.settings.currency))?.version(profile.user.version))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeUserDto {
    /// `false` closes the account and ends its sessions.
    #[serde(default)]
    #[schema(value_type = Option<bool>, example = true)]
    active: Patch<bool>,
    #[serde(default)]
    #[schema(value_type = Option<PlatformRoleDto>)]
    platform_role: Patch<PlatformRoleDto>,
}

/// Activate, deactivate, set the platform role
///
/// Nobody can do this to themselves: 409 `own_account`. The last active owner of a dealer stays active: 409 `last_owner`.
#[utoipa::path(tag = "users", operation_id = "change_user", params(("id" = Uuid, Path, description = "The user.")), request_body = ChangeUserDto,
    responses((status = 200, description = "The user.", body = UserDto)), security(("bearer" = [])))]
#[patch("/users/{id}")]
pub(super) async fn change_user(
    services: web::Data<IdentityServices>,
    core: web::Data<Core>,
    acting: Acting,
    id: PathId<kind::User>,
    body: Body<ChangeUserDto>,
) -> Response {
    let changes = UserPatch {
        active: body.0.active,
        platform_role: body.0.platform_role.map(Into::into),
    };
    let profile = services.standing.change(&acting, id.0, &changes).await?;
    Ok(Answer::ok(&UserDto::of(&profile, core.settings.currency))?.version(profile.user.version))
}
