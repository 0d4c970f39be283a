//! Sales, from the handshake to the ledger, and back.

use forecourt_tests::{Client, Person, Reply, TestApp};
use serde_json::{Value, json};
use test_databases::Backend;

use crate::showroom::{NINE, Showroom, free};

fn dollars(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "USD" })
}

fn to(buyer: &Person) -> Value {
    json!({ "user_id": buyer.user })
}

fn sale(listing: &str, amount: &str, buyer: &Value) -> Value {
    json!({
        "listing_id": listing, "price": dollars(amount), "sale_date": "2026-06-08", "buyer": buyer,
        "payment_method": "bank_transfer"
    })
}

async fn sold(client: &Client, listing: &str, amount: &str, buyer: &Value) -> Reply {
    client
        .post("/sales", sale(listing, amount, buyer))
        .await
        .expect(201)
}

async fn void(client: &Client, id: &str) -> Reply {
    let reason = json!({ "reason": "the financing fell through" });
    client.post(&format!("/sales/{id}/void"), reason).await
}

async fn listing_status(client: &Client, id: &str) -> String {
    let found = client
        .get("/dealers/me/inventory?status=active,reserved,sold")
        .await
        .expect(200);
    let all = found
        .body
        .pointer("/results")
        .and_then(Value::as_array)
        .unwrap()
        .clone();
    let one = all.iter().find(|l| l["id"] == json!(id)).unwrap();
    one["status"].as_str().unwrap().to_owned()
}

