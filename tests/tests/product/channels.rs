//! Telephones and browsers: messages by what stands in for Twilio, STOP and START, devices that ring.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use forecourt_tests::{Client, Person, Reply, TestApp};
use reqwest::Method;
use ring::hmac;
use serde_json::{Value, json};
use stand_in::{Heard, Says, StandIn};
use test_databases::Backend;

use crate::showroom::{NINE, Showroom, TEN};

const SID: &str = "AC0123456789abcdef0123456789abcdef";
const TOKEN: &str = "the account's secret";
const PHONE: &str = "+1 212 555 0199";

/// The receiver of RFC 8291, appendix A: private key, public key, secret.
const RECEIVER: &str = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
const POINT: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

/// The product with what stands in for Twilio.
async fn with_twilio(backend: Backend, twilio: &StandIn) -> TestApp {
    let url = twilio.url();
    let settings = [
        ("FORECOURT_TWILIO_URL", url.as_str()),
        ("FORECOURT_TWILIO_ACCOUNT_SID", SID),
        ("FORECOURT_TWILIO_AUTH_TOKEN", TOKEN),
        ("FORECOURT_TWILIO_SMS_FROM", "+12125550100"),
    ];
    TestApp::start_with(backend, &settings).await
}

fn created() -> Says {
    Says::json(201, r#"{"sid": "SM1", "status": "queued"}"#)
}

fn refusal(status: u16, code: i64) -> Says {
    Says::json(
        status,
        json!({ "code": code, "message": "told", "status": status }).to_string(),
    )
}

async fn book(client: &Client, listing: &str, start: &str) {
    let wish = json!({ "listing_id": listing, "start_at": start });
    let _ = client.post("/bookings", wish).await.expect(201);
}

async fn choose(person: &Person, channels: Value) -> Reply {
    let change = json!({ "kinds": { "booking_requested": channels } });
    person.client.patch("/me/notification-preferences", change).await
}

/// A person with a number who wants text messages.
async fn texted(app: &TestApp) -> Person {
    let ann = app.customer("ann@example.com").await;
    let _ = ann
        .client
        .patch("/me", json!({ "phone": PHONE }))
        .await
        .expect(200);
    let _ = choose(&ann, json!({ "sms": true })).await.expect(200);
    ann
}

/// Why nothing comes by a channel.
async fn closed(person: &Person, channel: &str) -> Value {
    let shown = person
        .client
        .get("/me/notification-preferences")
        .await
        .expect(200);
    let standing = shown.body.pointer(&format!("/channels/{channel}")).unwrap();
    assert_eq!(standing["available"], json!(standing["reason"].is_null()));
    standing["reason"].clone()
}

/// What Twilio hands on, signed as Twilio does.
async fn reply(app: &TestApp, text: &str, token: &str) -> Reply {
    let url = format!("{}/api/v1/twilio/inbound", app.url);
    // Sorted by name.
    let signed = format!("{url}Body{text}From+12125550199To+12125550100");
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, token.as_bytes());
    let signature = STANDARD.encode(hmac::sign(&key, signed.as_bytes()));
    let form = format!(
        "To=%2B12125550100&From=%2B12125550199&Body={}",
        text.replace(' ', "+")
    );
    app.anonymous()
        .call(Method::POST, "/twilio/inbound")
        .header("x-twilio-signature", &signature)
        .raw("application/x-www-form-urlencoded", form)
        .send()
        .await
}

