//! A verified dealer with an open showroom, made through the API of a server that runs.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use forecourt_tests::Client;
use forecourt_tests::world::{address, car, id_of, verified};
use serde_json::{Value, json};

use crate::program::Home;
use crate::sink::Sink;

pub(crate) const PASSWORD: &str = "violet tractor sonata";

/// The dealer.
pub(crate) struct Stage {
    pub(crate) admin: Client,
    pub(crate) owner: Client,
    pub(crate) site: String,
    now: DateTime<Utc>,
}

/// What somebody gives to have an account.
pub(crate) fn registration(email: &str) -> Value {
    json!({ "email": email, "password": PASSWORD, "first_name": "Ann", "last_name": "Lee", "accept_terms": true })
}

/// An account with a confirmed address, signed in.
pub(crate) async fn customer(home: &Home, sink: &Sink, email: &str) -> Client {
    let anyone = home.client(None);
    let _ = anyone
        .post("/auth/register", registration(email))
        .await
        .expect(201);
    let code = sink.letter_to(email).await.code();
    let signed_in = anyone
        .post("/auth/verify-email", json!({ "email": email, "code": code }))
        .await
        .expect(200);
    home.client(Some(&signed_in.text("/access_token")))
}

/// Signs in again: who somebody is may be known for some seconds.
async fn sign_in(home: &Home, email: &str) -> Client {
    let form = json!({ "email": email, "password": PASSWORD });
    let signed_in = home.client(None).post("/auth/login", form).await.expect(200);
    home.client(Some(&signed_in.text("/access_token")))
}

/// An admin, made on the command line while the server runs.
pub(crate) async fn admin(home: &Home) -> Client {
    let email = "root@example.com";
    let made = home.run(&["admin", "create", "--email", email], &format!("{PASSWORD}\n"));
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    sign_in(home, email).await
}

impl Stage {
    /// Opens it.
    pub(crate) async fn open(home: &Home, sink: &Sink) -> Self {
        let admin = admin(home).await;
        let email = "owner@empire.example.com";
        let founder = customer(home, sink, email).await;
        let dealer = json!({
            "name": "Empire Motors", "legal_name": "Empire Motors Inc", "phone": "+1 212 555 0100",
            "email": "desk@empire.example.com", "address": address(), "currency": "USD", "country": "US"
        });
        let dealer = id_of(&founder.post("/dealers", dealer).await.expect(201).body);
        let owner = sign_in(home, email).await;
        verified(&owner, &admin, &dealer).await;
        let hours = json!([{ "open": "08:00", "close": "20:00" }]);
        let site = json!({
            "kind": "both", "name": "Empire Downtown", "timezone": "Etc/UTC", "address": address(),
            "hours": { "mon": hours, "tue": hours, "wed": hours, "thu": hours, "fri": hours, "sat": hours, "sun": hours }
        });
        let site = id_of(&owner.post("/sites", site).await.expect(201).body);
        let health = home.client(None).get("/health").await.expect(200);
        let now = health.text("/timestamp").parse().expect("an instant");
        Self {
            admin,
            owner,
            site,
            now,
        }
    }

    /// A car on offer.
    pub(crate) async fn listing(&self, serial: u32) -> String {
        self.offer(car(serial)).await
    }

    /// This car on offer.
    pub(crate) async fn offer(&self, vehicle: Value) -> String {
        let body = json!({
            "vehicle": vehicle, "site_id": self.site, "condition": "used", "status": "active",
            "asking_price": { "amount": "6500.00", "currency": "USD" }
        });
        id_of(&self.owner.post("/listings", body).await.expect(201).body)
    }

    /// The start of a test drive: so many days ahead, one of the eight of the day.
    pub(crate) fn start(&self, day: i64, slot: u32) -> String {
        let date = (self.now + TimeDelta::days(day)).date_naive();
        format!("{date}T{:02}:00:00Z", 9 + slot)
    }

    /// Today.
    pub(crate) fn day(&self) -> String {
        self.now.date_naive().to_string()
    }

    /// Sends a file of so many new cars to be taken in; the answer's job.
    pub(crate) async fn import(&self, first: u32, rows: u32) -> String {
        let mut file =
            String::from("vin,make,model,year,condition,asking_price,currency,odometer,odometer_unit\n");
        for serial in first..first + rows {
            let vin = forecourt_tests::world::vin(serial);
            file += &vin;
            file += ",Honda,Accord,2003,used,6900.00,USD,120500,mi\n";
        }
        let form = reqwest::multipart::Form::new()
            .text("site_id", self.site.clone())
            .text("status", "active")
            .part("file", reqwest::multipart::Part::text(file).file_name("cars.csv"));
        let call = self.owner.call(reqwest::Method::POST, "/listings/import");
        call.form(form).send().await.expect(202).text("/id")
    }

    /// The job, once it has ended.
    pub(crate) async fn ended(&self, job: &str) -> Value {
        for _ in 0..1_200 {
            let view = self.owner.get(&format!("/jobs/{job}")).await.expect(200);
            if !["queued", "running"].contains(&view.text("/status").as_str()) {
                return view.body;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("the job {job} does not end");
    }
}
