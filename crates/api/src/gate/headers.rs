//! What the headers say of an act: its request id, its idempotency key, the version that it expects.

use actix_web::dev::ServiceRequest;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName};
use kernel::act::Claim;
use kernel::error::Violation;

use crate::Core;
use crate::operation::Operation;

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// A header's text.
pub(super) fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The caller's request id where it is a harmless token, else a new one.
pub(super) fn request_id(request: &ServiceRequest, core: &Core) -> String {
    let harmless = |id: &&str| {
        (1..=128).contains(&id.len())
            && id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    };
    text(request.headers(), &REQUEST_ID)
        .filter(harmless)
        .map_or_else(|| core.ids.uuid().to_string(), str::to_owned)
}

/// The program that calls, as it names itself.
pub(super) fn user_agent(headers: &HeaderMap) -> Option<String> {
    text(headers, &header::USER_AGENT)
        .map(|agent| agent.chars().filter(|c| !c.is_control()).take(300).collect())
}

/// What makes a repeat of this request harmless, where the operation takes a key and one is given.
pub(super) fn claim(
    operation: &Operation,
    request: &ServiceRequest,
    caller: &str,
    fingerprint: String,
) -> Result<Option<Claim>, Violation> {
    let Some(given) = request
        .headers()
        .get(IDEMPOTENCY_KEY)
        .filter(|_| operation.idempotent && *request.method() == Method::POST)
    else {
        return Ok(None);
    };
    let key = given.to_str().unwrap_or_default();
    if key.is_empty() || key.len() > 255 || !key.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Violation {
            pointer: "Idempotency-Key".to_owned(),
            code: "malformed".into(),
            message: "must be 1 to 255 visible ASCII characters".to_owned(),
        });
    }
    Ok(Some(Claim {
        scope: format!("{caller} {} {} {key}", request.method(), request.path()),
        fingerprint,
    }))
}

/// The version that `If-Match` names, where the operation takes one. A tag of a form that we never gave can match no version.
pub(super) fn expected_version(operation: &Operation, headers: &HeaderMap) -> Option<i64> {
    if !operation.conditional {
        return None;
    }
    let tag = text(headers, &header::IF_MATCH)?.split(',').next()?.trim();
    if tag == "*" {
        return None;
    }
    let version = tag
        .trim_matches('"')
        .split('.')
        .next()
        .and_then(|version| version.parse().ok());
    Some(version.unwrap_or(-1))
}
