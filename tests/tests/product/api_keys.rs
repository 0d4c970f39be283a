//! Keys of dealers' programs, from the making to the last call that is refused.

use std::time::Duration;

use chrono::TimeDelta;

use forecourt_tests::world::{Dealer, car, dealer, id_of};
use forecourt_tests::{Reply, TestApp};
use kernel::ports::Clock as _;
use reqwest::Method;
use serde_json::{Value, json};
use test_databases::Backend;

use crate::stock_files::{import, report};

const DAY: i64 = 24 * 3_600;

async fn make(dealer: &Dealer, rights: &[&str]) -> Reply {
    let new = json!({ "name": "Stock feed", "rights": rights });
    dealer.owner.post("/api-keys", new).await.expect(201)
}

fn offer(dealer: &Dealer, serial: u32) -> Value {
    json!({
        "vehicle": car(serial), "site_id": dealer.site, "condition": "used", "status": "active",
        "asking_price": { "amount": "7000.00", "currency": "USD" }
    })
}

pub(crate) async fn a_program_keeps_the_stock_of_its_dealer(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let (oak, elm) = (
        dealer(&app, &admin, "Oak").await,
        dealer(&app, &admin, "Elm").await,
    );
    let theirs = id_of(&elm.listing(9).await);
    let made = make(&oak, &["listings:write"]).await;
    let program = app.bearer(&made.text("/key"));

    let put = async || {
        let call = program.call(Method::POST, "/listings").json(offer(&oak, 1));
        call.header("idempotency-key", "first").send().await.expect(201)
    };
    let listing = put().await;
    let again = put().await;
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(again.body, listing.body);
    let path = format!("/listings/{}", id_of(&listing.body));
    let cheaper = json!({ "asking_price": { "amount": "6500.00", "currency": "USD" } });
    let _ = program.patch(&path, cheaper.clone()).await.expect(200);
    let stock = program.get("/dealers/me/inventory").await.expect(200).body;
    assert_eq!(stock["count"], 1, "{stock}");
    let file = program.get("/listings/export").await.expect(200).body;
    let file = file.as_str().unwrap().to_owned();
    assert!(file.contains("Accord"), "{file}");
    let job = import(&app, &program, file, &[]).await;
    assert_eq!(report(&program, &job).await.len(), 1);
    let path_of_job = format!("/jobs/{}", id_of(&job));
    let other = make(&oak, &["listings:write"]).await;
    let other = app.bearer(&other.text("/key"));
    for path in [path_of_job.clone(), format!("{path_of_job}/report")] {
        for who in [&oak.owner, &other] {
            assert_eq!(who.get(&path).await.problem(404), "not_found", "{path}");
        }
        let _ = admin.get(&path).await.expect(200);
    }

    // Another dealer's things are not there, and what no right opens is told by its name.
    let path = format!("/listings/{theirs}");
    assert_eq!(program.patch(&path, cheaper).await.problem(404), "not_found");
    let named = format!("/dealers/me/inventory-summary?dealer={}", elm.id);
    assert_eq!(program.get(&named).await.problem(404), "not_found");
    let refused = program.get("/bookings").await.expect(403);
    assert!(
        refused.text("/detail").contains("manage_bookings"),
        "{}",
        refused.body
    );
    for own in ["/me", "/notifications", "/bookings/me"] {
        assert_eq!(program.get(own).await.problem(403), "person_required", "{own}");
    }
    let new = json!({ "name": "Another", "rights": ["sites:read"] });
    assert_eq!(program.post("/api-keys", new).await.problem(403), "forbidden");

    // The log tells the program from people, and where it called from.
    let told = oak
        .owner
        .get("/audit-log?action=listing.update")
        .await
        .expect(200)
        .body;
    let line = &told["results"][0];
    assert_eq!(
        (&line["actor"], &line["user_id"]),
        (&json!("api_key"), &Value::Null)
    );
    assert_eq!(line["api_key_id"], made.body["id"]);
    assert_eq!(line["ip"], "127.0.0.1");
    let of_key = format!("/audit-log?api_key_id={}", id_of(&made.body));
    let of_key = oak.owner.get(&of_key).await.expect(200).body;
    assert!(of_key["count"].as_u64().unwrap() >= 2, "{of_key}");
    app.finish().await;
}

