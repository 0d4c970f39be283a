//! A verified dealer with one showroom in New York, its people, and cars to drive.

use forecourt_tests::world::verified;
use forecourt_tests::{Person, TestApp};
use kernel::id::DealerId;
use serde_json::{Value, json};

pub(crate) struct Showroom {
    pub(crate) dealer: DealerId,
    pub(crate) site: String,
    pub(crate) owner: Person,
    pub(crate) sales: Person,
    pub(crate) sales_id: String,
    pub(crate) admin: Person,
}

/// Nine in the morning of the day after the tests start, in New York.
pub(crate) const NINE: &str = "2026-06-09T13:00:00Z";
/// An hour later.
pub(crate) const TEN: &str = "2026-06-09T14:00:00Z";

fn address() -> Value {
    json!({ "line1": "1 Main Street", "city": "New York", "state": "NY", "postal_code": "10001", "country": "US" })
}

impl Showroom {
    pub(crate) async fn open(app: &TestApp) -> Self {
        let owner = app.customer("owner@empire.example.com").await;
        let admin = app.admin().await;
        let dealer = json!({
            "name": "Empire Motors", "legal_name": "Empire Motors Inc", "phone": "+1 212 555 0100",
            "email": "desk@empire.example.com", "address": address(), "currency": "USD", "country": "US"
        });
        let dealer = owner
            .client
            .post("/dealers", dealer)
            .await
            .expect(201)
            .text("/id");
        verified(&owner.client, &admin.client, &dealer).await;
        let dealer: DealerId = dealer.parse().unwrap();
        let sales = app.customer("sales@empire.example.com").await;
        let sales_id = app.employ(&sales, dealer, "sales", &[]).await.to_string();
        let site = json!({ "kind": "showroom", "name": "Main Street", "timezone": "America/New_York", "address": address() });
        let site = owner.client.post("/sites", site).await.expect(201).text("/id");
        Self {
            dealer,
            site,
            owner,
            sales,
            sales_id,
            admin,
        }
    }

    /// A car on offer; every one has another number.
    pub(crate) async fn car(&self, number: u32) -> String {
        let listing = json!({
            "vehicle": { "vin": format!("1FTFW1E50LFA{number:05}"), "make": "Ford", "model": "F-150", "year": 2020 },
            "site_id": self.site, "condition": "used", "status": "active",
            "asking_price": { "amount": "38500.00", "currency": "USD" }
        });
        let listing = self.owner.client.post("/listings", listing).await.expect(201);
        listing.text("/id")
    }
}

/// Starts of the free slots of a day.
pub(crate) async fn free(app: &TestApp, listing: &str, date: &str) -> Vec<String> {
    let path = format!("/listings/{listing}/available-slots?date={date}");
    let reply = app.anonymous().get(&path).await.expect(200);
    let slots = reply.body.pointer("/slots").unwrap().as_array().unwrap().clone();
    let start = |slot: &Value| slot.pointer("/start_at").unwrap().as_str().unwrap().to_owned();
    slots.iter().map(start).collect()
}
