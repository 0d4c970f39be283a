//! Negotiations, from the first offer to the car that is kept.

use forecourt_tests::{Client, Person, Reply, TestApp};
use serde_json::{Value, json};
use test_databases::Backend;

use crate::showroom::{NINE, Showroom};

fn dollars(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "USD" })
}

fn offer(listing: &str, amount: &str) -> Value {
    json!({ "listing_id": listing, "amount": dollars(amount), "message": "for my daughter" })
}

async fn opened(buyer: &Person, listing: &str, amount: &str) -> String {
    let made = buyer
        .client
        .post("/negotiations", offer(listing, amount))
        .await
        .expect(201);
    made.text("/id")
}

async fn counter(client: &Client, id: &str, amount: &str) -> Reply {
    let path = format!("/negotiations/{id}/offers");
    client.post(&path, json!({ "amount": dollars(amount) })).await
}

async fn act(client: &Client, id: &str, action: &str) -> Reply {
    let path = format!("/negotiations/{id}/{action}");
    client.post(&path, json!({})).await
}

async fn accept(client: &Client, id: &str) -> Reply {
    client
        .call(reqwest::Method::POST, &format!("/negotiations/{id}/accept"))
        .send()
        .await
}

async fn status(client: &Client, id: &str) -> String {
    client
        .get(&format!("/negotiations/{id}"))
        .await
        .expect(200)
        .text("/status")
}

/// Somebody made before, signed in anew: access tokens last an hour.
async fn back(app: &TestApp, email: &str) -> Client {
    app.bearer(&app.sign_in(email).await)
}

pub(crate) async fn a_buyer_and_a_dealer_meet_in_the_middle(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let (ann, bob) = (
        app.customer("ann@example.com").await,
        app.customer("bob@example.com").await,
    );
    let made = ann
        .client
        .post("/negotiations", offer(&car, "34000.00"))
        .await
        .expect(201);
    let id = made.text("/id");
    assert_eq!(
        made.header("location"),
        Some(format!("/api/v1/negotiations/{id}").as_str())
    );
    assert_eq!(
        (made.text("/status"), made.text("/turn")),
        ("awaiting_dealer".to_owned(), "dealer".to_owned())
    );
    assert_eq!(made.text("/asking_price/amount"), "38500.00");
    assert_eq!(made.text("/offers/0/expires_at"), "2026-06-11T14:00:00Z");
    assert_eq!(made.text("/buyer/name"), "ann Example");

    let again = ann.client.post("/negotiations", offer(&car, "35000.00")).await;
    assert_eq!(again.problem(409), "already_open");
    assert_eq!(accept(&ann.client, &id).await.problem(409), "not_your_turn");
    assert_eq!(accept(&bob.client, &id).await.problem(404), "not_found");
    let euros = json!({ "listing_id": car, "amount": { "amount": "1.00", "currency": "EUR" } });
    assert_eq!(
        bob.client.post("/negotiations", euros).await.problem(400),
        "currency_mismatch"
    );
    let nothing = bob.client.post("/negotiations", offer(&car, "0.00")).await;
    assert_eq!(nothing.problem(400), "invalid");
    let own = room.sales.client.post("/negotiations", offer(&car, "1.00")).await;
    assert_eq!(own.problem(403), "own_dealer");

    let pending = room
        .sales
        .client
        .get("/dealers/me/pending-offers")
        .await
        .expect(200);
    assert_eq!(pending.text("/results/0/id"), id);
    let low = counter(&room.sales.client, &id, "33999.99").await;
    assert_eq!(low.problem(400), "offer_out_of_range");
    let high = counter(&room.sales.client, &id, "38500.01").await;
    assert_eq!(high.problem(400), "offer_out_of_range");
    let countered = counter(&room.sales.client, &id, "37000.00").await.expect(200);
    assert_eq!(countered.text("/turn"), "buyer");
    assert_eq!(countered.text("/offers/0/status"), "countered");
    let above = counter(&ann.client, &id, "37000.01").await;
    assert!(
        above.body.to_string().contains("accept that one"),
        "{}",
        above.body
    );
    assert_eq!(above.problem(400), "offer_out_of_range");

    let rival = opened(&bob, &car, "36000.00").await;
    let agreed = accept(&ann.client, &id).await.expect(200);
    assert_eq!(agreed.text("/status"), "accepted");
    assert_eq!(agreed.text("/reserved_until"), "2026-06-11T14:00:00Z");
    assert_eq!(status(&bob.client, &rival).await, "on_hold");
    assert_eq!(
        accept(&room.sales.client, &rival).await.problem(409),
        "illegal_transition"
    );
    let listing = app.anonymous().get(&format!("/listings/{car}")).await.expect(200);
    assert_eq!(listing.text("/status"), "reserved");
    let drive = json!({ "listing_id": car, "start_at": NINE });
    assert_eq!(
        bob.client.post("/bookings", drive.clone()).await.problem(409),
        "not_bookable"
    );
    let _ = ann.client.post("/bookings", drive).await.expect(201);

    let active = bob.client.get("/negotiations/active").await.expect(200);
    assert_eq!(active.text("/results/0/status"), "on_hold");
    let stats = room.sales.client.get("/negotiations/stats").await.expect(200);
    assert_eq!(stats.body.pointer("/acceptance_rate"), Some(&json!(1.0)));
    app.finish().await;
}

