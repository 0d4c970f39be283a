//! Errors as `application/problem+json` (RFC 9457). One exhaustive mapping from kinds to statuses.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use kernel::error::{Common, Failure, Kind, Violation};
use serde::Serialize;
use utoipa::ToSchema;

/// Any failure on its way out. Made with `?` from any domain crate's error; rendered by the gate, which knows the request id.
#[derive(Debug)]
pub struct ApiError(Box<Told>);

/// What is told. In a box, so that results stay small.
#[derive(Debug)]
struct Told {
    status: StatusCode,
    code: &'static str,
    detail: String,
    violations: Vec<Violation>,
    retry_after: Option<u64>,
    allow: Option<String>,
    internal: Option<String>,
}

impl<E: Failure> From<E> for ApiError {
    fn from(error: E) -> Self {
        let status = match error.kind() {
            Kind::Invalid => StatusCode::BAD_REQUEST,
            Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
            Kind::Forbidden => StatusCode::FORBIDDEN,
            Kind::Absent => StatusCode::NOT_FOUND,
            Kind::Conflict => StatusCode::CONFLICT,
            Kind::Stale => StatusCode::PRECONDITION_FAILED,
            Kind::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
            Kind::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Kind::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let mut made = Self::new(status, error.code(), error.to_string());
        match error.common() {
            Some(Common::TooMany { retry_after }) => made.0.retry_after = Some(*retry_after),
            Some(Common::Unavailable { internal } | Common::Internal { internal }) => {
                made.0.internal = Some(internal.clone());
            }
            Some(
                Common::Invalid(_)
                | Common::Unauthenticated
                | Common::Forbidden { .. }
                | Common::PersonRequired
                | Common::FactorDue
                | Common::Absent { .. }
                | Common::Stale { .. }
                | Common::KeyReused,
            )
            | None => {}
        }
        if let Some(violations) = error.violations() {
            made.0.violations = violations.as_slice().to_vec();
        }
        made
    }
}

impl ApiError {
    /// An error of the edge itself.
    pub fn new(status: StatusCode, code: &'static str, detail: impl Into<String>) -> Self {
        Self(Box::new(Told {
            status,
            code,
            detail: detail.into(),
            violations: Vec::new(),
            retry_after: (status == StatusCode::SERVICE_UNAVAILABLE).then_some(1),
            allow: None,
            internal: None,
        }))
    }

    /// Violations of the shape of a request.
    pub fn shape(violations: Vec<Violation>) -> Self {
        Common::Invalid(violations.into_iter().collect()).into()
    }

    /// With the methods that the path knows.
    pub(crate) fn allowing(mut self, methods: String) -> Self {
        self.0.allow = Some(methods);
        self
    }

    /// The problem as it is sent.
    pub(crate) fn render(&self, request_id: &str) -> HttpResponse {
        if let Some(internal) = &self.0.internal {
            tracing::error!(request_id, code = self.0.code, error = %internal, "request failed");
        }
        let problem = Problem {
            kind: format!("https://forecourt.example/problems/{}", self.0.code),
            title: self.0.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.0.status.as_u16(),
            detail: self.0.detail.clone(),
            code: self.0.code.to_owned(),
            request_id: request_id.to_owned(),
            errors: self
                .0
                .violations
                .iter()
                .map(|v| ProblemEntry {
                    pointer: v.pointer.clone(),
                    code: v.code.clone().into_owned(),
                    message: v.message.clone(),
                })
                .collect(),
        };
        let mut response = HttpResponse::build(self.0.status);
        response.insert_header((header::CACHE_CONTROL, "no-store"));
        if self.0.status == StatusCode::UNAUTHORIZED {
            response.insert_header((header::WWW_AUTHENTICATE, "Bearer"));
        }
        if let Some(seconds) = self.0.retry_after {
            response.insert_header((header::RETRY_AFTER, seconds.to_string()));
        }
        if let Some(allow) = &self.0.allow {
            response.insert_header((header::ALLOW, allow.as_str()));
        }
        let body = serde_json::to_vec(&problem).unwrap_or_default();
        response.insert_header((
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        ));
        response.body(body)
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: {}", self.0.status, self.0.code, self.0.detail)
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.0.status
    }

    fn error_response(&self) -> HttpResponse {
        // The gate renders again, with the request id.
        self.render("")
    }
}

/// A problem (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "type": "https://forecourt.example/problems/invalid", "title": "Bad Request", "status": 400,
    "detail": "the input is invalid: /year: 1700 is not a model year from 1886 to 2028", "code": "invalid",
    "request_id": "01981f6e-8c1a-7c3e-9d55-0a3b6a1f4f10",
    "errors": [{"pointer": "/year", "code": "year_out_of_range", "message": "1700 is not a model year from 1886 to 2028"}]
}))]
pub struct Problem {
    /// Names the kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// The status in words.
    pub title: String,
    /// The status.
    pub status: u16,
    /// What was wrong, with which value, what would be right.
    pub detail: String,
    /// Stable code.
    pub code: String,
    /// Names this request in our logs.
    pub request_id: String,
    /// All violations of an invalid input; empty otherwise.
    pub errors: Vec<ProblemEntry>,
}

/// One violation.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemEntry {
    /// JSON Pointer into the body, or the name of a query parameter.
    pub pointer: String,
    /// Stable code.
    pub code: String,
    /// What was wrong, with which value, what would be right.
    pub message: String,
}
