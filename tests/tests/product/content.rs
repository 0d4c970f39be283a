//! The platform's own pages, from outside.

use forecourt_tests::world::id_of;
use forecourt_tests::{Client, Reply, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use test_databases::Backend;

pub(crate) async fn a_page_says_what_is_in_force_and_is_kept(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let stranger = app.anonymous();
    assert_eq!(stranger.get("/content/about-us").await.problem(404), "not_found");
    let words = "# About\n\n**We** <b onclick=\"alert(1)\">[sell](javascript:alert(2))</b> [cars](https://example.com).";
    let first = admin
        .post("/admin/content/about-us", json!({ "content": words }))
        .await
        .expect(201);
    assert_eq!(first.body["effective_date"], "2026-06-08");
    assert_eq!(first.body["kept"], true);
    let location = first
        .header("location")
        .unwrap()
        .trim_start_matches("/api/v1")
        .to_owned();
    assert_eq!(admin.get(&location).await.expect(200).body, first.body);

    let shown = stranger.get("/content/about-us").await.expect(200);
    assert_eq!(shown.text("/content"), words);
    let html = "<h1>About</h1>\n<p><strong>We</strong> sell <a href=\"https://example.com\">cars</a>.</p>\n";
    assert_eq!(shown.text("/html"), html);
    assert_eq!(shown.header("cache-control"), Some("public, max-age=60"));
    let etag = shown.header("etag").unwrap().to_owned();
    let again = |path: &'static str| {
        stranger
            .call(Method::GET, path)
            .header("if-none-match", &etag)
            .send()
    };
    let _ = again("/content/about-us").await.expect(304);

    // A version to come is nobody's business until its day, and can be changed and erased until then.
    let tomorrow = json!({ "content": "Tomorrow", "effective_date": "2026-06-09" });
    let draft = admin
        .post("/admin/content/about-us", tomorrow.clone())
        .await
        .expect(201);
    assert_eq!(draft.body["kept"], false);
    assert_eq!(
        admin.post("/admin/content/about-us", tomorrow).await.problem(409),
        "day_taken"
    );
    let path = format!("/admin/content/about-us/{}", id_of(&draft.body));
    let elsewhere = format!("/admin/content/privacy-policy/{}", id_of(&draft.body));
    let _ = admin.get(&elsewhere).await.expect(404);
    let tag = draft.header("etag").unwrap().to_owned();
    let patched = |body: Value| {
        admin
            .call(Method::PATCH, &path)
            .header("if-match", &tag)
            .json(body)
            .send()
    };
    let changed = patched(json!({ "content": "The day after" })).await.expect(200);
    assert_eq!(changed.body["version"], 2);
    assert_eq!(
        patched(json!({ "content": "Stale" })).await.problem(412),
        "stale_version"
    );
    let past = admin
        .patch(&path, json!({ "effective_date": "2026-06-07" }))
        .await;
    assert_eq!(past.expect(400).text("/errors/0/code"), "date_passed");
    let _ = again("/content/about-us").await.expect(304);
    let other = json!({ "content": "Never", "effective_date": "2026-07-01" });
    let other = id_of(
        &admin
            .post("/admin/content/about-us", other)
            .await
            .expect(201)
            .body,
    );
    let _ = admin
        .delete(&format!("/admin/content/about-us/{other}"))
        .await
        .expect(204);

    app.advance(86_400).await;
    // The session of yesterday is over.
    let admin = app.bearer(&app.sign_in("admin@forecourt.example").await);
    let shown = again("/content/about-us").await.expect(200);
    assert_eq!(shown.text("/html"), "<p>The day after</p>\n");
    assert_eq!(shown.text("/in_force_from"), "2026-06-09T00:00:00Z");
    let then = stranger
        .get("/content/about-us?at=2026-06-08T23:59:59Z")
        .await
        .expect(200);
    assert_eq!(then.body["id"], first.body["id"]);
    let before = stranger.get("/content/about-us?at=2026-06-08T13:59:59Z").await;
    let _ = before.expect(404);
    let ahead = stranger
        .get("/content/about-us?at=2027-01-01T00:00:00Z")
        .await
        .expect(400);
    assert_eq!(ahead.text("/errors/0/code"), "instant_to_come");

    what_was_in_force_is_kept(&app, &admin, &path).await;
    app.finish().await;
}

/// For ever, and its history is the platform's business alone.
async fn what_was_in_force_is_kept(app: &TestApp, admin: &Client, path: &str) {
    let stranger = app.anonymous();
    let put = |body: Value| admin.call(Method::PUT, path).json(body).send();
    for refused in [
        admin.patch(path, json!({ "content": "x" })).await,
        put(json!({ "content": "x" })).await,
        admin.delete(path).await,
    ] {
        assert_eq!(refused.problem(409), "kept_for_ever");
    }
    let listed = admin.get("/admin/content/about-us").await.expect(200);
    assert_eq!(listed.body["count"], 2);
    for (reply, status) in [
        (admin.get("/admin/content/imprint").await, 404),
        (stranger.get("/admin/content/about-us").await, 401),
        (
            app.customer("ann@example.com")
                .await
                .client
                .get("/admin/content/about-us")
                .await,
            403,
        ),
        (
            admin
                .post("/admin/content/about-us", json!({ "content": " \n" }))
                .await,
            400,
        ),
    ] {
        let _: Reply = reply.expect(status);
    }
}

pub(crate) async fn whoever_registers_accepts_the_terms_in_force(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let register = async |email: &str| {
        let form = json!({
            "email": email, "password": "violet tractor sonata", "first_name": "Ann", "last_name": "Lee", "accept_terms": true
        });
        let _ = app.anonymous().post("/auth/register", form).await.expect(201);
    };
    let accepted = async |email: &str| {
        let mut sql = app.db.sql();
        sql.push("SELECT terms_version, terms_id FROM users WHERE email = ")
            .bind(email);
        let row = app.db.one(sql).await.unwrap().unwrap();
        let (version, text): (String, Option<uuid::Uuid>) = (
            row.try_get_by("terms_version").unwrap(),
            row.try_get_by("terms_id").unwrap(),
        );
        (version, text.map(|text| text.to_string()))
    };
    register("early@example.com").await;
    assert_eq!(accepted("early@example.com").await, ("none".to_owned(), None));
    let write = async |day: &str| {
        let words = json!({ "content": "Be kind.", "effective_date": day });
        id_of(
            &admin
                .post("/admin/content/terms-and-conditions", words)
                .await
                .expect(201)
                .body,
        )
    };
    let first = write("2026-06-08").await;
    let second = write("2026-06-09").await;
    register("ann@example.com").await;
    assert_eq!(
        accepted("ann@example.com").await,
        ("2026-06-08".to_owned(), Some(first))
    );
    app.advance(86_400).await;
    register("ben@example.com").await;
    assert_eq!(
        accepted("ben@example.com").await,
        ("2026-06-09".to_owned(), Some(second))
    );
    app.finish().await;
}
