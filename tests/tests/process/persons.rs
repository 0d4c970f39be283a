//! People who close their accounts, and what is left of them.

use std::path::Path;
use std::time::Duration;

use database::Db;
use forecourt_tests::Client;
use forecourt_tests::uploads::brought;
use forecourt_tests::world::{car, id_of};
use reqwest::Method;
use serde_json::{Value, json};
use test_databases::Backend;

use crate::program::Home;
use crate::sink::Sink;
use crate::stage::{PASSWORD, Stage};

const EMAIL: &str = "zebulon_quagmire@example.com";
/// What told who the person was. None of it may be left anywhere.
const MARKS: [&str; 11] = [
    "zebulon",
    "quagmire",
    "12125550188",
    "9 Nowhere Lane",
    "QUAG-77",
    "leave it with my aunt Wilhelmina",
    "yours truly, Zeb of Quagmire",
    "Zeb's dream car",
    "Zebulon's Telephone/1.0",
    "because Wilhelmina fell",
    "misread by Wilhelmina",
];

/// Registers and fills the account with what people leave behind: profile, car, picture, saved things, a drive, an offer, a purchase.
async fn lived(home: &Home, sink: &Sink, stage: &Stage) -> Client {
    let anyone = home.client(None);
    let form = json!({ "email": EMAIL, "password": PASSWORD, "first_name": "Zebulon", "last_name": "Quagmire", "accept_terms": true });
    let _ = anyone.post("/auth/register", form).await.expect(201);
    let code = sink.letter_to(EMAIL).await.code();
    let confirm = json!({ "email": EMAIL, "code": code });
    let _ = anyone.post("/auth/verify-email", confirm).await.expect(200);
    let wrong = json!({ "email": EMAIL, "password": "not the password at all" });
    assert_eq!(anyone.post("/auth/login", wrong).await.status, 401);
    let right = json!({ "email": EMAIL, "password": PASSWORD, "device_id": "Zebulon's Telephone/1.0" });
    let call = anyone.call(Method::POST, "/auth/login");
    let signed_in = call.header("user-agent", "Zebulon's Telephone/1.0").json(right);
    let me = home.client(Some(&signed_in.send().await.expect(200).text("/access_token")));

    let profile = json!({
        "phone": "+1 212 555 0188", "address": "9 Nowhere Lane", "date_of_birth": "1961-02-03", "location": "Quagmire Falls"
    });
    let _ = me.patch("/me", profile).await.expect(200);
    let mut own = car(7_000);
    own["license_plate"] = json!("QUAG-77");
    own["additional_info"] = json!("leave it with my aunt Wilhelmina");
    let _ = me.post("/vehicles", own).await.expect(201);
    let avatar = json!({ "file_id": brought(&me, "avatar").await });
    let _ = me
        .call(Method::PUT, "/me/avatar")
        .json(avatar)
        .send()
        .await
        .expect(200);
    let _ = brought(&me, "avatar").await;
    let search = json!({ "name": "Zeb's dream car", "filters": { "make": ["Honda"] } });
    let _ = me.post("/saved-searches", search).await.expect(201);

    let driven = stage.listing(1).await;
    let drive = json!({
        "listing_id": driven, "start_at": stage.start(2, 1), "note": "leave it with my aunt Wilhelmina"
    });
    let _ = me.post("/bookings", drive).await.expect(201);
    let other = json!({ "listing_id": driven, "start_at": stage.start(3, 1) });
    let other = id_of(&me.post("/bookings", other).await.expect(201).body);
    let reason = json!({ "reason": "because Wilhelmina fell" });
    let _ = me
        .post(&format!("/bookings/{other}/cancel"), reason)
        .await
        .expect(200);
    let offer = json!({
        "listing_id": driven, "amount": { "amount": "6000.00", "currency": "USD" }, "message": "yours truly, Zeb of Quagmire"
    });
    let _ = me.post("/negotiations", offer).await.expect(201);
    let bought = stage.listing(2).await;
    // Entered already: the sale makes one of the two.
    let _ = me.post("/vehicles", car(2)).await.expect(201);
    let user = me.get("/me").await.expect(200).text("/id");
    let sale = json!({
        "listing_id": bought, "price": { "amount": "6400.00", "currency": "USD" }, "sale_date": stage.day(),
        "buyer": { "user_id": user }, "payment_method": "cash", "notes": "Quagmire wants winter tyres"
    });
    let sale = stage.owner.post("/sales", sale).await.expect(201);
    let own = format!("/vehicles/{}", sale.text("/vehicle/id"));
    let corrected = json!({
        "odometer": { "value": 90_000, "unit": "mi" }, "odometer_correction": "misread by Wilhelmina"
    });
    let _ = me.patch(&own, corrected).await.expect(200);
    me
}

