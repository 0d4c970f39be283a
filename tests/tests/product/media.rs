//! Files and pictures, from the announcement to what everybody sees.

use forecourt_tests::things::{PICTURE, brought};
use forecourt_tests::world::{Dealer, car, dealer, id_of};
use forecourt_tests::{Client, Reply, TestApp};
use futures_util::future::join_all;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use test_databases::Backend;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn dealership(app: &TestApp) -> (Dealer, String) {
    let admin = app.admin().await;
    let oak = dealer(app, &admin.client, "Oak").await;
    let listing = id_of(&oak.listing(1).await);
    (oak, listing)
}

fn form(name: &str, bytes: &[u8]) -> Form {
    Form::new().part("file", Part::bytes(bytes.to_vec()).file_name(name.to_owned()))
}

async fn announce(who: &Client, with: Value) -> Reply {
    let mut new = json!({ "filename": "car.png", "content_type": "image/png", "size": PICTURE.len(), "purpose": "avatar" });
    for (name, value) in with.as_object().unwrap() {
        new[name] = value.clone();
    }
    who.post("/files/presign", new).await
}

/// The path of a link to this program.
fn path(url: &str) -> String {
    let (_, rest) = url.split_once("/media/").unwrap();
    format!("/media/{rest}")
}

async fn put(who: &Client, path: &str, bytes: &[u8]) -> Reply {
    who.call_at(Method::PUT, path)
        .raw("image/png", bytes.to_vec())
        .send()
        .await
}

async fn complete(who: &Client, file: &str) -> Reply {
    who.call(Method::POST, &format!("/files/{file}/complete"))
        .send()
        .await
}

async fn at(who: &Client, path: &str) -> Reply {
    who.call_at(Method::GET, path).send().await
}

fn photos(listing: &Reply) -> Vec<Value> {
    listing.body["photos"].as_array().unwrap().clone()
}

fn primaries(photos: &[Value]) -> usize {
    photos.iter().filter(|photo| photo["primary"] == true).count()
}

/// A picture as everybody gets it: in every width and type, in parts, and not again where it is known.
async fn served_in_all_widths(anyone: &Client, photo: &Value, url: &str) {
    for source in photo["sources"].as_array().unwrap() {
        for (of, kind) in [("webp", "image/webp"), ("jpeg", "image/jpeg")] {
            let picture = at(anyone, source[of].as_str().unwrap()).await.expect(200);
            assert_eq!(picture.header("content-type"), Some(kind));
            assert_eq!(picture.header("x-content-type-options"), Some("nosniff"));
            assert!(picture.header("cache-control").unwrap().contains("immutable"));
        }
    }
    let part = anyone
        .call_at(Method::GET, url)
        .header("range", "bytes=0-9")
        .send()
        .await
        .expect(206);
    assert!(part.header("content-range").unwrap().starts_with("bytes 0-9/"));
    let beyond = anyone
        .call_at(Method::GET, url)
        .header("range", "bytes=9999999-")
        .send()
        .await
        .expect(416);
    assert!(beyond.header("content-range").unwrap().starts_with("bytes */"));
    let tag = at(anyone, url).await.header("etag").unwrap().to_owned();
    let known = anyone
        .call_at(Method::GET, url)
        .header("if-none-match", &tag)
        .send()
        .await;
    assert_eq!(known.status, 304);
}

