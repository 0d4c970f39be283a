//! Signing in and out, tokens.

use ::identity::use_cases::SignIn;
use actix_web::{post, web};
use kernel::error::Common;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::IdentityServices;
use super::dto::{Hidden, PlatformRoleDto, SignedInDto};
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LoginDto {
    #[schema(max_length = 254, example = "ann@example.com")]
    email: String,
    #[schema(value_type = String, max_length = 1000, example = "violet tractor sonata")]
    password: Hidden,
    /// Ties the session to a device.
    #[schema(max_length = 200)]
    device_id: Option<String>,
    /// What the authenticator shows now, or a recovery code: where the account has a second factor.
    #[schema(value_type = Option<String>, max_length = 40)]
    totp: Option<Hidden>,
}

/// Sign in
///
/// Wrong password and unknown address are the same 401 `invalid_credentials`. With the right password an unconfirmed address
/// is a 403 `email_unverified`, a closed account a 403 `account_inactive`; where the account has a second factor, a 401
/// `totp_required` without `totp`, and a 400 `code_invalid` with one that is wrong or was used before. Failures slow down whoever
/// fails: 429.
#[utoipa::path(tag = "auth", operation_id = "login", request_body = LoginDto, extensions(("x-credentials" = json!(true))),
    responses((status = 200, description = "Signed in.", body = SignedInDto),
        (status = 401, description = "Wrong address or password, or a second factor is asked for.", body = crate::problem::Problem, content_type = "application/problem+json"),
        (status = 403, description = "Not confirmed, or closed.", body = crate::problem::Problem, content_type = "application/problem+json")))]
#[post("/auth/login")]
pub(super) async fn login(
    services: web::Data<IdentityServices>,
    core: web::Data<Core>,
    acting: Acting,
    body: Body<LoginDto>,
) -> Response {
    let LoginDto {
        email,
        password,
        device_id,
        totp,
    } = body.0;
    let request = SignIn {
        email,
        password: password.secret(),
        device_id,
        totp: totp.map(|totp| totp.secret()),
    };
    let signed_in = services.identity.sign_in(&acting, &request).await?;
    Answer::ok(&SignedInDto::of(&signed_in, core.settings.currency))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RefreshDto {
    /// From the last sign-in or refresh.
    #[schema(value_type = String, max_length = 200, example = "pQ4vN0…")]
    refresh_token: Hidden,
}

/// Exchange a refresh token for a new pair
///
/// A refresh token is good once. One that comes a second time ends its whole session, and the user is told.
#[utoipa::path(tag = "auth", operation_id = "refresh_tokens", request_body = RefreshDto, extensions(("x-credentials" = json!(true))),
    responses((status = 200, description = "The new pair.", body = SignedInDto),
        (status = 401, description = "The token is not good (any more).", body = crate::problem::Problem, content_type = "application/problem+json")))]
#[post("/auth/refresh")]
pub(super) async fn refresh_tokens(
    services: web::Data<IdentityServices>,
    core: web::Data<Core>,
    acting: Acting,
    body: Body<RefreshDto>,
) -> Response {
    let signed_in = services
        .identity
        .refresh(&acting, &body.0.refresh_token.secret())
        .await?;
    Answer::ok(&SignedInDto::of(&signed_in, core.settings.currency))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TokenDto {
    /// An access token.
    #[schema(value_type = String, max_length = 2000, example = "eyJhbGciOiJFZERTQSJ9…")]
    token: Hidden,
}

/// What an access token says, and who is behind it now.
#[derive(Serialize, ToSchema)]
pub(super) struct ClaimsDto {
    /// The user.
    sub: Uuid,
    /// The session.
    sid: Uuid,
    /// Issued at: seconds since 1970.
    iat: i64,
    /// Expires at: seconds since 1970.
    exp: i64,
    #[schema(inline)]
    platform_role: PlatformRoleDto,
    /// The dealer that the user works for.
    dealer_id: Option<Uuid>,
    /// The highest role that the user holds.
    role: &'static str,
}

/// Check an access token
///
/// 401 for one that is forged, expired, or of a session that has ended.
#[utoipa::path(tag = "auth", operation_id = "verify_token", request_body = TokenDto,
    responses((status = 200, description = "Its claims.", body = ClaimsDto),
        (status = 401, description = "It does not hold.", body = crate::problem::Problem, content_type = "application/problem+json")))]
#[post("/auth/verify")]
pub(super) async fn verify_token(
    services: web::Data<IdentityServices>,
    acting: Acting,
    body: Body<TokenDto>,
) -> Response {
    let token = body.0.token.secret();
    let held = services.identity.authenticate(token.expose(), acting.at).await?;
    let (claims, principal) = held.ok_or(Common::Unauthenticated)?;
    Answer::ok(&ClaimsDto {
        sub: claims.user.uuid(),
        sid: claims.session.uuid(),
        iat: claims.issued_at.timestamp(),
        exp: claims.expires_at.timestamp(),
        platform_role: if principal.admin || principal.factor_due {
            PlatformRoleDto::Admin
        } else {
            PlatformRoleDto::Customer
        },
        dealer_id: principal.staff.as_ref().map(|member| member.dealer.uuid()),
        role: principal.role().as_str(),
    })
}

/// Sign out
///
/// Ends this session: neither its refresh token nor its access token counts any more.
#[utoipa::path(tag = "auth", operation_id = "logout", responses((status = 204, description = "Signed out.")), security(("bearer" = [])))]
#[post("/auth/logout")]
pub(super) async fn logout(services: web::Data<IdentityServices>, acting: Acting) -> Response {
    services.identity.sign_out(&acting).await?;
    Ok(Answer::nothing())
}
