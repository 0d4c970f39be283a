//! The middleware that every request passes. It settles, in this order: request id, route (404, 405), rate limit (429), caller
//! (401), size and type of the body (413, 415), shape of query and body (400). Handlers and use cases do the rest.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant as Stopwatch;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::StreamExt;
use kernel::act::{Act, Claim, Origin};
use kernel::actor::Actor;
use kernel::error::Common;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::extract::{CheckedBody, CheckedQuery};
use crate::limit::{Limits, Standing};
use crate::operation::{BodyKind, Class, Operation, Operations};
use crate::problem::ApiError;
use crate::{Core, shape};

/// JSON bodies are at most this long.
pub const JSON_LIMIT: usize = 256 * 1024;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// What the gate needs. One for all workers.
pub struct Gate {
    pub(crate) core: Core,
    pub(crate) operations: Operations,
    pub(crate) limits: Limits,
}

impl Gate {
    /// A gate for the completed document.
    pub fn new(core: Core, document: &Value) -> Result<Self, String> {
        let limits = Limits::new(core.settings.rate_limit);
        Ok(Self {
            core,
            operations: Operations::read(document)?,
            limits,
        })
    }
}

/// Lets a request through, or answers with its problem.
pub async fn pass(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(gate) = request.app_data::<web::Data<Arc<Gate>>>().map(|g| Arc::clone(g)) else {
        return Err(ApiError::from(Common::internal("no gate")).into());
    };
    let started = Stopwatch::now();
    trim_slash(&mut request);
    let request_id = request_id(&request, &gate.core);
    let pattern = request.match_pattern();
    let method = request.method().clone();
    if method == Method::HEAD {
        // Answered as GET; the server leaves the body out by itself (RFC 9110, 9.3.2).
        request.head_mut().method = Method::GET;
    }
    let mut standing = None;
    let mut response = match gate
        .admit(&mut request, pattern.as_deref(), &request_id, &mut standing)
        .await
    {
        Ok(()) => match next.call(request).await {
            Ok(response) => rendered(response.map_into_boxed_body(), &request_id),
            Err(error) => return Err(error),
        },
        Err(problem) => {
            let (request, _) = request.into_parts();
            ServiceResponse::new(request, problem.render(&request_id))
        }
    };
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        headers.insert(REQUEST_ID, value);
    }
    if let Some(standing) = standing {
        standing.tell(headers);
    }
    let status = response.status().as_u16();
    let route = pattern.unwrap_or_else(|| "unknown".to_owned());
    let seconds = started.elapsed().as_secs_f64();
    tracing::info!(request_id, %method, route, status, ms = seconds * 1_000.0, "request");
    metrics::histogram!("http_request_seconds", "method" => method.to_string(), "route" => route, "status" => status.to_string()).record(seconds);
    Ok(response)
}

/// A trailing slash is accepted and means the same.
fn trim_slash(request: &mut ServiceRequest) {
    let path = request.path();
    if !path.starts_with("/api/") || !path.ends_with('/') {
        return;
    }
    let trimmed = path.trim_end_matches('/').to_owned();
    let full = match request.uri().query() {
        Some(query) => format!("{trimmed}?{query}"),
        None => trimmed,
    };
    if let Ok(uri) = full.parse() {
        request.match_info_mut().get_mut().update(&uri);
        request.head_mut().uri = uri;
    }
}

/// The caller's request id where it is a harmless token, else a new one.
fn request_id(request: &ServiceRequest, core: &Core) -> String {
    let given = request
        .headers()
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok());
    let harmless = |id: &&str| {
        (1..=128).contains(&id.len())
            && id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
    };
    given
        .filter(harmless)
        .map_or_else(|| core.ids.uuid().to_string(), str::to_owned)
}

