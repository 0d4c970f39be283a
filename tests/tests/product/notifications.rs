//! What people are told: lines in the product, letters, messages, each as they want them.

use forecourt_tests::{Client, Person, Reply, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use test_databases::Backend;

use crate::showroom::{NINE, Showroom, TEN};

async fn book(client: &Client, listing: &str, start: &str) -> String {
    let wish = json!({ "listing_id": listing, "start_at": start });
    client.post("/bookings", wish).await.expect(201).text("/id")
}

async fn approve(room: &Showroom, id: &str) {
    let path = format!("/bookings/{id}/approve");
    let _ = room
        .sales
        .client
        .call(Method::POST, &path)
        .send()
        .await
        .expect(200);
}

async fn choose(person: &Person, change: Value) {
    let path = "/me/notification-preferences";
    let _ = person.client.patch(path, change).await.expect(200);
}

/// What an answer has at a place.
fn at(reply: &Reply, place: &str) -> Value {
    reply.body.pointer(place).unwrap().clone()
}

/// Kinds of what a person was told in the product, newest first.
async fn told(app: &TestApp, client: &Client) -> Vec<String> {
    app.quiet().await;
    let list = client.get("/notifications").await.expect(200);
    let lines = list.body.pointer("/results").unwrap().as_array().unwrap().clone();
    let kind = |line: &Value| line.pointer("/kind").unwrap().as_str().unwrap().to_owned();
    lines.iter().map(kind).collect()
}

async fn subjects(app: &TestApp, address: &str) -> Vec<String> {
    let letters = app.letters_to(address).await;
    letters.into_iter().map(|letter| letter.subject).collect()
}

pub(crate) async fn both_sides_hear_of_a_test_drive_and_read_it(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let ann = app.customer("ann@example.com").await;
    let id = book(&ann.client, &car, NINE).await;
    assert_eq!(told(&app, &ann.client).await, ["booking_requested"]);
    for member in [&room.sales, &room.owner] {
        let mine = told(&app, &member.client).await;
        assert_eq!(mine.first().unwrap(), "booking_requested_dealer");
    }
    assert_eq!(subjects(&app, &ann.email).await.len(), 1);
    assert_eq!(
        subjects(&app, "desk@empire.example.com").await.len(),
        1,
        "the dealer's mailbox"
    );
    assert!(
        subjects(&app, &room.sales.email).await.is_empty(),
        "staff get letters when they want them"
    );
    approve(&room, &id).await;
    assert_eq!(
        told(&app, &ann.client).await,
        ["booking_approved", "booking_requested"]
    );
    let unread = ann.client.get("/notifications?unread=true").await.expect(200);
    assert_eq!(at(&unread, "/count"), 2);
    assert_eq!(unread.text("/results/0/subject_id"), id);
    assert!(unread.text("/results/0/title").contains("2020 Ford F-150"));
    let first = unread.text("/results/0/id");
    let path = format!("/notifications/{first}/read");
    let read = ann.client.post(&path, json!({})).await.expect(200);
    app.advance(60).await;
    let again = ann.client.post(&path, json!({})).await.expect(200);
    assert_eq!(read.text("/read_at"), again.text("/read_at"));
    assert_eq!(
        room.sales.client.post(&path, json!({})).await.problem(404),
        "not_found"
    );
    let count = ann.client.get("/notifications/unread-count").await.expect(200);
    assert_eq!(at(&count, "/unread"), 1);
    let all = ann.client.post("/notifications/read-all", json!({})).await;
    assert_eq!(at(&all.expect(200), "/read"), 1);
    let none = ann.client.get("/notifications?unread=true").await.expect(200);
    assert_eq!(at(&none, "/count"), 0);
    assert_eq!(app.anonymous().get("/notifications").await.status, 401);
    app.finish().await;
}

pub(crate) async fn a_person_is_told_by_the_channels_they_chose(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let ann = app.customer("ann@example.com").await;
    let own = ann.client.get("/me/notification-preferences").await.expect(200);
    assert_eq!(at(&own, "/kinds/booking_approved/email"), true);
    assert_eq!(at(&own, "/kinds/booking_approved/sms"), false);
    let _ = ann
        .client
        .patch("/me", json!({ "phone": "+1 212 555 0199" }))
        .await
        .expect(200);
    choose(
        &ann,
        json!({ "kinds": { "booking_requested": { "email": false, "sms": true, "in_app": false } } }),
    )
    .await;
    let id = book(&ann.client, &car, NINE).await;
    assert!(told(&app, &ann.client).await.is_empty());
    assert!(subjects(&app, &ann.email).await.is_empty());
    let messages = app.messages();
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].to.as_str(), "+12125550199");
    assert!(
        messages[0].text.contains("2020 Ford F-150"),
        "{}",
        messages[0].text
    );
    approve(&room, &id).await;
    assert_eq!(
        subjects(&app, &ann.email).await.len(),
        1,
        "other kinds are as they were"
    );
    let patch = |body: Value| ann.client.patch("/me/notification-preferences", body);
    let refused = patch(json!({ "kinds": { "password_changed": { "email": false } } })).await;
    assert_eq!(refused.expect(400).text("/errors/0/code"), "security_notice");
    let refused = patch(json!({
        "kinds": { "weather": { "email": true }, "booking_approved": { "pigeon": true } }
    }))
    .await
    .expect(400);
    assert!(refused.body.to_string().contains("unknown_channel"));
    let endless = json!({ "from": "07:00", "until": "06:59", "timezone": "America/New_York" });
    assert_eq!(
        patch(json!({ "quiet_hours": endless }))
            .await
            .expect(400)
            .text("/errors/0/code"),
        "too_long"
    );
    app.finish().await;
}

