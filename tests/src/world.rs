//! One of everything, made through the API: two verified dealers, and what their people and their customers have.

use kernel::id::DealerId;
use serde_json::{Value, json};

use crate::uploads::brought;
use crate::{Client, TestApp};

/// A dealer with a site and its people.
pub struct Dealer {
    /// The dealer.
    pub id: DealerId,
    /// Its site.
    pub site: String,
    /// Its owner.
    pub owner: Client,
    /// What the owner signs in with.
    pub owner_email: String,
    /// The owner's `staff_id`.
    pub owner_member: String,
}

/// The seat of everybody.
pub fn address() -> Value {
    json!({ "line1": "1 Main Street", "city": "New York", "state": "NY", "postal_code": "10001", "country": "US" })
}

/// A number that passes its check: a Honda with this serial.
pub fn vin(serial: u32) -> String {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let draft = format!("1HGCM826_3A{serial:06}");
    let value = |c: char| match c {
        '0'..='9' => u32::from(c) - u32::from('0'),
        'A'..='H' => u32::from(c) - u32::from('A') + 1,
        'J'..='N' => u32::from(c) - u32::from('J') + 1,
        'P' => 7,
        'R' => 9,
        'S'..='Z' => u32::from(c) - u32::from('S') + 2,
        _ => 0,
    };
    let sum: u32 = draft
        .chars()
        .zip(WEIGHTS)
        .map(|(c, weight)| value(c) * weight)
        .sum();
    let check = char::from_digit(sum % 11, 10).unwrap_or('X');
    draft.replace('_', &check.to_string())
}

/// A car to enter.
pub fn car(serial: u32) -> Value {
    json!({ "vin": vin(serial), "make": "Honda", "model": "Accord", "year": 2003, "odometer": { "value": 98_000, "unit": "mi" } })
}

/// The id in an answer.
pub fn id_of(body: &Value) -> String {
    body.get("id").and_then(Value::as_str).expect("an id").to_owned()
}

/// A licence that a dealer's owner brings and an admin approves: the document's id.
pub async fn licensed(owner: &Client, admin: &Client, dealer: &str) -> String {
    let licence = json!({ "kind": "licence", "file_id": brought(owner, "dealer_document").await });
    let licence = owner.post("/dealers/me/documents", licence).await.expect(201);
    let path = format!("/dealers/{dealer}/documents/{}", licence.text("/id"));
    let approved = admin.patch(&path, json!({ "status": "approved" })).await;
    approved.expect(200).text("/id")
}

/// An admin verifies a dealer, by a licence that its owner brings.
pub async fn verified(owner: &Client, admin: &Client, dealer: &str) {
    let _ = licensed(owner, admin, dealer).await;
    let path = format!("/dealers/{dealer}/verify");
    let seen = json!({ "reason": "papers seen" });
    let _ = admin.post(&path, seen).await.expect(200);
}

/// A verified dealer with a site in New York that is open every day from eight to eight.
pub async fn dealer(app: &TestApp, admin: &Client, name: &str) -> Dealer {
    let email = format!("{}.owner@example.com", name.to_lowercase());
    let founder = app.customer(&email).await;
    let body = json!({
        "name": name, "legal_name": format!("{name} Inc."), "phone": "+1 212 555 0100", "email": "hello@example.com",
        "address": address(), "currency": "USD", "country": "US"
    });
    let made = founder.client.post("/dealers", body).await.expect(201).body;
    let id: DealerId = id_of(&made).parse().expect("an id");
    // A session of its own: who somebody is may be known for some seconds.
    let owner = app.bearer(&app.sign_in(&email).await);
    verified(&owner, admin, &id.to_string()).await;
    let owner_member = owner.get("/staff").await.expect(200).text("/results/0/id");
    let hours = json!([{ "open": "08:00", "close": "20:00" }]);
    let site = json!({
        "kind": "both", "name": format!("{name} Downtown"), "timezone": "America/New_York", "address": address(),
        "hours": { "mon": hours, "tue": hours, "wed": hours, "thu": hours, "fri": hours, "sat": hours, "sun": hours }
    });
    let site = id_of(&owner.post("/sites", site).await.expect(201).body);
    Dealer {
        id,
        site,
        owner,
        owner_email: email,
        owner_member,
    }
}

impl Dealer {
    /// A listing that everybody sees.
    pub async fn listing(&self, serial: u32) -> Value {
        let body = json!({
            "vehicle": car(serial), "site_id": self.site, "condition": "used", "status": "active",
            "asking_price": { "amount": "6500.00", "currency": "USD" }
        });
        self.owner.post("/listings", body).await.expect(201).body
    }
}