/// An error on its way out, told as a problem with the request's id.
fn rendered(response: ServiceResponse<BoxBody>, request_id: &str) -> ServiceResponse<BoxBody> {
    let Some(error) = response.response().error() else {
        return response;
    };
    let problem = if let Some(ours) = error.as_error::<ApiError>() {
        ours.render(request_id)
    } else {
        let status = error.as_response_error().status_code();
        let code = if status == StatusCode::PAYLOAD_TOO_LARGE {
            "too_large"
        } else {
            "malformed_request"
        };
        ApiError::new(status, code, error.to_string()).render(request_id)
    };
    let (request, _) = response.into_parts();
    ServiceResponse::new(request, problem)
}

impl Gate {
    async fn admit(
        &self,
        request: &mut ServiceRequest,
        pattern: Option<&str>,
        request_id: &str,
        standing: &mut Option<Standing>,
    ) -> Result<(), ApiError> {
        let api = request.path().starts_with("/api/");
        let Some(methods) = pattern.and_then(|p| self.operations.methods(p)) else {
            // Outside the API stand the pages of this program (documentation, media), which settle their own access.
            return if api {
                Err(Common::absent("route").into())
            } else {
                Ok(())
            };
        };
        let method = request.method().clone();
        let Some(operation) = pattern.and_then(|p| self.operations.find(p, &method)) else {
            let message = format!("this path knows {methods}, not {method}");
            return Err(
                ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
                    .allowing(methods),
            );
        };
        let ip = self.address(request);
        let token = bearer(request.headers());
        let actor = if operation.class == Class::Credentials || token.is_none() {
            Ok(Actor::Anonymous)
        } else {
            self.actor(token.unwrap_or_default()).await
        };
        let caller = match &actor {
            Ok(Actor::User(principal)) => principal.user.to_string(),
            Ok(Actor::Anonymous | Actor::System) | Err(_) => {
                ip.map_or_else(|| "unknown".to_owned(), |ip| ip.to_string())
            }
        };
        *standing = self.limits.count(operation.class, &caller)?;
        let actor = actor?;
        if !operation.public && actor == Actor::Anonymous {
            return Err(Common::Unauthenticated.into());
        }
        let body = self.body(operation, request).await?;
        let mut violations = Vec::new();
        match shape::read_query(&operation.query, request.query_string()) {
            Ok(query) => {
                request.extensions_mut().insert(CheckedQuery(query));
            }
            Err(found) => violations.extend(found),
        }
        let mut fingerprint = Sha256::new();
        fingerprint.update(request.query_string());
        if let (
            BodyKind::Json {
                validator, required, ..
            },
            Some(bytes),
        ) = (&operation.body, body)
        {
            fingerprint.update(&bytes);
            match parsed(&bytes, *required) {
                Ok(value) => {
                    violations.extend(shape::body_violations(validator, &value));
                    request.extensions_mut().insert(CheckedBody(value));
                }
                Err(message) => {
                    return Err(ApiError::new(StatusCode::BAD_REQUEST, "malformed_json", message));
                }
            }
        }
        let claim = claim(
            operation,
            request,
            &caller,
            &URL_SAFE_NO_PAD.encode(fingerprint.finalize()),
            &mut violations,
        );
        if !violations.is_empty() {
            return Err(ApiError::shape(violations));
        }
        let user_agent = text(request.headers(), &header::USER_AGENT)
            .map(|agent| agent.chars().filter(|c| !c.is_control()).take(300).collect());
        let act = Act {
            actor,
            at: self.core.clock.now(),
            request_id: request_id.to_owned(),
            claim,
            expected_version: if operation.conditional {
                expected_version(request.headers())
            } else {
                None
            },
            origin: Origin {
                ip: ip.map(|ip| ip.to_string()),
                user_agent,
            },
        };
        request.extensions_mut().insert(act);
        Ok(())
    }

    async fn actor(&self, token: &str) -> Result<Actor, ApiError> {
        match self.core.authenticate.principal(token).await? {
            Some(principal) => Ok(Actor::User(principal)),
            None => Err(Common::Unauthenticated.into()),
        }
    }

