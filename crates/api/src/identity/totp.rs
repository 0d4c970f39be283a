//! The second factor of the own account.

use ::identity::second_factor::SecondFactor;
use ::identity::use_cases::{FactorProof, FactorSetUp};
use actix_web::{delete, get, post, web};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::IdentityServices;
use super::dto::{Hidden, UserDto};
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body};

/// What a second factor is set up with. Nobody is shown it a second time.
#[derive(Serialize, ToSchema)]
pub(super) struct TotpSetUpDto {
    /// For authenticators that are typed into: base32.
    #[schema(example = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")]
    secret: String,
    /// For those that read a picture (QR): the secret as a link.
    #[schema(
        example = "otpauth://totp/Forecourt:ann%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Forecourt&algorithm=SHA1&digits=6&period=30"
    )]
    otpauth_url: String,
    /// Each stands in for a code, once: to be kept where the telephone is not.
    #[schema(example = json!(["3k7mz-q9wte", "8c2hd-v5rxa"]))]
    recovery_codes: Vec<String>,
}

impl From<FactorSetUp> for TotpSetUpDto {
    fn from(made: FactorSetUp) -> Self {
        let codes = made.recovery_codes.iter();
        Self {
            secret: made.secret.expose().to_owned(),
            otpauth_url: made.otpauth_url.expose().to_owned(),
            recovery_codes: codes.map(|code| code.expose().to_owned()).collect(),
        }
    }
}

/// Set up a second factor
///
/// Codes by RFC 6238 (SHA-1, six digits, 30 s), as every authenticator makes them. It is in force once a first code came
/// (`/me/totp/confirm`); until then it can be set up anew, and the earlier secret counts no more. While one is in force: 409
/// `totp_enabled`.
#[utoipa::path(tag = "me", operation_id = "set_up_totp", extensions(("x-secret-answer" = json!(true))),
    responses((status = 201, description = "What to set it up with; shown this once.", body = TotpSetUpDto)), security(("bearer" = [])))]
#[post("/me/totp")]
pub(super) async fn set_up_totp(services: web::Data<IdentityServices>, acting: Acting) -> Response {
    let made = services.identity.set_up_factor(&acting).await?;
    Answer::created("/me/totp", &TotpSetUpDto::from(made))
}

/// A second factor, without its secrets.
#[derive(Serialize, ToSchema)]
pub(super) struct TotpDto {
    /// Whether sign-ins ask for it.
    enabled: bool,
    /// When it was set up; `null` where there is none.
    created_at: Option<DateTime<Utc>>,
    /// In force since then; `null` while it waits for its first code.
    confirmed_at: Option<DateTime<Utc>>,
    /// Recovery codes that were not used yet.
    recovery_codes_left: usize,
}

/// The own second factor
#[utoipa::path(tag = "me", operation_id = "show_totp",
    responses((status = 200, description = "How it stands.", body = TotpDto)), security(("bearer" = [])))]
#[get("/me/totp")]
pub(super) async fn show_totp(services: web::Data<IdentityServices>, acting: Acting) -> Response {
    let factor = services.identity.factor(&acting).await?;
    Answer::ok(&TotpDto {
        enabled: factor.as_ref().is_some_and(SecondFactor::is_in_force),
        created_at: factor.as_ref().map(|factor| factor.created_at),
        confirmed_at: factor.as_ref().and_then(|factor| factor.confirmed_at),
        recovery_codes_left: factor.map_or(0, |factor| factor.recovery.len()),
    })
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ConfirmTotpDto {
    /// What the authenticator shows now.
    #[schema(value_type = String, max_length = 20, example = "287082")]
    code: Hidden,
}

/// Confirm the second factor
///
/// From now on a sign-in needs a code, and each code is good once: the one that confirms is used up. A wrong code is a 400
/// `code_invalid`; failures slow down: 429.
#[utoipa::path(tag = "me", operation_id = "confirm_totp", request_body = ConfirmTotpDto, extensions(("x-secret-answer" = json!(true))),
    responses((status = 200, description = "The account.", body = UserDto)), security(("bearer" = [])))]
#[post("/me/totp/confirm")]
pub(super) async fn confirm_totp(
    services: web::Data<IdentityServices>,
    core: web::Data<Core>,
    acting: Acting,
    body: Body<ConfirmTotpDto>,
) -> Response {
    let code = body.0.code.secret();
    let profile = services.identity.confirm_factor(&acting, &code).await?;
    Ok(Answer::ok(&UserDto::of(&profile, core.settings.currency))?.version(profile.user.version))
}

/// What shows that it is the person. One of the two is needed; both must hold where both are given.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "287082"}))]
pub(super) struct TotpProofDto {
    /// The password of the account.
    #[schema(value_type = Option<String>, max_length = 1000)]
    password: Option<Hidden>,
    /// What the authenticator shows now, or a recovery code.
    #[schema(value_type = Option<String>, max_length = 40)]
    code: Option<Hidden>,
}

/// Take the second factor away
///
/// An open session does not do: the password or a code shows that it is the person. A wrong password is a 401
/// `invalid_credentials`, a wrong code a 400 `code_invalid`; failures slow down: 429.
#[utoipa::path(tag = "me", operation_id = "drop_totp", request_body = TotpProofDto, extensions(("x-secret-answer" = json!(true))),
    responses((status = 204, description = "There is none any more.")), security(("bearer" = [])))]
#[delete("/me/totp")]
pub(super) async fn drop_totp(
    services: web::Data<IdentityServices>,
    acting: Acting,
    body: Body<TotpProofDto>,
) -> Response {
    let proof = FactorProof {
        password: body.0.password.map(|password| password.secret()),
        code: body.0.code.map(|code| code.secret()),
    };
    services.identity.drop_factor(&acting, &proof).await?;
    Ok(Answer::nothing())
}