pub(crate) async fn a_number_that_says_stop_is_texted_no_more_until_it_says_start(backend: Backend) {
    let twilio = StandIn::saying([created()]).await;
    let app = with_twilio(backend, &twilio).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let ann = texted(&app).await;
    book(&ann.client, &car, NINE).await;
    app.quiet().await;
    let first = twilio.heard().remove(0);
    assert_eq!(
        first.line,
        format!("POST /2010-04-01/Accounts/{SID}/Messages.json HTTP/1.1")
    );
    assert!(
        first
            .text()
            .starts_with("To=%2B12125550199&From=%2B12125550100&Body="),
        "{}",
        first.text()
    );
    assert!(app.messages().is_empty(), "it left");

    for (text, token) in [("STOP", "another secret"), ("STOP", "")] {
        assert_eq!(reply(&app, text, token).await.problem(403), "bad_signature");
    }
    let bare = app.anonymous().call(Method::POST, "/twilio/inbound").raw(
        "application/x-www-form-urlencoded",
        "From=%2B12125550199&Body=STOP",
    );
    assert_eq!(bare.send().await.problem(403), "bad_signature");
    let json = app
        .anonymous()
        .post("/twilio/inbound", json!({ "Body": "STOP" }))
        .await;
    assert_eq!(json.problem(415), "unsupported_media_type");
    assert_eq!(closed(&ann, "sms").await, Value::Null, "nobody else can say it");

    let _ = reply(&app, "please stop", TOKEN).await.expect(200);
    assert_eq!(closed(&ann, "sms").await, Value::Null, "it is no single word");
    for _ in 0..2 {
        let heard = reply(&app, " Stop ", TOKEN).await.expect(200);
        assert!(
            heard.body.as_str().unwrap().ends_with("<Response/>"),
            "{}",
            heard.body
        );
    }
    assert_eq!(closed(&ann, "sms").await, "opted_out");
    book(&ann.client, &car, TEN).await;
    app.quiet().await;
    assert_eq!(twilio.heard().len(), 1, "nothing leaves");

    // The number is what counts, whoever has it.
    let _ = ann
        .client
        .patch("/me", json!({ "phone": null }))
        .await
        .expect(200);
    let bob = app.customer("bob@example.com").await;
    let _ = bob
        .client
        .patch("/me", json!({ "phone": "+12125550199" }))
        .await
        .expect(200);
    assert_eq!(closed(&bob, "sms").await, "opted_out");
    let _ = reply(&app, "START", TOKEN).await.expect(200);
    assert_eq!(closed(&bob, "sms").await, Value::Null);
    app.finish().await;
}

pub(crate) async fn a_whatsapp_message_takes_an_approved_template(backend: Backend) {
    let twilio = StandIn::saying([created()]).await;
    let url = twilio.url();
    let template = "HX0123456789abcdef0123456789abcdef";
    let templates = format!("booking_requested={template}");
    let settings = [
        ("FORECOURT_TWILIO_URL", url.as_str()),
        ("FORECOURT_TWILIO_ACCOUNT_SID", SID),
        ("FORECOURT_TWILIO_AUTH_TOKEN", TOKEN),
        ("FORECOURT_TWILIO_WHATSAPP_FROM", "+12125550101"),
        ("FORECOURT_TWILIO_WHATSAPP_TEMPLATES", &templates),
    ];
    let app = TestApp::start_with(backend, &settings).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let ann = app.customer("ann@example.com").await;
    let number = json!({ "phone": PHONE });
    let _ = ann.client.patch("/me", number).await.expect(200);
    let chosen = json!({ "kinds": { "booking_requested": { "whatsapp": true }, "booking_cancelled": { "whatsapp": true } } });
    let chosen = ann.client.patch("/me/notification-preferences", chosen).await;
    let _ = chosen.expect(200);
    let wish = json!({ "listing_id": car, "start_at": NINE });
    let drive = ann.client.post("/bookings", wish).await.expect(201);
    app.quiet().await;
    let said = twilio.heard()[0].text();
    let by_template = format!(
        "To=whatsapp%3A%2B12125550199&From=whatsapp%3A%2B12125550101&ContentSid={template}&ContentVariables="
    );
    assert!(said.starts_with(&by_template), "{said}");
    let off = format!("/bookings/{}/cancel", drive.text("/id"));
    let _ = ann.client.post(&off, json!({})).await.expect(200);
    app.quiet().await;
    let said = twilio.heard()[1].text();
    assert!(said.contains("&Body=Your+test+drive+is+cancelled"), "{said}");
    app.finish().await;
}

