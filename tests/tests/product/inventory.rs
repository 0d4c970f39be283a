//! Vehicles, listings by their dealer's word, and what users keep.

use forecourt_tests::world::verified;
use forecourt_tests::{Client, Person, TestApp};
use kernel::id::DealerId;
use reqwest::Method;
use serde_json::{Value, json};
use test_databases::Backend;

const VIN: &str = "1HGCM82633A004352";

/// A verified dealer with one site, its owner, and one of its salespeople.
struct Yard {
    dealer: DealerId,
    site: String,
    owner: Person,
    sales: Person,
}

async fn yard(app: &TestApp) -> Yard {
    let owner = app.customer("olga@example.com").await;
    let new = json!({
        "name": "Oak Cars", "legal_name": "Oak Cars Inc.", "phone": "+1 512 555 0100", "email": "hello@oak.example.com",
        "address": {"line1": "1 Main Street", "city": "Austin", "state": "TX", "postal_code": "78701", "country": "US"},
        "currency": "USD", "country": "US"
    });
    let id = owner.client.post("/dealers", new).await.expect(201).text("/id");
    let admin = app.admin().await;
    verified(&owner.client, &admin.client, &id).await;
    let site = json!({
        "kind": "showroom", "name": "Downtown", "timezone": "America/Chicago",
        "address": {"line1": "1 Main Street", "city": "Austin", "state": "TX", "postal_code": "78701", "country": "US"}
    });
    let site = owner.client.post("/sites", site).await.expect(201).text("/id");
    let dealer: DealerId = id.parse().unwrap();
    let sales = app.customer("sam@example.com").await;
    app.employ(&sales, dealer, "sales", &[]).await;
    Yard {
        dealer,
        site,
        owner,
        sales,
    }
}

fn accord(vin: &str) -> Value {
    json!({
        "vin": vin, "make": "Honda", "model": "Accord", "year": 2003, "body_type": "sedan",
        "odometer": {"value": 98_000, "unit": "mi"}
    })
}

fn new_listing(yard: &Yard, vin: &str) -> Value {
    json!({
        "vehicle": accord(vin), "site_id": yard.site, "condition": "used", "status": "active",
        "asking_price": {"amount": "6500.00", "currency": "USD"}, "floor_price": {"amount": "5800.00", "currency": "USD"},
        "features": ["Sunroof"]
    })
}

pub(crate) async fn anyone_can_read_the_vocabulary_and_decode_a_vin(backend: Backend) {
    let app = TestApp::start(backend).await;
    let anyone = app.anonymous();
    let meta = anyone.get("/meta").await.expect(200);
    assert_eq!(meta.body.pointer("/year/max"), Some(&json!(2028)));
    assert_eq!(meta.body.pointer("/drivetrain/3"), Some(&json!("four_wd")));
    assert!(meta.header("cache-control").unwrap().starts_with("public"));
    let decoded = anyone.get("/vin/1hgcm82633a004352").await.expect(200);
    assert_eq!(decoded.text("/vin"), "1HGCM82633A004352");
    assert_eq!(decoded.text("/manufacturer"), "Honda");
    assert_eq!(decoded.body.pointer("/model_year"), Some(&json!(2003)));
    assert_eq!(decoded.body.pointer("/check_digit/valid"), Some(&json!(true)));
    let wrong = anyone.get("/vin/1HGCM82633A00435I").await.expect(400);
    assert_eq!(wrong.text("/errors/0/code"), "vin_character");
    app.finish().await;
}

