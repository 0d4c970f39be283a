//! The audit log, from outside.

use forecourt_tests::world::{car, dealer, id_of};
use forecourt_tests::{Client, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use test_databases::Backend;

use crate::showroom::{NINE, Showroom, TEN};

pub(crate) async fn owners_see_who_did_what_and_admins_see_everything(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let oak = dealer(&app, &admin, "Oak").await;
    let elm = dealer(&app, &admin, "Elm").await;
    let offer = json!({
        "vehicle": car(1), "site_id": oak.site, "condition": "used", "status": "active",
        "asking_price": { "amount": "7000.00", "currency": "USD" }
    });
    let listing = id_of(&oak.owner.post("/listings", offer).await.expect(201).body);
    let cheaper = json!({ "asking_price": { "amount": "6500.00", "currency": "USD" } });
    let path = format!("/listings/{listing}");
    let _ = oak
        .owner
        .call(Method::PATCH, &path)
        .json(cheaper)
        .send()
        .await
        .expect(200);

    let changes = "/audit-log?action=listing.update";
    let told = oak.owner.get(changes).await.expect(200).body;
    assert_eq!(told["count"], 1, "{told}");
    let line = &told["results"][0];
    assert_eq!(line["subject_id"], json!(listing));
    assert_eq!(line["actor"], "user");
    assert_eq!(line["ip"], "127.0.0.1", "their own people's");
    let prices = line.pointer("/detail/prices/asking").unwrap();
    assert!(
        prices.to_string().contains("650000") && prices.to_string().contains("700000"),
        "{prices}"
    );
    assert_eq!(line.pointer("/detail/text"), None, "what stayed is not told");
    let owner = line["user_id"].as_str().unwrap();
    let of_theirs = format!("/audit-log?user_id={owner}&subject_id={listing}");
    let theirs = oak.owner.get(&of_theirs).await.expect(200);
    assert_eq!(theirs.body["count"], 2, "made and changed");

    // Other dealers' lines are not there, nor are those of the platform.
    assert_eq!(elm.owner.get(changes).await.expect(200).body["count"], 0);
    let _ = elm
        .owner
        .get(&format!("/audit-log?dealer={}", oak.id))
        .await
        .expect(404);
    let registered = "/audit-log?action=user.created";
    assert_eq!(oak.owner.get(registered).await.expect(200).body["count"], 0);
    assert_ne!(admin.get(registered).await.expect(200).body["count"], 0);
    let of_oak = admin
        .get(&format!("{changes}&dealer={}", oak.id))
        .await
        .expect(200);
    assert_eq!(of_oak.body["count"], 1);
    let _ = app.anonymous().get("/audit-log").await.expect(401);
    let ann = app.customer("ann@example.com").await;
    assert_eq!(ann.client.get("/audit-log").await.problem(403), "forbidden");

    // What a customer does with a dealer is in its log; from where, is not for the dealer to know.
    let negotiation = json!({ "listing_id": listing, "amount": { "amount": "6400.00", "currency": "USD" } });
    let _ = ann.client.post("/negotiations", negotiation).await.expect(201);
    let opened = format!("/audit-log?user_id={}", ann.user);
    let seen = oak.owner.get(&opened).await.expect(200).body;
    assert_eq!(seen["count"], 1, "{seen}");
    assert_eq!(seen["results"][0]["ip"], Value::Null);
    let seen = admin.get(&opened).await.expect(200).body;
    let from = |line: &Value| line["subject_kind"] == "negotiation" && line["ip"] == "127.0.0.1";
    assert!(seen["results"].as_array().unwrap().iter().any(from), "{seen}");

    // Lines are sealed within some minutes.
    app.advance(600).await;
    let number = &oak.owner.get(changes).await.expect(200).body["results"][0]["number"];
    assert!(number.as_u64().is_some_and(|number| number > 0), "{number}");
    app.finish().await;
}

/// What the newest line of an action tells.
async fn told(owner: &Client, action: &str) -> Value {
    let found = owner.get(&format!("/audit-log?action={action}")).await;
    found.expect(200).body["results"][0]["detail"].clone()
}

fn change(from: impl Into<Value>, to: impl Into<Value>) -> Value {
    json!({ "from": from.into(), "to": to.into() })
}

pub(crate) async fn the_log_keeps_what_was_before_a_drive_an_offer_or_a_sale_changed(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let ann = app.customer("ann@example.com").await;
    let (owner, staff) = (&room.owner.client, &room.sales.client);

    let wish = json!({ "listing_id": car, "start_at": NINE });
    let drive = ann.client.post("/bookings", wish).await.expect(201).text("/id");
    let made = told(owner, "booking.requested").await;
    assert_eq!(made["status"], "requested", "nothing was before it: {made}");
    let path = format!("/bookings/{drive}");
    let later = json!({ "start_at": TEN });
    let moved = ann.client.post(&format!("{path}/reschedule"), later).await;
    let _ = moved.expect(200);
    let moved = told(owner, "booking.rescheduled").await;
    assert_eq!(moved["start_at"], change(NINE, TEN), "{moved}");
    assert_eq!(moved.get("status"), None, "what stayed is not told: {moved}");
    let _ = staff
        .post(&format!("{path}/approve"), json!({}))
        .await
        .expect(200);
    let approved = json!({
        "status": change("requested", "approved"), "staff_id": change(Value::Null, room.sales_id.as_str())
    });
    assert_eq!(told(owner, "booking.approved").await, approved);

    let dollars = |amount: &str| json!({ "amount": amount, "currency": "USD" });
    let first = json!({ "listing_id": car, "amount": dollars("36000.00") });
    let talk = ann
        .client
        .post("/negotiations", first)
        .await
        .expect(201)
        .text("/id");
    let second = json!({ "amount": dollars("37000.00") });
    let offers = format!("/negotiations/{talk}/offers");
    let _ = staff.post(&offers, second).await.expect(200);
    let countered = json!({
        "status": change("awaiting_dealer", "awaiting_buyer"), "amount": change("36000.00 USD", "37000.00 USD"), "by": "dealer"
    });
    assert_eq!(told(owner, "negotiation.countered").await, countered);

    let sale = json!({
        "listing_id": car, "price": dollars("37000.00"), "sale_date": "2026-06-08", "buyer": { "user_id": ann.user }, "payment_method": "cash"
    });
    let sale = staff.post("/sales", sale).await.expect(201).text("/id");
    let path = format!("/sales/{sale}");
    let paid = staff.patch(&path, json!({ "payment_method": "card" })).await;
    let _ = paid.expect(200);
    let amended = json!({ "payment_method": change("cash", "card"), "version": change(1, 2) });
    assert_eq!(told(owner, "sale.amended").await, amended);
    let reason = json!({ "reason": "the financing fell through" });
    let voided = owner.post(&format!("{path}/void"), reason).await;
    let _ = voided.expect(200);
    let voided = json!({ "status": change("closed", "voided"), "version": change(2, 3) });
    assert_eq!(told(owner, "sale.voided").await, voided);
    app.finish().await;
}
