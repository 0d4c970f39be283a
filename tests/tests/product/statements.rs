//! What a page costs in SQL statements: as many with many rows as with few. The figures are kept in
//! `docs/generated/statements.txt`.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use forecourt_tests::cast::{self, Cast};
use forecourt_tests::document::{Operation, operations, properties};
use forecourt_tests::things::{Things, device};
use forecourt_tests::uploads::brought;
use forecourt_tests::world::{address, car, dealer, id_of};
use forecourt_tests::{Client, TestApp, written};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use test_databases::Backend;

/// What is told above the figures.
const HEAD: &str = "\
SQL statements that a page costs, as counted; a list costs the same with many rows as with few. Whoever has to sign in costs one of
them. What the product keeps for some seconds is there already: the count of a public list, the makes on offer, the comparables of a
rating.
";

/// Longer than the product keeps what is on offer.
const KEPT: Duration = Duration::from_secs(9);

/// A page, and what it cost.
struct Page {
    title: String,
    list: bool,
    statements: u64,
}

/// What one call cost, and how many rows it showed.
struct Cost {
    statements: u64,
    rows: usize,
}

/// Counts on both databases, and compares with the file.
pub(crate) async fn no_list_costs_more_statements_when_it_has_more_rows() -> Result<(), String> {
    let (sqlite, postgres) = tokio::try_join!(pages(Backend::Sqlite), pages(Backend::Postgres))?;
    written::compare("statements.txt", &table(&sqlite, &postgres))
}

async fn pages(backend: Backend) -> Result<Vec<Page>, String> {
    let sent = Arc::new(AtomicU64::new(0));
    let app = TestApp::start_counting(backend, Arc::clone(&sent)).await;
    let document = api::app::openapi();
    let all = operations(&document);
    let cast = Cast::assemble(&app).await;
    let mut things = Things::lay(&app, &cast, &document, &all).await;
    rows(&app, &cast, &mut things, 0..1).await;
    let stranger = app.anonymous();
    let known = [&cast.customer.client, &cast.oak.owner, &cast.admin.client];
    let mut wrong = Vec::new();
    let mut few = Vec::new();
    for operation in all.into_iter().filter(|o| o.method == Method::GET) {
        let Some(answer) = &operation.answer else { continue };
        let list = properties(answer, &document).contains_key("results");
        let mut first = None;
        for client in std::iter::once(&stranger).chain(known) {
            let cost = cost(&sent, client, &things, &operation).await;
            first = cost
                .filter(|cost| cost.rows > 0 || !list)
                .map(|cost| (client, cost));
            if first.is_some() {
                break;
            }
        }
        match first {
            Some((client, cost)) => few.push((operation, list, client, cost)),
            None => wrong.push(format!(
                "nobody is shown {}: give it rows in `rows`",
                operation.title()
            )),
        }
    }
    rows(&app, &cast, &mut things, 1..6).await;
    tokio::time::sleep(KEPT).await;
    let mut pages = Vec::new();
    for (operation, list, client, few) in few {
        let title = operation.title();
        let many = cost(&sent, client, &things, &operation)
            .await
            .expect("it answered before");
        if list && many.rows <= few.rows {
            wrong.push(format!(
                "{title} shows {} rows, then {}: give it more in `rows`",
                few.rows, many.rows
            ));
        }
        if many.statements != few.statements {
            wrong.push(format!(
                "{title} costs {} statements with {} rows, and {} with {}",
                few.statements, few.rows, many.statements, many.rows
            ));
        }
        pages.push(Page {
            title,
            list,
            statements: many.statements,
        });
    }
    app.finish().await;
    if wrong.is_empty() {
        Ok(pages)
    } else {
        Err(format!("on {}:\n{}", backend.name(), wrong.join("\n")))
    }
}

/// The cost of a second call, which finds what is kept. None where the caller may not.
async fn cost(sent: &AtomicU64, client: &Client, things: &Things, operation: &Operation) -> Option<Cost> {
    if things.call(client, operation).send().await.status != 200 {
        return None;
    }
    let before = sent.load(Ordering::SeqCst);
    let reply = things.call(client, operation).send().await.expect(200);
    Some(Cost {
        statements: sent.load(Ordering::SeqCst) - before,
        rows: reply
            .body
            .pointer("/results")
            .and_then(Value::as_array)
            .map_or(0, Vec::len),
    })
}

/// Makes of cars that begin as the suggestions of the document's example do.
const MAKES: [&str; 6] = ["Honda", "Holden", "Horch", "Hotchkiss", "Hozon", "Hommell"];

