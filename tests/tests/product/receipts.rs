//! The papers behind a car's log: whose they are, and stay.

use forecourt_tests::uploads::{PICTURE, brought};
use forecourt_tests::world::{car, dealer, id_of};
use forecourt_tests::{Client, Person, Reply, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use test_databases::Backend;

/// A car of theirs with an entry in its log: the ids of both.
async fn logged(who: &Client, serial: u32) -> (String, String) {
    let vehicle = id_of(&who.post("/vehicles", car(serial)).await.expect(201).body);
    let entry = entry(who, &vehicle).await;
    (vehicle, entry)
}

async fn entry(who: &Client, vehicle: &str) -> String {
    let path = format!("/vehicles/{vehicle}/service-records");
    let brakes = json!({ "description": "Brakes" });
    id_of(&who.post(&path, brakes).await.expect(201).body)
}

fn behind(entry: &str) -> String {
    format!("/service-records/{entry}/receipts")
}

async fn bring(who: &Client, entry: &str) -> Reply {
    let file = brought(who, "service_receipt").await;
    who.post(&behind(entry), json!({ "file_id": file })).await
}

/// How many receipts behind an entry they see.
async fn seen(who: &Client, entry: &str) -> Value {
    who.get(&behind(entry)).await.expect(200).body["count"].clone()
}

/// What the link to a file's bytes leads to, as whoever asks is given it.
async fn link(who: &Client, file: &str) -> String {
    let link = who.get(&format!("/files/{file}")).await.expect(307);
    let (_, path) = link.header("location").unwrap().split_once("/media/").unwrap();
    format!("/media/{path}")
}

/// The seller sells the car on by themselves, and the buyer confirms: the sale.
async fn sold_on(app: &TestApp, seller: &Client, vehicle: &str, buyer: &Person) -> String {
    let mut sql = app.db.sql();
    sql.push("UPDATE users SET email_verified = ").bind(true);
    sql.push(" WHERE id = ").bind(buyer.user.uuid());
    app.db.run(sql).await.unwrap();
    let sale = json!({
        "vehicle_id": vehicle, "price": { "amount": "4200.00", "currency": "USD" }, "sale_date": "2026-06-08",
        "payment_method": "cash", "buyer": { "name": "Bob Example", "email": buyer.email }
    });
    let sale = id_of(&seller.post("/sales", sale).await.expect(201).body);
    let letters = app.letters_to(&buyer.email).await;
    let asked = letters.iter().find(|l| l.subject.starts_with("Did you buy"));
    let token = asked.unwrap().text.split("Your token: ").nth(1).unwrap();
    let token = json!({ "token": token.split_whitespace().next().unwrap() });
    let _ = buyer.client.post("/sales/confirm", token).await.expect(200);
    sale
}

async fn void(who: &Client, sale: &str) {
    let reason = json!({ "reason": "the buyer brought it back" });
    let _ = who.post(&format!("/sales/{sale}/void"), reason).await.expect(200);
}

async fn kept(app: &TestApp) -> i64 {
    let mut sql = app.db.sql();
    sql.push("SELECT COUNT(*) FROM service_receipts");
    let row = app.db.one(sql).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

pub(crate) async fn an_owner_keeps_receipts_that_nobody_else_sees(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let oak = dealer(&app, &admin, "Oak").await;
    let (ann, bob) = (
        app.customer("ann@example.com").await.client,
        app.customer("bob@example.com").await.client,
    );
    let (vehicle, record) = logged(&ann, 1).await;
    let file = brought(&ann, "service_receipt").await;
    let send = || {
        let call = ann.call(Method::POST, &behind(&record));
        let call = call.header("idempotency-key", "k-1");
        call.json(json!({ "file_id": file })).send()
    };
    let (made, again) = (send().await.expect(201), send().await.expect(201));
    assert_eq!(made.body, again.body);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let one = format!("{}/{}", behind(&record), made.text("/id"));
    assert_eq!(made.header("location"), Some(format!("/api/v1{one}").as_str()));
    assert_eq!(made.text("/file_id"), file);
    let shown = ann.get(&one).await.expect(200);
    assert_eq!(shown.body, made.body);
    assert_eq!(shown.header("etag"), made.header("etag"));
    assert_eq!(seen(&ann, &record).await, json!(1));

    // The bytes, for five minutes.
    let path = link(&ann, &file).await;
    let read = ann.call_at(Method::GET, &path).send().await.expect(200);
    assert_eq!(read.header("content-type"), Some("image/png"));
    app.advance(301).await;
    let late = ann.call_at(Method::GET, &path).send().await;
    assert_eq!(late.problem(403), "link_invalid");

    let other = entry(&ann, &vehicle).await;
    let elsewhere = format!("{}/{}", behind(&other), made.text("/id"));
    assert_eq!(ann.get(&elsewhere).await.problem(404), "not_found");
    for (who, listed) in [
        (&app.anonymous(), 401),
        (&bob, 404),
        (&oak.owner, 404),
        (&admin, 200),
    ] {
        let hidden = if listed == 401 { 401 } else { 404 };
        assert_eq!(who.get(&behind(&record)).await.status, listed);
        assert_eq!(who.get(&one).await.status, hidden);
        assert_eq!(who.delete(&one).await.status, hidden);
        assert_eq!(who.get(&format!("/files/{file}")).await.status, hidden);
        if hidden == 404 {
            assert_eq!(bring(who, &record).await.status, 404);
        }
    }
    let _ = admin.get(&format!("/service-records/{record}")).await.expect(200);
    assert_eq!(
        seen(&admin, &record).await,
        json!(0),
        "the record, and nothing behind it"
    );

    let stale = ann.call(Method::DELETE, &one).header("if-match", "\"7\"");
    assert_eq!(stale.send().await.problem(412), "stale_version");
    let _ = ann.delete(&one).await.expect(204);
    assert_eq!(ann.delete(&one).await.problem(404), "not_found");
    app.quiet().await;
    assert_eq!(
        ann.get(&format!("/files/{file}")).await.status,
        404,
        "its bytes are gone"
    );
    app.finish().await;
}

pub(crate) async fn what_is_no_receipt_is_refused_with_its_code(backend: Backend) {
    let app = TestApp::start(backend).await;
    let (ann, bob) = (
        app.customer("ann@example.com").await.client,
        app.customer("bob@example.com").await.client,
    );
    let (vehicle, record) = logged(&ann, 1).await;
    let named = async |file: String| {
        let refused = ann.post(&behind(&record), json!({ "file_id": file })).await;
        (refused.status.into(), refused.text("/code"))
    };
    let avatar = brought(&ann, "avatar").await;
    assert_eq!(named(avatar).await, (409, "other_purpose".to_owned()));
    let theirs = brought(&bob, "service_receipt").await;
    assert_eq!(named(theirs).await, (404, "not_found".to_owned()));
    let announce = |content_type: &str, size: usize| {
        let file = json!({
            "filename": "a", "content_type": content_type, "size": size, "purpose": "service_receipt"
        });
        ann.post("/files/presign", file)
    };
    let awaited = announce("image/png", PICTURE.len()).await.expect(201);
    assert_eq!(
        named(awaited.text("/file_id")).await,
        (409, "upload_incomplete".to_owned())
    );
    let mib = 1024 * 1024;
    let _ = announce("application/pdf", 20 * mib).await.expect(201);
    for (content_type, size, code) in [
        ("image/jpeg", 10 * mib + 1, "too_large"),
        ("image/gif", 10, "type_not_taken"),
    ] {
        let refused = announce(content_type, size).await.expect(400);
        assert_eq!(refused.text("/errors/0/code"), code);
    }
    let first = bring(&ann, &record).await.expect(201).text("/file_id");
    assert_eq!(named(first.clone()).await, (409, "file_in_use".to_owned()));
    for _ in 1..20 {
        let _ = bring(&ann, &record).await.expect(201);
    }
    assert_eq!(bring(&ann, &record).await.problem(409), "too_many_receipts");

    // They go with their entry, and with their car.
    let other = entry(&ann, &vehicle).await;
    let second = bring(&ann, &other).await.expect(201).text("/file_id");
    let picture = brought(&ann, "vehicle_image").await;
    let shown = ann.call(Method::PUT, &format!("/vehicles/{vehicle}/image"));
    let shown = shown.json(json!({ "file_id": picture })).send().await;
    assert_eq!(shown.status, 200, "{}", shown.body);
    let _ = ann
        .delete(&format!("/service-records/{record}"))
        .await
        .expect(204);
    let _ = ann.delete(&format!("/vehicles/{vehicle}")).await.expect(204);
    app.quiet().await;
    for file in [first, second, picture] {
        assert_eq!(ann.get(&format!("/files/{file}")).await.status, 404);
    }
    assert_eq!(kept(&app).await, 0);
    app.finish().await;
}

pub(crate) async fn receipts_stay_with_who_brought_them_when_the_car_is_sold(backend: Backend) {
    let app = TestApp::start(backend).await;
    let ann = app.customer("ann@example.com").await.client;
    let buyer = app.customer("bob@example.com").await;
    let bob = &buyer.client;
    let (vehicle, record) = logged(&ann, 1).await;
    let receipt = bring(&ann, &record).await.expect(201);
    let one = format!("{}/{}", behind(&record), receipt.text("/id"));
    let file = receipt.text("/file_id");
    let sale = sold_on(&app, &ann, &vehicle, &buyer).await;

    let _ = bob.get(&format!("/service-records/{record}")).await.expect(200);
    assert_eq!(seen(bob, &record).await, json!(0));
    assert_eq!(bob.get(&one).await.problem(404), "not_found");
    assert_eq!(bob.delete(&one).await.problem(404), "not_found");
    assert_eq!(bob.get(&format!("/files/{file}")).await.problem(404), "not_found");
    let gone = ann.get(&format!("/service-records/{record}")).await;
    assert_eq!(gone.problem(404), "not_found");
    assert_eq!(
        seen(&ann, &record).await,
        json!(1),
        "what she left behind is hers"
    );
    let _ = ann.get(&one).await.expect(200);
    let _ = link(&ann, &file).await;
    assert_eq!(bring(&ann, &record).await.problem(404), "not_found");
    let of_bob = bring(bob, &record).await.expect(201);
    assert_eq!(
        (seen(bob, &record).await, seen(&ann, &record).await),
        (json!(1), json!(1))
    );

    void(&ann, &sale).await;
    let listed = ann.get(&behind(&record)).await.expect(200);
    assert_eq!(listed.body["count"], json!(1));
    assert_eq!(listed.text("/results/0/id"), receipt.text("/id"));
    let theirs = format!("{}/{}", behind(&record), of_bob.text("/id"));
    assert_eq!(ann.get(&theirs).await.problem(404), "not_found");
    let _ = bob.delete(&theirs).await.expect(204);
    let over = bob.get(&behind(&record)).await;
    assert_eq!(over.problem(404), "not_found", "nothing of his is left there");
    app.finish().await;
}

pub(crate) async fn receipts_of_stock_are_for_the_dealers_staff(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let (oak, elm) = (
        dealer(&app, &admin, "Oak").await,
        dealer(&app, &admin, "Elm").await,
    );
    let ann = app.customer("ann@example.com").await;
    let mut hired = Vec::new();
    for role in ["sales", "mechanic"] {
        let email = format!("{role}@oak.example.com");
        let person = app.customer(&email).await;
        app.employ(&person, oak.id, role, &[]).await;
        hired.push(app.bearer(&app.sign_in(&email).await));
    }
    let (sales, mechanic) = (&hired[0], &hired[1]);
    let listing = oak.listing(1).await;
    let vehicle = listing["vehicle"]["id"].as_str().unwrap();
    let record = entry(sales, vehicle).await;
    let receipt = bring(sales, &record).await.expect(201);
    let one = format!("{}/{}", behind(&record), receipt.text("/id"));
    let file = receipt.text("/file_id");
    let readable = async |who: &Client| {
        let status = who.get(&format!("/files/{file}")).await.status;
        (who.get(&one).await.status, status)
    };
    for (who, expected) in [
        (sales, (200, 307)),
        (mechanic, (200, 307)),
        (&oak.owner, (200, 307)),
        (&elm.owner, (404, 404)),
        (&admin, (404, 404)),
        (&ann.client, (404, 404)),
    ] {
        assert_eq!(readable(who).await, expected);
    }
    assert_eq!(bring(mechanic, &record).await.problem(403), "forbidden");
    assert_eq!(mechanic.delete(&one).await.problem(403), "forbidden");
    assert_eq!(seen(&admin, &record).await, json!(0));

    let sold = json!({
        "listing_id": id_of(&listing), "price": { "amount": "6400.00", "currency": "USD" }, "sale_date": "2026-06-01",
        "buyer": { "user_id": ann.user }, "payment_method": "cash"
    });
    // The dealer knows who asked for a drive.
    let drive = json!({ "listing_id": id_of(&listing), "start_at": "2026-06-09T15:00:00Z" });
    let _ = ann.client.post("/bookings", drive).await.expect(201);
    let sale = id_of(&oak.owner.post("/sales", sold).await.expect(201).body);
    assert_eq!(seen(&ann.client, &record).await, json!(0));
    assert_eq!(readable(&ann.client).await, (404, 404));
    assert_eq!(
        readable(mechanic).await,
        (200, 307),
        "the dealer's books stay its own"
    );
    void(&oak.owner, &sale).await;
    assert_eq!(seen(sales, &record).await, json!(1));
    let _ = sales.delete(&one).await.expect(204);
    app.finish().await;
}

pub(crate) async fn an_erased_persons_receipts_go_from_a_car_that_was_sold_on(backend: Backend) {
    let app = TestApp::start(backend).await;
    let ann = app.customer("ann@example.com").await.client;
    let (bob, carl) = (
        app.customer("bob@example.com").await,
        app.customer("carl@example.com").await,
    );
    let (vehicle, record) = logged(&ann, 1).await;
    let of_ann = bring(&ann, &record).await.expect(201);
    let _ = sold_on(&app, &ann, &vehicle, &bob).await;
    let of_bob = bring(&bob.client, &record).await.expect(201);
    let _ = sold_on(&app, &bob.client, &vehicle, &carl).await;
    assert_eq!(kept(&app).await, 2);
    let close = async |who: &Client| {
        let _ = who.call(Method::DELETE, "/me").send().await.expect(204);
        app.advance(60).await;
    };
    close(&ann).await;
    assert_eq!(kept(&app).await, 1, "hers, though the car is another's by now");
    let rows = async |file: &str| {
        let mut sql = app.db.sql();
        sql.push("SELECT COUNT(*) FROM files WHERE id = ")
            .bind(uuid::Uuid::parse_str(file).unwrap());
        let row = app.db.one(sql).await.unwrap().unwrap();
        row.try_get_by_index::<i64>(0).unwrap()
    };
    assert_eq!(rows(&of_ann.text("/file_id")).await, 0);
    assert_eq!(rows(&of_bob.text("/file_id")).await, 1);
    assert_eq!(seen(&bob.client, &record).await, json!(1));
    let _ = carl
        .client
        .get(&format!("/service-records/{record}"))
        .await
        .expect(200);

    // Who has the car takes the log along, with what others left behind in it.
    close(&carl.client).await;
    assert_eq!(kept(&app).await, 0);
    assert_eq!(rows(&of_bob.text("/file_id")).await, 0);
    app.finish().await;
}
