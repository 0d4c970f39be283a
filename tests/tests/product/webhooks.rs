//! Webhooks, from the registration to the message that a real server hears.

use std::time::{Duration, Instant};

use forecourt_tests::hooks::HookSink;
use forecourt_tests::world::{dealer, id_of};
use forecourt_tests::{Client, Reply, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use test_databases::Backend;

use crate::showroom::Showroom;

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// A dealer with a webhook, and the other side of it.
struct Outpost {
    app: TestApp,
    room: Showroom,
    sink: HookSink,
    /// The webhook's path.
    hook: String,
    secret: String,
}

impl Outpost {
    async fn open(backend: Backend, events: &[&str]) -> Self {
        let app = TestApp::start_with(backend, &[("FORECOURT_WEBHOOK_PRIVATE", "allow")]).await;
        let room = Showroom::open(&app).await;
        let sink = HookSink::open();
        let owner = app.bearer(&app.sign_in(&room.owner.email).await);
        let made = register(&owner, &sink, events).await;
        Self {
            hook: format!("/webhooks/{}", id_of(&made.body)),
            secret: made.text("/secret"),
            app,
            room,
            sink,
        }
    }

    /// The owner, signed in anew: tokens last an hour.
    async fn owner(&self) -> Client {
        self.app.bearer(&self.app.sign_in(&self.room.owner.email).await)
    }

    /// The owner does something with the webhook.
    async fn act(&self, action: &str) -> Reply {
        act(&self.owner().await, &format!("{}/{action}", self.hook)).await
    }

    async fn seen(&self) -> Value {
        self.owner().await.get(&self.hook).await.expect(200).body
    }

    async fn deliveries(&self, filter: &str) -> Vec<Value> {
        let path = format!("{}/deliveries{filter}", self.hook);
        let listed = self.owner().await.get(&path).await.expect(200).body;
        listed["results"].as_array().unwrap().clone()
    }

    /// A car goes on offer; waits until that was told.
    async fn car(&self, number: u32) {
        let owner = self.owner().await;
        let listing = json!({
            "vehicle": { "vin": format!("1FTFW1E50LFA{number:05}"), "make": "Ford", "model": "F-150", "year": 2020 },
            "site_id": self.room.site, "condition": "used", "status": "active",
            "asking_price": { "amount": "38500.00", "currency": "USD" }
        });
        let _ = owner.post("/listings", listing).await.expect(201);
        self.app.quiet().await;
    }

    async fn close(self) {
        self.app.finish().await;
        self.sink.close().await;
    }
}

async fn register(client: &Client, sink: &HookSink, events: &[&str]) -> Reply {
    let new = json!({ "url": sink.url, "events": events, "description": "Our books" });
    client.post("/webhooks", new).await.expect(201)
}

async fn act(client: &Client, path: &str) -> Reply {
    client.call(Method::POST, path).send().await
}

pub(crate) async fn a_webhook_is_tried_and_given_a_new_secret(backend: Backend) {
    let post = Outpost::open(backend, &["booking.*"]).await;
    let seen = post.seen().await;
    assert_eq!(seen["secret"], Value::Null, "the secret was shown once");
    assert_eq!(
        (&seen["active"], &seen["dealer_id"]),
        (&json!(true), &json!(post.room.dealer))
    );

    let made = post.act("test").await.expect(201);
    assert!(made.header("location").unwrap().ends_with(&made.text("/id")));
    post.app.quiet().await;
    let heard = post.sink.last();
    assert_eq!(heard.json()["type"], "webhook.test");
    assert_eq!(heard.header("content-type"), "application/json");
    assert_eq!(heard.header("webhook-id"), made.text("/message_id"));
    assert!(heard.signed_by(&post.secret) && heard.signatures() == 1);
    let delivery = &post.deliveries("?status=delivered").await[0];
    assert_eq!(delivery["attempts"][0]["status"], 200);
    assert_eq!(delivery["attempts"][0]["answer"], "said");

    let rotated = post.act("rotate-secret").await.expect(200);
    let newer = rotated.text("/secret");
    assert_ne!(newer, post.secret);
    let _ = post.act("test").await.expect(201);
    post.app.quiet().await;
    let heard = post.sink.last();
    assert!(heard.signed_by(&post.secret) && heard.signed_by(&newer) && heard.signatures() == 2);
    post.app.advance(DAY).await;
    let _ = post.act("test").await.expect(201);
    post.app.quiet().await;
    let heard = post.sink.last();
    assert!(heard.signed_by(&newer) && !heard.signed_by(&post.secret) && heard.signatures() == 1);

    post.sink.then(500);
    let _ = post.act("test").await.expect(201);
    post.app.advance(HOUR).await;
    assert_eq!(post.sink.heard().len(), 4, "a test is tried once");
    assert_eq!(post.seen().await["failing_since"], Value::Null);

    let owner = post.owner().await;
    let off = owner
        .patch(&post.hook, json!({ "active": false }))
        .await
        .expect(200);
    assert_eq!(off.text("/off_reason"), "by_hand");
    assert_eq!(post.act("test").await.problem(409), "webhook_off");
    let _ = owner.delete(&post.hook).await.expect(204);
    let _ = owner.get(&post.hook).await.expect(404);
    post.close().await;
}

pub(crate) async fn a_webhook_is_its_owners_and_reaches_no_private_network(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await;
    let (oak, elm) = (
        dealer(&app, &admin.client, "Oak").await,
        dealer(&app, &admin.client, "Elm").await,
    );
    for host in [
        "127.0.0.1",
        "2130706433",
        "[::ffff:10.0.0.1]",
        "localhost",
        "169.254.169.254",
    ] {
        let new = json!({ "url": format!("https://{host}/"), "events": ["*"] });
        let refused = oak.owner.post("/webhooks", new).await.expect(400);
        assert_eq!(refused.text("/errors/0/code"), "private_address", "{host}");
    }
    let wrong =
        json!({ "url": "http://hooks.dealer.example", "events": ["*", "Nonsense"], "description": " " });
    let refused = oak.owner.post("/webhooks", wrong).await.expect(400).body;
    assert_eq!(
        refused["errors"].as_array().unwrap().len(),
        3,
        "all at once: {refused}"
    );

    let new = json!({ "url": "https://hooks.dealer.example/in", "events": ["webhook.switched_off"] });
    let made = oak.owner.post("/webhooks", new.clone()).await.expect(201);
    let hook = format!("/webhooks/{}", id_of(&made.body));
    let _ = elm.owner.get(&hook).await.expect(404);
    assert_eq!(elm.owner.get("/webhooks").await.expect(200).body["count"], 0);
    let _ = admin.client.get(&hook).await.expect(200);
    let platforms = admin.client.post("/webhooks", new).await.expect(201);
    assert_eq!(platforms.body["dealer_id"], Value::Null);
    let _ = oak
        .owner
        .get(&format!("/webhooks/{}", id_of(&platforms.body)))
        .await
        .expect(404);
    assert_eq!(admin.client.get("/webhooks").await.expect(200).body["count"], 1);
    let of_oak = admin
        .client
        .get(&format!("/webhooks?dealer={}", oak.id))
        .await
        .expect(200);
    assert_eq!(of_oak.text("/results/0/id"), id_of(&made.body));
    app.finish().await;
}

pub(crate) async fn an_event_is_told_to_those_who_ask_for_it(backend: Backend) {
    let post = Outpost::open(backend, &["listing.published", "booking.*"]).await;
    let (general, others) = (HookSink::open(), HookSink::open());
    let admin = post.app.bearer(&post.app.sign_in(&post.room.admin.email).await);
    let _ = register(&admin, &general, &["*"]).await;
    let elm = dealer(&post.app, &admin, "Elm").await;
    let _ = register(&elm.owner, &others, &["*"]).await;
    post.app.quiet().await;
    let before = general.heard().len();
    post.car(1).await;
    assert_eq!(post.sink.heard().len(), 1, "one message: {:?}", post.sink.heard());
    let heard = &post.sink.last();
    assert!(heard.signed_by(&post.secret));
    assert_eq!(heard.json()["type"], "listing.published");
    assert_eq!(heard.json()["timestamp"], "2026-06-08T14:00:00Z");
    let delivery = &post.deliveries("?event=listing.published").await[0];
    assert_eq!(delivery["payload"], heard.json());
    assert_eq!(delivery["message_id"], heard.header("webhook-id"));
    let of_all = general.heard().split_off(before);
    assert!(of_all.len() > 1, "the platform's hears of everything");
    let same =
        |other: &&forecourt_tests::hooks::Heard| other.header("webhook-id") == heard.header("webhook-id");
    let other = of_all
        .iter()
        .find(same)
        .expect("the same event has the same id everywhere");
    assert_eq!(other.body, heard.body);
    assert!(
        !other.signed_by(&post.secret),
        "each webhook has a secret of its own"
    );
    assert!(
        others
            .heard()
            .iter()
            .all(|heard| !heard.json()["type"].as_str().unwrap().starts_with("listing")),
        "another dealer's hears nothing of it"
    );
    post.close().await;
}

pub(crate) async fn what_fails_is_tried_by_the_table(backend: Backend) {
    let post = Outpost::open(backend, &["listing.published"]).await;
    let elsewhere = HookSink::open();
    post.sink
        .then(500)
        .then_with(302, Some(("location", elsewhere.url.clone())));
    post.car(1).await;
    assert_eq!(post.sink.heard().len(), 1);
    post.app.advance(4).await;
    assert_eq!(post.sink.heard().len(), 1, "5 s at least");
    post.app.advance(2).await;
    assert_eq!(post.sink.heard().len(), 2, "and a fifth more at most");
    assert!(elsewhere.heard().is_empty(), "redirects are not followed");
    assert!(post.seen().await["failing_since"].is_string());
    post.app.advance(360).await;
    let heard = post.sink.heard();
    assert_eq!(heard.len(), 3);
    assert!(heard.iter().all(|try_| try_.signed_by(&post.secret)));
    assert!(
        heard
            .iter()
            .all(|try_| try_.header("webhook-id") == heard[0].header("webhook-id"))
    );
    assert_ne!(
        heard[0].header("webhook-timestamp"),
        heard[2].header("webhook-timestamp")
    );
    let delivery = &post.deliveries("?status=delivered").await[0];
    let statuses: Vec<_> = delivery["attempts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| a["status"].clone())
        .collect();
    assert_eq!(statuses, [500, 302, 200]);
    assert_eq!(
        post.seen().await["failing_since"],
        Value::Null,
        "a success ends the failing"
    );

    post.sink.then_with(503, Some(("retry-after", "600".to_owned())));
    post.car(2).await;
    post.app.advance(590).await;
    assert_eq!(post.sink.heard().len(), 4, "as long as it asked for");
    post.app.advance(11).await;
    assert_eq!(post.sink.heard().len(), 5);

    let again = &post.deliveries("?status=delivered").await[0];
    let path = format!("deliveries/{}/redeliver", again["id"].as_str().unwrap());
    let sent = post.act(&path).await.expect(200);
    assert_eq!(sent.text("/status"), "waiting");
    post.app.quiet().await;
    assert_eq!(post.sink.last().header("webhook-id"), again["message_id"]);
    assert_eq!(post.sink.last().body, heard_before(&post.sink));
    post.close().await;
}

/// The body of the message before the last.
fn heard_before(sink: &HookSink) -> String {
    let heard = sink.heard();
    heard[heard.len() - 2].body.clone()
}

pub(crate) async fn who_says_gone_hears_nothing_until_switched_on(backend: Backend) {
    let post = Outpost::open(backend, &["listing.published"]).await;
    post.sink.then(410);
    post.car(1).await;
    let seen = post.seen().await;
    assert_eq!(
        (&seen["active"], &seen["off_reason"]),
        (&json!(false), &json!("gone"))
    );
    let letters = post.app.letters_to(&post.room.owner.email).await;
    assert!(letters[0].text.contains("410") && letters[0].text.contains(&post.sink.url));
    post.car(2).await;
    assert_eq!(post.sink.heard().len(), 1);
    let failed = post.deliveries("?status=failed").await;
    let path = format!("deliveries/{}/redeliver", failed[0]["id"].as_str().unwrap());
    assert_eq!(post.act(&path).await.problem(409), "webhook_off");
    let owner = post.owner().await;
    let _ = owner
        .patch(&post.hook, json!({ "active": true }))
        .await
        .expect(200);
    let _ = post.act(&path).await.expect(200);
    post.app.quiet().await;
    assert_eq!(post.sink.heard()[0].body, post.sink.heard()[1].body);
    post.close().await;
}

pub(crate) async fn five_days_without_a_success_switch_a_webhook_off(backend: Backend) {
    let post = Outpost::open(backend, &["listing.published"]).await;
    post.sink.always(500);
    post.car(1).await;
    for _ in 0..4 {
        post.app.advance(DAY).await;
    }
    assert_eq!(post.seen().await["active"], true, "not yet");
    let tries = post.sink.heard().len();
    assert!(tries > 4, "{tries} tries");
    post.app.advance(DAY).await;
    let seen = post.seen().await;
    assert_eq!(
        (&seen["active"], &seen["off_reason"]),
        (&json!(false), &json!("failing"))
    );
    let letters = post.app.letters_to(&post.room.owner.email).await;
    assert!(letters[0].subject.contains("webhook") && letters[0].text.contains("2026-06-08T14:00:00Z"));
    post.app.advance(2 * DAY).await;
    assert_eq!(post.deliveries("?status=waiting").await.len(), 0);
    post.close().await;
}

pub(crate) async fn slow_endpoints_do_not_hold_up_letters(backend: Backend) {
    let post = Outpost::open(backend, &["listing.*"]).await;
    let ann = post.app.customer("ann@example.com").await;
    let car = post.room.car(50).await;
    post.app.quiet().await;
    post.sink.slowly(Duration::from_secs(2));
    let before = post.sink.heard().len();
    for number in 51..56 {
        let _ = post.room.car(number).await;
    }
    // Ten messages, two seconds each; all but the first two wait for a place.
    for _ in 0..100 {
        if post.sink.heard().len() > before {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let drive = json!({ "listing_id": car, "start_at": crate::showroom::NINE });
    let _ = ann.client.post("/bookings", drive).await.expect(201);
    let asked = Instant::now();
    while post.app.letters_so_far(&ann.email).is_empty() {
        assert!(
            asked.elapsed() < Duration::from_secs(4),
            "the letter waits behind messages to a slow endpoint"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(
        post.sink.heard().len() < before + 8,
        "it came while messages wait"
    );
    post.sink.slowly(Duration::ZERO);
    post.app.quiet().await;
    assert_eq!(post.sink.heard().len(), before + 10, "and none of them is lost");
    post.close().await;
}

pub(crate) async fn a_pattern_that_no_event_fits_is_refused(backend: Backend) {
    let post = Outpost::open(backend, &["booking.*", "*", "sale.closed"]).await;
    let owner = post.owner().await;
    let wish = |events: Value| json!({ "url": post.sink.url, "events": events });
    let refused = owner
        .post("/webhooks", wish(json!(["booking.aproved", "foo.bar"])))
        .await;
    let refused = refused.expect(400);
    assert_eq!(refused.text("/errors/0/code"), "unknown_event_type");
    assert!(
        refused
            .text("/errors/0/message")
            .contains("did you mean booking.approved")
    );
    assert_eq!(refused.text("/errors/1/pointer"), "/events/1");
    let change = json!({ "events": ["booking.exploded"] });
    let _ = owner.patch(&post.hook, change).await.expect(400);
    post.close().await;
}
