//! The public keys of access tokens.

use actix_web::{get, web};
use serde::Serialize;
use utoipa::ToSchema;

use super::IdentityServices;
use crate::answer::{Answer, Response};

/// A public key (RFC 8037).
#[derive(Serialize, ToSchema)]
struct KeyDto {
    /// `OKP`.
    kty: &'static str,
    /// `Ed25519`.
    crv: &'static str,
    /// The key, base64url.
    x: String,
    /// Its name in the tokens' headers.
    kid: String,
    /// `EdDSA`.
    alg: &'static str,
    /// `sig`.
    #[serde(rename = "use")]
    purpose: &'static str,
}

/// A set of keys (RFC 7517).
#[derive(Serialize, ToSchema)]
struct KeysDto {
    keys: Vec<KeyDto>,
}

/// The keys that access tokens are signed with
#[utoipa::path(tag = "auth", operation_id = "jwks", responses((status = 200, description = "The keys.", body = KeysDto)))]
#[get("/.well-known/jwks.json")]
pub(super) async fn show_keys(services: web::Data<IdentityServices>) -> Response {
    let keys = services.identity.tokens.public_keys();
    let keys = keys.into_iter().map(|key| KeyDto {
        kty: "OKP",
        crv: "Ed25519",
        x: key.x,
        kid: key.kid,
        alg: "EdDSA",
        purpose: "sig",
    });
    Ok(Answer::ok(&KeysDto { keys: keys.collect() })?.public(300))
}
