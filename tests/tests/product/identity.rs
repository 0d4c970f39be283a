//! Registering, signing in and out, codes, the own account, users and invitations.

use forecourt_tests::{Client, Reply, TestApp};
use serde_json::{Value, json};
use test_databases::Backend;

pub(super) const ANN: &str = "ann@example.com";
pub(super) const PASSWORD: &str = "violet tractor sonata";
pub(super) const OTHER_PASSWORD: &str = "copper lantern orbit";

fn form(email: &str) -> Value {
    json!({"email": email, "password": PASSWORD, "first_name": "Ann", "last_name": "Example", "accept_terms": true})
}

pub(super) async fn sign_in(app: &TestApp, email: &str, password: &str) -> Reply {
    let body = json!({"email": email, "password": password});
    app.anonymous().post("/auth/login", body).await
}

/// The six digits of the newest letter to an address.
pub(super) async fn code(app: &TestApp, email: &str) -> String {
    let letters = app.letters_to(email).await;
    let subject = &letters.first().expect("a letter").subject;
    let digits: String = subject.chars().filter(char::is_ascii_digit).collect();
    assert_eq!(digits.len(), 6, "{subject}");
    digits
}

/// Another code than this one.
pub(super) fn wrong(code: &str) -> &'static str {
    if code == "000000" { "000001" } else { "000000" }
}

/// Registers over HTTP and confirms the address.
pub(super) async fn registered(app: &TestApp, email: &str) -> Reply {
    let _ = app
        .anonymous()
        .post("/auth/register", form(email))
        .await
        .expect(201);
    let body = json!({"email": email, "code": code(app, email).await});
    app.anonymous().post("/auth/verify-email", body).await.expect(200)
}

pub(super) fn bearer(app: &TestApp, reply: &Reply) -> Client {
    app.bearer(&reply.text("/access_token"))
}

async fn refreshed(app: &TestApp, token: &str) -> Reply {
    app.anonymous()
        .post("/auth/refresh", json!({"refresh_token": token}))
        .await
}

pub(super) async fn token_of_invitation(app: &TestApp, email: &str) -> String {
    let letters = app.letters_to(email).await;
    let text = &letters.first().expect("a letter").text;
    let token = text.split("Your token: ").nth(1).expect("a token");
    token.split_whitespace().next().expect("a token").to_owned()
}

pub(crate) async fn a_customer_registers_confirms_the_address_and_signs_in(backend: Backend) {
    let app = TestApp::start(backend).await;
    let waiting = app
        .anonymous()
        .post("/auth/register", form("Ann@Example.com"))
        .await
        .expect(201);
    assert_eq!(
        waiting.body,
        json!({"email": "Ann@Example.com", "verification_required": true})
    );
    assert_eq!(
        sign_in(&app, ANN, PASSWORD).await.problem(403),
        "email_unverified"
    );
    assert_eq!(
        sign_in(&app, ANN, "not my password").await.problem(401),
        "invalid_credentials"
    );
    let body = json!({"email": ANN, "code": code(&app, ANN).await});
    let first = app
        .anonymous()
        .post("/auth/verify-email", body.clone())
        .await
        .expect(200);
    assert_eq!(first.text("/token_type"), "Bearer");
    assert_eq!(first.body["expires_in"], 3600);
    assert_eq!(first.text("/user/platform_role"), "customer");
    assert_eq!(first.body["user"]["dealer"], Value::Null);
    assert!(first.text("/user/referral_code").starts_with("REF-"));
    assert_eq!(
        app.anonymous()
            .post("/auth/verify-email", body)
            .await
            .problem(400),
        "code_invalid"
    );
    let signed_in = sign_in(&app, ANN, PASSWORD).await.expect(200);
    let me = bearer(&app, &signed_in).get("/me").await.expect(200);
    assert_eq!(me.body, signed_in.body["user"]);
    assert_eq!(me.body["email_verified"], true);
    app.finish().await;
}