pub(crate) async fn a_listing_lives_by_its_dealers_word(backend: Backend) {
    let app = TestApp::start(backend).await;
    let yard = yard(&app).await;
    let sales = &yard.sales.client;
    let stranger = app.customer("carl@example.com").await;
    let body = new_listing(&yard, VIN);
    assert_eq!(
        stranger.client.post("/listings", body.clone()).await.problem(403),
        "forbidden"
    );
    let made = sales
        .call(Method::POST, "/listings")
        .header("idempotency-key", "first")
        .json(body.clone())
        .send()
        .await
        .expect(201);
    let again = sales
        .call(Method::POST, "/listings")
        .header("idempotency-key", "first")
        .json(body.clone())
        .send()
        .await
        .expect(201);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.body, made.body);
    assert_eq!(made.text("/title"), "2003 Honda Accord");
    assert_eq!(made.text("/asking_price/amount"), "6500.00");
    assert_eq!(made.text("/dealer_id"), yard.dealer.to_string());
    assert_eq!(made.body.pointer("/vehicle/warnings"), Some(&json!([])));
    assert_eq!(sales.post("/listings", body).await.problem(409), "vin_taken");
    let path = format!("/listings/{}", made.text("/id"));

    let cheaper = json!({"asking_price": {"amount": "6000.00", "currency": "USD"}});
    let patch = |etag: String| {
        sales
            .call(Method::PATCH, &path)
            .header("if-match", &etag)
            .json(cheaper.clone())
            .send()
    };
    let etag = made.header("etag").unwrap().to_owned();
    let changed = patch(etag.clone()).await.expect(200);
    assert_eq!(changed.body.pointer("/version"), Some(&json!(2)));
    assert_eq!(patch(etag).await.problem(412), "stale_version");
    let below = sales
        .patch(
            &path,
            json!({"asking_price": {"amount": "5000", "currency": "USD"}}),
        )
        .await
        .expect(400);
    assert_eq!(below.text("/errors/0/pointer"), "/floor_price/amount");
    let sold = sales.patch(&path, json!({"status": "sold"})).await.expect(409);
    assert_eq!(sold.text("/code"), "illegal_transition");
    assert!(sold.text("/detail").contains("removed"));
    let featured = json!({"featured": true});
    assert_eq!(
        sales.patch(&path, featured.clone()).await.problem(403),
        "forbidden"
    );
    let _ = yard.owner.client.patch(&path, featured).await.expect(200);
    assert_eq!(
        stranger
            .client
            .patch(&path, json!({"title": "Mine"}))
            .await
            .problem(404),
        "not_found"
    );

    let _ = sales.delete(&path).await.expect(204);
    let _ = sales.delete(&path).await.expect(204);
    let back = sales.patch(&path, json!({"status": "active"})).await.expect(200);
    assert_eq!(back.text("/status"), "active");
    app.finish().await;
}

pub(crate) async fn everything_wrong_with_a_listing_is_told_at_once(backend: Backend) {
    let app = TestApp::start(backend).await;
    let yard = yard(&app).await;
    let sales = &yard.sales.client;
    let shape = json!({
        "vehicle": {"vin": VIN, "make": "", "model": "Accord", "year": "2003", "wheels": 4}, "condition": "shiny",
        "asking_price": {"amount": "cheap", "currency": "USD"}
    });
    let refused = sales.post("/listings", shape).await.expect(400);
    let pointers = pointers(&refused.body);
    for wanted in [
        "/asking_price/amount",
        "/condition",
        "/vehicle/make",
        "/vehicle/wheels",
        "/vehicle/year",
    ] {
        assert!(pointers.contains(&wanted), "{wanted} in {pointers:?}");
    }
    let mut rules = new_listing(&yard, "1HGCM82633A00435I");
    rules
        .as_object_mut()
        .unwrap()
        .insert("site_id".into(), Value::Null);
    let refused = sales.post("/listings", rules).await.expect(400);
    assert_eq!(self::pointers(&refused.body), ["/site_id", "/vehicle/vin"]);
    app.finish().await;
}

fn pointers(problem: &Value) -> Vec<&str> {
    let errors = problem.pointer("/errors").and_then(Value::as_array);
    errors
        .into_iter()
        .flatten()
        .filter_map(|e| e.pointer("/pointer")?.as_str())
        .collect()
}

