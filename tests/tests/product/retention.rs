//! What nobody needs any more goes, and nothing else.

use forecourt_tests::TestApp;
use reqwest::Method;
use serde_json::json;
use test_databases::Backend;

const DAY: i64 = 24 * 3600;

async fn rows(app: &TestApp, table: &str) -> i64 {
    let mut sql = app.db.sql();
    sql.push("SELECT COUNT(*) FROM ").push(table);
    let row = app.db.one(sql).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// Rows of the tables that empty themselves.
async fn left(app: &TestApp) -> [i64; 6] {
    [
        rows(app, "idempotency").await,
        rows(app, "one_time_codes").await,
        rows(app, "invitations").await,
        rows(app, "refresh_tokens").await,
        rows(app, "sessions").await,
        rows(
            app,
            "jobs WHERE kind NOT IN ('prune', 'digests', 'seal_audit_log', 'sweep_files')",
        )
        .await,
    ]
}

pub(crate) async fn what_expired_is_removed_in_time(backend: Backend) {
    let app = TestApp::start(backend).await;
    let (admin, ann) = (app.admin().await, app.customer("ann@example.com").await);
    let forgot = json!({ "email": "ann@example.com" });
    let _ = app
        .anonymous()
        .post("/auth/password/forgot", forgot)
        .await
        .expect(202);
    let invited = json!({ "email": "bob@example.com", "platform_role": "admin" });
    let _ = admin.client.post("/users", invited).await.expect(201);
    let address = json!({ "line1": "1 Main Street", "city": "New York", "state": "NY", "postal_code": "10001", "country": "US" });
    let dealer = json!({
        "name": "Lee Motors", "legal_name": "Lee Motors LLC", "phone": "+1 212 555 0100",
        "email": "hi@lee.example.com", "address": address, "currency": "USD", "country": "US"
    });
    let call = ann.client.call(Method::POST, "/dealers");
    let _ = call
        .header("idempotency-key", "k")
        .json(dealer)
        .send()
        .await
        .expect(201);
    app.quiet().await;
    let letters = rows(&app, "jobs WHERE kind = 'letter'").await;
    assert!(letters > 0);
    assert_eq!(left(&app).await, [1, 1, 1, 2, 2, letters]);

    app.advance(DAY).await;
    assert_eq!(
        left(&app).await,
        [1, 1, 1, 2, 2, letters],
        "all of it may still be asked for"
    );
    app.advance(2 * DAY).await;
    assert_eq!(
        left(&app).await,
        [0, 1, 1, 2, 2, letters],
        "answers count for a day"
    );
    app.advance(36 * DAY).await;
    assert_eq!(
        left(&app).await,
        [0, 0, 0, 0, 2, 0],
        "a month has passed since the end of the rest"
    );
    // A session that is new when the old ones go.
    app.advance(50 * DAY).await;
    let back = app.bearer(&app.sign_in("ann@example.com").await);
    app.advance(12 * DAY).await;
    assert_eq!(left(&app).await, [0, 0, 0, 1, 1, 0]);
    assert_eq!(
        back.get("/me").await.status,
        401,
        "it has expired as well, but not long ago"
    );
    app.finish().await;
}

pub(crate) async fn a_session_that_shows_that_an_account_is_in_use_stays(backend: Backend) {
    let app = TestApp::start_with(backend, &[("FORECOURT_REQUIRE_EMAIL_VERIFICATION", "false")]).await;
    let form = json!({
        "email": "ann@example.com", "password": "three blue herons", "first_name": "Ann", "last_name": "Lee",
        "accept_terms": true
    });
    let _ = app.anonymous().post("/auth/register", form).await.expect(201);
    app.advance(365 * DAY).await;
    assert_eq!(rows(&app, "sessions").await, 1);
    assert_eq!(rows(&app, "refresh_tokens").await, 0);
    app.finish().await;
}
