//! The own account.

use ::identity::use_cases::ProfilePatch;
use actix_web::{delete, get, patch, post, web};
use chrono::NaiveDate;
use kernel::id::kind;
use kernel::patch::Patch;
use serde::Deserialize;
use utoipa::ToSchema;

use super::IdentityServices;
use super::dto::{Hidden, SessionDto, UserDto};
use super::sign_up::TakenDto;
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body, PathId};
use crate::page::PageDto;

/// The own account
#[utoipa::path(tag = "me", operation_id = "show_me", responses((status = 200, description = "The account.", body = UserDto)), security(("bearer" = [])))]
#[get("/me")]
pub(super) async fn show_me(
    services: web::Data<IdentityServices>,
    core: web::Data<Core>,
    acting: Acting,
) -> Response {
    let profile = services.identity.me(&acting).await?;
    Ok(Answer::ok(&UserDto::of(&profile, core.settings.currency))?.version(profile.user.version))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeMeDto {
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 100, example = "Ann")]
    first_name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 100, example = "Example")]
    last_name: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 40, example = "+1 212 555 0100")]
    phone: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<NaiveDate>, example = "1990-02-28")]
    date_of_birth: Patch<NaiveDate>,
    /// Street and house.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 300, example = "1 Main Street")]
    address: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 20, example = "10001")]
    zip_code: Patch<String>,
    /// Town or region.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200, example = "New York")]
    location: Patch<String>,
}

/// Change the own account
///
/// A merge patch: what is absent stays, `null` clears. The address is changed under `/me/email`.
#[utoipa::path(tag = "me", operation_id = "change_me", request_body = ChangeMeDto,
    responses((status = 200, description = "The account.", body = UserDto)), security(("bearer" = [])))]
#[patch("/me")]
pub(super) async fn change_me(
    services: web::Data<IdentityServices>,
    core: web::Data<Core>,
    acting: Acting,
    body: Body<ChangeMeDto>,
) -> Response {
    let form = body.0;
    let changes = ProfilePatch {
        first_name: form.first_name,
        last_name: form.last_name,
        phone: form.phone,
        date_of_birth: form.date_of_birth,
        address: form.address,
        zip_code: form.zip_code,
        location: form.location,
    };
    let profile = services.identity.change_profile(&acting, &changes).await?;
    Ok(Answer::ok(&UserDto::of(&profile, core.settings.currency))?.version(profile.user.version))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeEmailDto {
    /// The new address.
    #[schema(max_length = 254, example = "ann@example.org")]
    email: String,
    /// The password of the account.
    #[schema(value_type = String, max_length = 1000, example = "violet tractor sonata")]
    password: Hidden,
}

/// Move the account to another address
///
/// A code goes to the new address, which counts once the code came back (`/me/email/confirm`). A wrong password is a 401
/// `invalid_credentials`.
#[utoipa::path(tag = "me", operation_id = "change_email", request_body = ChangeEmailDto, extensions(("x-secret-answer" = json!(true))),
    responses((status = 202, description = "Taken on.", body = TakenDto)), security(("bearer" = [])))]
#[post("/me/email")]
pub(super) async fn change_email(
    services: web::Data<IdentityServices>,
    acting: Acting,
    body: Body<ChangeEmailDto>,
) -> Response {
    let form = body.0;
    services
        .identity
        .change_email(&acting, &form.email, &form.password.secret())
        .await?;
    Answer::taken(&TakenDto::ACCEPTED)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CodeDto {
    /// The six digits of the mail.
    #[schema(value_type = String, max_length = 20, example = "042137")]
    code: Hidden,
}

/// Confirm the new address
#[utoipa::path(tag = "me", operation_id = "confirm_email", request_body = CodeDto, extensions(("x-secret-answer" = json!(true))),
    responses((status = 200, description = "The account.", body = UserDto)), security(("bearer" = [])))]
#[post("/me/email/confirm")]
pub(super) async fn confirm_email(
    services: web::Data<IdentityServices>,
    core: web::Data<Core>,
    acting: Acting,
    body: Body<CodeDto>,
) -> Response {
    let profile = services
        .identity
        .confirm_email_change(&acting, &body.0.code.secret())
        .await?;
    Ok(Answer::ok(&UserDto::of(&profile, core.settings.currency))?.version(profile.user.version))
}

/// Where am I signed in?
///
/// The sessions that count, the one used last first.
#[utoipa::path(tag = "me", operation_id = "list_sessions",
    responses((status = 200, description = "The sessions.", body = PageDto<SessionDto>)), security(("bearer" = [])))]
#[get("/me/sessions")]
pub(super) async fn list_sessions(services: web::Data<IdentityServices>, acting: Acting) -> Response {
    let current = acting.actor.person()?.session;
    let sessions = services.identity.sessions(&acting).await?;
    let results: Vec<SessionDto> = sessions
        .into_iter()
        .map(|session| SessionDto::of(session, Some(current)))
        .collect();
    Answer::ok(&PageDto {
        count: Some(results.len() as u64),
        results,
        next: None,
        previous: None,
    })
}

/// End a session
#[utoipa::path(tag = "me", operation_id = "end_session", params(("id" = uuid::Uuid, Path, description = "The session.")),
    responses((status = 204, description = "Ended.")), security(("bearer" = [])))]
#[delete("/me/sessions/{id}")]
pub(super) async fn end_session(
    services: web::Data<IdentityServices>,
    acting: Acting,
    id: PathId<kind::Session>,
) -> Response {
    services.identity.end_session(&acting, id.0).await?;
    Ok(Answer::nothing())
}