    /// The caller's address: the peer's, or what a trusted proxy says it is.
    fn address(&self, request: &ServiceRequest) -> Option<IpAddr> {
        let trusted = &self.core.settings.trusted_proxies;
        let mut address = request.peer_addr()?.ip();
        let forwarded: Vec<&str> = request
            .headers()
            .get_all("x-forwarded-for")
            .filter_map(|v| v.to_str().ok())
            .flat_map(|v| v.split(','))
            .map(str::trim)
            .collect();
        for hop in forwarded.iter().rev() {
            if !trusted.contains(&address) {
                break;
            }
            address = hop.parse().ok()?;
        }
        Some(address)
    }

    /// The bytes of a JSON body, bounded; `None` where the operation reads none, or reads it itself.
    async fn body(
        &self,
        operation: &Operation,
        request: &mut ServiceRequest,
    ) -> Result<Option<web::BytesMut>, ApiError> {
        let BodyKind::Json { merge_patch, .. } = &operation.body else {
            return Ok(None);
        };
        let too_large = || {
            ApiError::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                format!("the body is longer than {JSON_LIMIT} bytes"),
            )
        };
        let announced =
            text(request.headers(), &header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
        if announced.is_some_and(|length| length > JSON_LIMIT as u64) {
            return Err(too_large());
        }
        let mut payload = request.take_payload();
        let mut bytes = web::BytesMut::new();
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|error| {
                ApiError::new(StatusCode::BAD_REQUEST, "malformed_request", error.to_string())
            })?;
            if bytes.len() + chunk.len() > JSON_LIMIT {
                return Err(too_large());
            }
            bytes.extend_from_slice(&chunk);
        }
        let encoding = text(request.headers(), &header::CONTENT_ENCODING)
            .filter(|e| !e.eq_ignore_ascii_case("identity"));
        if let Some(encoding) = encoding {
            let message = format!(
                "send the body as it is, not as {}",
                kernel::text::excerpt(encoding)
            );
            return Err(ApiError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                message,
            ));
        }
        let kind = text(request.headers(), &header::CONTENT_TYPE).map(|kind| {
            kind.split(';')
                .next()
                .unwrap_or_default()
                .trim()
                .to_ascii_lowercase()
        });
        let fits = match kind.as_deref() {
            None => bytes.is_empty(),
            Some("application/json") => true,
            Some("application/merge-patch+json") => *merge_patch,
            Some(_) => bytes.is_empty(),
        };
        if fits {
            Ok(Some(bytes))
        } else {
            let given = kind.unwrap_or_else(|| "none".to_owned());
            Err(ApiError::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "unsupported_media_type",
                format!("send application/json, not {}", kernel::text::excerpt(&given)),
            ))
        }
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The token of an `Authorization` header. A header of another scheme is a token that does not hold.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().unwrap_or_default();
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    Some(if scheme.eq_ignore_ascii_case("bearer") {
        token.trim()
    } else {
        ""
    })
}

fn parsed(bytes: &[u8], required: bool) -> Result<Value, String> {
    if bytes.is_empty() {
        return if required {
            Err("a JSON body is missing".to_owned())
        } else {
            Ok(Value::Object(serde_json::Map::new()))
        };
    }
    serde_json::from_slice(bytes).map_err(|error| format!("the body is no JSON: {error}"))
}

fn claim(
    operation: &Operation,
    request: &ServiceRequest,
    caller: &str,
    fingerprint: &str,
    violations: &mut Vec<kernel::error::Violation>,
) -> Option<Claim> {
    let given = request
        .headers()
        .get(IDEMPOTENCY_KEY)
        .filter(|_| operation.idempotent && *request.method() == Method::POST)?;
    let key = given.to_str().unwrap_or_default();
    if key.is_empty() || key.len() > 255 || !key.bytes().all(|b| b.is_ascii_graphic()) {
        violations.push(kernel::error::Violation {
            pointer: "Idempotency-Key".to_owned(),
            code: "malformed".into(),
            message: "must be 1 to 255 visible ASCII characters".to_owned(),
        });
        return None;
    }
    Some(Claim {
        scope: format!("{caller} {} {} {key}", request.method(), request.path()),
        fingerprint: fingerprint.to_owned(),
    })
}

/// The version that `If-Match` names. A tag of a form that we never gave can match no version.
fn expected_version(headers: &HeaderMap) -> Option<i64> {
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
