//! Stock taken in from files, and written out, as a dealer's people meet it.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use forecourt_tests::world::{Dealer, dealer, vin};
use forecourt_tests::{Client, TestApp};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use test_databases::Backend;

use crate::stock_files::{HEADER, ended, file, import, report, row, send, tally};

async fn dealership(app: &TestApp) -> Dealer {
    let admin = app.admin().await.client;
    dealer(app, &admin, "Oak").await
}

/// Every listing of the own dealer, by VIN.
async fn stock(who: &Client) -> Vec<Value> {
    let list = who
        .get("/dealers/me/inventory?page_size=100")
        .await
        .expect(200)
        .body;
    let mut listings = list["results"].as_array().unwrap().clone();
    listings.sort_by_key(|listing| listing["vehicle"]["vin"].to_string());
    listings
}

async fn export(who: &Client) -> String {
    let reply = who.get("/listings/export").await.expect(200);
    reply.body.as_str().unwrap().to_owned()
}

/// What came of a row: its number, what it does, and the column and code of all that is wrong.
fn told(row: &Value) -> (u64, &str, Vec<(&str, &str)>) {
    let errors = row["errors"].as_array().unwrap().iter();
    let errors = errors.map(|e| {
        (
            e["column"].as_str().unwrap_or_default(),
            e["code"].as_str().unwrap(),
        )
    });
    let action = row["action"].as_str().unwrap();
    (row["row"].as_u64().unwrap(), action, errors.collect())
}

pub(crate) async fn good_rows_are_kept_and_bad_ones_told(backend: Backend) {
    let app = TestApp::start(backend).await;
    let oak = dealership(&app).await;
    let other_columns = "  ,Honda,Accord,2003,used,1\n";
    let bad = [
        row(2, "0"),
        "SHORT,Honda,Accord,2003,used,6500\n".to_owned(),
        row(1, "6500"),
        format!("{},Honda\n", vin(3)),
        format!("{},,Accord,1700,10 days left,$\n", vin(4)),
        other_columns.to_owned(),
        format!("{},Ho\0nda,Accord,2003,used,1\n", vin(5)),
    ];
    let text = format!("{HEADER}{}{}", row(1, "\"$6,500\""), bad.concat());
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(vin(6).as_bytes());
    bytes.extend_from_slice(b",Citro\xEBn,C4,2018,used,9000\n");
    bytes.extend_from_slice(row(7, "7000.00").as_bytes());

    let accepted = send(&oak.owner, bytes, &[("site_id", &oak.site), ("status", "active")])
        .await
        .expect(202);
    let id = accepted.text("/id");
    assert!(
        accepted
            .header("location")
            .unwrap()
            .ends_with(&format!("/jobs/{id}"))
    );
    let job = ended(&app, &oak.owner, &id).await;
    assert_eq!(job["kind"], "listing_import");
    assert_eq!(job["progress"], json!({ "done": 10, "total": 10 }));
    assert_eq!(tally(&job), [2, 0, 0, 8]);
    let rows = report(&oak.owner, &job).await;
    assert_eq!(
        rows.iter().map(told).collect::<Vec<_>>(),
        [
            (2, "created", vec![]),
            (3, "refused", vec![("asking_price", "not_positive")]),
            (4, "refused", vec![("vin", "vin_length")]),
            (5, "refused", vec![("vin", "duplicate_vin")]),
            (6, "refused", vec![("", "cell_count")]),
            (
                7,
                "refused",
                vec![
                    ("make", "required"),
                    ("year", "year_out_of_range"),
                    ("condition", "unknown_condition"),
                    ("asking_price", "malformed_amount"),
                ]
            ),
            (8, "refused", vec![("vin", "required")]),
            (9, "refused", vec![("make", "control_character")]),
            (10, "refused", vec![("make", "not_utf8")]),
            (11, "created", vec![]),
        ]
    );
    assert_eq!(rows[3]["vin"], vin(1));
    let listings = stock(&oak.owner).await;
    assert_eq!(listings.len(), 2);
    assert_eq!(listings[0]["asking_price"]["amount"], "6500.00");
    assert_eq!(listings[0]["status"], "active");

    let path = format!("/jobs/{id}/report");
    let refused = oak
        .owner
        .get(&format!("{path}?action=refused&limit=3"))
        .await
        .expect(200)
        .body;
    assert_eq!(
        (
            refused["results"].as_array().unwrap().len(),
            &refused["next_after"]
        ),
        (3, &json!(5))
    );
    let csv = oak
        .owner
        .get(&format!("{path}?format=csv&action=refused"))
        .await
        .expect(200);
    assert!(csv.header("content-type").unwrap().starts_with("text/csv"));
    let csv = csv.body.as_str().unwrap().to_owned();
    let lines: Vec<&str> = csv.split_terminator("\r\n").collect();
    assert_eq!(
        lines[0],
        "row,vin,action,column,code,message,changed,listing_id,undone"
    );
    assert_eq!(lines.len(), 12, "a line for each thing that is wrong: {csv}");
    assert!(
        lines[1].starts_with(&format!("3,{},refused,asking_price,not_positive,", vin(2))),
        "{csv}"
    );
    app.finish().await;
}