pub(crate) async fn a_bulk_change_is_all_or_nothing(backend: Backend) {
    let app = TestApp::start(backend).await;
    let yard = yard(&app).await;
    let mut ids = Vec::new();
    for vin in ["1HGCM82633A004352", "1HGCM82633A004353"] {
        let made = yard
            .sales
            .client
            .post("/listings", new_listing(&yard, vin))
            .await
            .expect(201);
        ids.push(made.text("/id"));
    }
    let manager = &yard.owner.client;
    let items = |second: &str| {
        let statuses = ["removed", second];
        let items: Vec<Value> = ids
            .iter()
            .zip(statuses)
            .map(|(id, status)| {
                let price = json!({"amount": "6000.00", "currency": "USD"});
                let sold = (status == "sold").then_some(price);
                json!({"listing_id": id, "status": status, "price": sold})
            })
            .collect();
        json!({ "items": items })
    };
    assert_eq!(
        yard.sales
            .client
            .post("/listings/bulk-status", items("removed"))
            .await
            .problem(403),
        "forbidden"
    );
    let mut stray = items("active");
    stray["items"][1]["price"] = json!({"amount": "1.00", "currency": "USD"});
    stray["items"][1]["sale_date"] = json!("2026-06-01");
    let refused = manager.post("/listings/bulk-status", stray).await.expect(400);
    let told = [
        refused.text("/errors/0/pointer"),
        refused.text("/errors/1/pointer"),
    ];
    assert_eq!(told, ["/items/1/price", "/items/1/sale_date"]);
    let mut early = items("sold");
    early["items"][1]["sale_date"] = json!("2099-01-01");
    let refused = manager.post("/listings/bulk-status", early).await.expect(409);
    assert_eq!(refused.text("/code"), "bulk_refused");
    assert_eq!(refused.text("/errors/0/pointer"), "/items/1/sale_date");
    assert_eq!(refused.text("/errors/0/code"), "in_the_future");
    let done = manager
        .post("/listings/bulk-status", items("sold"))
        .await
        .expect(200);
    assert_eq!(done.text("/results/0/status"), "removed");
    assert_eq!(done.text("/results/1/status"), "sold");
    assert_eq!(done.body.pointer("/results/0/version"), Some(&json!(2)));
    let sales = manager.get("/sales").await.expect(200);
    assert_eq!(sales.text("/results/0/listing_id"), ids[1]);
    assert_eq!(sales.text("/results/0/commission/amount"), "120.00");
    app.finish().await;
}

async fn path_of_car(client: &Client) -> String {
    let car = client.post("/vehicles", accord(VIN)).await.expect(201);
    format!("/vehicles/{}", car.text("/id"))
}

pub(crate) async fn a_garage_keeps_the_odometer_honest(backend: Backend) {
    let app = TestApp::start(backend).await;
    let ann = app.customer("ann@example.com").await;
    let bob = app.customer("bob@example.com").await;
    let path = path_of_car(&ann.client).await;
    assert_eq!(
        ann.client.post("/vehicles", accord(VIN)).await.problem(409),
        "vin_taken"
    );
    let _ = path_of_car(&bob.client).await;
    assert_eq!(bob.client.get(&path).await.problem(404), "not_found");
    let lower =
        |reason: Value| json!({"odometer": {"value": 90_000, "unit": "mi"}, "odometer_correction": reason});
    assert_eq!(
        ann.client.patch(&path, lower(Value::Null)).await.problem(409),
        "odometer_rollback"
    );
    let corrected = ann
        .client
        .patch(&path, lower(json!("a digit was mistyped")))
        .await
        .expect(200);
    assert_eq!(corrected.body.pointer("/odometer/value"), Some(&json!(90_000)));
    let wrong_year = ann
        .client
        .patch(&path, json!({"year": 2010, "make": "Ford"}))
        .await
        .expect(200);
    assert_eq!(wrong_year.text("/warnings/0/code"), "vin_model_year");
    assert_eq!(wrong_year.text("/warnings/1/code"), "vin_make");

    let entry = json!({
        "description": "Oil and filter", "completion_date": "2026-05-12", "status": "completed",
        "odometer": {"value": 98_500, "unit": "mi"}, "cost": {"amount": "89.90", "currency": "USD"}
    });
    let entry = ann
        .client
        .post(&format!("{path}/service-records"), entry)
        .await
        .expect(201);
    let entry_path = format!("/service-records/{}", entry.text("/id"));
    assert_eq!(bob.client.get(&entry_path).await.problem(404), "not_found");
    let all = ann.client.get("/service-records").await.expect(200);
    assert_eq!(all.body.pointer("/count"), Some(&json!(1)));
    let history = ann.client.get(&format!("{path}/history")).await.expect(200);
    let kinds: Vec<&str> = (0..4)
        .filter_map(|n| history.body.pointer(&format!("/results/{n}/kind"))?.as_str())
        .collect();
    assert_eq!(kinds, ["serviced", "odometer", "odometer_corrected", "odometer"]);
    assert_eq!(
        ann.client
            .patch(&entry_path, json!({"status": "scheduled"}))
            .await
            .problem(409),
        "illegal_transition"
    );
    let _ = ann.client.delete(&entry_path).await.expect(204);
    let _ = ann.client.delete(&path).await.expect(204);
    assert_eq!(ann.client.get(&path).await.problem(404), "not_found");
    app.finish().await;
}

