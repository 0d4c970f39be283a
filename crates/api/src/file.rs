//! Files that are streamed as they are read.

use actix_web::http::header;
use actix_web::{HttpResponse, HttpResponseBuilder};

/// The head of a CSV file under this name.
pub(crate) fn headed(name: &str) -> HttpResponseBuilder {
    let mut head = HttpResponse::Ok();
    head.content_type("text/csv; charset=utf-8; header=present")
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ))
        .insert_header((header::CACHE_CONTROL, "private, no-cache"));
    head
}

/// What ends a stream early: the connection breaks off, and the log knows why.
pub(crate) fn broken(error: &dyn std::error::Error) -> actix_web::Error {
    tracing::error!(%error, "a file could not be written to its end");
    actix_web::error::ErrorInternalServerError("broken off")
}