/// One row more in every list, for each number.
async fn rows(app: &TestApp, cast: &Cast, things: &mut Things, numbers: std::ops::Range<u32>) {
    let (customer, owner) = (&cast.customer.client, &cast.oak.owner);
    let mut file = "vin,make,model,year,condition,asking_price\n".to_owned();
    for n in numbers.clone() {
        let make = MAKES[usize::try_from(n).unwrap()];
        let mut listing = String::new();
        for (serial, make) in [(100 + n, "Honda"), (200 + n, make)] {
            let mut vehicle = car(serial);
            vehicle["make"] = json!(make);
            let new = json!({
                "vehicle": vehicle, "site_id": cast.oak.site, "condition": "used", "status": "active", "featured": true,
                "asking_price": { "amount": "6500.00", "currency": "USD" }
            });
            listing = id_of(&owner.post("/listings", new).await.expect(201).body);
        }
        let _ = customer
            .put(&format!("/listings/{listing}/saved"))
            .await
            .expect(204);
        let search = json!({ "name": make, "filters": { "make": [make] } });
        let _ = customer.post("/saved-searches", search).await.expect(201);
        let _ = customer.post("/me/devices", device(n)).await.expect(201);
        let _ = customer.post("/vehicles", car(300 + n)).await.expect(201);
        let records = format!(
            "/vehicles/{}/service-records",
            things.named("vehicle_id").unwrap()
        );
        let record = json!({ "description": "Oil", "status": "completed", "completion_date": "2026-05-12" });
        let _ = customer.post(&records, record).await.expect(201);
        let receipts = format!(
            "/service-records/{}/receipts",
            things.named("service-record_id").unwrap()
        );
        let receipt = json!({ "file_id": brought(customer, "service_receipt").await });
        let _ = customer.post(&receipts, receipt).await.expect(201);
        let drive = json!({ "listing_id": listing, "start_at": format!("2026-06-10T{}:00:00Z", 13 + n) });
        let drive = id_of(&customer.post("/bookings", drive).await.expect(201).body);
        // A customer has few open at a time.
        let _ = customer
            .post(&format!("/bookings/{drive}/cancel"), json!({}))
            .await
            .expect(200);
        let caller = json!({ "name": "Carl Caller", "phone": "+1 212 555 0102" });
        let start = "2026-06-11T15:00:00Z";
        let taken = json!({ "listing_id": listing, "start_at": start, "customer": caller });
        let _ = owner.post("/bookings", taken).await.expect(201);
        let place = json!({ "listing_id": listing, "start_at": start });
        let _ = customer.post("/bookings/waitlist", place).await.expect(201);
        let talk = json!({ "listing_id": listing, "amount": { "amount": "6000.00", "currency": "USD" } });
        let _ = customer.post("/negotiations", talk).await.expect(201);
        let hook = json!({ "url": "https://hooks.dealer.example/in", "events": ["webhook.switched_off"] });
        let _ = owner.post("/webhooks", hook).await.expect(201);
        let _ = cast::api_key(&cast.oak).await;
        let test = format!("/webhooks/{}/test", things.named("webhook_id").unwrap());
        let _ = owner.call(Method::POST, &test).send().await.expect(201);
        let gone = json!({
            "vehicle": car(500 + n), "site_id": cast.oak.site, "condition": "used", "status": "active",
            "asking_price": { "amount": "6500.00", "currency": "USD" }
        });
        let gone = id_of(&owner.post("/listings", gone).await.expect(201).body);
        let sold = json!({
            "listing_id": gone, "price": { "amount": "6400.00", "currency": "USD" }, "sale_date": "2026-06-01",
            "buyer": { "user_id": cast.customer.user }, "payment_method": "cash"
        });
        let _ = owner.post("/sales", sold).await.expect(201);
        let plan = json!({
            "name": format!("Plan {n}"), "effective_from": format!("2027-01-{:02}", n + 1), "basis": "price",
            "kind": "percentage", "rate_bp": 150
        });
        let _ = owner.post("/commission-plans", plan).await.expect(201);
        let paper = json!({ "kind": "other", "file_id": brought(owner, "dealer_document").await });
        let _ = owner.post("/dealers/me/documents", paper).await.expect(201);
        let page = json!({ "content": "# Words", "effective_date": format!("2027-01-{:02}", n + 1) });
        let _ = cast
            .admin
            .client
            .post("/admin/content/about-us", page)
            .await
            .expect(201);
        let site = json!({
            "kind": "workshop", "name": format!("Hall {n}"), "timezone": "America/New_York", "address": address()
        });
        let _ = owner.post("/sites", site).await.expect(201);
        let person = app.customer(&format!("member{n}@oak.example.com")).await;
        app.employ(&person, cast.oak.id, "advisor", &[]).await;
        let _ = dealer(app, &cast.admin.client, &format!("Ash{n}")).await;
        let _ = app.sign_in(&cast.customer.email).await;
        let vin = forecourt_tests::world::vin(400 + n);
        writeln!(file, "{vin},Honda,Accord,2003,used,6500.00").unwrap();
    }
    let form = Form::new().part("file", Part::text(file).file_name("stock.csv"));
    let job = owner
        .call(Method::POST, "/listings/import")
        .form(form)
        .send()
        .await
        .expect(202);
    app.quiet().await;
    things.add("/jobs/", id_of(&job.body));
}

fn table(sqlite: &[Page], postgres: &[Page]) -> String {
    let width = sqlite
        .iter()
        .map(|page| page.title.len())
        .max()
        .unwrap_or_default();
    let mut text = HEAD.to_owned();
    for (title, list) in [("lists", true), ("other pages", false)] {
        writeln!(text, "\n{title:<width$}  SQLite  PostgreSQL").unwrap();
        for page in sqlite.iter().filter(|page| page.list == list) {
            let there = postgres.iter().find(|other| other.title == page.title);
            let there = there.map_or_else(|| "-".to_owned(), |other| other.statements.to_string());
            writeln!(
                text,
                "{:<width$}  {:>6}  {there:>10}",
                page.title, page.statements
            )
            .unwrap();
        }
    }
    text
}