pub(crate) async fn photos_are_brought_drawn_ordered_and_shown(backend: Backend) {
    let app = TestApp::start(backend).await;
    let (oak, listing) = dealership(&app).await;
    let anyone = app.anonymous();
    let photos_of = format!("/listings/{listing}/photos");
    let one = json!({ "file_id": brought(&oak.owner, "listing_photo").await, "alt_text": "Front" });
    let one = oak.owner.post(&photos_of, one).await.expect(201);
    assert_eq!(
        one.body["primary"], true,
        "the first stands for the listing: {}",
        one.body
    );
    let two = form("../../side.png", PICTURE).text("alt_text", "Side");
    let two = oak
        .owner
        .call(Method::POST, &photos_of)
        .form(two)
        .send()
        .await
        .expect(201);
    assert_eq!(
        (&two.body["position"], &two.body["primary"]),
        (&json!(2), &json!(false))
    );
    assert_eq!(
        two.body["similar_to"],
        Value::Null,
        "likeness is known once it was drawn"
    );
    app.quiet().await;

    let shown = anyone.get(&format!("/listings/{listing}")).await.expect(200);
    let seen = photos(&shown);
    assert_eq!(seen.len(), 2);
    assert!(
        seen.iter()
            .all(|photo| photo["ready"] == true && photo["width"] == 96)
    );
    assert!(
        seen.iter().all(|photo| photo["similar_to"].is_null()),
        "for staff alone"
    );
    let staff = oak.owner.get(&format!("/listings/{listing}")).await.expect(200);
    assert_eq!(
        photos(&staff)[1]["similar_to"],
        one.body["id"],
        "the same picture twice"
    );
    let url = shown.text("/primary_photo/url");
    let card = anyone.get("/listings").await.expect(200);
    assert_eq!(card.text("/results/0/primary_photo/url"), url);
    assert_eq!(card.body["results"][0]["photo_count"], 2);
    served_in_all_widths(&anyone, &seen[0], &url).await;

    let second = format!("{photos_of}/{}", id_of(&two.body));
    let moved = oak
        .owner
        .patch(&second, json!({ "position": 1, "primary": true }))
        .await
        .expect(200);
    assert_eq!(
        (&moved.body["position"], &moved.body["primary"]),
        (&json!(1), &json!(true))
    );
    let refused = oak
        .owner
        .patch(&second, json!({ "primary": false, "position": 0 }))
        .await
        .expect(400);
    assert!(
        refused.body["errors"]
            .as_array()
            .is_some_and(|errors| !errors.is_empty())
    );
    let _ = oak.owner.delete(&second).await.expect(204);
    app.quiet().await;
    let left = photos(&anyone.get(&format!("/listings/{listing}")).await.expect(200));
    assert_eq!(
        (left.len(), &left[0]["primary"]),
        (1, &json!(true)),
        "another one takes its place"
    );
    let gone = seen[1]["url"].as_str().unwrap();
    assert_eq!(at(&anyone, gone).await.status, 404, "its bytes are gone");

    let other = app.customer("mallory@example.com").await.client;
    assert_eq!(
        other
            .call(Method::POST, &photos_of)
            .form(form("a.png", PICTURE))
            .send()
            .await
            .status,
        404
    );
    app.finish().await;
}

pub(crate) async fn exactly_one_primary_photo_under_fifty_writers(backend: Backend) {
    let app = TestApp::start(backend).await;
    let (oak, listing) = dealership(&app).await;
    let photos_of = format!("/listings/{listing}/photos");
    let mut ids = Vec::new();
    for _ in 0..10 {
        let file = json!({ "file_id": brought(&oak.owner, "listing_photo").await });
        ids.push(id_of(&oak.owner.post(&photos_of, file).await.expect(201).body));
    }
    let more = join_all((0..10).map(|_| brought(&oak.owner, "listing_photo"))).await;
    let writers = (0..50).map(|n| {
        let (owner, photos_of) = (&oak.owner, &photos_of);
        let (id, file) = (&ids[n % 10], &more[n % 10]);
        async move {
            let photo = format!("{photos_of}/{id}");
            match n % 5 {
                0 => owner.post(photos_of, json!({ "file_id": file })).await,
                1 | 2 => owner.patch(&photo, json!({ "primary": true })).await,
                3 => owner.patch(&photo, json!({ "position": n % 7 + 1 })).await,
                _ => owner.delete(&photo).await,
            }
        }
    });
    for reply in join_all(writers).await {
        let fine = matches!(reply.status, 200 | 201 | 204 | 404 | 409);
        assert!(fine, "{}: {}", reply.status, reply.body);
    }
    let left = photos(&oak.owner.get(&format!("/listings/{listing}")).await.expect(200));
    assert_eq!(primaries(&left), 1, "{left:?}");
    let positions: Vec<u64> = left
        .iter()
        .map(|photo| photo["position"].as_u64().unwrap())
        .collect();
    assert_eq!(positions, (1..=positions.len() as u64).collect::<Vec<_>>());
    app.finish().await;
}