pub(crate) async fn time_ends_offers_and_reservations(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let ann = app.customer("ann@example.com").await;
    let id = opened(&ann, &car, "34000.00").await;
    app.advance(71 * 3600).await;
    let sales = back(&app, &room.sales.email).await;
    assert_eq!(
        counter(&sales, &id, "37000.00").await.expect(200).text("/status"),
        "awaiting_buyer"
    );
    app.advance(71 * 3600).await;
    assert_eq!(status(&back(&app, &ann.email).await, &id).await, "awaiting_buyer");
    app.advance(2 * 3600).await;
    let expired = back(&app, &ann.email)
        .await
        .get(&format!("/negotiations/{id}"))
        .await
        .expect(200);
    assert_eq!(expired.text("/status"), "expired");
    assert_eq!(expired.text("/offers/1/status"), "expired");

    let ann = back(&app, &ann.email).await;
    let id = ann
        .post("/negotiations", offer(&car, "36000.00"))
        .await
        .expect(201)
        .text("/id");
    let sales = back(&app, &room.sales.email).await;
    let bob = app.customer("bob@example.com").await;
    let waiting = opened(&bob, &car, "35000.00").await;
    let _ = accept(&sales, &id).await.expect(200);
    app.advance(72 * 3600).await;
    let sales = back(&app, &room.sales.email).await;
    assert_eq!(status(&sales, &id).await, "lapsed");
    assert_eq!(status(&sales, &waiting).await, "awaiting_dealer");
    let listing = app.anonymous().get(&format!("/listings/{car}")).await.expect(200);
    assert_eq!(listing.text("/status"), "active");
    // The clock of the one who waited had stood still: 72 hours are left again.
    app.advance(71 * 3600).await;
    let sales = back(&app, &room.sales.email).await;
    assert_eq!(status(&sales, &waiting).await, "awaiting_dealer");
    app.advance(3600).await;
    let sales = back(&app, &room.sales.email).await;
    assert_eq!(status(&sales, &waiting).await, "expired");
    app.finish().await;
}

