//! Several workers on one queue.

use std::collections::BTreeSet;
use std::time::Duration;

use forecourt_tests::hooks::HookSink;
use serde_json::json;
use test_databases::Backend;

use crate::program::Home;
use crate::sink::Sink;
use crate::stage::{Stage, registration};

/// Who signs up before and after one of the workers dies.
const PEOPLE: usize = 60;

async fn sign_up(home: &Home, people: std::ops::Range<usize>) -> BTreeSet<String> {
    let anyone = home.client(None);
    let mut addresses = BTreeSet::new();
    for n in people {
        let email = format!("p{n}@example.com");
        let form = registration(&email);
        let _ = anyone.post("/auth/register", form).await.expect(201);
        addresses.insert(email);
    }
    addresses
}

pub(crate) async fn two_workers_share_the_queue_and_one_goes_on_when_the_other_is_killed(backend: Backend) {
    let sink = Sink::open().await;
    let hooks = HookSink::open();
    let mut home = Home::new(backend)
        .await
        .with("FORECOURT_SMTP_URL", format!("smtp://127.0.0.1:{}", sink.port))
        .with("FORECOURT_WEBHOOK_PRIVATE", "allow");
    let web_port = home.port;
    let web = home.serve_as("web").await;
    home.port += 1;
    let doomed = home.serve_as("worker").await;
    home.port += 1;
    let other = home.serve_as("worker").await;
    home.port = web_port;

    let stage = Stage::open(&home, &sink).await;
    let hook = json!({ "url": hooks.url, "events": ["listing.created"] });
    let _ = stage.owner.post("/webhooks", hook).await.expect(201);
    let mut people = sign_up(&home, 0..PEOPLE / 2).await;
    let mut cars = BTreeSet::new();
    for serial in 1..10 {
        cars.insert(stage.listing(serial).await);
    }
    doomed.kill();
    people.extend(sign_up(&home, PEOPLE / 2..PEOPLE).await);
    for serial in 10..20 {
        cars.insert(stage.listing(serial).await);
    }

    let told = || -> Vec<(String, String)> {
        let heard = hooks.heard();
        let of = |message: &forecourt_tests::hooks::Heard| {
            let listing = message
                .json()
                .pointer("/data/listing_id")
                .map(|id| id.as_str().unwrap().to_owned());
            (listing.unwrap(), message.header("webhook-id").to_owned())
        };
        heard.iter().map(of).collect()
    };
    // What the dead one held comes back when its lease is over.
    for _ in 0..900 {
        let letters = sink.ids();
        if people.iter().all(|address| letters.contains_key(address)) && told().len() >= cars.len() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let letters = sink.ids();
    for address in &people {
        let ids: BTreeSet<&String> = letters.get(address).expect("a letter").iter().collect();
        assert_eq!(ids.len(), 1, "{address} has one letter");
    }
    let twice = letters.values().filter(|ids| ids.len() > 1).count();
    let told: BTreeSet<(String, String)> = told().into_iter().collect();
    assert_eq!(
        told.len(),
        cars.len(),
        "each car is told of by one message: {told:?}"
    );
    assert_eq!(
        told.into_iter().map(|(car, _)| car).collect::<BTreeSet<_>>(),
        cars
    );
    // Only what was in the dead one's hands can have come twice.
    assert!(twice <= 4, "{twice} letters came twice");
    other.stop().await;
    web.stop().await;
    hooks.close().await;
}