/// Every value of every table that holds one of the marks.
async fn in_tables(db: &Db) -> Vec<String> {
    let mut found = Vec::new();
    for table in tables(db).await {
        let mut sql = db.sql();
        if sql.is_postgres() {
            sql.push("SELECT CAST(t AS text) AS told FROM ")
                .push(&table)
                .push(" t");
        } else {
            let mut columns = db.sql();
            columns.push(&format!("SELECT name FROM pragma_table_info('{table}')"));
            let columns = db.all(columns).await.unwrap();
            let parts: Vec<String> = columns
                .iter()
                .map(|row| row.try_get::<String>("", "name").unwrap())
                .map(|name| {
                    format!("COALESCE(CASE typeof({name}) WHEN 'blob' THEN hex({name}) ELSE {name} END, '')")
                })
                .collect();
            sql.push(&format!(
                "SELECT {} AS told FROM {table}",
                parts.join(" || ' | ' || ")
            ));
        }
        for row in db.all(sql).await.unwrap() {
            let told = row.try_get::<String>("", "told").unwrap();
            found.extend(marked(&told).map(|mark| format!("{table}: {mark}: {told}")));
        }
    }
    found
}

async fn tables(db: &Db) -> Vec<String> {
    let mut sql = db.sql();
    if sql.is_postgres() {
        sql.push("SELECT CAST(tablename AS text) AS name FROM pg_tables WHERE schemaname = 'public'");
    } else {
        sql.push("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'listing_words%'");
    }
    let rows = db.all(sql).await.unwrap();
    rows.iter().map(|row| row.try_get("", "name").unwrap()).collect()
}

fn marked(text: &str) -> impl Iterator<Item = &'static str> {
    let text = text.to_lowercase();
    MARKS
        .into_iter()
        .filter(move |mark| text.contains(&mark.to_lowercase()))
}

/// Every file under a folder whose bytes hold one of the marks, and how many files there are.
fn in_files(folder: &Path) -> (Vec<String>, usize) {
    let (mut found, mut count) = (Vec::new(), 0);
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            let (inside, more) = in_files(&path);
            found.extend(inside);
            count += more;
        } else {
            count += 1;
            let text = String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned();
            found.extend(marked(&text).map(|mark| format!("{}: {mark}", path.display())));
        }
    }
    (found, count)
}