pub(crate) async fn a_customer_keeps_listings_and_searches(backend: Backend) {
    let app = TestApp::start(backend).await;
    let yard = yard(&app).await;
    let ann = app.customer("ann@example.com").await.client;
    let made = yard
        .sales
        .client
        .post("/listings", new_listing(&yard, VIN))
        .await
        .expect(201);
    let path = format!("/listings/{}", made.text("/id"));
    let saved = format!("{path}/saved");
    let _ = app.anonymous().put(&saved).await.expect(401);
    let _ = ann.put(&saved).await.expect(204);
    let _ = ann.put(&saved).await.expect(204);
    let kept = ann.get("/listings/saved").await.expect(200);
    assert_eq!(kept.body.pointer("/count"), Some(&json!(1)));
    assert_eq!(kept.text("/results/0/listing/id"), made.text("/id"));
    assert_eq!(
        kept.body.pointer("/results/0/listing/floor_price"),
        Some(&Value::Null)
    );
    let _ = yard.sales.client.delete(&path).await.expect(204);
    let kept = ann.get("/listings/saved").await.expect(200);
    assert_eq!(kept.body.pointer("/count"), Some(&json!(0)));
    let _ = ann.delete(&saved).await.expect(204);

    let wrong = ann
        .post("/saved-searches", json!({"filters": {"maker": ["Honda"]}}))
        .await
        .expect(400);
    assert_eq!(wrong.text("/errors/0/pointer"), "/filters/maker");
    let search = json!({"name": "Hondas", "filters": {"make": ["Honda"], "max_price": ["8000"]}});
    let search = ann.post("/saved-searches", search).await.expect(201);
    let listed = ann.get("/saved-searches").await.expect(200);
    assert_eq!(listed.text("/results/0/name"), "Hondas");
    let gone = format!("/saved-searches/{}", search.text("/id"));
    let _ = ann.delete(&gone).await.expect(204);
    assert_eq!(ann.delete(&gone).await.problem(404), "not_found");
    app.finish().await;
}

pub(crate) async fn no_drive_outlives_the_offer_of_its_car(backend: Backend) {
    let app = TestApp::start(backend).await;
    let yard = yard(&app).await;
    let made = yard
        .sales
        .client
        .post("/listings", new_listing(&yard, VIN))
        .await
        .expect(201);
    let listing = made.text("/id");
    let path = format!("/listings/{listing}");
    let mut running = tokio::task::JoinSet::new();
    for hour in 14..22 {
        let ann = app.customer(&format!("ann{hour}@example.com")).await.client;
        let wanted = json!({"listing_id": listing, "start_at": format!("2026-06-09T{hour}:00:00Z")});
        running.spawn(async move { ann.post("/bookings", wanted).await.status });
    }
    let sales = yard.sales.client.clone();
    let removed = tokio::spawn({
        let path = path.clone();
        async move { sales.delete(&path).await.status }
    });
    let booked: Vec<u16> = running.join_all().await;
    assert_eq!(removed.await.unwrap(), 204);
    assert!(
        booked.iter().all(|status| [201, 404, 409].contains(status)),
        "{booked:?}"
    );
    let taken = booked.iter().filter(|status| **status == 201).count();
    let drives = yard
        .sales
        .client
        .get(&format!("/bookings?listing={listing}"))
        .await
        .expect(200);
    assert_eq!(drives.body.pointer("/count"), Some(&json!(taken)));
    for n in 0..taken {
        assert_eq!(drives.text(&format!("/results/{n}/status")), "cancelled");
    }
    app.finish().await;
}