pub(crate) async fn secret_thresholds_are_in_no_answer_to_a_buyer(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let floor = json!({ "floor_price": dollars("31234.56") });
    let _ = room
        .owner
        .client
        .patch(&format!("/listings/{car}"), floor)
        .await
        .expect(200);
    let rules = json!({ "settings": { "negotiation": {
        "decline_below_bp": 8123, "accept_from_bp": 9517, "decline_below_floor": true, "answer_hours": 24 } } });
    let mine = room.owner.client.patch("/dealers/me", rules).await.expect(200);
    assert_eq!(
        mine.body.pointer("/settings/negotiation/accept_from_bp"),
        Some(&json!(9517))
    );
    let upside_down = json!({ "settings": { "negotiation": { "decline_below_bp": 9600 } } });
    let refused = room.owner.client.patch("/dealers/me", upside_down).await;
    assert_eq!(refused.problem(400), "invalid");

    let ann = app.customer("ann@example.com").await;
    let mut seen = Vec::new();
    for (amount, becomes) in [
        ("31000.00", "rejected"),
        ("31273.54", "rejected"),
        ("31273.55", "awaiting_dealer"),
    ] {
        let made = ann
            .client
            .post("/negotiations", offer(&car, amount))
            .await
            .expect(201);
        assert_eq!(made.text("/status"), becomes, "{amount}");
        seen.push(made.body.clone());
    }
    let id = seen[2].pointer("/id").unwrap().as_str().unwrap().to_owned();
    assert_eq!(
        seen[2].pointer("/offers/0/expires_at").unwrap(),
        "2026-06-09T14:00:00Z"
    );
    let countered = counter(&room.sales.client, &id, "38000.00").await.expect(200);
    assert_eq!(countered.text("/status"), "awaiting_buyer");
    let taken = counter(&ann.client, &id, "36640.45").await.expect(200);
    assert_eq!(taken.text("/status"), "accepted");
    seen.push(taken.body);
    for path in [
        format!("/negotiations/{id}"),
        "/negotiations".to_owned(),
        "/negotiations/stats".to_owned(),
        format!("/listings/{car}"),
        "/listings".to_owned(),
        format!("/dealers/{}", room.dealer),
        "/dealers".to_owned(),
    ] {
        seen.push(ann.client.get(&path).await.expect(200).body);
    }
    let refused = ann.client.post("/negotiations", offer(&car, "1.00")).await;
    seen.push(refused.body);
    for body in seen {
        let text = body.to_string();
        for secret in ["31234", "8123", "9517", "_bp"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    app.finish().await;
}

pub(crate) async fn a_stopped_dealer_answers_nothing_and_goes_on_where_it_was(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let (first, second, third) = (room.car(1).await, room.car(2).await, room.car(3).await);
    let ann = app.customer("ann@example.com").await;
    let waits = opened(&ann, &first, "34000.00").await;
    let agreed = opened(&ann, &second, "34000.00").await;
    let _ = accept(&room.sales.client, &agreed).await.expect(200);
    let leaves = opened(&ann, &third, "34000.00").await;
    let dealer = room.dealer;
    let stop = json!({ "reason": "complaints" });
    let _ = room
        .admin
        .client
        .post(&format!("/dealers/{dealer}/suspend"), stop)
        .await
        .expect(200);
    assert_eq!(status(&ann.client, &waits).await, "on_hold");
    assert_eq!(status(&ann.client, &agreed).await, "lapsed");
    assert_eq!(
        accept(&room.sales.client, &waits).await.problem(409),
        "dealer_not_verified"
    );
    assert_eq!(
        act(&ann.client, &leaves, "cancel")
            .await
            .expect(200)
            .text("/status"),
        "cancelled"
    );
    app.advance(100 * 3600).await;
    let admin = back(&app, &room.admin.email).await;
    let _ = admin
        .post(&format!("/dealers/{dealer}/reinstate"), json!({}))
        .await
        .expect(200);
    let sales = back(&app, &room.sales.email).await;
    assert_eq!(status(&sales, &waits).await, "awaiting_dealer");
    let reason = json!({ "reason": "we keep it" });
    let refused = sales
        .post(&format!("/negotiations/{waits}/reject"), reason)
        .await
        .expect(200);
    assert_eq!(
        (refused.text("/status"), refused.text("/reason")),
        ("rejected".to_owned(), "we keep it".to_owned())
    );

    let ann = back(&app, &ann.email).await;
    let id = ann
        .post("/negotiations", offer(&third, "34000.00"))
        .await
        .expect(201)
        .text("/id");
    let owner = back(&app, &room.owner.email).await;
    let _ = owner.delete(&format!("/listings/{third}")).await.expect(204);
    assert_eq!(status(&ann, &id).await, "superseded");
    app.finish().await;
}

pub(crate) async fn who_saved_a_car_is_made_an_offer(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let (ann, bob, carl) = (
        app.customer("ann@example.com").await,
        app.customer("bob@example.com").await,
        app.customer("carl@example.com").await,
    );
    for who in [&ann, &bob, &room.sales] {
        let _ = who
            .client
            .put(&format!("/listings/{car}/saved"))
            .await
            .expect(204);
    }
    let talking = opened(&bob, &car, "30000.00").await;
    let path = format!("/listings/{car}/offers-to-savers");
    let both = json!({ "price": dollars("1.00"), "percent": 5 });
    assert_eq!(room.sales.client.post(&path, both).await.problem(400), "invalid");
    let dear = json!({ "price": dollars("38500.01") });
    assert_eq!(
        room.sales.client.post(&path, dear).await.problem(400),
        "offer_out_of_range"
    );
    assert_eq!(
        carl.client
            .post(&path, json!({ "percent": 5 }))
            .await
            .problem(404),
        "not_found"
    );
    let wish =
        json!({ "percent": 5, "duration_hours": 24, "counter_allowed": false, "message": "Yours this week" });
    let reached = room.sales.client.post(&path, wish.clone()).await.expect(200);
    assert_eq!(reached.body, json!({ "opened": 1, "left": 0 }));
    let again = room.sales.client.post(&path, wish).await.expect(200);
    assert_eq!(again.body, json!({ "opened": 0, "left": 0 }));
    assert_eq!(status(&bob.client, &talking).await, "awaiting_dealer");
    let mine = ann.client.get("/negotiations?awaiting_me=true").await.expect(200);
    assert_eq!(mine.text("/results/0/offers/0/amount/amount"), "36575.00");
    assert_eq!(
        mine.text("/results/0/offers/0/expires_at"),
        "2026-06-09T14:00:00Z"
    );
    let id = mine.text("/results/0/id");
    assert_eq!(
        counter(&ann.client, &id, "36000.00").await.problem(409),
        "counter_not_allowed"
    );
    assert_eq!(
        accept(&ann.client, &id).await.expect(200).text("/status"),
        "accepted"
    );
    app.finish().await;
}