pub(crate) async fn all_that_is_wrong_with_a_registration_is_told_at_once(backend: Backend) {
    let app = TestApp::start(backend).await;
    let body = json!({"email": "ann@", "password": "Ann Example", "first_name": " ", "last_name": "Example",
        "phone": "x", "accept_terms": false, "referral_code": "REF-000000"});
    let reply = app.anonymous().post("/auth/register", body).await.expect(400);
    let mut pointers: Vec<&str> = reply.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["pointer"].as_str().unwrap())
        .collect();
    pointers.sort_unstable();
    assert_eq!(
        pointers,
        [
            "/accept_terms",
            "/email",
            "/first_name",
            "/password",
            "/phone",
            "/referral_code"
        ]
    );
    let mut unknown = form(ANN);
    unknown["referral_code"] = json!("REF-ABCDEF");
    let reply = app.anonymous().post("/auth/register", unknown).await.expect(400);
    assert_eq!(reply.text("/errors/0/code"), "unknown_referral_code");
    app.finish().await;
}

pub(crate) async fn a_taken_address_gets_the_same_answer_and_its_holder_a_letter(backend: Backend) {
    let app = TestApp::start(backend).await;
    let _ = registered(&app, ANN).await;
    let again = app
        .anonymous()
        .post("/auth/register", form(ANN))
        .await
        .expect(201);
    assert_eq!(again.body, json!({"email": ANN, "verification_required": true}));
    let letters = app.letters_to(ANN).await;
    assert_eq!(letters[0].subject, "You have an account already");
    for address in [ANN, "nobody@example.com"] {
        let body = json!({"email": address});
        let forgot = app
            .anonymous()
            .post("/auth/password/forgot", body.clone())
            .await
            .expect(202);
        assert_eq!(forgot.body, json!({"status": "accepted"}));
        let _ = app
            .anonymous()
            .post("/auth/resend-verification", body)
            .await
            .expect(202);
    }
    assert!(app.letters_to("nobody@example.com").await.is_empty());
    app.finish().await;
}

pub(crate) async fn without_verification_registration_signs_in_at_once(backend: Backend) {
    let off = [("FORECOURT_REQUIRE_EMAIL_VERIFICATION", "false")];
    let app = TestApp::start_with(backend, &off).await;
    let friend = app
        .anonymous()
        .post("/auth/register", form(ANN))
        .await
        .expect(201);
    let _ = bearer(&app, &friend).get("/me").await.expect(200);
    assert_eq!(
        app.anonymous()
            .post("/auth/register", form("ANN@example.com"))
            .await
            .problem(409),
        "email_taken"
    );
    let mut referred = form("bob@example.com");
    referred["referral_code"] = friend.body["user"]["referral_code"].clone();
    let _ = app.anonymous().post("/auth/register", referred).await.expect(201);
    app.finish().await;
}

pub(crate) async fn refresh_reuse_ends_the_session(backend: Backend) {
    let app = TestApp::start(backend).await;
    let first = registered(&app, ANN).await;
    let second = refreshed(&app, &first.text("/refresh_token")).await.expect(200);
    assert_ne!(first.text("/refresh_token"), second.text("/refresh_token"));
    let _ = bearer(&app, &second).get("/me").await.expect(200);
    // Somebody sends the first token once more: nobody can tell the thief from the holder.
    let reused = refreshed(&app, &first.text("/refresh_token")).await;
    assert_eq!(reused.problem(401), "refresh_token_invalid");
    assert_eq!(
        refreshed(&app, &second.text("/refresh_token")).await.problem(401),
        "refresh_token_invalid"
    );
    let _ = bearer(&app, &second).get("/me").await.expect(401);
    let _ = bearer(&app, &first).get("/me").await.expect(401);
    let letters = app.letters_to(ANN).await;
    assert_eq!(letters[0].subject, "We signed a device out for your safety");
    // Other sessions go on.
    let other = sign_in(&app, ANN, PASSWORD).await.expect(200);
    let _ = bearer(&app, &other).get("/me").await.expect(200);
    app.finish().await;
}

pub(crate) async fn one_refresh_token_sent_many_times_at_once_gives_one_pair_at_most(backend: Backend) {
    let app = TestApp::start(backend).await;
    let first = registered(&app, ANN).await;
    let token = first.text("/refresh_token");
    let calls = (0..8).map(|_| refreshed(&app, &token));
    let replies = futures_util::future::join_all(calls).await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
    // One came a second time, so the session has ended.
    let pair = replies.iter().find(|reply| reply.status == 200).unwrap();
    let _ = bearer(&app, pair).get("/me").await.expect(401);
    app.finish().await;
}

