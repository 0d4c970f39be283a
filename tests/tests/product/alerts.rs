//! What people hear of the cars that they keep an eye on, and of what others at work did.

use forecourt_tests::{Client, TestApp};
use kernel::ports::Clock as _;
use serde_json::{Value, json};
use test_databases::Backend;

use crate::showroom::{NINE, Showroom};

const HOUR: i64 = 3600;

async fn signed_in(app: &TestApp, email: &str) -> Client {
    app.bearer(&app.sign_in(email).await)
}

/// Kinds of what a person was told in the product, newest first.
async fn told(app: &TestApp, email: &str) -> Vec<String> {
    app.quiet().await;
    let list = signed_in(app, email)
        .await
        .get("/notifications")
        .await
        .expect(200);
    let lines = list.body.pointer("/results").unwrap().as_array().unwrap().clone();
    let kind = |line: &Value| line.pointer("/kind").unwrap().as_str().unwrap().to_owned();
    lines.iter().map(kind).collect()
}

async fn watch(client: &Client, car: &str) {
    let _ = client.put(&format!("/listings/{car}/saved")).await.expect(204);
    let search = json!({ "name": "Trucks", "filters": { "make": ["Ford"], "max_price": ["40000"] } });
    let _ = client.post("/saved-searches", search).await.expect(201);
}

async fn ask(app: &TestApp, room: &Showroom, car: &str, price: &str) {
    let asking = json!({ "asking_price": { "amount": price, "currency": "USD" } });
    let owner = signed_in(app, &room.owner.email).await;
    let _ = owner.patch(&format!("/listings/{car}"), asking).await.expect(200);
    app.quiet().await;
}

/// Until the next time that clocks show this hour in New York, where it is summer.
async fn until(app: &TestApp, hour: i64) {
    let now = app.clock.now();
    let utc = (hour + 4) * HOUR;
    let today = now.timestamp().rem_euclid(24 * HOUR);
    app.advance((utc - today - 1).rem_euclid(24 * HOUR) + 1).await;
}

pub(crate) async fn new_cars_and_lower_prices_come_in_one_letter_a_day(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let ann = app.customer("ann@example.com").await;
    app.advance(1).await;
    watch(&ann.client, &car).await;
    watch(&room.sales.client, &car).await;
    app.advance(15 * 60).await;
    assert!(app.letters_to(&ann.email).await.is_empty());
    ask(&app, &room, &car, "37000.00").await;
    assert_eq!(
        told(&app, &ann.email).await,
        ["price_dropped"],
        "at once, in the product"
    );
    let _ = room.car(2).await;
    let _ = room.car(3).await;
    until(&app, 8).await;
    let letters = app.letters_to(&ann.email).await;
    assert_eq!(letters.len(), 1, "{letters:?}");
    let letter = &letters[0];
    assert_eq!(letter.subject, "2 new cars for your searches");
    for said in [
        "2020 Ford F-150: USD 37000.00, before USD 38500.00",
        "New for Trucks:",
        "2020 Ford F-150: USD 38500.00",
        car.as_str(),
    ] {
        assert!(letter.text.contains(said), "{said}: {}", letter.text);
    }
    assert!(letter.unsubscribe.is_some());
    assert_eq!(told(&app, &ann.email).await, ["search_matched", "price_dropped"]);
    assert!(
        app.letters_to(&room.sales.email).await.is_empty(),
        "who sells them needs no word"
    );
    until(&app, 8).await;
    assert_eq!(app.letters_to(&ann.email).await.len(), 1, "nothing is told twice");
    ask(&app, &room, &car, "39000.00").await;
    until(&app, 8).await;
    assert_eq!(app.letters_to(&ann.email).await.len(), 1, "dearer is no news");
    ask(&app, &room, &car, "36000.00").await;
    until(&app, 8).await;
    let letters = app.letters_to(&ann.email).await;
    assert_eq!(letters.len(), 2);
    assert_eq!(letters[0].subject, "Lower prices on cars that you saved");
    app.finish().await;
}

pub(crate) async fn digests_go_by_what_a_person_chose(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    app.advance(1).await;
    let (ann, bob) = (
        app.customer("ann@example.com").await,
        app.customer("bob@example.com").await,
    );
    watch(&ann.client, &car).await;
    watch(&bob.client, &car).await;
    let path = "/me/notification-preferences";
    let choice = json!({ "kinds": { "daily_digest": { "email": false } } });
    let _ = ann.client.patch(path, choice).await.expect(200);
    let quiet =
        json!({ "quiet_hours": { "from": "22:00", "until": "09:30", "timezone": "America/New_York" } });
    let _ = bob.client.patch(path, quiet).await.expect(200);
    app.advance(15 * 60).await;
    let _ = room.car(2).await;
    until(&app, 8).await;
    assert!(app.letters_to(&ann.email).await.is_empty());
    assert_eq!(told(&app, &ann.email).await, ["search_matched"]);
    assert_eq!(
        told(&app, &bob.email).await,
        ["search_matched"],
        "a line in the product rings nowhere"
    );
    assert!(app.letters_to(&bob.email).await.is_empty(), "it is quiet");
    app.advance(90 * 60).await;
    assert_eq!(app.letters_to(&bob.email).await.len(), 1);
    app.finish().await;
}

pub(crate) async fn who_did_it_at_work_needs_no_word_of_it(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let ann = app.customer("ann@example.com").await;
    let wish = json!({ "listing_id": car, "start_at": NINE });
    let drive = ann.client.post("/bookings", wish).await.expect(201).text("/id");
    let cancel = format!("/bookings/{drive}/cancel");
    let reason = json!({ "reason": "The car is at the workshop" });
    let _ = room.sales.client.post(&cancel, reason).await.expect(200);
    let of_drive = async |email: &str| {
        let mut kinds = told(&app, email).await;
        kinds.retain(|kind| kind.starts_with("booking_"));
        kinds
    };
    assert_eq!(
        of_drive(&room.owner.email).await,
        ["booking_cancelled_dealer", "booking_requested_dealer"]
    );
    assert_eq!(of_drive(&room.sales.email).await, ["booking_requested_dealer"]);
    assert_eq!(
        of_drive(&ann.email).await,
        ["booking_cancelled", "booking_requested"]
    );
    app.finish().await;
}