pub(crate) async fn a_program_keeps_the_webhooks_of_its_dealer(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let (oak, elm) = (
        dealer(&app, &admin, "Oak").await,
        dealer(&app, &admin, "Elm").await,
    );
    let writer = app.bearer(&make(&oak, &["webhooks:write"]).await.text("/key"));
    let reader = app.bearer(&make(&oak, &["webhooks:read"]).await.text("/key"));
    let other = app.bearer(&make(&elm, &["webhooks:write"]).await.text("/key"));
    let without = app.bearer(&make(&oak, &["listings:write"]).await.text("/key"));

    let new = json!({ "url": "https://hooks.example.com/in", "events": ["booking.*"] });
    for refused in [&reader, &without] {
        let refused = refused.post("/webhooks", new.clone()).await;
        assert_eq!(refused.problem(403), "forbidden");
    }
    let made = writer.post("/webhooks", new).await.expect(201);
    assert_eq!(made.body["dealer_id"], json!(oak.id));
    let path = format!("/webhooks/{}", id_of(&made.body));
    for seeing in [&reader, &oak.owner] {
        let _ = seeing.get(&path).await.expect(200);
        assert_eq!(seeing.get("/webhooks").await.expect(200).body["count"], 1);
    }
    assert_eq!(without.get(&path).await.problem(403), "forbidden");
    assert_eq!(other.get(&path).await.problem(404), "not_found");
    let quiet = json!({ "active": false });
    assert_eq!(reader.patch(&path, quiet.clone()).await.problem(403), "forbidden");
    assert_eq!(other.patch(&path, quiet.clone()).await.problem(404), "not_found");
    let _ = writer.patch(&path, quiet).await.expect(200);
    let _ = writer.delete(&path).await.expect(204);
    app.finish().await;
}