pub(crate) async fn a_file_sent_again_changes_nothing(backend: Backend) {
    let app = TestApp::start(backend).await;
    let oak = dealership(&app).await;
    let fields = [("site_id", oak.site.as_str())];
    let first = import(&app, &oak.owner, file(1..=3), &fields).await;
    assert_eq!(tally(&first), [3, 0, 0, 0]);
    let before = stock(&oak.owner).await;
    let again = import(&app, &oak.owner, file(1..=3), &fields).await;
    assert_eq!(tally(&again), [0, 0, 3, 0]);
    assert_eq!(stock(&oak.owner).await, before);

    let cheaper = file(1..=4).replacen("6500.00", "5900.00", 1);
    let changed = import(&app, &oak.owner, cheaper, &fields).await;
    assert_eq!(tally(&changed), [1, 1, 2, 0]);
    let rows = report(&oak.owner, &changed).await;
    assert_eq!(rows[0]["changed"], json!(["asking_price"]));
    let first = before
        .iter()
        .find(|l| l["vehicle"]["vin"] == rows[0]["vin"])
        .unwrap();
    assert_eq!(rows[0]["listing_id"], first["id"]);

    // The same request again, though not its bytes: the boundary differs, what is sent does not.
    let keyed = |boundary: &str, text: &str| {
        let body = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"site_id\"\r\n\r\n{}\r\n\
             --{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\r\n{text}\r\n--{boundary}--\r\n",
            oak.site
        );
        oak.owner
            .call(Method::POST, "/listings/import")
            .header("idempotency-key", "monday")
            .raw(&format!("multipart/form-data; boundary={boundary}"), body)
            .send()
    };
    let one = keyed("one", &file(5..=5)).await.expect(202);
    let two = keyed("two", &file(5..=5)).await.expect(202);
    assert_eq!(two.text("/id"), one.text("/id"));
    assert_eq!(two.header("idempotent-replayed"), Some("true"));
    assert_eq!(
        keyed("one", &file(6..=6)).await.problem(422),
        "idempotency_key_reused"
    );
    app.finish().await;
}

