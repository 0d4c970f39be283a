//! Managing a test drive by the link in its letters, without signing in.

use forecourt_tests::{Client, Reply, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use test_databases::Backend;

use crate::showroom::{NINE, Showroom, TEN, free};

/// The token of the link in the newest letter to an address.
async fn token_to(app: &TestApp, address: &str) -> String {
    let letter = app.letters_to(address).await.remove(0);
    let link = format!("{}/bookings/manage?token=", app.url);
    let (_, rest) = letter.text.split_once(&link).expect("a link in the letter");
    let token = rest.split_whitespace().next().unwrap().to_owned();
    let clicked = format!("<a href=\"{link}{token}\">").replace('/', "&#x2f;");
    let html = letter.html.replace('/', "&#x2f;");
    assert!(html.contains(&clicked), "{}", letter.html);
    token
}

async fn shown(client: &Client, token: &str) -> Reply {
    client.get(&format!("/bookings/manage?token={token}")).await
}

async fn cancel(client: &Client, token: &str) -> Reply {
    let body = json!({ "token": token, "reason": "something came up" });
    client.post("/bookings/manage/cancel", body).await
}

async fn moved(client: &Client, token: &str, start: &str) -> Reply {
    let body = json!({ "token": token, "start_at": start });
    client.post("/bookings/manage/reschedule", body).await
}

async fn booked(client: &Client, listing: &str, start: &str) -> String {
    let wish = json!({ "listing_id": listing, "start_at": start });
    client.post("/bookings", wish).await.expect(201).text("/id")
}

pub(crate) async fn a_drive_is_called_off_and_moved_by_the_link_in_the_letter(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let (car, stranger) = (room.car(1).await, app.anonymous());
    let ann = app.customer("ann@example.com").await;
    let id = booked(&ann.client, &car, NINE).await;
    let token = token_to(&app, &ann.email).await;
    let by_link = shown(&stranger, &token).await.expect(200);
    let signed_in = ann.client.get(&format!("/bookings/{id}")).await.expect(200);
    assert_eq!(by_link.body, signed_in.body);

    let approve = format!("/bookings/{id}/approve");
    let _ = room
        .sales
        .client
        .call(Method::POST, &approve)
        .send()
        .await
        .expect(200);
    assert_eq!(token_to(&app, &ann.email).await, token, "the confirmation has it");
    let off_grid = moved(&stranger, &token, "2026-06-09T13:30:00Z").await;
    assert_eq!(off_grid.problem(400), "not_a_slot");
    let other = app.customer("bob@example.com").await;
    let _ = booked(&other.client, &car, "2026-06-09T15:00:00Z").await;
    let taken = moved(&stranger, &token, "2026-06-09T15:00:00Z").await;
    assert_eq!(taken.problem(409), "slot_taken");
    let asked_again = moved(&stranger, &token, TEN).await.expect(200);
    assert_eq!(
        (asked_again.text("/status"), asked_again.text("/start_at")),
        ("requested".to_owned(), TEN.to_owned())
    );
    assert_eq!(
        token_to(&app, &ann.email).await,
        token,
        "the word of the move has it"
    );
    // Who is signed in as somebody else acts as the link's customer all the same.
    let off = cancel(&other.client, &token).await.expect(200);
    assert_eq!(
        (off.text("/status"), off.text("/reason")),
        ("cancelled".to_owned(), "something came up".to_owned())
    );
    assert_eq!(cancel(&stranger, &token).await.problem(409), "illegal_transition");
    assert_eq!(
        shown(&stranger, &token).await.expect(200).text("/status"),
        "cancelled"
    );
    assert!(free(&app, &car, "2026-06-09").await.contains(&TEN.to_owned()));
    let letter = app.letters_to(&ann.email).await.remove(0);
    assert!(
        !letter.text.contains("/bookings/manage"),
        "nothing is left to manage: {}",
        letter.text
    );

    let log = room
        .owner
        .client
        .get(&format!("/audit-log?subject_id={id}"))
        .await
        .expect(200);
    let lines = log.body.pointer("/results").and_then(Value::as_array).unwrap();
    let line = lines.iter().find(|l| l["action"] == "booking.cancelled").unwrap();
    assert_eq!(line["actor"], "link");
    assert_eq!(line["user_id"], json!(ann.user.to_string()));
    assert_eq!(line["reason"], Value::Null, "a customer's words are not for ever");
    app.finish().await;
}

pub(crate) async fn a_caller_without_an_account_manages_by_the_link(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let (car, stranger) = (room.car(1).await, app.anonymous());
    let wish = json!({
        "listing_id": car, "start_at": NINE, "customer": { "name": "Carl Caller", "email": "carl@example.com" }
    });
    let _ = room.sales.client.post("/bookings", wish).await.expect(201);
    let token = token_to(&app, "carl@example.com").await;
    let found = shown(&stranger, &token).await.expect(200);
    assert_eq!(found.text("/customer/name"), "Carl Caller");
    let asked_again = moved(&stranger, &token, TEN).await.expect(200);
    assert_eq!(asked_again.text("/status"), "requested");
    assert_eq!(
        cancel(&stranger, &token).await.expect(200).text("/status"),
        "cancelled"
    );
    app.finish().await;
}

pub(crate) async fn the_link_of_one_drive_does_nothing_to_another(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let (first, second) = (room.car(1).await, room.car(2).await);
    let ann = app.customer("ann@example.com").await;
    let bob = app.customer("bob@example.com").await;
    let anns = booked(&ann.client, &first, NINE).await;
    let bobs = booked(&bob.client, &second, NINE).await;
    let (ann_token, bob_token) = (token_to(&app, &ann.email).await, token_to(&app, &bob.email).await);
    let stranger = app.anonymous();
    let (name, rest) = bob_token.split_at(20);
    let (_, of_ann) = ann_token.split_at(20);
    let spliced = format!("{name}{of_ann}");
    let cut = rest.to_owned();
    for wrong in [spliced, cut, "x".to_owned(), ann_token.to_lowercase()] {
        for reply in [
            shown(&stranger, &wrong).await,
            cancel(&stranger, &wrong).await,
            moved(&stranger, &wrong, TEN).await,
        ] {
            assert_eq!(reply.problem(404), "not_found", "{wrong}");
        }
    }
    let _ = cancel(&stranger, &ann_token).await.expect(200);
    for (client, id, status) in [
        (&ann.client, &anns, "cancelled"),
        (&bob.client, &bobs, "requested"),
    ] {
        let drive = client.get(&format!("/bookings/{id}")).await.expect(200);
        assert_eq!(drive.text("/status"), status);
    }
    app.finish().await;
}

pub(crate) async fn no_link_outlives_the_drive_or_the_account(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let (car, other, stranger) = (room.car(1).await, room.car(2).await, app.anonymous());
    let (ann, bob) = (
        app.customer("ann@example.com").await,
        app.customer("bob@example.com").await,
    );
    let id = booked(&ann.client, &car, NINE).await;
    let _ = booked(&bob.client, &other, NINE).await;
    let (token, gone) = (token_to(&app, &ann.email).await, token_to(&app, &bob.email).await);
    let _ = bob.client.call(Method::DELETE, "/me").send().await.expect(204);
    app.quiet().await;
    for reply in [shown(&stranger, &gone).await, cancel(&stranger, &gone).await] {
        assert_eq!(reply.problem(404), "not_found", "the account is closed");
    }
    let approve = format!("/bookings/{id}/approve");
    let _ = room
        .sales
        .client
        .call(Method::POST, &approve)
        .send()
        .await
        .expect(200);
    // A minute past the cut-off; then the end of the drive.
    app.advance(21 * 3600 + 60).await;
    assert_eq!(cancel(&stranger, &token).await.problem(409), "cutoff_passed");
    assert_eq!(moved(&stranger, &token, TEN).await.problem(409), "cutoff_passed");
    let reminder = app.letters_to(&ann.email).await.remove(0);
    assert!(reminder.subject.contains("is soon"), "{}", reminder.subject);
    assert!(
        reminder.text.contains(&format!("token={token}")),
        "{}",
        reminder.text
    );
    app.advance(3 * 3600).await;
    for reply in [
        shown(&stranger, &token).await,
        cancel(&stranger, &token).await,
        moved(&stranger, &token, "2026-06-11T14:00:00Z").await,
    ] {
        assert_eq!(reply.problem(404), "not_found", "the drive is over");
    }
    app.finish().await;
}
