//! Registration, confirming the address, accepting an invitation.

use ::identity::use_cases::{Register, Registered};
use actix_web::{post, web};
use application::accept_invitation::Accept;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::IdentityServices;
use super::dto::{Hidden, SignedInDto};
use crate::Core;
use crate::answer::{Answer, Response};
use crate::extract::{Acting, Body};

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RegisterDto {
    #[schema(max_length = 254, example = "ann@example.com")]
    email: String,
    /// 10 to 128 characters that are hard to guess.
    #[schema(value_type = String, max_length = 1000, example = "violet tractor sonata")]
    password: Hidden,
    #[schema(max_length = 100, example = "Ann")]
    first_name: String,
    #[schema(max_length = 100, example = "Example")]
    last_name: String,
    #[schema(max_length = 40, example = "+1 212 555 0100")]
    phone: Option<String>,
    /// Must be true.
    accept_terms: bool,
    /// A friend's code.
    #[schema(max_length = 20, example = json!(null))]
    referral_code: Option<String>,
}

/// An account that waits for its code, or whose holder was told.
#[derive(Serialize, ToSchema)]
pub(super) struct WaitingDto {
    email: String,
    /// True.
    verification_required: bool,
}

/// How a registration ended.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum RegisteredDto {
    Waiting(WaitingDto),
    SignedIn(Box<SignedInDto>),
}

/// Register
///
/// Makes a customer, and sends a code to the address. Where addresses must be confirmed the answer is the same for a taken
/// address, whose holder gets a mail; where they need not be, a taken address is a 409 and the answer holds tokens.
#[utoipa::path(tag = "auth", operation_id = "register", request_body = RegisterDto, extensions(("x-credentials" = json!(true))),
    responses((status = 201, description = "The account.", body = RegisteredDto)))]
#[post("/auth/register")]
pub(super) async fn register(
    services: web::Data<IdentityServices>,
    core: web::Data<Core>,
    acting: Acting,
    body: Body<RegisterDto>,
) -> Response {
    let form = body.0;
    let form = Register {
        email: form.email,
        password: form.password.secret(),
        first_name: form.first_name,
        last_name: form.last_name,
        phone: form.phone,
        accept_terms: form.accept_terms,
        referral_code: form.referral_code,
    };
    let answer = match services.identity.register(&acting, &form).await? {
        Registered::Waiting { email } => RegisteredDto::Waiting(WaitingDto {
            email: email.as_str().to_owned(),
            verification_required: true,
        }),
        Registered::SignedIn(signed_in) => {
            RegisteredDto::SignedIn(Box::new(SignedInDto::of(&signed_in, core.settings.currency)))
        }
    };
    Answer::created("/me", &answer)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VerifyEmailDto {
    #[schema(max_length = 254, example = "ann@example.com")]
    email: String,
    /// The six digits of the mail.
    #[schema(value_type = String, max_length = 20, example = "042137")]
    code: Hidden,
    /// Ties the session to a device.
    #[schema(max_length = 200)]
    device_id: Option<String>,
    /// What the authenticator shows, or a recovery code: where the account has a second factor already.
    #[schema(value_type = Option<String>, max_length = 40)]
    totp: Option<Hidden>,
}

/// Confirm an address
///
/// Answers as a sign-in does. A wrong, expired or killed code is a 400 `code_invalid`; without the second factor of an account that
/// has one, a 401 `totp_required`.
#[utoipa::path(tag = "auth", operation_id = "verify_email", request_body = VerifyEmailDto, extensions(("x-credentials" = json!(true))),
    responses((status = 200, description = "Signed in.", body = SignedInDto),
        (status = 401, description = "A second factor is asked for.", body = crate::problem::Problem, content_type = "application/problem+json")))]
#[post("/auth/verify-email")]
pub(super) async fn verify_email(
    services: web::Data<IdentityServices>,
    core: web::Data<Core>,
    acting: Acting,
    body: Body<VerifyEmailDto>,
) -> Response {
    let VerifyEmailDto {
        email,
        code,
        device_id,
        totp,
    } = body.0;
    let (code, totp) = (code.secret(), totp.map(|totp| totp.secret()));
    let signed_in = services
        .identity
        .verify_email(&acting, &email, &code, device_id.as_deref(), totp.as_ref())
        .await?;
    Answer::ok(&SignedInDto::of(&signed_in, core.settings.currency))
}

/// An address.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HolderDto {
    #[schema(max_length = 254, example = "ann@example.com")]
    pub(super) email: String,
}

/// What was taken on.
#[derive(Serialize, ToSchema)]
pub(super) struct TakenDto {
    /// `accepted`: if there is something to send, it is on its way.
    pub(super) status: &'static str,
}

impl TakenDto {
    /// The one answer.
    pub(super) const ACCEPTED: Self = Self { status: "accepted" };
}

/// Send the code for an address once more
///
/// The answer is the same whoever has the address. At most one code a minute is sent; a new one kills the one before.
#[utoipa::path(tag = "auth", operation_id = "resend_verification", request_body = HolderDto, extensions(("x-credentials" = json!(true))),
    responses((status = 202, description = "Taken on.", body = TakenDto)))]
#[post("/auth/resend-verification")]
pub(super) async fn resend_verification(
    services: web::Data<IdentityServices>,
    acting: Acting,
    body: Body<HolderDto>,
) -> Response {
    services
        .identity
        .resend_verification(&acting, &body.0.email)
        .await?;
    Answer::taken(&TakenDto::ACCEPTED)
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AcceptDto {
    /// From the link in the mail.
    #[schema(value_type = String, max_length = 200, example = "AZr0k1…")]
    token: Hidden,
    /// Needed where there is no confirmed account with the address yet.
    #[schema(value_type = Option<String>, max_length = 1000)]
    password: Option<Hidden>,
    /// Needed where there is no confirmed account with the address yet.
    #[schema(max_length = 100)]
    first_name: Option<String>,
    /// Needed where there is no confirmed account with the address yet.
    #[schema(max_length = 100)]
    last_name: Option<String>,
    /// What the authenticator shows, or a recovery code: where the account of the address has a second factor.
    #[schema(value_type = Option<String>, max_length = 40)]
    totp: Option<Hidden>,
}

/// Accept an invitation
///
/// Joins as staff or takes the platform role, and signs in. A used, withdrawn or expired invitation is a 400
/// `invitation_invalid`; somebody who works for another dealer gets a 409 `works_elsewhere`. Where the account of the address has a
/// second factor, it is asked for: 401 `totp_required`.
#[utoipa::path(tag = "auth", operation_id = "accept_invitation", request_body = AcceptDto, extensions(("x-credentials" = json!(true))),
    responses((status = 200, description = "Signed in.", body = SignedInDto),
        (status = 401, description = "A second factor is asked for.", body = crate::problem::Problem, content_type = "application/problem+json")))]
#[post("/auth/invitations/accept")]
pub(super) async fn accept_invitation(
    services: web::Data<IdentityServices>,
    core: web::Data<Core>,
    acting: Acting,
    body: Body<AcceptDto>,
) -> Response {
    let form = body.0;
    let request = Accept {
        token: form.token.secret(),
        password: form.password.map(|password| password.secret()),
        first_name: form.first_name,
        last_name: form.last_name,
        totp: form.totp.map(|totp| totp.secret()),
    };
    let signed_in = services.accept.accept(&acting, &request).await?;
    Answer::ok(&SignedInDto::of(&signed_in, core.settings.currency))
}