pub(crate) async fn a_strict_file_is_taken_whole_or_not_at_all(backend: Backend) {
    let app = TestApp::start(backend).await;
    let oak = dealership(&app).await;
    let fields = [("site_id", oak.site.as_str()), ("mode", "strict")];
    let bad = format!("{}{}", file(1..=2), row(3, "0"));
    let refused = import(&app, &oak.owner, bad, &fields).await;
    assert_eq!(refused["result"]["stage"], "refused");
    assert_eq!(tally(&refused), [0, 0, 0, 1], "nothing was made");
    assert_eq!(refused["result"]["left_out"], 2);
    assert_eq!(refused["result"]["rows"], 3);
    assert!(stock(&oak.owner).await.is_empty());
    let rows = report(&oak.owner, &refused).await;
    assert_eq!(told(&rows[2]).2, [("asking_price", "not_positive")]);
    let actions: Vec<&str> = rows.iter().map(|row| told(row).1).collect();
    assert_eq!(actions, ["left_out", "left_out", "refused"]);
    let path = format!("/jobs/{}/report", refused["id"].as_str().unwrap());
    let left = oak
        .owner
        .get(&format!("{path}?action=left_out"))
        .await
        .expect(200);
    assert_eq!(left.body["results"].as_array().unwrap().len(), 2);
    let csv = oak.owner.get(&format!("{path}?format=csv")).await.expect(200);
    let csv = csv.body.as_str().unwrap();
    assert_eq!(
        (
            csv.matches(",left_out,").count(),
            csv.matches(",created,").count()
        ),
        (2, 0),
        "{csv}"
    );
    let good = import(&app, &oak.owner, file(1..=2), &fields).await;
    assert_eq!(good["result"]["stage"], "finished");
    assert_eq!(tally(&good), [2, 0, 0, 0]);
    assert_eq!(stock(&oak.owner).await.len(), 2);
    app.finish().await;
}

pub(crate) async fn a_dry_run_shows_what_each_row_would_do(backend: Backend) {
    let app = TestApp::start(backend).await;
    let oak = dealership(&app).await;
    let fields = [("site_id", oak.site.as_str()), ("dry_run", "true")];
    let _ = import(&app, &oak.owner, file(1..=2), &fields[..1]).await;
    let before = stock(&oak.owner).await;
    let next = format!(
        "{HEADER}{}{}{}{}",
        row(1, "6500.00"),
        row(2, "5000"),
        row(3, "1"),
        row(4, "")
    );
    let dry = import(&app, &oak.owner, next, &fields).await;
    assert_eq!(tally(&dry), [1, 1, 1, 1]);
    let rows = report(&oak.owner, &dry).await;
    let actions: Vec<&str> = rows.iter().map(|row| told(row).1).collect();
    assert_eq!(actions, ["unchanged", "updated", "created", "refused"]);
    assert_eq!(rows[1]["changed"], json!(["asking_price"]));
    assert_eq!(rows[2]["listing_id"], Value::Null);
    assert_eq!(stock(&oak.owner).await, before);
    let undo = format!("/listings/import/{}/undo", dry["id"].as_str().unwrap());
    assert_eq!(
        oak.owner.post(&undo, json!({})).await.problem(409),
        "not_undoable"
    );
    app.finish().await;
}

pub(crate) async fn a_foreign_file_is_understood(backend: Backend) {
    let app = TestApp::start(backend).await;
    let oak = dealership(&app).await;
    let foreign = format!(
        "\u{feff};Price, net;brand;MODEL;year;mileage;color;VIN No.;lot;condition\r\n\
         0;$6,300;toyota;cruiser;2008.0;274,117;black;  {};159348797;10 days left\r\n\
         1;2899;ford;door;2011;190552 km;silver;{};166951262;2 hours left\r\n",
        vin(1).to_lowercase(),
        vin(2)
    );
    let fields = [
        ("site_id", oak.site.as_str()),
        ("map", "vin=vin no.,asking_price=Price, net,condition="),
        ("defaults", "condition=pre-owned,body_type=truck"),
    ];
    let job = import(&app, &oak.owner, foreign, &fields).await;
    assert_eq!(tally(&job), [2, 0, 0, 0], "{:?}", report(&oak.owner, &job).await);
    assert_eq!(job["result"]["ignored_columns"], json!(["lot", "condition"]));
    let listings = stock(&oak.owner).await;
    let cruiser = listings
        .iter()
        .find(|l| l["vehicle"]["vin"] == json!(vin(1)))
        .unwrap();
    assert_eq!(cruiser["condition"], "used");
    assert_eq!(cruiser["asking_price"]["amount"], "6300.00");
    assert_eq!(cruiser["vehicle"]["body_type"], "pickup");
    assert_eq!(
        cruiser["vehicle"]["odometer"],
        json!({ "value": 274_117, "unit": "mi" })
    );
    assert_eq!(cruiser["title"], "2008 toyota cruiser");
    let door = listings
        .iter()
        .find(|l| l["vehicle"]["vin"] == json!(vin(2)))
        .unwrap();
    assert_eq!(door["vehicle"]["odometer"]["unit"], "km");
    app.finish().await;
}

