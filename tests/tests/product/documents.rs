//! The papers that show that a dealer is one.

use forecourt_tests::uploads::{PICTURE, brought, brought_for};
use forecourt_tests::world::{Dealer, dealer, licensed};
use forecourt_tests::{Client, Reply, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use test_databases::Backend;

/// A dealer that nobody verified: its owner, and its id.
async fn pending(app: &TestApp, name: &str) -> (Client, String) {
    let email = format!("{}@example.com", name.to_lowercase());
    let founder = app.customer(&email).await.client;
    let new = json!({
        "name": name, "legal_name": format!("{name} Inc."), "phone": "+1 512 555 0100", "email": "hello@example.com",
        "address": forecourt_tests::world::address(), "currency": "USD", "country": "US"
    });
    let id = founder.post("/dealers", new).await.expect(201).text("/id");
    (app.bearer(&app.sign_in(&email).await), id)
}

async fn bring(who: &Client, with: Value) -> Reply {
    let mut new = json!({ "kind": "licence" });
    for (name, value) in with.as_object().unwrap() {
        new[name] = value.clone();
    }
    if new["file_id"].is_null() {
        new["file_id"] = json!(brought(who, "dealer_document").await);
    }
    who.post("/dealers/me/documents", new).await
}

/// The bytes behind a file, by the link that whoever asks is given.
async fn bytes(who: &Client, file: &str) -> Reply {
    let link = who.get(&format!("/files/{file}")).await.expect(307);
    let (_, path) = link.header("location").unwrap().split_once("/media/").unwrap();
    who.call_at(Method::GET, &format!("/media/{path}")).send().await
}

async fn subjects(app: &TestApp, address: &str) -> Vec<String> {
    let letters = app.letters_to(address).await;
    letters
        .into_iter()
        .map(|letter| format!("{}\n{}", letter.subject, letter.text))
        .collect()
}

pub(crate) async fn an_owner_brings_a_licence_and_is_verified_by_it(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let (owner, id) = pending(&app, "Oak").await;
    let verify = format!("/dealers/{id}/verify");
    assert_eq!(
        admin.post(&verify, json!({})).await.problem(409),
        "licence_missing"
    );
    let made = bring(&owner, json!({ "expires_on": "2028-06-30" }))
        .await
        .expect(201);
    let document = format!("/dealers/{id}/documents/{}", made.text("/id"));
    assert_eq!(
        made.header("location"),
        Some(format!("/api/v1{document}").as_str())
    );
    assert_eq!(
        (made.text("/status"), made.text("/expires_on")),
        ("pending".to_owned(), "2028-06-30".to_owned())
    );
    assert_eq!(made.body["reason"], Value::Null);
    assert_eq!(
        admin.post(&verify, json!({})).await.problem(409),
        "licence_missing"
    );

    // The admin finds it, reads it by a link, and approves what was read.
    let waiting = format!("/dealers/{id}/documents?status=pending");
    let waiting = admin.get(&waiting).await.expect(200);
    assert_eq!(waiting.body["count"], 1);
    let file = waiting.text("/results/0/file_id");
    let read = bytes(&admin, &file).await.expect(200);
    assert_eq!(read.header("content-type"), Some("image/png"));
    let shown = admin.get(&document).await.expect(200);
    let tag = shown.header("etag").unwrap().to_owned();
    let approve = |tag: &str| {
        let call = admin.call(Method::PATCH, &document).header("if-match", tag);
        call.json(json!({ "status": "approved" })).send()
    };
    assert_eq!(approve("\"7\"").await.problem(412), "stale_version");
    let approved = approve(&tag).await.expect(200);
    assert_eq!(
        (approved.text("/status"), &approved.body["version"]),
        ("approved".to_owned(), &json!(2))
    );
    assert!(approved.body["reviewed_at"].is_string());
    assert_eq!(
        admin
            .patch(&document, json!({ "status": "approved" }))
            .await
            .problem(409),
        "illegal_transition"
    );
    let told = subjects(&app, "oak@example.com").await;
    assert!(told[0].contains("Oak: your licence was approved"), "{}", told[0]);
    let _ = admin.post(&verify, json!({})).await.expect(200);

    // What the dealer was verified by stays, until another one holds.
    let mine = format!("/dealers/me/documents/{}", made.text("/id"));
    assert_eq!(owner.delete(&mine).await.problem(409), "licence_needed");
    let _ = licensed(&owner, &admin, &id).await;
    let _ = owner.delete(&mine).await.expect(204);
    assert_eq!(owner.delete(&mine).await.problem(404), "not_found");
    app.quiet().await;
    assert_eq!(
        owner.get(&format!("/files/{file}")).await.status,
        404,
        "its bytes are gone"
    );
    let left = owner.get("/dealers/me/documents").await.expect(200);
    assert_eq!(left.body["count"], 1);
    app.finish().await;
}

pub(crate) async fn a_refused_document_says_why_and_another_is_brought(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let (owner, id) = pending(&app, "Oak").await;
    let made = bring(&owner, json!({ "kind": "tax" })).await.expect(201);
    let document = format!("/dealers/{id}/documents/{}", made.text("/id"));
    let bare = admin
        .patch(&document, json!({ "status": "refused" }))
        .await
        .expect(400);
    assert_eq!(bare.text("/errors/0/pointer"), "/reason");
    let nothing = admin
        .patch(&document, json!({ "reason": "why not" }))
        .await
        .expect(400);
    assert_eq!(nothing.text("/errors/0/pointer"), "/status");
    let refused = json!({ "status": "refused", "reason": "The second page is missing." });
    let refused = admin.patch(&document, refused).await.expect(200);
    assert_eq!(refused.text("/reason"), "The second page is missing.");
    let told = subjects(&app, "oak@example.com").await;
    assert!(told[0].contains("Oak: your tax paper was refused"), "{}", told[0]);
    assert!(told[0].contains("The second page is missing."), "{}", told[0]);
    let notice = owner.get("/notifications").await.expect(200);
    assert_eq!(notice.text("/results/0/kind"), "dealer_document_reviewed");
    assert_eq!(
        (
            notice.text("/results/0/subject_kind"),
            notice.text("/results/0/subject_id")
        ),
        ("dealer".to_owned(), id.clone())
    );
    let approve = json!({ "status": "approved" });
    assert_eq!(
        admin.patch(&document, approve).await.problem(409),
        "illegal_transition"
    );

    // Another one, with its key: once, however often it is sent.
    let file = brought(&owner, "dealer_document").await;
    let send = || {
        let call = owner.call(Method::POST, "/dealers/me/documents");
        let call = call.header("idempotency-key", "k-1");
        call.json(json!({ "kind": "tax", "file_id": file })).send()
    };
    let (first, again) = (send().await.expect(201), send().await.expect(201));
    assert_eq!(first.body, again.body);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    let listed = owner
        .get("/dealers/me/documents?status=pending,refused")
        .await
        .expect(200);
    assert_eq!(listed.body["count"], 2);
    let log = owner
        .get("/audit-log?action=dealer.document_reviewed")
        .await
        .expect(200);
    assert_eq!(log.text("/results/0/reason"), "The second page is missing.");
    app.finish().await;
}

pub(crate) async fn documents_are_for_their_owners_and_admins_alone(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let oak: Dealer = dealer(&app, &admin, "Oak").await;
    let elm: Dealer = dealer(&app, &admin, "Elm").await;
    let mine = oak.owner.get("/dealers/me/documents").await.expect(200);
    let (document, file) = (mine.text("/results/0/id"), mine.text("/results/0/file_id"));
    let list = format!("/dealers/{}/documents", oak.id);
    let one = format!("{list}/{document}");
    let sales = app.customer("sales@oak.example.com").await;
    app.employ(&sales, oak.id, "sales", &[]).await;
    let sales = app.bearer(&app.sign_in("sales@oak.example.com").await);
    let carl = app.customer("carl@example.com").await.client;
    for (who, seen, judged) in [
        (&app.anonymous(), 401, 401),
        (&carl, 404, 403),
        (&elm.owner, 404, 403),
        (&sales, 403, 403),
        (&oak.owner, 200, 403),
    ] {
        assert_eq!(who.get(&list).await.status, seen);
        assert_eq!(who.get(&one).await.status, seen);
        let patch = who.patch(&one, json!({ "status": "approved" })).await;
        assert_eq!(patch.status, judged);
        let removed = who.delete(&format!("/dealers/me/documents/{document}")).await;
        assert_eq!(removed.status, if seen == 200 { 409 } else { seen });
    }
    for who in [&carl, &elm.owner, &sales] {
        assert_eq!(who.get(&format!("/files/{file}")).await.status, 404);
    }
    let elsewhere = format!("/dealers/{}/documents/{document}", elm.id);
    assert_eq!(admin.get(&elsewhere).await.status, 404);
    let named = format!("/dealers/me/documents?dealer={}", oak.id);
    assert_eq!(admin.get(&named).await.expect(200).body["count"], 1);
    assert_eq!(elm.owner.get(&named).await.status, 404);
    assert_eq!(carl.get("/dealers/me/documents").await.status, 404);
    assert_eq!(sales.get("/dealers/me/documents").await.status, 403);
    let nobody = "/dealers/01900000-0000-7000-8000-000000000000/documents";
    assert_eq!(admin.get(nobody).await.status, 404);

    // An admin brings a document for a dealer: its owners read it from then on.
    let announced = json!({
        "filename": "a.png", "content_type": "image/png", "size": PICTURE.len(), "purpose": "dealer_document"
    });
    let _ = sales.post("/files/presign", announced).await.expect(403);
    let file = brought(&admin, "dealer_document").await;
    assert_eq!(oak.owner.get(&format!("/files/{file}")).await.status, 404);
    let unnamed = bring(&admin, json!({ "file_id": file })).await.expect(400);
    assert_eq!(unnamed.text("/errors/0/pointer"), "/dealer_id");
    let given = json!({ "file_id": file, "dealer_id": oak.id, "kind": "other" });
    let _ = bring(&admin, given).await.expect(201);
    let _ = bytes(&oak.owner, &file).await.expect(200);
    assert_eq!(elm.owner.get(&format!("/files/{file}")).await.status, 404);
    app.finish().await;
}

pub(crate) async fn what_is_no_document_is_refused_with_its_code(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let (oak, oak_id) = pending(&app, "Oak").await;
    let (elm, elm_id) = pending(&app, "Elm").await;
    let logo = brought(&oak, "dealer_logo").await;
    assert_eq!(
        bring(&oak, json!({ "file_id": logo })).await.problem(409),
        "other_purpose"
    );
    let theirs = brought(&elm, "dealer_document").await;
    assert_eq!(
        bring(&oak, json!({ "file_id": theirs })).await.problem(404),
        "not_found"
    );
    let used = brought(&oak, "dealer_document").await;
    let _ = bring(&oak, json!({ "file_id": used })).await.expect(201);
    assert_eq!(
        bring(&oak, json!({ "file_id": used })).await.problem(409),
        "file_in_use"
    );
    let announced = json!({
        "filename": "a.png", "content_type": "image/png", "size": PICTURE.len(), "purpose": "dealer_document"
    });
    let awaited = oak.post("/files/presign", announced.clone()).await.expect(201);
    let awaited = json!({ "file_id": awaited.text("/file_id") });
    assert_eq!(bring(&oak, awaited).await.problem(409), "upload_incomplete");
    let over = bring(&oak, json!({ "expires_on": "2020-01-01" }))
        .await
        .expect(400);
    assert_eq!(
        (over.text("/errors/0/pointer"), over.text("/errors/0/code")),
        ("/expires_on".to_owned(), "expired".to_owned())
    );
    let shapeless = json!({ "kind": "passport", "file_id": 1, "expires_on": "soon", "colour": "red" });
    let shapeless = oak.post("/dealers/me/documents", shapeless).await.expect(400);
    assert_eq!(
        shapeless.body["errors"].as_array().unwrap().len(),
        4,
        "{}",
        shapeless.body
    );

    // A file that an admin brought for one dealer is no other's.
    let file = brought_for(&admin, "dealer_document", Some(&elm_id)).await;
    let given_to = |dealer: &str| bring(&admin, json!({ "file_id": file, "dealer_id": dealer }));
    assert_eq!(given_to(&oak_id).await.problem(409), "other_dealer");
    let _ = given_to(&elm_id).await.expect(201);
    app.finish().await;
}
