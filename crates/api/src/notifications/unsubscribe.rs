//! The link in letters by which their kind is turned off, without signing in (RFC 8058).

use ::notifications::kind::Kind;
use actix_web::http::header;
use actix_web::{HttpResponse, get, post, web};
use kernel::error::Common;
use serde::Deserialize;
use utoipa::IntoParams;

use super::NotificationServices;
use crate::extract::{Acting, Query};
use crate::problem::ApiError;

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct LinkParams {
    /// The end of the letter's link.
    #[param(max_length = 200, example = "AZem...")]
    token: String,
}

/// A page of one sentence, and a button where there is something to do.
fn page(sentence: &str, button: bool) -> HttpResponse {
    let form = if button {
        "<form method=\"post\"><button type=\"submit\">Turn them off</button></form>"
    } else {
        ""
    };
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .insert_header((header::REFERRER_POLICY, "no-referrer"))
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; form-action 'self'; frame-ancestors 'none'",
        ))
        .body(format!(
            "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Letters</title><h1>Letters</h1><p>{sentence}</p>{form}</html>"
        ))
}

/// The kind in words that need no escaping: its name has letters and underscores alone.
fn words(kind: &Kind) -> String {
    kind.name.replace('_', " ")
}

/// The page behind a letter's unsubscribe link
///
/// Looking turns nothing off: programs that check mail follow links.
#[utoipa::path(tag = "notifications", operation_id = "show_unsubscribe", params(LinkParams),
    responses((status = 200, description = "The page.", body = String, content_type = "text/html")))]
#[get("/unsubscribe")]
pub(super) async fn show_unsubscribe(
    services: web::Data<NotificationServices>,
    link: Query<LinkParams>,
) -> Result<HttpResponse, ApiError> {
    let link = services.links.read(&link.0.token).ok_or(Common::absent("link"))?;
    let kind = Kind::parse(&link.kind).map_err(|_| Common::absent("link"))?;
    let sentence = format!("Do you want no more letters of the kind “{}”?", words(kind));
    Ok(page(&sentence, true))
}

/// Turn the letters of a kind off
///
/// By the signed link in one of them, without signing in: one click (RFC 8058). The body is not looked at.
#[utoipa::path(tag = "notifications", operation_id = "unsubscribe", params(LinkParams),
    responses((status = 200, description = "They are off.", body = String, content_type = "text/html")))]
#[post("/unsubscribe")]
pub(super) async fn unsubscribe(
    services: web::Data<NotificationServices>,
    acting: Acting,
    link: Query<LinkParams>,
) -> Result<HttpResponse, ApiError> {
    let link = services.links.read(&link.0.token).ok_or(Common::absent("link"))?;
    let kind = Kind::parse(&link.kind).map_err(|_| Common::absent("link"))?;
    services
        .notifications
        .unsubscribe(&acting, link.user, kind)
        .await?;
    let sentence = format!("Letters of the kind “{}” are off.", words(kind));
    Ok(page(&sentence, false))
}