pub(crate) async fn an_import_is_taken_back_but_for_what_was_touched(backend: Backend) {
    let app = TestApp::start(backend).await;
    let oak = dealership(&app).await;
    let fields = [("site_id", oak.site.as_str()), ("status", "active")];
    let _ = import(&app, &oak.owner, file(1..=1), &fields).await;
    let second = file(1..=3).replacen("6500.00", "5900.00", 1);
    let job = import(&app, &oak.owner, second, &fields).await;
    assert_eq!(tally(&job), [2, 1, 0, 0]);
    let touched = stock(&oak.owner)
        .await
        .into_iter()
        .find(|l| l["vehicle"]["vin"] == json!(vin(3)))
        .unwrap();
    let path = format!("/listings/{}", touched["id"].as_str().unwrap());
    let _ = oak
        .owner
        .patch(&path, json!({ "title": "Polished by hand" }))
        .await
        .expect(200);

    let id = job["id"].as_str().unwrap();
    let undo = format!("/listings/import/{id}/undo");
    let back = oak.owner.post(&undo, json!({})).await.expect(202);
    assert_eq!(back.text("/kind"), "listing_import_undo");
    let back = ended(&app, &oak.owner, &back.text("/id")).await;
    assert_eq!(back["result"]["stage"], "undone");
    assert_eq!(
        (&back["result"]["undone"], &back["result"]["kept"]),
        (&json!(2), &json!(1))
    );
    let undone: Vec<Value> = report(&oak.owner, &job)
        .await
        .into_iter()
        .map(|row| row["undone"].clone())
        .collect();
    assert_eq!(undone, [json!("yes"), json!("yes"), json!("touched")]);
    assert_eq!(
        report(&oak.owner, &back).await,
        report(&oak.owner, &job).await,
        "the undo's own job tells it as well"
    );
    let mut now: Vec<(String, String)> = stock(&oak.owner)
        .await
        .iter()
        .map(|l| {
            (
                l["asking_price"]["amount"].as_str().unwrap().to_owned(),
                l["status"].as_str().unwrap().to_owned(),
            )
        })
        .collect();
    now.sort();
    let expected = ["active", "active", "removed"].map(|status| ("6500.00".to_owned(), status.to_owned()));
    assert_eq!(now, expected);
    assert_eq!(
        oak.owner.post(&undo, json!({})).await.problem(409),
        "not_undoable"
    );
    app.finish().await;
}

pub(crate) async fn stock_written_out_and_taken_in_is_the_same(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let oak = dealer(&app, &admin, "Oak").await;
    let elm = dealer(&app, &admin, "Elm").await;
    let template = oak.owner.get("/listings/import/template").await.expect(200);
    let template = template.body.as_str().unwrap().to_owned();
    let rows = format!(
        "vin,make,model,trim,year,condition,asking_price,cost,odometer,title,description,features\r\n\
         {},Honda,Accord,,2003,used,6500.5,5000,98000,=1+1,\"-2 \"\"keys\"\"\r\nand more\",Sun\\|roof|@home\r\n\
         {},Citroën,C4,+,2018,certified,9000,,,'quoted,,\r\n",
        vin(1),
        vin(2)
    );
    let fields = [("site_id", oak.site.as_str()), ("status", "active")];
    let _ = import(&app, &oak.owner, template, &fields).await;
    let job = import(&app, &oak.owner, rows, &fields).await;
    assert_eq!(tally(&job), [2, 0, 0, 0], "{:?}", report(&oak.owner, &job).await);
    let out = export(&oak.owner).await;
    for neutral in [",'=1+1,", ",\"'-2 \"\"keys\"\"", ",'+,"] {
        assert!(out.contains(neutral), "{neutral} in {out}");
    }
    assert!(!out.contains(",=1+1"));
    let titles = stock(&oak.owner).await;
    assert!(
        titles.iter().any(|l| l["title"] == "=1+1"),
        "the listing keeps what was meant"
    );

    let strict = [("mode", "strict")];
    let again = import(&app, &oak.owner, out.clone(), &strict).await;
    assert_eq!(tally(&again), [0, 0, 3, 0]);
    assert_eq!(export(&oak.owner).await, out);

    let elsewhere = [("site_id", elm.site.as_str()), ("map", "site_id=")];
    let moved = import(&app, &elm.owner, out.clone(), &elsewhere).await;
    assert_eq!(tally(&moved), [3, 0, 0, 0]);
    let lines = |file: &str| {
        let mut lines: Vec<String> = file.split("\r\n").map(str::to_owned).collect();
        lines.sort();
        lines
    };
    let copy = export(&elm.owner).await.replace(&elm.site, &oak.site);
    assert_eq!(lines(&copy), lines(&out));
    app.finish().await;
}

