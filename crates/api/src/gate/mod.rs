//! The middleware that every request passes. It settles, in this order: request id, route (404, 405), rate limit (429), caller
//! (401), size and type of the body (413, 415), shape of query and body (400). Handlers and use cases do the rest.

use std::sync::Arc;
use std::time::Instant as Stopwatch;

use actix_cors::CorsError;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::HeaderValue;
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use kernel::act::{Act, Origin};
use kernel::actor::Actor;
use kernel::error::Common;
use serde_json::Value;

use self::caller::Caller;
use self::headers::{REQUEST_ID, request_id};
use crate::Core;
use crate::limit::{Limits, Standing};
use crate::operation::{Operation, Operations};
use crate::problem::ApiError;

mod caller;
mod content;
mod headers;
mod unpack;

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

/// Tells a preflight that is refused (Fetch, 4.8) as a problem, like any other refusal. It never comes to [`pass`].
pub(crate) async fn tell_preflight(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let gate = request.app_data::<web::Data<Arc<Gate>>>().map(|g| Arc::clone(g));
    let request_id = gate
        .map(|gate| request_id(&request, &gate.core))
        .unwrap_or_default();
    let response = next.call(request).await?.map_into_boxed_body();
    let refused = response
        .response()
        .error()
        .is_some_and(|error| error.as_error::<CorsError>().is_some());
    if !refused {
        return Ok(response);
    }
    let mut response = rendered(response, &request_id);
    if let Ok(value) = HeaderValue::from_str(&request_id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
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
        let Some(operation) = self.operation(request, pattern)? else {
            return Ok(());
        };
        let caller = Caller::of(&self.core, operation, request).await;
        let name = caller.name();
        *standing = self.limits.count(operation.class, &name);
        if let Some(refusal) = standing.as_ref().and_then(Standing::refusal) {
            return Err(refusal.into());
        }
        let actor = caller.actor?;
        if !operation.public && actor == Actor::Anonymous {
            return Err(Common::Unauthenticated.into());
        }
        let mut content = content::read(operation, request).await?;
        let claim = headers::claim(operation, request, &name, content.fingerprint).unwrap_or_else(|wrong| {
            content.violations.push(wrong);
            None
        });
        if !content.violations.is_empty() {
            return Err(ApiError::shape(content.violations));
        }
        let act = Act {
            actor,
            at: self.core.clock.now(),
            request_id: request_id.to_owned(),
            claim,
            expected_version: headers::expected_version(operation, request.headers()),
            origin: Origin {
                ip: caller.ip.map(|ip| ip.to_string()),
                user_agent: headers::user_agent(request.headers()),
            },
        };
        request.extensions_mut().insert(act);
        Ok(())
    }

    /// The operation behind path and method. Outside the API stand the pages of this program (documentation, media), which
    /// settle their own access.
    fn operation(
        &self,
        request: &ServiceRequest,
        pattern: Option<&str>,
    ) -> Result<Option<&Operation>, ApiError> {
        let known = pattern.and_then(|p| Some((p, self.operations.methods(p)?)));
        let Some((pattern, methods)) = known else {
            return if request.path().starts_with("/api/") {
                Err(Common::absent("route").into())
            } else {
                Ok(None)
            };
        };
        let method = request.method();
        let operation = self.operations.find(pattern, method).ok_or_else(|| {
            let message = format!("this path knows {methods}, not {method}");
            ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message).allowing(methods)
        })?;
        Ok(Some(operation))
    }
}
