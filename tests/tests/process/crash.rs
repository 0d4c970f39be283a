//! The server is killed, again and again, while people book, sign up, are texted and take stock in.
//!
//! `CRASH_SEED=…` repeats the moments of a run.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use application::jobs::JobQueries as _;
use database::{Db, SqlQueue};
use forecourt_tests::hooks::HookSink;
use forecourt_tests::world::car;
use forecourt_tests::{Call, Client, Reply};
use kernel::ports::{Clock as _, Random as _};
use memory::SeededRandom;
use reqwest::Method;
use serde_json::json;
use server::clock::SystemClock;
use test_databases::Backend;

use crate::phones::Phones;
use crate::program::Home;
use crate::sink::Sink;
use crate::stage::{Stage, customer, registration};

/// How often it is killed.
const ROUNDS: u32 = 50;
/// Cars that people book.
const CARS: u32 = 24;
/// Cars that the one asks for who has text messages: a model each, so that no two messages have the same words.
const ASKED: u32 = 40;
/// Her number.
const PHONE: &str = "+12125550199";
/// Rows of the file that is taken in.
const ROWS: u32 = 3_000;

/// A test drive that somebody wants, under a key of its own.
struct Wish {
    key: String,
    listing: String,
    start: String,
}

/// What came of the wishes of one customer.
#[derive(Default)]
struct Booked {
    /// Acknowledged: the wish, and the drive.
    got: Vec<(Wish, String)>,
    /// How often a try was answered by what an earlier one had done.
    replayed: u32,
}

/// The moments of the kills.
struct Moments(SeededRandom);

impl Moments {
    fn next(&self) -> Duration {
        let mut byte = [0u8; 2];
        self.0.fill(&mut byte);
        Duration::from_millis(100 + u64::from(u16::from_le_bytes(byte)) % 1_400)
    }
}