pub(crate) async fn a_packed_file_is_taken_like_its_content(backend: Backend) {
    let app = TestApp::start(backend).await;
    let oak = dealership(&app).await;
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(file(1..=250).as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    let fields = [("site_id", oak.site.as_str())];
    let job = import(&app, &oak.owner, packed.clone(), &fields).await;
    assert_eq!(tally(&job), [250, 0, 0, 0]);
    let cut = packed[..packed.len() / 2].to_vec();
    let broken = import(&app, &oak.owner, cut, &fields).await;
    assert_eq!(broken["result"]["problems"][0]["code"], "unreadable");
    app.finish().await;
}

pub(crate) async fn what_is_no_stock_file_is_refused_with_its_reason(backend: Backend) {
    let app = TestApp::start(backend).await;
    let oak = dealership(&app).await;
    let utf16: Vec<u8> = file(1..=1).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let good = file(1..=1).into_bytes();
    let cases: [(&str, Vec<u8>, &str, &str); 9] = [
        ("empty", Vec::new(), "", "empty_file"),
        ("only a header", HEADER.into(), "", "no_rows"),
        (
            "a page",
            b"<!doctype html>\n<p>cars</p>\n".to_vec(),
            "",
            "no_vin_column",
        ),
        (
            "a spreadsheet's own file",
            b"PK\x03\x04\x14\0\x06\0\x08\0".to_vec(),
            "",
            "not_text",
        ),
        ("UTF-16", utf16, "vin=vin", "not_text"),
        ("Latin-1", b"vin,Prix demand\xE9\n1,2\n".to_vec(), "", "not_text"),
        ("no VIN", b"make,price\nFord,1\n".to_vec(), "", "no_vin_column"),
        (
            "twice",
            b"vin,price,asking_price\n1,2,3\n".to_vec(),
            "",
            "doubled_header",
        ),
        ("another header", good, "make=Marke", "no_such_header"),
    ];
    for (what, file, map, code) in cases {
        let fields = [("site_id", oak.site.as_str()), ("map", map)];
        let job = import(&app, &oak.owner, file, &fields).await;
        assert_eq!(job["result"]["stage"], "refused", "{what}: {job}");
        assert_eq!(job["result"]["problems"][0]["code"], code, "{what}: {job}");
        assert!(report(&oak.owner, &job).await.is_empty(), "{what}");
    }
    let open = format!("{}{},\"Honda,Accord", file(1..=2), vin(3));
    let job = import(&app, &oak.owner, open, &[("site_id", &oak.site)]).await;
    assert_eq!(tally(&job), [2, 0, 0, 1]);
    assert_eq!(job["result"]["problems"][0]["code"], "unreadable");
    assert!(
        job["result"]["problems"][0]["message"]
            .as_str()
            .unwrap()
            .contains("row 4")
    );
    app.finish().await;
}

pub(crate) async fn a_wrong_form_is_refused_at_once(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let oak = dealer(&app, &admin, "Oak").await;
    let elm = dealer(&app, &admin, "Elm").await;
    let wrong = [
        ("map", "colour=Farbe"),
        ("defaults", "vin=x"),
        ("mode", "quick"),
        ("dry_run", "maybe"),
        ("status", "sold"),
        ("site_id", "main street"),
        ("currency", "EUR"),
    ];
    let refused = send(&oak.owner, file(1..=1), &wrong).await.expect(400);
    let errors = refused.body["errors"].as_array().unwrap();
    let mut told: Vec<(&str, &str)> = errors
        .iter()
        .map(|e| (e["pointer"].as_str().unwrap(), e["code"].as_str().unwrap()))
        .collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            ("/currency", "unknown_field"),
            ("/defaults", "no_default"),
            ("/dry_run", "malformed_flag"),
            ("/map", "unknown_column"),
            ("/mode", "unknown_mode"),
            ("/site_id", "malformed_id"),
            ("/status", "unknown_status"),
        ]
    );
    let theirs = send(&oak.owner, file(1..=1), &[("site_id", &elm.site)])
        .await
        .expect(400);
    assert_eq!(theirs.text("/errors/0/code"), "unknown_site");
    let twice = ["a.csv", "b.csv"].into_iter().fold(Form::new(), |form, name| {
        form.part("file", Part::bytes(file(1..=1).into_bytes()).file_name(name))
    });
    let twice = oak
        .owner
        .call(Method::POST, "/listings/import")
        .form(twice)
        .send()
        .await
        .expect(400);
    assert_eq!(twice.text("/errors/0/code"), "repeated");
    let nothing = Form::new().text("mode", "strict");
    let nothing = oak
        .owner
        .call(Method::POST, "/listings/import")
        .form(nothing)
        .send()
        .await
        .expect(400);
    assert_eq!(nothing.text("/errors/0/pointer"), "/file");
    app.finish().await;
}

