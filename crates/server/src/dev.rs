//! Pages for development: the mailbox, and the hands of the manual clock. Production has none of them.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, web};
use application::jobs::JobQueries;
use chrono::TimeDelta;
use kernel::ports::Clock;
use mail::Mailbox;
use notifications::segments::segments;
use serde::Deserialize;
use serde_json::json;

use crate::clock::ManualClock;

/// What the pages show.
#[derive(Clone)]
pub struct Dev {
    /// The letters, when they end here.
    pub mailbox: Option<Mailbox>,
    /// The clock, when it is manual.
    pub clock: Option<ManualClock>,
    /// The queue, to wait for.
    pub jobs: Arc<dyn JobQueries>,
}

/// Adds the pages.
pub fn pages(dev: Dev, config: &mut web::ServiceConfig) {
    if dev.mailbox.is_some() {
        config.route("/dev/mailbox", web::get().to(show_mailbox));
    }
    if dev.clock.is_some() {
        config
            .route("/dev/clock", web::get().to(show_clock))
            .route("/dev/clock/advance", web::post().to(advance_clock));
    }
    config.app_data(web::Data::new(dev));
}

/// The letters, newest first: as JSON where that is asked for, else as a page.
async fn show_mailbox(dev: web::Data<Dev>, request: HttpRequest) -> HttpResponse {
    let letters = dev.mailbox.as_ref().map(Mailbox::letters).unwrap_or_default();
    let messages = dev.mailbox.as_ref().map(Mailbox::messages).unwrap_or_default();
    let wants_json = request
        .headers()
        .get(header::ACCEPT)
        .and_then(|v| v.to_str().ok())
        .is_some_and(|v| v.contains("application/json"));
    if wants_json {
        let letters: Vec<_> = letters
            .iter()
            .map(|l| json!({ "message_id": l.message_id, "to": l.to.as_str(), "subject": l.subject, "text": l.text }))
            .collect();
        let messages: Vec<_> = messages
            .iter()
            .map(|m| json!({ "to": m.to.as_str(), "network": m.network.as_str(), "segments": segments(&m.text).count, "text": m.text }))
            .collect();
        return HttpResponse::Ok().json(json!({ "letters": letters, "messages": messages }));
    }
    let mut page = String::from(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Mailbox</title><h1>Mailbox</h1>",
    );
    if letters.is_empty() {
        page.push_str("<p>No letters yet. They come here while no SMTP server is configured.</p>");
    }
    for letter in &letters {
        let _ = write!(
            page,
            "<article><h2>{}</h2><p>To {}</p><pre>{}</pre></article><hr>",
            escaped(&letter.subject),
            escaped(letter.to.as_str()),
            escaped(&letter.text)
        ); // writing to a String can't fail
    }
    for message in &messages {
        let _ = write!(
            page,
            "<article><h2>{} to {}</h2><p>Segments: {}</p><p>{}</p></article><hr>",
            message.network.as_str(),
            escaped(message.to.as_str()),
            segments(&message.text).count,
            escaped(&message.text)
        ); // writing to a String can't fail
    }
    HttpResponse::Ok()
        .content_type("text/html; charset=utf-8")
        .insert_header((
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'",
        ))
        .body(page)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

async fn show_clock(dev: web::Data<Dev>) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "now": dev.clock.as_ref().map(Clock::now) }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    seconds: u32,
}

/// Moves time, and answers once what fell due has been done (or after 30 s).
async fn advance_clock(dev: web::Data<Dev>, advance: web::Json<Advance>) -> HttpResponse {
    let Some(clock) = &dev.clock else {
        return HttpResponse::NotFound().finish();
    };
    let now = clock.advance(TimeDelta::seconds(i64::from(advance.seconds)));
    // The worker looks at the clock and the queue five times a second: after half a second what fell due is in the queue.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let mut done = false;
    for _ in 0..300 {
        done = dev
            .jobs
            .figures(clock.now())
            .await
            .is_ok_and(|figures| figures.at_rest());
        if done {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    HttpResponse::Ok().json(json!({ "now": now, "done": done }))
}