async fn erased(db: &Db, user: &str) {
    for _ in 0..600 {
        let mut sql = db.sql();
        sql.push("SELECT 1 AS one FROM users WHERE erased_at IS NOT NULL AND id = ")
            .bind(user.parse::<uuid::Uuid>().unwrap());
        if !db.all(sql).await.unwrap().is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{user} is not erased within a minute");
}

async fn totals(stage: &Stage) -> (Value, Value) {
    let sales = stage.owner.get("/sales").await.expect(200).body;
    let stats = stage.owner.get("/dealers/me/stats").await.expect(200).body;
    (sales["results"][0]["price"].clone(), stats["sales"].clone())
}

/// A car whose buyer is gone comes back to its seller, and leaves nothing with them.
async fn comes_back(stage: &Stage, db: &Db, sale: &str, user: &str) {
    let reason = json!({ "reason": "the wrong car" });
    let voided = stage.owner.post(&format!("/sales/{sale}/void"), reason).await;
    let _ = voided.expect(200);
    let mut sql = db.sql();
    sql.push("SELECT id FROM vehicles WHERE owner_id = ")
        .bind(user.parse::<uuid::Uuid>().unwrap());
    assert_eq!(db.all(sql).await.unwrap().len(), 0);
}

pub(crate) async fn an_erased_person_is_nowhere(backend: Backend) {
    let sink = Sink::open().await;
    let home = Home::new(backend)
        .await
        .with("FORECOURT_SMTP_URL", format!("smtp://127.0.0.1:{}", sink.port));
    let server = home.serve().await;
    let stage = Stage::open(&home, &sink).await;
    let me = lived(&home, &sink, &stage).await;
    let user = me.get("/me").await.expect(200).text("/id");
    let db = home.db().await;
    let before = in_tables(&db).await;
    for mark in MARKS {
        assert!(
            before.iter().any(|found| found.contains(mark)),
            "{mark} is there to be erased: {before:#?}"
        );
    }
    let counted = totals(&stage).await;

    // Everything comes along.
    let export = me.call(Method::GET, "/me/export").send().await.expect(200);
    assert_eq!(export.header("content-type"), Some("application/zip"));
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(export.bytes)).unwrap();
    let mut all = String::new();
    for n in 0..zip.len() {
        let text = std::io::read_to_string(zip.by_index(n).unwrap()).unwrap();
        let _: Value = serde_json::from_str(&text).unwrap();
        all += &text;
    }
    for mark in MARKS {
        assert!(
            all.to_lowercase().contains(&mark.to_lowercase()),
            "{mark} comes along: {all}"
        );
    }

    let _ = me.call(Method::DELETE, "/me").send().await.expect(204);
    let again = json!({ "email": EMAIL, "password": PASSWORD });
    let refused = home.client(None).post("/auth/login", again).await;
    assert!(matches!(refused.status, 401 | 403), "{}", refused.body);
    erased(&db, &user).await;
    assert_eq!(me.get("/me").await.status, 401);
    // The bytes of pictures go by jobs of their own.
    tokio::time::sleep(Duration::from_secs(3)).await;

    let left = in_tables(&db).await;
    assert!(left.is_empty(), "{left:#?}");
    let data = home.folder.path().join("data");
    let (left, files) = in_files(&data);
    assert!(left.is_empty(), "{left:#?}");
    assert!(files > 0, "there was something to look at");
    let media = data.join("media").join("public");
    assert!(!media.exists() || in_files(&media).1 == 0, "pictures are gone");
    let log = server.log();
    let told: Vec<&str> = log.lines().filter(|line| marked(line).next().is_some()).collect();
    assert!(told.is_empty(), "{told:#?}");

    // Business goes on: the drive and the offer are off, the sale stands with all its figures, the address is free again.
    assert_eq!(totals(&stage).await, counted);
    let drives = stage
        .owner
        .get("/bookings?status=requested,approved")
        .await
        .expect(200);
    assert_eq!(drives.body["count"], 0, "{}", drives.body);
    let talks = stage.owner.get("/negotiations").await.expect(200);
    assert_eq!(talks.text("/results/0/status"), "cancelled");
    let sales = stage.owner.get("/sales").await.expect(200);
    assert_eq!(sales.text("/results/0/buyer/name"), "Closed account");
    let shown = stage.admin.get(&format!("/users/{user}")).await.expect(200);
    assert_eq!(
        (shown.text("/first_name"), shown.text("/email")),
        ("Closed".to_owned(), format!("erased-{user}@erased.invalid"))
    );
    assert_eq!(stage.admin.get("/users").await.expect(200).body["count"], 3);
    let back = stage
        .admin
        .patch(&format!("/users/{user}"), json!({ "active": true }))
        .await;
    assert_eq!(back.problem(409), "account_closed");
    let last = sink
        .letters()
        .into_iter()
        .rfind(|letter| letter.to == EMAIL)
        .unwrap();
    assert!(last.body.contains("Your account is closed"), "{}", last.body);
    let form = json!({ "email": EMAIL, "password": PASSWORD, "first_name": "Zebulon", "last_name": "Quagmire", "accept_terms": true });
    let _ = home.client(None).post("/auth/register", form).await.expect(201);
    comes_back(&stage, &db, &sales.text("/results/0/id"), &user).await;
    let verified = home.run(&["audit", "verify"], "");
    assert!(
        verified.status.success(),
        "{}",
        String::from_utf8_lossy(&verified.stderr)
    );
    server.stop().await;
}