pub(crate) async fn letters_wait_for_the_end_of_quiet_hours(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let ann = app.customer("ann@example.com").await;
    // It is ten in New York when tests start: four in the afternoon in Berlin.
    let quiet = json!({ "from": "15:00", "until": "16:30", "timezone": "Europe/Berlin" });
    choose(&ann, json!({ "quiet_hours": quiet })).await;
    let _ = book(&ann.client, &car, NINE).await;
    assert_eq!(told(&app, &ann.client).await, ["booking_requested"]);
    assert!(subjects(&app, &ann.email).await.is_empty(), "it does not ring");
    app.advance(29 * 60).await;
    assert!(subjects(&app, &ann.email).await.is_empty());
    app.advance(61).await;
    assert_eq!(subjects(&app, &ann.email).await.len(), 1);
    choose(&ann, json!({ "quiet_hours": null })).await;
    let own = ann.client.get("/me/notification-preferences").await.expect(200);
    assert_eq!(own.body.pointer("/quiet_hours"), Some(&Value::Null));
    app.finish().await;
}

pub(crate) async fn a_kind_of_letter_is_turned_off_by_its_link_alone(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let ann = app.customer("ann@example.com").await;
    let _ = book(&ann.client, &car, NINE).await;
    let letter = app.letters_to(&ann.email).await.remove(0);
    let link = letter.unsubscribe.expect("a link");
    assert!(letter.text.contains(&link));
    let house = app.letters_to("desk@empire.example.com").await.remove(0);
    assert_eq!(house.unsubscribe, None, "a mailbox has no preferences");
    let path = link
        .strip_prefix(&app.url)
        .and_then(|l| l.strip_prefix("/api/v1"))
        .unwrap()
        .to_owned();
    let anyone = app.anonymous();
    let _ = anyone.get(&path).await.expect(200);
    let on = ann.client.get("/me/notification-preferences").await.expect(200);
    assert_eq!(
        at(&on, "/kinds/booking_requested/email"),
        true,
        "looking turns nothing off"
    );
    for _ in 0..2 {
        let click = anyone
            .call(Method::POST, &path)
            .raw("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click");
        let _ = click.send().await.expect(200);
    }
    let off = ann.client.get("/me/notification-preferences").await.expect(200);
    assert_eq!(at(&off, "/kinds/booking_requested/email"), false);
    assert_eq!(at(&off, "/kinds/booking_approved/email"), true);
    let _ = book(&ann.client, &car, TEN).await;
    assert_eq!(subjects(&app, &ann.email).await.len(), 1);
    let forged = format!("{path}AAAA");
    assert_eq!(anyone.get(&forged).await.problem(404), "not_found");
    assert_eq!(
        anyone.call(Method::POST, &forged).send().await.problem(404),
        "not_found"
    );
    app.finish().await;
}

pub(crate) async fn both_sides_hear_of_offers(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let (ann, bob) = (
        app.customer("ann@example.com").await,
        app.customer("bob@example.com").await,
    );
    let dollars = |amount: &str| json!({ "amount": amount, "currency": "USD" });
    let mut talks = Vec::new();
    for buyer in [&ann, &bob] {
        let offer = json!({ "listing_id": car, "amount": dollars("34000.00") });
        talks.push(
            buyer
                .client
                .post("/negotiations", offer)
                .await
                .expect(201)
                .text("/id"),
        );
    }
    assert!(
        told(&app, &ann.client).await.is_empty(),
        "who made the offer knows it"
    );
    let desk = subjects(&app, "desk@empire.example.com").await;
    assert_eq!(desk.len(), 2);
    assert!(desk[0].contains("34000.00"), "{}", desk[0]);
    let counter = json!({ "amount": dollars("36000.00") });
    let path = format!("/negotiations/{}/offers", talks[0]);
    let _ = room.sales.client.post(&path, counter).await.expect(200);
    let letter = app.letters_to(&ann.email).await.remove(0);
    assert!(letter.subject.contains("USD 36000.00"), "{}", letter.subject);
    assert!(
        letter.text.contains("EDT"),
        "in the showroom's time: {}",
        letter.text
    );
    let accept = format!("/negotiations/{}/accept", talks[0]);
    let _ = ann.client.call(Method::POST, &accept).send().await.expect(200);
    assert_eq!(
        told(&app, &room.sales.client).await.first().unwrap(),
        "negotiation_accepted_dealer"
    );
    assert_eq!(told(&app, &bob.client).await, ["negotiation_held"]);
    app.finish().await;
}

pub(crate) async fn owners_hear_what_becomes_of_their_dealer(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    for (action, reason) in [("suspend", "papers missing"), ("reinstate", "papers found")] {
        let path = format!("/dealers/{}/{action}", room.dealer);
        let body = json!({ "reason": reason });
        let _ = room.admin.client.post(&path, body).await.expect(200);
        let letter = app.letters_to(&room.owner.email).await.remove(0);
        assert!(letter.text.contains(reason), "{}", letter.text);
    }
    assert_eq!(
        told(&app, &room.owner.client).await,
        [
            "dealer_reinstated",
            "dealer_suspended",
            "dealer_verified",
            "dealer_document_reviewed"
        ]
    );
    assert!(told(&app, &room.sales.client).await.is_empty());
    app.finish().await;
}
