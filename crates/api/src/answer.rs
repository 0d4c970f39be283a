//! Answers: status, `Location`, `ETag`, conditional reads.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, Responder};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use kernel::error::Common;
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::problem::ApiError;

/// What handlers return.
pub type Response = Result<Answer, ApiError>;

/// An answer: JSON, a file, or nothing.
#[derive(Debug)]
pub struct Answer {
    status: StatusCode,
    body: Option<Bytes>,
    version: Option<i64>,
    location: Option<String>,
    replayed: bool,
    public_seconds: Option<u32>,
    kind: &'static str,
    name: Option<String>,
}

/// What most bodies are.
const JSON: &str = "application/json";

impl Answer {
    fn with_body(status: StatusCode, body: &impl Serialize) -> Response {
        let body = serde_json::to_vec(body).map_err(|e| Common::internal(e.to_string()))?;
        Ok(Self {
            status,
            body: Some(body.into()),
            version: None,
            location: None,
            replayed: false,
            public_seconds: None,
            kind: JSON,
            name: None,
        })
    }

    /// 200.
    pub fn ok(body: &impl Serialize) -> Response {
        Self::with_body(StatusCode::OK, body)
    }

    /// 200 with JSON that is already written.
    pub fn ready(json: impl Into<Bytes>) -> Self {
        Self {
            status: StatusCode::OK,
            body: Some(json.into()),
            version: None,
            location: None,
            replayed: false,
            public_seconds: None,
            kind: JSON,
            name: None,
        }
    }

    /// 200 with a file of this type and name, which a browser shows where it can.
    pub fn file(bytes: impl Into<Bytes>, kind: &'static str, name: String) -> Self {
        Self {
            kind,
            name: Some(name),
            ..Self::ready(bytes)
        }
    }

    /// 201, and where it is (a path under `/api/v1`).
    pub fn created(location: impl Into<String>, body: &impl Serialize) -> Response {
        Self::with_body(StatusCode::CREATED, body).map(|a| Self {
            location: Some(location.into()),
            ..a
        })
    }

    /// 202, and where to ask (a path under `/api/v1`).
    pub fn accepted(location: impl Into<String>, body: &impl Serialize) -> Response {
        Self::with_body(StatusCode::ACCEPTED, body).map(|a| Self {
            location: Some(location.into()),
            ..a
        })
    }

    /// 202 without anywhere to ask.
    pub fn taken(body: &impl Serialize) -> Response {
        Self::with_body(StatusCode::ACCEPTED, body)
    }

    /// 204.
    pub fn nothing() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            body: None,
            version: None,
            location: None,
            replayed: false,
            public_seconds: None,
            kind: JSON,
            name: None,
        }
    }

    /// Carries the version of a resource that can change.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }

    /// Marks a repeat of a kept answer.
    #[must_use]
    pub fn replayed(mut self, replayed: bool) -> Self {
        self.replayed = replayed;
        self
    }

    /// The same for everybody: caches may keep it for so many seconds.
    #[must_use]
    pub fn public(mut self, seconds: u32) -> Self {
        self.public_seconds = Some(seconds);
        self
    }

    /// `"<version>.<hash of the body>"`: `If-Match` compares the version, `If-None-Match` the whole.
    fn etag(&self) -> Option<String> {
        let body = self
            .body
            .as_ref()
            .filter(|_| self.status != StatusCode::ACCEPTED)?;
        let digest = Sha256::digest(body);
        let hash = URL_SAFE_NO_PAD.encode(digest.get(..12).unwrap_or_default());
        Some(match self.version {
            Some(version) => format!("\"{version}.{hash}\""),
            None => format!("\"{hash}\""),
        })
    }
}

impl Responder for Answer {
    type Body = BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        let etag = self.etag();
        if let Some(etag) = &etag {
            response.insert_header((header::ETAG, etag.as_str()));
        }
        match self.public_seconds {
            Some(seconds) => {
                response.insert_header((header::CACHE_CONTROL, format!("public, max-age={seconds}")))
            }
            None => response.insert_header((header::CACHE_CONTROL, "private, no-cache")),
        };
        if self.public_seconds.is_none() {
            response.insert_header((header::VARY, "Authorization"));
        }
        if let Some(location) = &self.location {
            response.insert_header((header::LOCATION, format!("/api/v1{location}")));
        }
        if let Some(name) = &self.name {
            let shown = format!("inline; filename=\"{name}\"");
            response.insert_header((header::CONTENT_DISPOSITION, shown));
        }
        if self.replayed {
            response.insert_header(("idempotent-replayed", "true"));
        }
        if self.status == StatusCode::OK
            && request.method().is_safe()
            && etag.is_some_and(|etag| none_match(request, &etag))
        {
            response.status(StatusCode::NOT_MODIFIED);
            return response.finish();
        }
        match self.body {
            Some(body) => response.content_type(self.kind).body(body),
            None => response.finish(),
        }
    }
}

/// Does `If-None-Match` name this entity? Weak comparison (RFC 9110, 13.1.2).
pub(crate) fn none_match(request: &HttpRequest, etag: &str) -> bool {
    request
        .headers()
        .get_all(header::IF_NONE_MATCH)
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|tag| tag.trim().trim_start_matches("W/"))
        .any(|tag| tag == etag || tag == "*")
}