pub(crate) async fn what_twilio_refuses_is_tried_again_or_not_by_its_code(backend: Backend) {
    let listed = Says::json(200, r#"{"messages": []}"#);
    let twilio = StandIn::saying([refusal(429, 20_429), listed, created(), refusal(400, 21_610)]).await;
    let app = with_twilio(backend, &twilio).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let ann = texted(&app).await;
    book(&ann.client, &car, NINE).await;
    app.quiet().await;
    assert_eq!(twilio.heard().len(), 1);
    app.advance(10).await;
    let lines: Vec<String> = twilio.heard().into_iter().map(|heard| heard.line).collect();
    assert!(
        lines[1].starts_with("GET ") && lines[2].starts_with("POST "),
        "{lines:?}"
    );
    book(&ann.client, &car, TEN).await;
    app.quiet().await;
    assert_eq!(twilio.heard().len(), 4);
    assert_eq!(closed(&ann, "sms").await, "opted_out", "Twilio knew of a STOP");
    app.finish().await;
}

pub(crate) async fn a_channel_that_nothing_can_come_by_says_why(backend: Backend) {
    let twilio = StandIn::saying([created()]).await;
    let app = with_twilio(backend, &twilio).await;
    let ann = app.customer("ann@example.com").await;
    for (channel, why) in [
        ("in_app", Value::Null),
        ("email", Value::Null),
        ("sms", json!("no_phone")),
        ("whatsapp", json!("not_configured")),
        ("push", json!("no_device")),
    ] {
        assert_eq!(closed(&ann, channel).await, why, "{channel}");
    }
    let refused = choose(&ann, json!({ "whatsapp": true })).await.expect(400);
    assert_eq!(refused.text("/errors/0/code"), "channel_not_configured");
    assert_eq!(
        refused.text("/errors/0/pointer"),
        "/kinds/booking_requested/whatsapp"
    );
    let _ = choose(&ann, json!({ "sms": true, "push": false }))
        .await
        .expect(200);
    let _ = ann
        .client
        .patch("/me", json!({ "phone": "212 555 0199" }))
        .await
        .expect(200);
    assert_eq!(closed(&ann, "sms").await, "phone_without_country");
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    book(&ann.client, &car, NINE).await;
    app.quiet().await;
    assert!(twilio.heard().is_empty(), "and no job dies of it");
    app.finish().await;

    let bare = TestApp::start(backend).await;
    let stop = reply(&bare, "STOP", TOKEN).await;
    assert_eq!(
        stop.problem(404),
        "not_found",
        "without Twilio there is nobody to listen to"
    );
    let bob = bare.customer("bob@example.com").await;
    assert_eq!(
        closed(&bob, "whatsapp").await,
        "no_phone",
        "the mailbox stands in"
    );
    bare.finish().await;
}

fn subscription(endpoint: &str) -> Value {
    // As `PushSubscription.toJSON()` has it in a browser.
    json!({ "endpoint": endpoint, "expirationTime": null, "keys": { "p256dh": POINT, "auth": AUTH } })
}

/// What a browser reads.
fn opened(heard: &Heard) -> Value {
    let key =
        web_push_native::p256::SecretKey::from_slice(&URL_SAFE_NO_PAD.decode(RECEIVER).unwrap()).unwrap();
    let auth: [u8; 16] = URL_SAFE_NO_PAD.decode(AUTH).unwrap().try_into().unwrap();
    let text =
        web_push_native::decrypt(heard.body.clone(), &key, &web_push_native::Auth::from(auth)).unwrap();
    serde_json::from_slice(&text).unwrap()
}

pub(crate) async fn what_is_told_rings_on_devices_until_they_are_gone(backend: Backend) {
    let said = |status| Says::Answer(status, Vec::new(), String::new());
    let service = StandIn::saying([said(201), said(410)]).await;
    let app = TestApp::start_with(backend, &[("FORECOURT_WEBHOOK_PRIVATE", "allow")]).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let ann = app.customer("ann@example.com").await;
    let key = app.anonymous().get("/push/key").await.expect(200).text("/key");
    assert_eq!(URL_SAFE_NO_PAD.decode(&key).unwrap().len(), 65);
    let endpoint = format!("{}/push/ann", service.url());
    let made = ann
        .client
        .post("/me/devices", subscription(&endpoint))
        .await
        .expect(201);
    let path = format!("/me/devices/{}", made.text("/id"));
    assert_eq!(made.headers["location"], format!("/api/v1{path}").as_str());
    assert_eq!(closed(&ann, "push").await, Value::Null);

    book(&ann.client, &car, NINE).await;
    app.quiet().await;
    let heard = service.heard().remove(0);
    let shown = opened(&heard);
    assert!(
        shown["title"].as_str().unwrap().contains("2020 Ford F-150"),
        "{shown}"
    );
    assert!(
        shown["text"].as_str().unwrap().contains("Empire Motors"),
        "{shown}"
    );
    assert!(
        shown["url"]
            .as_str()
            .unwrap()
            .starts_with(&format!("{}/bookings/", app.url)),
        "{shown}"
    );
    assert_eq!(shown["tag"], heard.header("topic"));
    let who = heard.header("authorization");
    assert!(
        who.starts_with("vapid t=") && who.ends_with(&format!(", k={key}")),
        "{who}"
    );

    let _ = choose(&ann, json!({ "push": false })).await.expect(200);
    book(&ann.client, &car, TEN).await;
    app.quiet().await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(service.heard().len(), 1, "it was turned off");
    let _ = choose(&ann, json!({ "push": true })).await.expect(200);
    book(&ann.client, &car, "2026-06-09T16:00:00Z").await;
    app.quiet().await;
    assert_eq!(service.heard().len(), 2);
    assert_eq!(
        ann.client.get(&path).await.problem(404),
        "not_found",
        "its service knows it no more"
    );
    assert_eq!(closed(&ann, "push").await, "no_device");
    app.finish().await;
}

pub(crate) async fn a_device_is_its_owners_alone(backend: Backend) {
    let app = TestApp::start(backend).await;
    let (ann, bob) = (
        app.customer("ann@example.com").await,
        app.customer("bob@example.com").await,
    );
    let body = subscription("https://push.example.net/1");
    assert_eq!(
        app.anonymous().post("/me/devices", body.clone()).await.status,
        401
    );
    let made = ann.client.post("/me/devices", body.clone()).await.expect(201);
    let mut named = body.clone();
    named["name"] = json!("Telephone");
    let again = ann.client.post("/me/devices", named).await.expect(200);
    assert_eq!(
        (again.text("/id"), again.text("/name")),
        (made.text("/id"), "Telephone".to_owned())
    );
    assert_eq!(again.body["version"], 2);
    let all = ann.client.get("/me/devices").await.expect(200);
    assert_eq!(all.body["count"], 1);
    assert_eq!(all.text("/results/0/service"), "https://push.example.net");
    assert!(
        !all.body.to_string().contains("net/1"),
        "whoever knows the URL can ring"
    );
    let path = format!("/me/devices/{}", made.text("/id"));
    assert_eq!(bob.client.get(&path).await.problem(404), "not_found");
    assert_eq!(bob.client.delete(&path).await.problem(404), "not_found");
    let stale = ann.client.call(Method::DELETE, &path).header("if-match", "\"1\"");
    assert_eq!(stale.send().await.problem(412), "stale_version");
    let shown = ann.client.get(&path).await.expect(200);
    let tag = shown.headers["etag"].to_str().unwrap().to_owned();
    let fresh = ann.client.call(Method::DELETE, &path).header("if-match", &tag);
    let _ = fresh.send().await.expect(204);
    assert_eq!(ann.client.get(&path).await.problem(404), "not_found");

    let wrong = json!({
        "endpoint": "https://169.254.169.254/latest", "name": " ", "keys": { "p256dh": &POINT[..80], "auth": "!" }
    });
    let told = ann.client.post("/me/devices", wrong).await.expect(400);
    let errors = told.body["errors"].as_array().unwrap();
    let places: Vec<&str> = errors.iter().map(|e| e["pointer"].as_str().unwrap()).collect();
    assert_eq!(places, ["/endpoint", "/name", "/keys/p256dh", "/keys/auth"]);
    assert_eq!(told.text("/errors/0/code"), "private_address");
    let mut bent = URL_SAFE_NO_PAD.decode(POINT).unwrap();
    bent[64] ^= 1;
    let bent = json!({ "endpoint": "https://push.example.net/1", "keys": { "p256dh": URL_SAFE_NO_PAD.encode(bent), "auth": AUTH } });
    let told = ann.client.post("/me/devices", bent).await.expect(400);
    assert!(told.text("/errors/0/message").contains("no point of the curve"));
    app.finish().await;
}
