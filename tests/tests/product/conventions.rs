//! What holds for every endpoint.

use std::collections::BTreeSet;

use forecourt_tests::TestApp;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;
use test_databases::Backend;

use crate::showroom::{NINE, Showroom};

pub(crate) async fn every_answer_carries_its_request_id(backend: Backend) {
    let app = TestApp::start(backend).await;
    let given = app
        .anonymous()
        .call(Method::GET, "/health")
        .header("x-request-id", "my-id.1")
        .send()
        .await
        .expect(200);
    assert_eq!(given.header("x-request-id"), Some("my-id.1"));
    let made = app
        .anonymous()
        .call(Method::GET, "/nowhere")
        .header("x-request-id", "no good\u{e9}")
        .send()
        .await
        .expect(404);
    assert_eq!(made.header("x-request-id").unwrap(), made.text("/request_id"));
    assert_eq!(made.header("content-type"), Some("application/problem+json"));
    app.finish().await;
}

pub(crate) async fn unknown_routes_methods_and_parameters_are_refused_by_name(backend: Backend) {
    let app = TestApp::start(backend).await;
    let anyone = app.anonymous();
    assert_eq!(anyone.get("/nowhere").await.problem(404), "not_found");
    let method = anyone.delete("/health").await.expect(405);
    assert_eq!(method.header("allow"), Some("GET"));
    let query = anyone.get("/health?b=1&a=2").await.expect(400);
    assert_eq!(query.body.pointer("/errors/0/pointer"), Some(&json!("a")));
    assert_eq!(query.body.pointer("/errors/1/pointer"), Some(&json!("b")));
    let _ = anyone.get("/health/").await.expect(200);
    let head = anyone.call(Method::HEAD, "/health").send().await.expect(200);
    assert_eq!(head.body, serde_json::Value::Null);
    assert!(head.header("etag").is_some());
    app.finish().await;
}

pub(crate) async fn a_stranger_is_told_to_sign_in_before_anything_else(backend: Backend) {
    let app = TestApp::start(backend).await;
    let reply = app.anonymous().get("/jobs/no-uuid?x=1").await.expect(401);
    assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
    let _ = app.bearer("nonsense").get("/jobs/no-uuid").await.expect(401);
    app.finish().await;
}

pub(crate) async fn what_asks_nobody_reads_no_token(backend: Backend) {
    let app = TestApp::start(backend).await;
    let expired = app.bearer("nonsense");
    for path in ["/health", "/listings/makes", "/meta"] {
        let _ = expired.get(path).await.expect(200);
    }
    // What tells some more than others asks, and a token that does not hold is told.
    let _ = expired.get("/dealers").await.expect(401);
    let _ = app.anonymous().get("/dealers").await.expect(200);
    app.finish().await;
}

pub(crate) async fn public_reads_are_conditional(backend: Backend) {
    let app = TestApp::start(backend).await;
    let first = app.anonymous().get("/openapi.json").await.expect(200);
    let etag = first.header("etag").unwrap();
    assert!(first.header("cache-control").unwrap().starts_with("public"));
    let again = app
        .anonymous()
        .call(Method::GET, "/openapi.json")
        .header("if-none-match", etag)
        .send()
        .await
        .expect(304);
    assert_eq!(again.body, serde_json::Value::Null);
    app.finish().await;
}

pub(crate) async fn browsers_of_allowed_origins_may_call(backend: Backend) {
    let app = TestApp::start(backend).await;
    let preflight = |origin: &'static str| {
        app.anonymous()
            .call(Method::OPTIONS, "/health")
            .header("origin", origin)
            .header("access-control-request-method", "POST")
            .header("access-control-request-headers", "idempotency-key,if-match")
            .send()
    };
    let allowed = preflight("http://localhost:3000").await.expect(200);
    assert_eq!(
        allowed.header("access-control-allow-origin"),
        Some("http://localhost:3000")
    );
    assert_eq!(allowed.header("access-control-allow-credentials"), Some("true"));
    let refused = preflight("http://evil.example").await.expect(400);
    assert_eq!(refused.header("access-control-allow-origin"), None);
    assert_eq!(refused.header("content-type"), Some("application/problem+json"));
    assert_eq!(
        refused.header("x-request-id").unwrap(),
        refused.text("/request_id")
    );
    assert_eq!(refused.problem(400), "malformed_request");
    app.finish().await;
}

pub(crate) async fn requests_with_one_key_at_one_moment_have_one_effect(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let ann = app.customer("ann@example.com").await;
    let book = || {
        let call = ann.client.call(Method::POST, "/bookings");
        let wish = json!({ "listing_id": car, "start_at": NINE });
        call.header("idempotency-key", "k-1").json(wish).send()
    };
    let replies = join_all((0..8).map(|_| book())).await;
    let fresh = replies
        .iter()
        .filter(|reply| reply.header("idempotent-replayed").is_none());
    assert_eq!(fresh.count(), 1, "one of them did it");
    let answers: BTreeSet<String> = replies
        .into_iter()
        .map(|reply| reply.expect(201).body.to_string())
        .collect();
    assert_eq!(answers.len(), 1, "all got the same answer");
    let mine = ann.client.get("/bookings/me").await.expect(200);
    assert_eq!(mine.body.pointer("/count"), Some(&json!(1)));
    app.finish().await;
}

pub(crate) async fn who_changed_something_stale_looks_again_and_succeeds(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let listing = format!("/listings/{}", room.car(1).await);
    let owner = &room.owner.client;
    let tag = async || {
        let seen = owner.get(&listing).await.expect(200);
        seen.header("etag").unwrap().to_owned()
    };
    let change = |tag: &str, title: &str| {
        let call = owner.call(Method::PATCH, &listing).header("if-match", tag);
        call.json(json!({ "title": title })).send()
    };
    let mine = tag().await;
    let theirs = change(&mine, "First").await.expect(200);
    assert_ne!(theirs.header("etag"), Some(mine.as_str()));
    assert_eq!(change(&mine, "Second").await.problem(412), "stale_version");
    let again = tag().await;
    assert_ne!(again, mine);
    let changed = change(&again, "Second").await.expect(200);
    assert_eq!(changed.text("/title"), "Second");
    app.finish().await;
}