pub(crate) async fn an_import_is_its_dealers_alone(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let oak = dealer(&app, &admin, "Oak").await;
    let elm = dealer(&app, &admin, "Elm").await;
    let sales = app.customer("sam@example.com").await;
    app.employ(&sales, oak.id, "sales", &[]).await;
    assert_eq!(
        send(&sales.client, file(1..=1), &[]).await.problem(403),
        "forbidden"
    );
    assert_eq!(
        send(&app.anonymous(), file(1..=1), &[]).await.problem(401),
        "unauthenticated"
    );
    let job = import(&app, &oak.owner, file(1..=2), &[("site_id", &oak.site)]).await;
    let id = job["id"].as_str().unwrap();
    let stranger = app.customer("carl@example.com").await.client;
    let manager = app.customer("mia@oak.example.com").await;
    app.employ(&manager, oak.id, "manager", &[]).await;
    let manager = app.bearer(&app.sign_in("mia@oak.example.com").await);
    let paths = [
        format!("/jobs/{id}"),
        format!("/jobs/{id}/report"),
        format!("/jobs/{id}/report?format=csv"),
    ];
    for path in &paths {
        for who in [&elm.owner, &stranger, &manager] {
            assert_eq!(who.get(path).await.problem(404), "not_found", "{path}");
        }
        for who in [&oak.owner, &admin] {
            let _ = who.get(path).await.expect(200);
        }
    }
    for who in [&elm.owner, &stranger] {
        let undo = format!("/listings/import/{id}/undo");
        assert_eq!(who.post(&undo, json!({})).await.problem(404), "not_found");
    }
    // The same cars may stand in another dealer's books.
    let theirs = import(&app, &elm.owner, file(1..=2), &[("site_id", &elm.site)]).await;
    assert_eq!(tally(&theirs), [2, 0, 0, 0]);
    // An admin names the dealer.
    let fields = [("site_id", oak.site.as_str()), ("dealer_id", &oak.id.to_string())];
    let for_them = import(&app, &admin, file(1..=3), &fields).await;
    assert_eq!(tally(&for_them), [1, 0, 2, 0]);
    app.finish().await;
}