pub(crate) async fn a_car_is_sold_with_all_that_hangs_on_it(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let (ann, bob) = (
        app.customer("ann@example.com").await,
        app.customer("bob@example.com").await,
    );
    let stranger = room
        .sales
        .client
        .post("/sales", sale(&car, "37000.00", &to(&ann)))
        .await;
    assert!(
        stranger.body.to_string().contains("unknown_buyer"),
        "{}",
        stranger.body
    );
    assert_eq!(stranger.problem(400), "invalid");
    let talk = json!({ "listing_id": car, "amount": dollars("36000.00") });
    let talk = ann
        .client
        .post("/negotiations", talk)
        .await
        .expect(201)
        .text("/id");
    let drive = json!({ "listing_id": car, "start_at": NINE });
    let drive = bob.client.post("/bookings", drive).await.expect(201).text("/id");
    assert_eq!(
        bob.client
            .post("/sales", sale(&car, "1.00", &to(&bob)))
            .await
            .problem(404),
        "not_found"
    );
    let tomorrow = json!({
        "listing_id": car, "price": dollars("37000.00"), "sale_date": "2026-06-09", "buyer": to(&ann), "payment_method": "cash"
    });
    let future = room.sales.client.post("/sales", tomorrow).await;
    assert!(
        future.body.to_string().contains("in_the_future"),
        "{}",
        future.body
    );

    let made = sold(&room.sales.client, &car, "37000.00", &to(&ann)).await;
    let id = made.text("/id");
    assert_eq!(
        made.header("location"),
        Some(format!("/api/v1/sales/{id}").as_str())
    );
    assert_eq!(made.text("/commission/amount"), "740.00");
    assert_eq!(
        (made.text("/sold_by"), made.text("/negotiation_id")),
        (room.sales_id.clone(), talk.clone())
    );
    assert_eq!(made.text("/vehicle/vin"), "1FTFW1E50LFA00001");
    let again = room
        .sales
        .client
        .post("/sales", sale(&car, "37000.00", &to(&ann)))
        .await;
    assert_eq!(again.problem(409), "already_sold");
    let talk = ann.client.get(&format!("/negotiations/{talk}")).await.expect(200);
    assert_eq!(talk.text("/status"), "completed");
    let off = bob.client.get(&format!("/bookings/{drive}")).await.expect(200);
    assert_eq!(
        (off.text("/status"), off.text("/reason")),
        ("cancelled".to_owned(), "the car was sold".to_owned())
    );
    let garage = ann.client.get("/vehicles").await.expect(200);
    assert_eq!(garage.text("/results/0/vin"), "1FTFW1E50LFA00001");
    let seen = ann.client.get(&format!("/sales/{id}")).await.expect(200);
    assert_eq!(
        (&seen.body["commission"], &seen.body["splits"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(
        bob.client.get(&format!("/sales/{id}")).await.problem(404),
        "not_found"
    );
    assert_eq!(
        ann.client.get("/sales").await.expect(200).text("/results/0/id"),
        id
    );
    app.finish().await;
}

pub(crate) async fn a_sale_is_mended_and_taken_back(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let bob = app.customer("bob@example.com").await;
    let drive = json!({ "listing_id": car, "start_at": NINE });
    let _ = bob.client.post("/bookings", drive).await.expect(201);
    let made = sold(&room.sales.client, &car, "37000.00", &to(&bob)).await;
    let id = made.text("/id");
    let notes = json!({ "notes": "winter tyres are in the boot", "buyer": { "phone": "+1 212 555 0109" } });
    let mended = room
        .sales
        .client
        .patch(&format!("/sales/{id}"), notes)
        .await
        .expect(200);
    assert_eq!(mended.text("/buyer/phone"), "+12125550109");
    let price = room
        .sales
        .client
        .patch(&format!("/sales/{id}"), json!({ "price": dollars("1.00") }))
        .await;
    assert_eq!(price.problem(400), "invalid");
    assert_eq!(void(&room.sales.client, &id).await.problem(403), "forbidden");
    assert_eq!(room.owner.client.get("/sales/export").await.status, 200);

    let voided = void(&room.owner.client, &id).await.expect(200);
    assert_eq!(
        (voided.text("/status"), voided.text("/void_reason")),
        ("voided".to_owned(), "the financing fell through".to_owned())
    );
    assert_eq!(listing_status(&room.owner.client, &car).await, "active");
    let garage = bob.client.get("/vehicles").await.expect(200);
    assert_eq!(garage.body["count"], json!(0));
    let ledger = room.owner.client.get("/commissions").await.expect(200);
    assert_eq!(ledger.body["count"], json!(2));
    assert_eq!(ledger.text("/totals/0/balance/amount"), "0.00");
    assert_eq!(void(&room.owner.client, &id).await.problem(409), "sale_voided");
    let letters = app.letters_to("bob@example.com").await;
    assert!(
        letters.iter().any(|l| l.subject.starts_with("Free again")),
        "the slot is offered again"
    );
    assert_eq!(
        free(&app, &car, "2026-06-09").await.first().map(String::as_str),
        Some(NINE)
    );
    let _ = sold(
        &room.sales.client,
        &car,
        "36500.00",
        &json!({ "name": "Walk-in" }),
    )
    .await;
    app.finish().await;
}

pub(crate) async fn a_reserved_car_goes_to_its_buyer_alone(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let (ann, bob) = (
        app.customer("ann@example.com").await,
        app.customer("bob@example.com").await,
    );
    let offer = |amount| json!({ "listing_id": car, "amount": dollars(amount) });
    let talk = ann
        .client
        .post("/negotiations", offer("36000.00"))
        .await
        .expect(201)
        .text("/id");
    let rival = bob
        .client
        .post("/negotiations", offer("35000.00"))
        .await
        .expect(201)
        .text("/id");
    let accept = format!("/negotiations/{talk}/accept");
    let _ = room
        .sales
        .client
        .call(reqwest::Method::POST, &accept)
        .send()
        .await
        .expect(200);
    let refused = async |amount, buyer: &Value| {
        room.sales
            .client
            .post("/sales", sale(&car, amount, buyer))
            .await
            .problem(409)
    };
    assert_eq!(refused("36000.00", &to(&bob)).await, "reserved_for_other");
    assert_eq!(
        refused("36000.00", &json!({ "name": "Ann Example" })).await,
        "reserved_for_other"
    );
    assert_eq!(refused("35999.99", &to(&ann)).await, "price_differs");
    let _ = sold(&room.sales.client, &car, "36000.00", &to(&ann)).await;
    let status = async |client: &Client, id: &str| {
        client
            .get(&format!("/negotiations/{id}"))
            .await
            .expect(200)
            .text("/status")
    };
    assert_eq!(status(&ann.client, &talk).await, "completed");
    assert_eq!(status(&bob.client, &rival).await, "superseded");
    app.finish().await;
}

pub(crate) async fn an_owner_sells_privately_and_the_buyer_confirms(backend: Backend) {
    let app = TestApp::start(backend).await;
    let (ann, bob) = (
        app.customer("ann@example.com").await,
        app.customer("bob@example.com").await,
    );
    let car = json!({ "vin": "1HGCM82633A004352", "make": "Honda", "model": "Accord", "year": 2003 });
    let car = ann.client.post("/vehicles", car).await.expect(201).text("/id");
    let new = json!({
        "vehicle_id": car, "price": dollars("4200.00"), "sale_date": "2026-06-08", "payment_method": "cash",
        "buyer": { "name": "Bob Example", "email": "bob@example.com" }
    });
    assert_eq!(
        bob.client.post("/sales", new.clone()).await.problem(404),
        "not_found"
    );
    let made = ann.client.post("/sales", new).await.expect(201);
    assert_eq!(
        (&made.body["commission"], &made.body["confirmation_pending"]),
        (&Value::Null, &json!(true))
    );
    let letters = app.letters_to("bob@example.com").await;
    let letter = letters
        .iter()
        .find(|l| l.subject.starts_with("Did you buy"))
        .unwrap();
    let token = letter.text.split("Your token: ").nth(1).unwrap();
    let token = json!({ "token": token.split_whitespace().next().unwrap() });
    let eve = app.customer("eve@example.com").await;
    assert_eq!(
        eve.client
            .post("/sales/confirm", token.clone())
            .await
            .problem(403),
        "not_the_buyer"
    );
    let forged = json!({ "token": "AAAA" });
    assert_eq!(
        bob.client.post("/sales/confirm", forged).await.problem(409),
        "purchase_invalid"
    );
    let confirm = bob.client.post("/sales/confirm", token.clone()).await;
    if confirm.status == 403 {
        // The address of a new account is not verified yet.
        verify(&app, &bob).await;
        let _ = bob.client.post("/sales/confirm", token.clone()).await.expect(200);
    }
    let _ = bob.client.post("/sales/confirm", token).await.expect(200);
    let garage = bob.client.get("/vehicles").await.expect(200);
    assert_eq!(garage.text("/results/0/id"), car);
    assert_eq!(ann.client.get("/sales").await.expect(200).body["count"], json!(1));
    assert_eq!(bob.client.get("/sales").await.expect(200).body["count"], json!(1));
    app.finish().await;
}

pub(crate) async fn the_bill_is_for_those_who_see_the_sale(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let (ann, eve) = (
        app.customer("ann@example.com").await,
        app.customer("eve@example.com").await,
    );
    let drive = json!({ "listing_id": car, "start_at": NINE });
    let _ = ann.client.post("/bookings", drive).await.expect(201);
    let made = sold(&room.sales.client, &car, "37000.00", &to(&ann)).await;
    let path = format!("/sales/{}/bill-of-sale.pdf", made.text("/id"));
    let bill = async |client: &Client| {
        let reply = client.get(&path).await;
        assert_eq!(reply.status, 200, "{}", reply.body);
        assert_eq!(reply.header("content-type"), Some("application/pdf"));
        let name = format!("inline; filename=\"bill-of-sale-{}.pdf\"", made.text("/id"));
        assert_eq!(reply.header("content-disposition"), Some(name.as_str()));
        assert!(reply.text("").starts_with("%PDF-"));
        reply.body
    };
    let of_buyer = bill(&ann.client).await;
    for staff in [&room.sales.client, &room.owner.client] {
        assert_eq!(bill(staff).await, of_buyer, "both parties get the same paper");
    }
    assert_eq!(eve.client.get(&path).await.problem(404), "not_found");
    let _ = app.anonymous().get(&path).await.expect(401);

    // A member mends their notes: nothing on the paper changes. Taking it back marks it.
    let notes = json!({ "notes": "winter tyres are in the boot" });
    let sale = format!("/sales/{}", made.text("/id"));
    let _ = room.sales.client.patch(&sale, notes).await.expect(200);
    assert_eq!(bill(&ann.client).await, of_buyer);
    let _ = void(&room.owner.client, &made.text("/id")).await.expect(200);
    assert_ne!(bill(&room.owner.client).await, of_buyer);

    let own = json!({ "vin": "1HGCM82633A004352", "make": "Honda", "model": "Accord", "year": 2003 });
    let own = ann.client.post("/vehicles", own).await.expect(201).text("/id");
    let privately = json!({
        "vehicle_id": own, "price": dollars("4200.00"), "sale_date": "2026-06-08", "payment_method": "cash",
        "buyer": { "name": "Bob Example" }
    });
    let made = ann.client.post("/sales", privately).await.expect(201);
    let path = format!("/sales/{}/bill-of-sale.pdf", made.text("/id"));
    assert!(
        ann.client
            .get(&path)
            .await
            .expect(200)
            .text("")
            .starts_with("%PDF-")
    );
    assert_eq!(room.owner.client.get(&path).await.problem(404), "not_found");
    app.finish().await;
}

/// Marks an address as verified, past the mail.
async fn verify(app: &TestApp, person: &Person) {
    let mut sql = app.db.sql();
    sql.push("UPDATE users SET email_verified = ").bind(true);
    sql.push(" WHERE id = ").bind(person.user.uuid());
    app.db.run(sql).await.unwrap();
}

pub(crate) async fn staff_show_the_plan_that_is_their_own(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let member = format!("/staff/{}", room.sales_id);
    let plan_of =
        async || room.owner.client.get(&member).await.expect(200).body["commission_plan_id"].clone();
    let plan_from = |day: &str| {
        json!({
            "name": "Own", "effective_from": day, "basis": "price", "kind": "marginal",
            "tiers": [{ "rate_bp": 300 }], "staff_id": room.sales_id
        })
    };
    assert_eq!(plan_of().await, Value::Null);
    let own = room
        .owner
        .client
        .post("/commission-plans", plan_from("2026-06-02"))
        .await
        .expect(201);
    assert_eq!(plan_of().await, own.body["id"]);
    let _ = room
        .owner
        .client
        .post("/commission-plans", plan_from("2027-01-01"))
        .await
        .expect(201);
    assert_eq!(plan_of().await, own.body["id"], "not in force yet");
    let listed = room.owner.client.get("/staff").await.expect(200).body;
    let of_member = |line: &&Value| line["id"] == json!(room.sales_id);
    let line = listed["results"]
        .as_array()
        .unwrap()
        .iter()
        .find(of_member)
        .unwrap();
    assert_eq!(line["commission_plan_id"], own.body["id"]);
    app.finish().await;
}

/// What a change leaves out stays as it was; what belonged to another kind falls away.
async fn a_plan_is_changed_in_part(owner: &Client, made: &Value) {
    let renamed = json!({ "name": "House of June" });
    let path = format!("/commission-plans/{}", made["id"].as_str().unwrap());
    assert_eq!(
        owner.patch(&path, renamed).await.expect(200).text("/name"),
        "House of June"
    );
    let lower = json!({ "maximum": dollars("800.00"), "bonus": null });
    let lower = owner.patch(&path, lower).await.expect(200);
    assert_eq!(lower.text("/maximum/amount"), "800.00");
    assert_eq!(lower.body["bonus"], Value::Null);
    assert_eq!(lower.body["tiers"], made["tiers"], "what is left out stays");
    let stray = owner.patch(&path, json!({ "rate_bp": 100 })).await;
    assert_eq!(stray.expect(400).text("/errors/0/pointer"), "/rate_bp");
    let percentage = json!({ "kind": "percentage", "rate_bp": 100 });
    let percentage = owner.patch(&path, percentage).await.expect(200);
    assert_eq!(percentage.body["tiers"], json!([]));
    assert_eq!(percentage.text("/maximum/amount"), "800.00");
    let least = json!({ "minimum": dollars("100.00") });
    let least = owner.patch(&path, least).await.expect(200);
    assert_eq!(least.body["rate_bp"], json!(100));
    assert_eq!(least.text("/minimum/amount"), "100.00");
}

pub(crate) async fn commission_follows_the_plan_and_everybody_sees_their_own(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let eve = app.customer("eve@empire.example.com").await;
    let eve_id = app.employ(&eve, room.dealer, "sales", &[]).await.to_string();
    let plan = json!({
        "name": "House", "effective_from": "2026-06-01", "basis": "price", "kind": "marginal",
        "tiers": [{ "up_to": dollars("10000.00"), "rate_bp": 100 }, { "rate_bp": 300 }],
        "maximum": dollars("900.00"), "bonus": { "from_unit": 2, "amount": dollars("50.00") }
    });
    assert_eq!(
        room.sales
            .client
            .post("/commission-plans", plan.clone())
            .await
            .problem(403),
        "forbidden"
    );
    let made = room
        .owner
        .client
        .post("/commission-plans", plan.clone())
        .await
        .expect(201);
    assert_eq!(
        room.owner
            .client
            .post("/commission-plans", plan)
            .await
            .problem(409),
        "plan_exists"
    );
    let wrong = json!({ "name": "x", "effective_from": "2026-06-01", "basis": "price", "kind": "flat", "rate_bp": 1 });
    let wrong = room.owner.client.post("/commission-plans", wrong).await;
    assert!(
        wrong.body.to_string().contains("/amount") && wrong.body.to_string().contains("/rate_bp"),
        "{}",
        wrong.body
    );

    let split = |listing: String| {
        let mut new = sale(&listing, "30000.00", &json!({ "name": "Walk-in" }));
        new["splits"] = json!([{ "staff_id": room.sales_id, "share_bp": 6667 }, { "staff_id": eve_id, "share_bp": 3333 }]);
        new
    };
    let first = room
        .sales
        .client
        .post("/sales", split(room.car(1).await))
        .await
        .expect(201);
    assert_eq!(first.text("/commission/amount"), "700.00");
    assert_eq!(first.text("/commission_plan_id"), made.text("/id"));
    let _ = room
        .sales
        .client
        .post("/sales", split(room.car(2).await))
        .await
        .expect(201);
    let own = eve.client.get("/commissions").await.expect(200);
    assert_eq!(
        (&own.body["count"], own.text("/totals/0/balance/amount")),
        (&json!(2), "466.62".to_owned())
    );
    let other = format!("/commissions?staff={}", room.sales_id);
    assert_eq!(eve.client.get(&other).await.problem(403), "forbidden");
    let all = room.owner.client.get(&other).await.expect(200);
    assert_eq!(all.text("/totals/0/bonus/amount"), "50.00");
    assert_eq!(all.text("/totals/0/earned/amount"), "933.38");
    assert_eq!(
        eve.client.get("/sales").await.expect(200).body["count"],
        json!(2),
        "a share is a part"
    );
    let mine =
        format!("/sales?staff={eve_id}&make=ford&payment_method=bank_transfer&from=2026-06-01&status=closed");
    assert_eq!(
        room.owner.client.get(&mine).await.expect(200).body["count"],
        json!(2)
    );
    a_plan_is_changed_in_part(&room.owner.client, &made.body).await;
    app.finish().await;
}

pub(crate) async fn figures_are_what_happened(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let ann = app.customer("ann@example.com").await;
    let (first, second, third) = (room.car(1).await, room.car(2).await, room.car(3).await);
    let drive = json!({ "listing_id": first, "start_at": NINE });
    let drive = ann.client.post("/bookings", drive).await.expect(201).text("/id");
    let waiting = json!({ "listing_id": third, "start_at": "2026-06-09T16:00:00Z" });
    let _ = ann.client.post("/bookings", waiting).await.expect(201);
    let approve = format!("/bookings/{drive}/approve");
    let _ = room
        .sales
        .client
        .call(reqwest::Method::POST, &approve)
        .send()
        .await
        .expect(200);
    let talk = json!({ "listing_id": second, "amount": dollars("36000.00") });
    let talk = ann
        .client
        .post("/negotiations", talk)
        .await
        .expect(201)
        .text("/id");
    let counter = json!({ "amount": dollars("37000.00") });
    let _ = room
        .sales
        .client
        .post(&format!("/negotiations/{talk}/offers"), counter)
        .await
        .expect(200);
    let stats = room.owner.client.get("/dealers/me/stats").await.expect(200);
    assert_eq!(stats.body["open_negotiations"], json!(1));
    assert_eq!(stats.body["bookings_to_decide"], json!(1));
    let sold_one = sold(&room.sales.client, &second, "37000.00", &to(&ann))
        .await
        .text("/id");
    let lost = sold(
        &room.sales.client,
        &third,
        "38000.00",
        &json!({ "name": "Walk-in" }),
    )
    .await
    .text("/id");
    let _ = void(&room.owner.client, &lost).await.expect(200);
    let stats = room.owner.client.get("/dealers/me/stats").await.expect(200);
    assert_eq!(
        stats.body["this_month"],
        json!({ "units": 1, "revenue": [dollars("37000.00")] })
    );
    assert_eq!(stats.body["last_month"]["units"], json!(0));
    assert_eq!(
        stats.body["listings"],
        json!([{ "status": "active", "count": 2 }, { "status": "sold", "count": 1 }])
    );
    assert_eq!(
        room.sales.client.get("/dealers/me/stats").await.problem(403),
        "forbidden"
    );
    let summary = room
        .sales
        .client
        .get("/dealers/me/inventory-summary")
        .await
        .expect(200);
    assert_eq!(
        summary.body["by_age"][0],
        json!({ "days": "0-30", "count": 2, "value": [dollars("77000.00")] })
    );
    assert_eq!(summary.body["by_age"][3]["count"], json!(0));
    let path = format!("/staff/{}/metrics?from=2026-06-01&to=2026-06-30", room.sales_id);
    let metrics = room.sales.client.get(&path).await.expect(200);
    assert_eq!(
        (&metrics.body["units_sold"], &metrics.body["revenue"]),
        (&json!(1), &json!([dollars("37000.00")]))
    );
    assert_eq!(metrics.text("/commission/0/balance/amount"), "740.00");
    assert_eq!(metrics.text("/commission/0/clawed_back/amount"), "-760.00");
    assert_eq!(metrics.body["test_drives"]["requested"], json!(1));
    assert_eq!(metrics.body["median_answer_seconds"], json!(0.0));
    let metrics = format!("/staff/{}/metrics", room.sales_id);
    for figures in [
        metrics.as_str(),
        "/commissions",
        "/sales",
        "/sales/export",
        "/bookings",
    ] {
        let one_day = format!("{figures}?from=2026-06-30&to=2026-06-30");
        let _ = room.sales.client.get(&one_day).await.expect(200);
        let none = format!("{figures}?from=2026-06-30&to=2026-06-29");
        let refused = room.sales.client.get(&none).await.expect(400);
        assert_eq!(refused.text("/errors/0/pointer"), "to", "{figures}");
        assert_eq!(refused.text("/errors/0/code"), "to_before_from", "{figures}");
    }
    assert_eq!(ann.client.get(&path).await.problem(404), "not_found");
    assert!(!sold_one.is_empty());
    app.finish().await;
}
