//! What a request says: its body, of a size and a type that are taken, and its query, both of the documented shape.

use actix_web::dev::ServiceRequest;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap};
use actix_web::{HttpMessage, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::StreamExt;
use kernel::error::Violation;
use kernel::text::excerpt;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::headers::text;
use super::unpack;
use crate::extract::{CheckedBody, CheckedForm, CheckedQuery};
use crate::operation::{BodyKind, FORM, Operation};
use crate::problem::ApiError;
use crate::shape;

/// Bodies that are no files are at most this long.
const LIMIT: usize = 256 * 1024;

/// What was found on reading.
pub(super) struct Content {
    /// Tells this query and body from others.
    pub(super) fingerprint: String,
    /// All that is wrong with their shape.
    pub(super) violations: Vec<Violation>,
}

/// Reads query and body, and keeps them for the extractors.
pub(super) async fn read(operation: &Operation, request: &mut ServiceRequest) -> Result<Content, ApiError> {
    let mut violations = Vec::new();
    let mut fingerprint = Sha256::new();
    fingerprint.update(request.query_string());
    // 413 and 415 come before any complaint about the shape.
    let body = match &operation.body {
        BodyKind::Json {
            validator,
            required,
            merge_patch,
        } => {
            let mut taken = vec!["application/json"];
            taken.extend(merge_patch.then_some("application/merge-patch+json"));
            let bytes = bytes_of(request, &taken).await?;
            fingerprint.update(&bytes);
            Some((validator, parsed(&bytes, *required)?))
        }
        BodyKind::Form => {
            let bytes = bytes_of(request, &[FORM]).await?;
            fingerprint.update(&bytes);
            let parameters = url::form_urlencoded::parse(&bytes).into_owned().collect();
            request.extensions_mut().insert(CheckedForm(parameters));
            None
        }
        BodyKind::Multipart {
            or_json: Some(validator),
            ..
        } if named_type(request.headers()).as_deref() == Some("application/json") => {
            let bytes = bytes_of(request, &["application/json"]).await?;
            fingerprint.update(&bytes);
            Some((validator, parsed(&bytes, true)?))
        }
        BodyKind::Multipart { or_json, packed } => {
            let mut taken = vec!["multipart/form-data"];
            taken.extend(or_json.is_some().then_some("application/json"));
            refuse_other_types(request.headers(), false, &taken)?;
            if *packed && encoding(request.headers()).is_some_and(|e| e.eq_ignore_ascii_case("gzip")) {
                unpack::gzip(request);
            } else {
                refuse_encodings(request.headers(), *packed)?;
            }
            None
        }
        BodyKind::None | BodyKind::Bytes => None,
    };
    match shape::read_query(&operation.query, request.query_string()) {
        Ok(query) => {
            request.extensions_mut().insert(CheckedQuery(query));
        }
        Err(found) => violations.extend(found),
    }
    if let Some((validator, value)) = body {
        violations.extend(shape::body_violations(validator, &value));
        request.extensions_mut().insert(CheckedBody(value));
    }
    Ok(Content {
        fingerprint: URL_SAFE_NO_PAD.encode(fingerprint.finalize()),
        violations,
    })
}

/// The bytes of a body of one of these types, bounded.
async fn bytes_of(request: &mut ServiceRequest, taken: &[&str]) -> Result<web::BytesMut, ApiError> {
    let announced =
        text(request.headers(), &header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    if announced.is_some_and(|length| length > LIMIT as u64) {
        return Err(too_large());
    }
    let mut payload = request.take_payload();
    let mut bytes = web::BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|error| {
            ApiError::new(StatusCode::BAD_REQUEST, "malformed_request", error.to_string())
        })?;
        if bytes.len() + chunk.len() > LIMIT {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    refuse_encodings(request.headers(), false)?;
    refuse_other_types(request.headers(), bytes.is_empty(), taken)?;
    Ok(bytes)
}

fn too_large() -> ApiError {
    ApiError::new(
        StatusCode::PAYLOAD_TOO_LARGE,
        "too_large",
        format!("the body is longer than {LIMIT} bytes"),
    )
}

fn refused(message: String) -> ApiError {
    ApiError::new(
        StatusCode::UNSUPPORTED_MEDIA_TYPE,
        "unsupported_media_type",
        message,
    )
}

/// How the body is packed, if it is.
fn encoding(headers: &HeaderMap) -> Option<&str> {
    text(headers, &header::CONTENT_ENCODING).filter(|encoding| !encoding.eq_ignore_ascii_case("identity"))
}

/// Refuses a body that is packed: `gzip` says whether there is a way that would be taken.
fn refuse_encodings(headers: &HeaderMap, gzip: bool) -> Result<(), ApiError> {
    let Some(encoding) = encoding(headers) else {
        return Ok(());
    };
    let taken = if gzip { "as it is, or as gzip" } else { "as it is" };
    Err(refused(format!(
        "send the body {taken}, not as {}",
        excerpt(encoding)
    )))
}

fn refuse_other_types(headers: &HeaderMap, empty: bool, taken: &[&str]) -> Result<(), ApiError> {
    let kind = named_type(headers);
    if empty || kind.as_deref().is_some_and(|kind| taken.contains(&kind)) {
        return Ok(());
    }
    let given = kind.unwrap_or_else(|| "none".to_owned());
    Err(refused(format!(
        "send {}, not {}",
        taken.join(" or "),
        excerpt(&given)
    )))
}

/// The type that the body is said to be of, without its parameters.
fn named_type(headers: &HeaderMap) -> Option<String> {
    let given = text(headers, &header::CONTENT_TYPE)?;
    let kind = given.split(';').next().unwrap_or_default();
    Some(kind.trim().to_ascii_lowercase())
}

fn parsed(bytes: &[u8], required: bool) -> Result<Value, ApiError> {
    let malformed = |message| ApiError::new(StatusCode::BAD_REQUEST, "malformed_json", message);
    if !bytes.is_empty() {
        return serde_json::from_slice(bytes)
            .map_err(|error| malformed(format!("the body is no JSON: {error}")));
    }
    if required {
        Err(malformed("a JSON body is missing".to_owned()))
    } else {
        Ok(Value::Object(serde_json::Map::new()))
    }
}