pub(crate) async fn what_is_not_as_announced_is_refused_and_removed(backend: Backend) {
    let app = TestApp::start(backend).await;
    let ann = app.customer("ann@example.com").await.client;
    let wrong = announce(
        &ann,
        json!({ "content_type": "image/svg+xml", "size": 11_000_000, "sha256": "x".repeat(64) }),
    )
    .await;
    let codes: Vec<&str> = wrong.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|e| e["code"].as_str())
        .collect();
    assert_eq!(
        (wrong.status, codes.as_slice()),
        (400, ["type_not_taken", "too_large", "malformed"].as_slice())
    );
    assert_eq!(
        announce(&ann, json!({ "purpose": "dealer_document" }))
            .await
            .problem(403),
        "forbidden"
    );

    let admin = app.admin().await.client;
    let nowhere = json!({ "purpose": "listing_photo", "dealer_id": "019a0000-0000-7000-8000-000000000000" });
    assert_eq!(announce(&admin, nowhere).await.problem(404), "not_found");

    let upload = announce(&ann, json!({})).await.expect(201);
    let (file, link) = (upload.text("/file_id"), path(&upload.text("/url")));
    assert_eq!(complete(&ann, &file).await.problem(409), "not_uploaded");
    assert_eq!(
        put(&ann, &link.replace("size=", "size=1"), PICTURE)
            .await
            .problem(403),
        "link_invalid"
    );
    assert_eq!(
        put(&ann, &link, &PICTURE[..700]).await.status,
        400,
        "too few bytes"
    );
    assert_eq!(
        put(&ann, &link, &[PICTURE, b"more"].concat()).await.problem(413),
        "too_large"
    );
    let _ = put(&ann, &link, PICTURE).await.expect(204);
    let other = app.customer("bob@example.com").await.client;
    assert_eq!(complete(&other, &file).await.status, 404, "another's");
    let done = complete(&ann, &file).await.expect(200);
    assert_eq!(
        (&done.body["width"], &done.body["height"]),
        (&json!(96), &json!(64))
    );
    let _ = complete(&ann, &file).await.expect(200);
    assert_eq!(
        put(&ann, &link, PICTURE).await.problem(409),
        "upload_complete",
        "replayed"
    );

    let text = vec![b'x'; PICTURE.len()];
    let upload = announce(&ann, json!({})).await.expect(201);
    let (file, link) = (upload.text("/file_id"), path(&upload.text("/url")));
    let _ = put(&ann, &link, &text).await.expect(204);
    assert_eq!(
        complete(&ann, &file).await.body["errors"][0]["code"],
        "type_mismatch"
    );
    assert_eq!(
        complete(&ann, &file).await.problem(409),
        "not_uploaded",
        "nothing is left"
    );
    let mut broken = PICTURE.to_vec();
    broken[60..120].fill(0);
    let _ = put(&ann, &link, &broken).await.expect(204);
    assert_eq!(
        complete(&ann, &file).await.body["errors"][0]["code"],
        "not_a_picture"
    );

    let upload = announce(&ann, json!({ "sha256": "ab".repeat(32) }))
        .await
        .expect(201);
    let refused = put(&ann, &path(&upload.text("/url")), PICTURE).await.expect(400);
    assert_eq!(refused.body["errors"][0]["code"], "hash_mismatch");

    let upload = announce(&ann, json!({})).await.expect(201);
    app.advance(16 * 60).await;
    assert_eq!(
        put(&ann, &path(&upload.text("/url")), PICTURE).await.problem(403),
        "link_invalid",
        "late"
    );
    app.finish().await;
}