pub(crate) async fn tokens_live_as_long_as_they_say(backend: Backend) {
    let app = TestApp::start(backend).await;
    let first = registered(&app, ANN).await;
    let verify = async |token: String| {
        app.anonymous()
            .post("/auth/verify", json!({"token": token}))
            .await
    };
    let claims = verify(first.text("/access_token")).await.expect(200);
    assert_eq!(claims.text("/sub"), first.text("/user/id"));
    assert_eq!(claims.text("/role"), "customer");
    app.advance(3_600).await;
    assert_eq!(
        verify(first.text("/access_token")).await.problem(401),
        "unauthenticated"
    );
    let _ = bearer(&app, &first).get("/me").await.expect(401);
    let second = refreshed(&app, &first.text("/refresh_token")).await.expect(200);
    app.advance(7 * 24 * 3_600).await;
    assert_eq!(
        refreshed(&app, &second.text("/refresh_token")).await.problem(401),
        "refresh_token_invalid"
    );
    app.finish().await;
}

pub(crate) async fn signing_out_ends_this_session_alone(backend: Backend) {
    let app = TestApp::start(backend).await;
    let here = registered(&app, ANN).await;
    let body = json!({"email": ANN, "password": PASSWORD, "device_id": "phone-1"});
    let there = app.anonymous().post("/auth/login", body).await.expect(200);
    let sessions = bearer(&app, &here).get("/me/sessions").await.expect(200);
    assert_eq!(sessions.body["count"], 2);
    let devices: Vec<&Value> = sessions.body["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| &s["device_id"])
        .collect();
    assert!(devices.contains(&&json!("phone-1")), "{devices:?}");
    let _ = bearer(&app, &here)
        .post("/auth/logout", json!({}))
        .await
        .expect(204);
    let _ = bearer(&app, &here).get("/me").await.expect(401);
    assert_eq!(
        refreshed(&app, &here.text("/refresh_token")).await.problem(401),
        "refresh_token_invalid"
    );
    let there = bearer(&app, &there);
    let left = there.get("/me/sessions").await.expect(200);
    assert_eq!(left.body["results"][0]["current"], true);
    let own = left.text("/results/0/id");
    // Somebody else's session is as good as none.
    let bob = app.customer("bob@example.com").await;
    assert_eq!(
        bob.client
            .delete(&format!("/me/sessions/{own}"))
            .await
            .problem(404),
        "not_found"
    );
    let _ = there.delete(&format!("/me/sessions/{own}")).await.expect(204);
    let _ = there.get("/me").await.expect(401);
    app.finish().await;
}

pub(crate) async fn a_forgotten_password_is_set_anew_by_a_code(backend: Backend) {
    let app = TestApp::start(backend).await;
    let before = registered(&app, ANN).await;
    let rare = json!({ "last_name": "Xylbrqwofant" });
    let _ = bearer(&app, &before).patch("/me", rare).await.expect(200);
    let anyone = app.anonymous();
    let _ = anyone
        .post("/auth/password/forgot", json!({"email": ANN}))
        .await
        .expect(202);
    let right = code(&app, ANN).await;
    let check = async |code: String| {
        app.anonymous()
            .post("/auth/password/verify-code", json!({"email": ANN, "code": code}))
            .await
    };
    assert_eq!(
        check(wrong(&right).to_owned()).await.expect(200).body,
        json!({"valid": false})
    );
    assert_eq!(
        check(right.clone()).await.expect(200).body,
        json!({"valid": true})
    );
    let reset = |password: &str| json!({"email": ANN, "code": right, "new_password": password});
    let weak = anyone
        .post("/auth/password/reset", reset("password12"))
        .await
        .expect(400);
    assert_eq!(weak.text("/errors/0/pointer"), "/new_password");
    // The holder's name is no password either. Only who has the code is told so, and the code holds for another try.
    let named = reset("xylbrqwofant");
    let own = anyone
        .post("/auth/password/reset", named.clone())
        .await
        .expect(400);
    assert_eq!(own.text("/errors/0/pointer"), "/new_password");
    for (field, other) in [("email", "nobody@example.com"), ("code", wrong(&right))] {
        let mut stranger = named.clone();
        stranger[field] = json!(other);
        let refused = anyone.post("/auth/password/reset", stranger).await;
        assert_eq!(refused.problem(400), "code_invalid", "{field}");
    }
    let _ = anyone
        .post("/auth/password/reset", reset(OTHER_PASSWORD))
        .await
        .expect(204);
    assert_eq!(
        anyone
            .post("/auth/password/reset", reset(PASSWORD))
            .await
            .problem(400),
        "code_invalid"
    );
    let _ = bearer(&app, &before).get("/me").await.expect(401);
    assert_eq!(
        sign_in(&app, ANN, PASSWORD).await.problem(401),
        "invalid_credentials"
    );
    let _ = sign_in(&app, ANN, OTHER_PASSWORD).await.expect(200);
    app.finish().await;
}

pub(crate) async fn five_wrong_tries_kill_a_code_and_a_minute_lies_between_two(backend: Backend) {
    let app = TestApp::start(backend).await;
    let anyone = app.anonymous();
    let _ = anyone.post("/auth/register", form(ANN)).await.expect(201);
    let first = code(&app, ANN).await;
    let enter = async |code: String| {
        app.anonymous()
            .post("/auth/verify-email", json!({"email": ANN, "code": code}))
            .await
    };
    for _ in 0..5 {
        assert_eq!(enter(wrong(&first).to_owned()).await.problem(400), "code_invalid");
    }
    assert_eq!(enter(first.clone()).await.problem(400), "code_invalid");
    let again = json!({"email": ANN});
    let _ = anyone
        .post("/auth/resend-verification", again.clone())
        .await
        .expect(202);
    assert_eq!(app.letters_to(ANN).await.len(), 1, "too soon: nothing is sent");
    app.advance(60).await;
    let _ = anyone
        .post("/auth/resend-verification", again.clone())
        .await
        .expect(202);
    let second = code(&app, ANN).await;
    app.advance(60).await;
    let _ = anyone.post("/auth/resend-verification", again).await.expect(202);
    let third = code(&app, ANN).await;
    if second != third {
        assert_eq!(enter(second).await.problem(400), "code_invalid");
    }
    app.advance(15 * 60 - 1).await;
    let _ = enter(third).await.expect(200);
    app.finish().await;
}

pub(crate) async fn a_code_dies_after_a_quarter_of_an_hour(backend: Backend) {
    let app = TestApp::start(backend).await;
    let _ = app
        .anonymous()
        .post("/auth/register", form(ANN))
        .await
        .expect(201);
    let right = code(&app, ANN).await;
    app.advance(15 * 60).await;
    let body = json!({"email": ANN, "code": right});
    assert_eq!(
        app.anonymous()
            .post("/auth/verify-email", body)
            .await
            .problem(400),
        "code_invalid"
    );
    app.finish().await;
}

pub(crate) async fn changing_the_password_ends_the_other_sessions(backend: Backend) {
    let app = TestApp::start(backend).await;
    let here = registered(&app, ANN).await;
    let there = sign_in(&app, ANN, PASSWORD).await.expect(200);
    let me = bearer(&app, &here);
    let change = |old: &str, new: &str| json!({"old_password": old, "new_password": new});
    let refused = me
        .post("/auth/password/change", change(OTHER_PASSWORD, OTHER_PASSWORD))
        .await;
    assert_eq!(refused.problem(401), "invalid_credentials");
    let weak = me
        .post("/auth/password/change", change(PASSWORD, "Ann Example"))
        .await
        .expect(400);
    assert_eq!(weak.text("/errors/0/pointer"), "/new_password");
    let _ = me
        .post("/auth/password/change", change(PASSWORD, OTHER_PASSWORD))
        .await
        .expect(204);
    let _ = me.get("/me").await.expect(200);
    let _ = bearer(&app, &there).get("/me").await.expect(401);
    let _ = sign_in(&app, ANN, OTHER_PASSWORD).await.expect(200);
    app.finish().await;
}
