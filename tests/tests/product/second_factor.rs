//! The second factor: set up, asked for, lost, taken away.

use forecourt_tests::{Reply, TestApp};
use kernel::ports::Clock as _;
use reqwest::Method;
use serde_json::{Value, json};
use test_databases::Backend;

use crate::identity::{ANN, OTHER_PASSWORD, PASSWORD, bearer, registered};

/// The code that an authenticator shows at the product's time, some steps of half a minute from now.
fn shown(app: &TestApp, secret: &str, steps: i64) -> String {
    let totp = totp_rs::Builder::new()
        .with_algorithm(totp_rs::Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(30)
        .with_secret(totp_rs::Secret::try_from_base32(secret).unwrap())
        .build()
        .unwrap();
    let second = app.clock.now().timestamp() + 30 * steps;
    totp.generate(u64::try_from(second).unwrap()).to_string()
}

async fn with_code(app: &TestApp, code: Option<&str>) -> Reply {
    let body = json!({"email": ANN, "password": PASSWORD, "totp": code});
    app.anonymous().post("/auth/login", body).await
}

pub(crate) async fn a_second_factor_is_set_up_asked_for_and_taken_away(backend: Backend) {
    let app = TestApp::start(backend).await;
    let me = bearer(&app, &registered(&app, ANN).await);
    assert_eq!(me.get("/me/totp").await.expect(200).body["enabled"], false);
    let made = me.call(Method::POST, "/me/totp").send().await.expect(201);
    let (secret, spare) = (made.text("/secret"), made.text("/recovery_codes/0"));
    assert!(made.text("/otpauth_url").contains(&secret));
    let confirm = async |code: &str| me.post("/me/totp/confirm", json!({"code": code})).await;
    assert_eq!(
        confirm(&spare).await.problem(400),
        "code_invalid",
        "a recovery code shows no telephone"
    );
    let _ = with_code(&app, None).await.expect(200);
    let first = shown(&app, &secret, 0);
    let _ = confirm(&first).await.expect(200);
    assert_eq!(
        confirm(&shown(&app, &secret, 1)).await.problem(409),
        "totp_enabled"
    );
    assert!(app.letters_to(ANN).await[0].subject.contains("second factor"));

    assert_eq!(with_code(&app, None).await.problem(401), "totp_required");
    assert_eq!(
        with_code(&app, Some(&first)).await.problem(400),
        "code_invalid",
        "it was used to confirm"
    );
    let _ = with_code(&app, Some(&shown(&app, &secret, 1))).await.expect(200);
    let _ = with_code(&app, Some(&spare.to_uppercase())).await.expect(200);
    assert_eq!(
        with_code(&app, Some(&spare)).await.problem(400),
        "code_invalid",
        "good once"
    );

    app.advance(120).await;
    let drop = async |proof: Value| me.call(Method::DELETE, "/me/totp").json(proof).send().await;
    assert_eq!(
        drop(json!({})).await.status,
        400,
        "an open session alone does not do"
    );
    assert_eq!(
        drop(json!({"password": OTHER_PASSWORD})).await.problem(401),
        "invalid_credentials"
    );
    let _ = drop(json!({"code": shown(&app, &secret, 0)})).await.expect(204);
    let _ = with_code(&app, None).await.expect(200);
    app.finish().await;
}

pub(crate) async fn an_admin_without_the_factor_that_admins_need_is_a_customer(backend: Backend) {
    let app = TestApp::start_with(backend, &[("FORECOURT_ADMIN_TOTP", "required")]).await;
    let admin = app.admin().await.client;
    assert_eq!(admin.get("/users").await.problem(403), "totp_setup_required");
    let _ = admin.get("/me").await.expect(200);
    let made = admin.call(Method::POST, "/me/totp").send().await.expect(201);
    let code = shown(&app, &made.text("/secret"), 0);
    let _ = admin
        .post("/me/totp/confirm", json!({"code": code}))
        .await
        .expect(200);
    // Who somebody is may be known for some seconds.
    for _ in 0..100 {
        if admin.get("/users").await.status == 200 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let _ = admin.get("/users").await.expect(200);
    app.finish().await;
}

pub(crate) async fn a_lost_factor_is_dropped_by_an_operator(backend: Backend) {
    let app = TestApp::start(backend).await;
    let me = bearer(&app, &registered(&app, ANN).await);
    let made = me.call(Method::POST, "/me/totp").send().await.expect(201);
    let code = shown(&app, &made.text("/secret"), 0);
    let _ = me
        .post("/me/totp/confirm", json!({"code": code}))
        .await
        .expect(200);
    assert_eq!(with_code(&app, None).await.problem(401), "totp_required");
    let act = kernel::act::Act::of_system(app.clock.now(), "command-line");
    let dropped = app.identity().drop_lost_factor(&act, ANN).await.unwrap();
    assert_eq!(dropped.email.as_str(), ANN);
    assert!(
        app.identity().drop_lost_factor(&act, ANN).await.is_err(),
        "there is none any more"
    );
    let _ = with_code(&app, None).await.expect(200);
    assert!(app.letters_to(ANN).await[0].subject.contains("second factor"));
    app.finish().await;
}