pub(crate) async fn people_cars_and_dealers_have_pictures(backend: Backend) {
    let app = TestApp::start(backend).await;
    let (oak, _) = dealership(&app).await;
    let ann = app.customer("ann@example.com").await.client;
    let vehicle = id_of(&ann.post("/vehicles", car(9)).await.expect(201).body);
    let image = format!("/vehicles/{vehicle}/image");
    for (who, subject, shown, field) in [
        (&ann, "/me/avatar", "/me".to_owned(), "/avatar_url"),
        (&ann, image.as_str(), format!("/vehicles/{vehicle}"), "/image_url"),
        (
            &oak.owner,
            "/dealers/me/logo",
            "/dealers/me".to_owned(),
            "/logo_url",
        ),
    ] {
        let first = who
            .call(Method::PUT, subject)
            .form(form("me.png", PICTURE))
            .send()
            .await
            .expect(200);
        let second = who
            .call(Method::PUT, subject)
            .form(form("me.png", PICTURE))
            .send()
            .await
            .expect(200);
        app.quiet().await;
        let thing = who.get(&shown).await.expect(200);
        assert_eq!(thing.text(field), second.text("/url"), "{subject}");
        let _ = at(&app.anonymous(), &second.text("/url")).await.expect(200);
        assert_eq!(
            at(&app.anonymous(), &first.text("/url")).await.status,
            404,
            "the one before is gone"
        );
        let _ = who.delete(subject).await.expect(204);
        let _ = who.delete(subject).await.expect(204);
        app.quiet().await;
        assert_eq!(who.get(&shown).await.body.pointer(field), Some(&Value::Null));
        assert_eq!(at(&app.anonymous(), &second.text("/url")).await.status, 404);
    }
    let other = app.customer("bob@example.com").await.client;
    assert_eq!(
        other
            .call(Method::PUT, &image)
            .form(form("a.png", PICTURE))
            .send()
            .await
            .status,
        404
    );
    let taken = json!({ "file_id": brought(&ann, "avatar").await });
    assert_eq!(
        other
            .call(Method::PUT, "/me/avatar")
            .json(taken)
            .send()
            .await
            .status,
        404,
        "another's file"
    );
    app.finish().await;
}

pub(crate) async fn what_nothing_uses_is_gone_after_a_day(backend: Backend) {
    let app = TestApp::start(backend).await;
    let ann = app.customer("ann@example.com").await.client;
    let unused = brought(&ann, "avatar").await;
    app.quiet().await;
    let url = format!("/media/{unused}/800.jpg");
    let _ = at(&ann, &url).await.expect(200);
    app.advance(26 * 3_600).await;
    app.quiet().await;
    assert_eq!(at(&ann, &url).await.status, 404);
    app.finish().await;
}

/// What the server answers to a path that is sent as it stands: clients would tidy it up first.
async fn raw(url: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://"))
        .await
        .unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: here\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

pub(crate) async fn no_path_leads_out_of_the_store(backend: Backend) {
    let app = TestApp::start(backend).await;
    let ann = app.customer("ann@example.com").await.client;
    let file = brought(&ann, "avatar").await;
    app.quiet().await;
    // What lies beside the pictures: a private original, and the keys of the installation.
    let secret = app.ground.config.data_dir.join("keys.json");
    let keys = std::fs::read_to_string(&secret).unwrap();
    let stolen = keys.get(10..50).unwrap();
    let ups = [
        "..",
        "%2e%2e",
        "%2E.",
        "..%2f",
        "..%5c",
        "....",
        "%252e%252e",
        ".%00.",
        "\u{ff0e}\u{ff0e}",
    ];
    let slashes = ["/", "//", "%2f", "%5c", "/./"];
    let ends = [
        "keys.json",
        "keys.json%00.jpg",
        "keys.json/800.jpg",
        "media/originals/1",
    ];
    let starts = ["/media/", "/media/private/", "/media/incoming/"].map(str::to_owned);
    let mut tried = 0;
    for start in starts.into_iter().chain([format!("/media/{file}/")]) {
        for (up, slash, end) in ups
            .iter()
            .flat_map(|up| slashes.iter().map(move |slash| (up, slash)))
            .flat_map(|(up, slash)| ends.iter().map(move |end| (up, slash, end)))
        {
            for depth in [1, 2, 5] {
                let path = format!("{start}{}{end}", format!("{up}{slash}").repeat(depth));
                let answer = raw(&app.url, &path).await;
                let status = answer.split(' ').nth(1).unwrap_or_default();
                assert!(status.starts_with('4'), "{path}: {answer}");
                assert!(!answer.contains(stolen), "{path}: {answer}");
                tried += 1;
            }
        }
    }
    assert!(tried > 2_000, "{tried}");
    let _ = at(&ann, &format!("/media/{file}/800.jpg")).await.expect(200);
    app.finish().await;
}
