//! Forgotten and changed passwords.

use actix_web::{post, web};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::IdentityServices;
use super::dto::Hidden;
use super::sign_up::{HolderDto, TakenDto};
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body};

/// Ask for a code to set a new password
///
/// The answer is the same whoever has the address. At most one code a minute is sent; a new one kills the one before.
#[utoipa::path(tag = "auth", operation_id = "forgot_password", request_body = HolderDto, extensions(("x-credentials" = json!(true))),
    responses((status = 202, description = "Taken on.", body = TakenDto)))]
#[post("/auth/password/forgot")]
pub(super) async fn forgot_password(
    services: web::Data<IdentityServices>,
    acting: Acting,
    body: Body<HolderDto>,
) -> Response {
    services.identity.forgot_password(&acting, &body.0.email).await?;
    Answer::taken(&TakenDto::ACCEPTED)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResetCodeDto {
    #[schema(max_length = 254, example = "ann@example.com")]
    email: String,
    /// The six digits of the mail.
    #[schema(value_type = String, max_length = 20, example = "042137")]
    code: Hidden,
}

/// Whether a code holds.
#[derive(Serialize, ToSchema)]
pub(super) struct ValidDto {
    valid: bool,
}

/// Does the code hold?
///
/// It is not used up by this. A wrong one counts as a try; five kill the code.
#[utoipa::path(tag = "auth", operation_id = "verify_reset_code", request_body = ResetCodeDto, extensions(("x-credentials" = json!(true))),
    responses((status = 200, description = "Whether it does.", body = ValidDto)))]
#[post("/auth/password/verify-code")]
pub(super) async fn verify_reset_code(
    services: web::Data<IdentityServices>,
    acting: Acting,
    body: Body<ResetCodeDto>,
) -> Response {
    let ResetCodeDto { email, code } = body.0;
    let valid = services
        .identity
        .check_reset_code(&acting, &email, &code.secret())
        .await?;
    Answer::ok(&ValidDto { valid })
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ResetDto {
    #[schema(max_length = 254, example = "ann@example.com")]
    email: String,
    /// The six digits of the mail.
    #[schema(value_type = String, max_length = 20, example = "042137")]
    code: Hidden,
    /// 10 to 128 characters that are hard to guess.
    #[schema(value_type = String, max_length = 1000, example = "copper lantern orbit")]
    new_password: Hidden,
}

/// Set a new password by a code
///
/// Ends every session of the account.
#[utoipa::path(tag = "auth", operation_id = "reset_password", request_body = ResetDto, extensions(("x-credentials" = json!(true))),
    responses((status = 204, description = "Set.")))]
#[post("/auth/password/reset")]
pub(super) async fn reset_password(
    services: web::Data<IdentityServices>,
    acting: Acting,
    body: Body<ResetDto>,
) -> Response {
    let form = body.0;
    services
        .identity
        .reset_password(
            &acting,
            &form.email,
            &form.code.secret(),
            &form.new_password.secret(),
        )
        .await?;
    Ok(Answer::nothing())
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangePasswordDto {
    /// The password so far.
    #[schema(value_type = String, max_length = 1000, example = "violet tractor sonata")]
    old_password: Hidden,
    /// 10 to 128 characters that are hard to guess.
    #[schema(value_type = String, max_length = 1000, example = "copper lantern orbit")]
    new_password: Hidden,
}

/// Change the password
///
/// Ends the other sessions of the account. A wrong old password is a 401 `invalid_credentials`.
#[utoipa::path(tag = "auth", operation_id = "change_password", request_body = ChangePasswordDto, extensions(("x-secret-answer" = json!(true))),
    responses((status = 204, description = "Changed.")), security(("bearer" = [])))]
#[post("/auth/password/change")]
pub(super) async fn change_password(
    services: web::Data<IdentityServices>,
    acting: Acting,
    body: Body<ChangePasswordDto>,
) -> Response {
    let form = body.0;
    services
        .identity
        .change_password(&acting, &form.old_password.secret(), &form.new_password.secret())
        .await?;
    Ok(Answer::nothing())
}