/// Sends until there is an answer that says what came of it.
async fn answered(call: impl Fn() -> Call) -> Reply {
    loop {
        match call().try_send().await {
            Ok(reply) if reply.status != 503 => return reply,
            Ok(_) | Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

/// Books; the drive, unless somebody else had the slot, and whether an earlier try had it.
async fn book(client: &Client, wish: &Wish) -> (Option<String>, bool) {
    let body = json!({
        "listing_id": wish.listing, "start_at": wish.start,
        "customer": { "name": "Carl Caller", "phone": "+1 212 555 0102" }
    });
    let reply = answered(|| {
        let call = client.call(Method::POST, "/bookings");
        call.header("idempotency-key", &wish.key).json(body.clone())
    })
    .await;
    if reply.status == 409 {
        assert_eq!(reply.text("/code"), "slot_taken", "{}", reply.body);
        return (None, false);
    }
    let reply = reply.expect(201);
    let replayed = reply.header("idempotent-replayed").is_some();
    (Some(reply.text("/id")), replayed)
}

/// Books slot after slot until told to stop.
async fn keep_booking(
    client: Client,
    name: String,
    slots: Vec<(String, String)>,
    stop: Arc<AtomicBool>,
) -> Booked {
    let mut booked = Booked::default();
    for (n, (listing, start)) in slots.into_iter().enumerate() {
        if stop.load(Ordering::SeqCst) {
            return booked;
        }
        let key = format!("{name}-{n}");
        let wish = Wish { key, listing, start };
        let (drive, replayed) = book(&client, &wish).await;
        booked.replayed += u32::from(replayed);
        if let Some(drive) = drive {
            booked.got.push((wish, drive));
        }
    }
    panic!("there were too few slots for the whole test");
}

/// A customer who chose to be texted about her test drives.
async fn texted(home: &Home, sink: &Sink) -> Client {
    let ann = customer(home, sink, "ann@texts.example.com").await;
    let _ = ann.patch("/me", json!({ "phone": PHONE })).await.expect(200);
    let chosen =
        json!({ "kinds": { "booking_requested": { "sms": true }, "booking_cancelled": { "sms": true } } });
    let _ = ann
        .patch("/me/notification-preferences", chosen)
        .await
        .expect(200);
    ann
}

/// Asks for a drive in one car after the other, and calls it off again, until told to stop; the models of which both went well.
async fn keep_asking(
    ann: Client,
    start: String,
    cars: Vec<(String, String)>,
    stop: Arc<AtomicBool>,
) -> Vec<String> {
    let mut asked = Vec::new();
    for (model, listing) in cars {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        let wish = json!({ "listing_id": listing, "start_at": start });
        let drive = answered(|| {
            let call = ann.call(Method::POST, "/bookings");
            call.header("idempotency-key", &format!("ask-{listing}"))
                .json(wish.clone())
        });
        let off = format!("/bookings/{}/cancel", drive.await.expect(201).text("/id"));
        let cancelled = answered(|| {
            let call = ann.call(Method::POST, &off);
            call.header("idempotency-key", &format!("off-{listing}"))
        });
        let _ = cancelled.await.expect(200);
        asked.push(model);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    asked
}

/// Signs people up until told to stop; the addresses of those who were told that it went well.
async fn keep_signing_up(client: Client, stop: Arc<AtomicBool>) -> BTreeSet<String> {
    let (mut acknowledged, mut n) = (BTreeSet::new(), 0);
    while !stop.load(Ordering::SeqCst) {
        n += 1;
        let email = format!("p{n}@example.com");
        let form = registration(&email);
        if let Ok(reply) = client
            .call(Method::POST, "/auth/register")
            .json(form)
            .try_send()
            .await
        {
            match reply.status {
                201 => drop(acknowledged.insert(email)),
                status => assert_eq!(status, 503, "{}", reply.body),
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    acknowledged
}

/// Waits until nothing is due and nobody works.
async fn quiet(db: &Db) {
    let queue = SqlQueue::new(db.clone());
    for _ in 0..1_200 {
        let figures = queue.figures(SystemClock.now()).await.unwrap();
        if figures.at_rest() {
            assert_eq!(figures.failed, 0, "no job is given up");
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the queue does not come to rest");
}

async fn count(db: &Db, what: &str) -> i64 {
    let mut sql = db.sql();
    sql.push("SELECT COUNT(*) FROM ").push(what);
    let row = db.one(sql).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// Every drive that was acknowledged is there, and no other; a repeat of its request tells of the same one.
async fn every_drive_is_there_once(db: &Db, owner: &Client, booked: &[Booked], asked: usize) {
    let got: Vec<&(Wish, String)> = booked.iter().flat_map(|b| &b.got).collect();
    let drives: BTreeSet<&String> = got.iter().map(|(_, drive)| drive).collect();
    let slots: BTreeSet<(&String, &String)> = got.iter().map(|(w, _)| (&w.listing, &w.start)).collect();
    assert_eq!(
        (drives.len(), slots.len()),
        (got.len(), got.len()),
        "no slot is doubled"
    );
    let there = count(db, "bookings").await;
    assert_eq!(usize::try_from(there), Ok(got.len() + asked));
    let told = "jobs WHERE kind = 'letter' AND once_key LIKE '%:booking_approved_dealer:house:email'";
    assert_eq!(
        usize::try_from(count(db, told).await),
        Ok(got.len()),
        "each event had its effect once"
    );
    for (_, drive) in &got {
        let _ = owner.get(&format!("/bookings/{drive}")).await.expect(200);
    }
    for (wish, drive) in got.iter().step_by(7) {
        let (again, replayed) = book(owner, wish).await;
        assert_eq!((again.as_ref(), replayed), (Some(drive), true));
    }
}

/// Everybody who was told that a letter is on its way has it; who has it twice can tell.
fn every_letter_came(sink: &Sink, acknowledged: &BTreeSet<String>) -> usize {
    let mut repeated = 0;
    for (address, ids) in sink.ids() {
        let distinct: BTreeSet<&String> = ids.iter().collect();
        if acknowledged.contains(&address) {
            assert_eq!(distinct.len(), 1, "{address} has one letter: {ids:?}");
        }
        repeated += ids.len() - distinct.len();
    }
    let ids = sink.ids();
    let missing: Vec<_> = acknowledged.iter().filter(|a| !ids.contains_key(*a)).collect();
    assert_eq!(missing, Vec::<&String>::new(), "these have no letter");
    repeated
}

/// The telephone had each message about each drive that was asked for and called off, and no other; how many came twice.
fn every_text_came(phones: &Phones, asked: &[String]) -> usize {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for text in phones.texts() {
        assert_eq!(text.to, PHONE, "{text:?}");
        *times.entry(text.body).or_default() += 1;
    }
    let words = |model: &String| {
        ["requested", "cancelled"].map(|what| format!("Your test drive is {what}: 2003 Honda {model}"))
    };
    let told: BTreeSet<String> = asked.iter().flat_map(words).collect();
    assert_eq!(times.keys().cloned().collect::<BTreeSet<_>>(), told);
    times.values().sum::<usize>() - times.len()
}

/// The webhook heard of every drive that was acknowledged, each by one message; one that came twice came under its id.
fn every_webhook_came(hooks: &HookSink, booked: &[Booked]) -> usize {
    let mut ids: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let heard = hooks.heard();
    for message in &heard {
        let drive = message
            .json()
            .pointer("/data/id")
            .map(|id| id.as_str().unwrap().to_owned());
        let id = message.header("webhook-id").to_owned();
        ids.entry(drive.unwrap()).or_default().insert(id);
    }
    let drives: BTreeSet<&String> = booked
        .iter()
        .flat_map(|b| &b.got)
        .map(|(_, drive)| drive)
        .collect();
    assert_eq!(
        ids.keys().collect::<BTreeSet<_>>(),
        drives,
        "each drive is told of, and no other"
    );
    assert!(
        ids.values().all(|of_drive| of_drive.len() == 1),
        "by one message: {ids:?}"
    );
    heard.len() - ids.len()
}

pub(crate) async fn nothing_acknowledged_is_lost_when_the_server_is_killed(backend: Backend) {
    let given = std::env::var("CRASH_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| u64::from(std::process::id()));
    eprintln!("CRASH_SEED={seed}");
    let moments = Moments(SeededRandom::new(seed));
    let (sink, phones) = (Sink::open().await, Phones::open());
    let mut home = Home::new(backend)
        .await
        .with("FORECOURT_SMTP_URL", format!("smtp://127.0.0.1:{}", sink.port))
        .with("FORECOURT_WEBHOOK_PRIVATE", "allow");
    for (name, value) in phones.settings() {
        home = home.with(name, value);
    }
    let mut server = home.serve().await;
    let stage = Stage::open(&home, &sink).await;
    let hooks = HookSink::open();
    let hook = json!({ "url": hooks.url, "events": ["booking.approved"] });
    let _ = stage.owner.post("/webhooks", hook).await.expect(201);
    let mut cars = Vec::new();
    for serial in 1..=CARS {
        cars.push(stage.listing(serial).await);
    }
    let mut hers = Vec::new();
    for n in 1..=ASKED {
        let (mut vehicle, model) = (car(1_000 + n), format!("Accord mark {n}"));
        vehicle["model"] = json!(model);
        hers.push((model, stage.offer(vehicle).await));
    }
    let ann = texted(&home, &sink).await;
    let job = stage.import(10_000, ROWS).await;

    let stop = Arc::new(AtomicBool::new(false));
    // Two want the same slots in the same order, and two others the others.
    let booking: Vec<_> = (0..4)
        .map(|n: usize| {
            let mine: Vec<&String> = cars.iter().skip(n % 2).step_by(2).collect();
            let starts = (2..58).flat_map(|day| (0..8).map(move |slot| (day, slot)));
            let mut slots = Vec::new();
            for (day, slot) in starts {
                slots.extend(mine.iter().map(|car| ((*car).clone(), stage.start(day, slot))));
            }
            tokio::spawn(keep_booking(
                stage.owner.clone(),
                format!("c{n}"),
                slots,
                Arc::clone(&stop),
            ))
        })
        .collect();
    let signing_up = tokio::spawn(keep_signing_up(home.client(None), Arc::clone(&stop)));
    let asking = tokio::spawn(keep_asking(ann, stage.start(2, 1), hers, Arc::clone(&stop)));
    for _ in 0..ROUNDS {
        tokio::time::sleep(moments.next()).await;
        server.kill();
        server = home.serve().await;
    }
    stop.store(true, Ordering::SeqCst);
    let mut booked = Vec::new();
    for task in booking {
        booked.push(task.await.expect("only answers that are right"));
    }
    let acknowledged = signing_up.await.expect("only answers that are right");
    let asked = asking.await.expect("only answers that are right");
    let ended = stage.ended(&job).await;
    let db = home.db().await;
    quiet(&db).await;

    assert_eq!(ended.pointer("/status"), Some(&json!("succeeded")), "{ended}");
    assert_eq!(ended.pointer("/result/created"), Some(&json!(ROWS)), "{ended}");
    assert_eq!(count(&db, "listings").await, i64::from(ROWS + CARS + ASKED));
    assert_eq!(count(&db, "vehicles").await, i64::from(ROWS + CARS + ASKED));
    every_drive_is_there_once(&db, &stage.owner, &booked, asked.len()).await;
    let verified = home.run(&["audit", "verify"], "");
    assert!(verified.status.success(), "the audit log holds: {verified:?}");
    let repeated = every_letter_came(&sink, &acknowledged);
    let retold = every_webhook_came(&hooks, &booked);
    let texted_twice = every_text_came(&phones, &asked);
    eprintln!(
        "{ROUNDS} kills: {} drives, {} answered by an earlier try; {} sign-ups; {} letters, {repeated} of them twice; \
         {} webhooks, {retold} of them twice; {} text messages, {texted_twice} of them twice",
        booked.iter().map(|b| b.got.len()).sum::<usize>(),
        booked.iter().map(|b| b.replayed).sum::<u32>(),
        acknowledged.len(),
        sink.letters().len(),
        hooks.heard().len(),
        phones.texts().len(),
    );
    server.stop().await;
    hooks.close().await;
    phones.close().await;
}