pub(crate) async fn an_api_key_is_shown_once_and_its_owners_hear_of_it(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let oak = dealer(&app, &admin, "Oak").await;
    let made = make(&oak, &["sites:read", "listings:read", "sites:read"]).await;
    assert_eq!(made.body["rights"], json!(["listings:read", "sites:read"]));
    let (key, path) = (made.text("/key"), format!("/api-keys/{}", id_of(&made.body)));
    assert!(
        key.starts_with(&made.text("/prefix")) && key.len() == 101,
        "{key}"
    );
    assert!(made.header("location").unwrap().ends_with(&path));
    let program = app.bearer(&key);
    let _ = program.get("/dealers/me").await.expect(200);

    let proof = key.rsplit('_').next().unwrap();
    let shown = oak.owner.get(&path).await.expect(200);
    let listed = oak.owner.get("/api-keys").await.expect(200);
    let log = oak.owner.get("/audit-log").await.expect(200);
    for answer in [&shown, &listed, &log] {
        assert!(!answer.body.to_string().contains(proof), "{}", answer.body);
    }
    assert_eq!(listed.body["count"], 1);
    assert_eq!(
        shown.header("etag").is_some(),
        listed.body["results"][0]["version"] == 1
    );
    for table in [
        "api_keys",
        "audit_log",
        "outbox",
        "jobs",
        "idempotency",
        "notifications",
    ] {
        let mut sql = app.db.sql();
        sql.push(&format!("SELECT COUNT(*) AS found FROM {table} t WHERE "));
        let whole = if app.db.is_postgres() { "t::text" } else { "" };
        if whole.is_empty() {
            sql.push("1 = 0");
            for column in columns(&app, table).await {
                sql.push(&format!(" OR CAST({column} AS TEXT) LIKE "))
                    .bind(format!("%{proof}%"));
            }
        } else {
            sql.push(whole).push(" LIKE ").bind(format!("%{proof}%"));
        }
        let row = app.db.one(sql).await.unwrap().unwrap();
        assert_eq!(row.try_get_by::<i64, _>("found").unwrap(), 0, "{table}");
    }

    let letters = app.letters_to(&oak.owner_email).await;
    let letter = letters.iter().find(|letter| letter.subject.contains("API key"));
    let letter = letter.expect("a letter to the owner, who made it");
    assert!(letter.text.contains("Stock feed") && letter.text.contains("sites:read"));
    assert!(!letter.text.contains(proof));

    // Its use is noted beside the call.
    let mut used = Value::Null;
    for _ in 0..100 {
        used = oak.owner.get(&path).await.expect(200).body["last_used_at"].clone();
        if used != Value::Null {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_ne!(used, Value::Null, "its use was noted");

    let wrong = json!({ "name": "", "rights": ["listings:burn"] });
    let wrong = oak.owner.post("/api-keys", wrong).await.expect(400).body;
    let pointers: Vec<&str> = wrong["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(pointers, ["/name", "/rights/0"], "{wrong}");
    let past = json!({ "name": "Late", "rights": ["sites:read"], "expires_at": "2020-01-01T00:00:00Z" });
    let past = oak.owner.post("/api-keys", past).await.expect(400);
    assert_eq!(past.text("/errors/0/pointer"), "/expires_at");
    let new = json!({ "name": "By hand", "rights": ["sites:read"] });
    let nobodys = admin.post("/api-keys", new.clone()).await.expect(400);
    assert_eq!(nobodys.text("/errors/0/pointer"), "/dealer_id");
    let mut named = new;
    named["dealer_id"] = json!(oak.id);
    let _ = admin.post("/api-keys", named).await.expect(201);
    let all = format!("/api-keys?dealer={}", oak.id);
    assert_eq!(admin.get(&all).await.expect(200).body["count"], 2);
    app.finish().await;
}

/// The columns of a table on SQLite.
async fn columns(app: &TestApp, table: &str) -> Vec<String> {
    let mut sql = app.db.sql();
    sql.push("SELECT name FROM pragma_table_info(")
        .bind(table)
        .push(")");
    let rows = app.db.all(sql).await.unwrap();
    rows.iter().map(|row| row.try_get_by("name").unwrap()).collect()
}

pub(crate) async fn an_api_key_that_is_over_is_refused(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let oak = dealer(&app, &admin, "Oak").await;
    let elm = dealer(&app, &admin, "Elm").await;
    let made = make(&oak, &["listings:read"]).await;
    let key = made.text("/key");
    let program = app.bearer(&key);
    let stock = "/dealers/me/inventory";
    let _ = program.get(stock).await.expect(200);

    let mut other = key.clone();
    let last = if other.ends_with('0') { '1' } else { '0' };
    other.pop();
    other.push(last);
    let stranger = format!("fck_{}_{}", "0".repeat(32), "0".repeat(64));
    for wrong in [other.as_str(), stranger.as_str(), "fck_", "fck_x_y"] {
        let refused = app.bearer(wrong).get(stock).await;
        assert_eq!(refused.problem(401), "unauthenticated", "{wrong}");
    }

    let path = format!("/api-keys/{}", id_of(&made.body));
    assert_eq!(elm.owner.delete(&path).await.problem(404), "not_found");
    let stale = oak.owner.call(Method::DELETE, &path).header("if-match", "\"7\"");
    assert_eq!(stale.send().await.problem(412), "stale_version");
    let _ = oak.owner.delete(&path).await.expect(204);
    assert_eq!(program.get(stock).await.problem(401), "unauthenticated");
    assert_eq!(oak.owner.delete(&path).await.problem(404), "not_found");

    let until = app.clock.now() + TimeDelta::seconds(DAY);
    let brief = json!({ "name": "Brief", "rights": ["listings:read"], "expires_at": until });
    let owner = app.bearer(&app.sign_in(&oak.owner_email).await);
    let brief = owner.post("/api-keys", brief).await.expect(201).text("/key");
    let program = app.bearer(&brief);
    let _ = program.get(stock).await.expect(200);
    app.advance(DAY).await;
    assert_eq!(program.get(stock).await.problem(401), "unauthenticated");
    app.finish().await;
}

pub(crate) async fn an_api_key_for_reading_changes_nothing(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let oak = dealer(&app, &admin, "Oak").await;
    let listing = id_of(&oak.listing(1).await);
    let caller = json!({ "name": "Carl Caller", "phone": "+1 212 555 0102" });
    let booking = json!({ "listing_id": listing, "start_at": "2026-06-09T15:00:00Z", "customer": caller });
    let reader = app.bearer(
        &make(
            &oak,
            &[
                "listings:read",
                "bookings:read",
                "sales:read",
                "negotiations:read",
            ],
        )
        .await
        .text("/key"),
    );
    let writer = app.bearer(&make(&oak, &["bookings:write"]).await.text("/key"));
    for list in [
        "/bookings",
        "/sales",
        "/negotiations",
        "/commissions",
        "/dealers/me/inventory",
        "/dealers/me/stats",
    ] {
        let _ = reader.get(list).await.expect(200);
    }
    assert_eq!(
        reader.post("/bookings", booking.clone()).await.problem(403),
        "forbidden"
    );
    let cheaper = json!({ "asking_price": { "amount": "6000.00", "currency": "USD" } });
    let path = format!("/listings/{listing}");
    assert_eq!(reader.patch(&path, cheaper).await.problem(403), "forbidden");

    let drive = writer.post("/bookings", booking).await.expect(201);
    assert_eq!(drive.text("/status"), "approved");
    let found = reader
        .get(&format!("/bookings/{}", id_of(&drive.body)))
        .await
        .expect(200);
    assert_eq!(found.body["id"], drive.body["id"]);
    let cancel = format!("/bookings/{}/cancel", id_of(&drive.body));
    let reason = json!({ "reason": "The car is at the workshop" });
    assert_eq!(
        reader.post(&cancel, reason.clone()).await.problem(403),
        "forbidden"
    );
    let _ = writer.post(&cancel, reason).await.expect(200);
    app.finish().await;
}
