//! What becomes of accounts: the person's own data, who is slowed down, what admins do.

use forecourt_tests::world::dealer;
use forecourt_tests::{Client, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use test_databases::Backend;

use crate::identity::{
    ANN, OTHER_PASSWORD, PASSWORD, bearer, code, registered, sign_in, token_of_invitation, wrong,
};

pub(crate) async fn a_person_changes_their_own_data_and_nothing_else(backend: Backend) {
    let app = TestApp::start(backend).await;
    let ann = app.customer(ANN).await;
    let before = ann.client.get("/me").await.expect(200);
    let etag = before.header("etag").unwrap().to_owned();
    let patch = json!({"first_name": "Änne", "phone": "+1 (212) 555-0100", "date_of_birth": "1990-02-28", "location": "New York"});
    let call = |body: Value| {
        ann.client
            .call(reqwest::Method::PATCH, "/me")
            .header("if-match", &etag)
            .json(body)
            .send()
    };
    let after = call(patch).await.expect(200);
    assert_eq!(after.text("/first_name"), "Änne");
    assert_eq!(after.text("/phone"), "+12125550100");
    assert_eq!(
        call(json!({"location": "Boston"})).await.problem(412),
        "stale_version"
    );
    let etag = after.header("etag").unwrap();
    for same in [
        json!({}),
        json!({"location": "New York", "phone": "+12125550100"}),
    ] {
        let same = ann.client.patch("/me", same).await.expect(200);
        assert_eq!(
            same.header("etag").unwrap(),
            etag,
            "nothing changed, so nobody's copy is stale"
        );
    }
    let cleared = ann.client.patch("/me", json!({"phone": null})).await.expect(200);
    assert_ne!(cleared.header("etag").unwrap(), etag);
    assert_eq!(cleared.body["phone"], Value::Null);
    assert_eq!(cleared.text("/location"), "New York");
    let wrong = ann
        .client
        .patch("/me", json!({"first_name": null, "date_of_birth": "2090-01-01"}))
        .await
        .expect(400);
    assert_eq!(wrong.body["errors"].as_array().unwrap().len(), 2);
    let _ = ann
        .client
        .patch("/me", json!({"platform_role": "admin"}))
        .await
        .expect(400);
    app.finish().await;
}

pub(crate) async fn a_new_address_counts_when_its_code_came_back(backend: Backend) {
    let app = TestApp::start(backend).await;
    let me = bearer(&app, &registered(&app, ANN).await);
    let _ = app.customer("bob@example.com").await;
    let ask = |email: &str, password: &str| json!({"email": email, "password": password});
    assert_eq!(
        me.post("/me/email", ask("ann@example.org", OTHER_PASSWORD))
            .await
            .problem(401),
        "invalid_credentials"
    );
    let _ = me
        .post("/me/email", ask("ann@example.org", PASSWORD))
        .await
        .expect(202);
    assert_eq!(me.get("/me").await.expect(200).text("/email"), ANN);
    let right = code(&app, "ann@example.org").await;
    assert_eq!(
        me.post("/me/email/confirm", json!({"code": wrong(&right)}))
            .await
            .problem(400),
        "code_invalid"
    );
    let moved = me
        .post("/me/email/confirm", json!({"code": right}))
        .await
        .expect(200);
    assert_eq!(moved.text("/email"), "ann@example.org");
    assert_eq!(
        app.letters_to(ANN).await[0].subject,
        "Your account has moved to another address"
    );
    // A taken address gets the same answer; its holder is told, and no code goes out.
    app.advance(60).await;
    let _ = me
        .post("/me/email", ask("bob@example.com", PASSWORD))
        .await
        .expect(202);
    assert_eq!(
        app.letters_to("bob@example.com").await[0].subject,
        "You have an account already"
    );
    app.finish().await;
}

pub(crate) async fn failures_slow_down_and_never_lock_the_holder_out(backend: Backend) {
    let app = TestApp::start_with(
        backend,
        &[
            ("FORECOURT_RATE_LIMIT", "on"),
            ("FORECOURT_TRUSTED_PROXIES", "127.0.0.1"),
        ],
    )
    .await;
    let from = |ip: &'static str, password: &'static str| {
        app.anonymous()
            .call(reqwest::Method::POST, "/auth/login")
            .header("x-forwarded-for", ip)
            .json(json!({"email": ANN, "password": password}))
            .send()
    };
    let _ = registered(&app, ANN).await; // from 127.0.0.1
    let _ = from("192.0.2.1", PASSWORD).await.expect(200); // the holder's address
    for _ in 0..5 {
        assert_eq!(
            from("198.51.100.7", OTHER_PASSWORD).await.problem(401),
            "invalid_credentials"
        );
    }
    let slowed = from("198.51.100.7", OTHER_PASSWORD).await.expect(429);
    assert_eq!(slowed.header("retry-after"), Some("1"));
    // Also the right password, and also from a third address; but not from the holder's.
    assert_eq!(
        from("203.0.113.9", PASSWORD).await.problem(429),
        "too_many_requests"
    );
    let _ = from("192.0.2.1", PASSWORD).await.expect(200);
    app.advance(1).await;
    let _ = from("203.0.113.9", PASSWORD).await.expect(200);
    // An address without an account is slowed down alike.
    let nobody = || {
        let body = json!({"email": "nobody@example.com", "password": PASSWORD});
        let call = app.anonymous().call(reqwest::Method::POST, "/auth/login");
        call.header("x-forwarded-for", "198.51.100.8").json(body).send()
    };
    for _ in 0..5 {
        assert_eq!(nobody().await.problem(401), "invalid_credentials");
    }
    let _ = nobody().await.expect(429);
    app.finish().await;
}

pub(crate) async fn an_admin_finds_closes_and_opens_accounts(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await;
    let ann = app.customer(ANN).await;
    let path = format!("/users/{}", ann.user);
    assert_eq!(ann.client.get("/users").await.problem(403), "forbidden");
    assert_eq!(ann.client.get(&path).await.problem(403), "forbidden");
    let found = admin
        .client
        .get("/users?q=ANN%40exam&active=true&platform_role=customer")
        .await
        .expect(200);
    assert_eq!(found.body["count"], 1);
    assert_eq!(found.text("/results/0/email"), ANN);
    assert_eq!(
        admin.client.get("/users?q=%25").await.expect(200).body["count"],
        0
    );
    let sorted = admin
        .client
        .get("/users?ordering=email&page_size=1&cursor=")
        .await
        .expect(200);
    assert_eq!(sorted.text("/results/0/email"), "admin@forecourt.example");
    let next = sorted.text("/next");
    let next = next.split("/api/v1").nth(1).unwrap();
    assert_eq!(
        admin.client.get(next).await.expect(200).text("/results/0/email"),
        ANN
    );
    let closed = admin
        .client
        .patch(&path, json!({"active": false}))
        .await
        .expect(200);
    assert_eq!(closed.body["active"], false);
    let _ = ann.client.get("/me").await.expect(401);
    assert_eq!(
        app.letters_to(ANN).await[0].subject,
        "Your account was deactivated"
    );
    let _ = admin
        .client
        .patch(&path, json!({"active": true, "platform_role": "admin"}))
        .await
        .expect(200);
    let again = app.bearer(&app.sign_in(ANN).await);
    let _ = again.get("/users").await.expect(200);
    let own = format!("/users/{}", admin.user);
    assert_eq!(
        admin
            .client
            .patch(&own, json!({"active": false}))
            .await
            .problem(409),
        "own_account"
    );
    app.finish().await;
}

pub(crate) async fn an_invited_admin_joins_once(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await;
    let invite = json!({"email": "bob@example.com", "platform_role": "admin"});
    let made = admin
        .client
        .call(reqwest::Method::POST, "/users")
        .header("idempotency-key", "k-1")
        .json(invite.clone())
        .send()
        .await
        .expect(201);
    assert_eq!(made.text("/status"), "open");
    let location = made
        .header("location")
        .unwrap()
        .trim_start_matches("/api/v1")
        .to_owned();
    assert_eq!(admin.client.get(&location).await.expect(200).body, made.body);
    let token = token_of_invitation(&app, "bob@example.com").await;
    let anyone = app.anonymous();
    let accept = "/auth/invitations/accept";
    let bare = anyone.post(accept, json!({"token": token})).await.expect(400);
    assert_eq!(bare.body["errors"].as_array().unwrap().len(), 3);
    let full = json!({"token": token, "password": PASSWORD, "first_name": "Bob", "last_name": "Example"});
    let joined = anyone.post(accept, full.clone()).await.expect(200);
    assert_eq!(joined.text("/user/platform_role"), "admin");
    assert_eq!(joined.body["user"]["email_verified"], true);
    let _ = bearer(&app, &joined).get("/users").await.expect(200);
    let _ = sign_in(&app, "bob@example.com", PASSWORD).await.expect(200);
    assert_eq!(anyone.post(accept, full).await.problem(400), "invitation_invalid");
    assert_eq!(
        anyone.post(accept, json!({"token": "forged"})).await.problem(400),
        "invitation_invalid"
    );
    assert_eq!(
        admin.client.post("/users", invite).await.problem(409),
        "role_held"
    );
    app.finish().await;
}

pub(crate) async fn keys_are_public_and_name_the_tokens(backend: Backend) {
    let app = TestApp::start(backend).await;
    let url = format!("{}/.well-known/jwks.json", app.url);
    let keys: Value = reqwest::get(url).await.unwrap().json().await.unwrap();
    assert_eq!(keys["keys"][0]["crv"], "Ed25519");
    assert_eq!(keys["keys"][0]["x"].as_str().unwrap().len(), 43);
    app.finish().await;
}

pub(crate) async fn who_has_no_password_is_refused_like_anybody_else(backend: Backend) {
    let app = TestApp::start(backend).await;
    let _ = registered(&app, ANN).await;
    let mut wrong = sign_in(&app, ANN, OTHER_PASSWORD).await.expect(401).body;
    let sql = "UPDATE users SET password = NULL";
    let statement = sea_orm::Statement::from_string(app.db.backend(), sql);
    sea_orm::ConnectionTrait::execute_raw(app.db.writer(), statement)
        .await
        .unwrap();
    let mut none = sign_in(&app, ANN, PASSWORD).await.expect(401).body;
    for told in [&mut wrong, &mut none] {
        told["request_id"] = Value::Null;
    }
    assert_eq!(none, wrong);
    // Such a person gets a password by proving that the address is theirs.
    let forgot = json!({"email": ANN});
    app.advance(60).await;
    let _ = app
        .anonymous()
        .post("/auth/password/forgot", forgot)
        .await
        .expect(202);
    let reset = json!({"email": ANN, "code": code(&app, ANN).await, "new_password": OTHER_PASSWORD});
    let _ = app
        .anonymous()
        .post("/auth/password/reset", reset)
        .await
        .expect(204);
    let _ = sign_in(&app, ANN, OTHER_PASSWORD).await.expect(200);
    app.finish().await;
}

pub(crate) async fn who_was_invited_and_has_not_come_yet_is_a_stranger(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let invited = json!({"email": "bob@example.com", "platform_role": "admin"});
    let _ = admin.post("/users", invited).await.expect(201);
    let refused = sign_in(&app, "bob@example.com", PASSWORD).await;
    assert_eq!(refused.problem(401), "invalid_credentials");
    app.finish().await;
}

pub(crate) async fn a_sign_in_with_a_new_device_is_told(backend: Backend) {
    let app = TestApp::start(backend).await;
    let windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0";
    let iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 Version/18.1 Mobile/15E148 Safari/604.1";
    let _ = registered(&app, ANN).await;
    let told = async || {
        let letters = app.letters_to(ANN).await;
        let about = letters
            .iter()
            .filter(|letter| letter.subject.starts_with("New sign-in"));
        about.map(|letter| letter.text.clone()).collect::<Vec<_>>()
    };
    let sign_in = async |agent: &str, device: Option<&str>| {
        let body = json!({"email": ANN, "password": PASSWORD, "device_id": device});
        let call = app.anonymous().call(reqwest::Method::POST, "/auth/login");
        call.header("user-agent", agent)
            .json(body)
            .send()
            .await
            .expect(200)
    };
    assert_eq!(told().await.len(), 0, "the first one is nothing new");
    let _ = sign_in(windows, None).await;
    assert_eq!(
        told().await.len(),
        1,
        "another program than the one that registered"
    );
    assert!(told().await[0].contains("Firefox on Windows from 127.0.0.1"));
    let _ = sign_in(windows, None).await;
    assert_eq!(told().await.len(), 1, "known by now");
    let here = sign_in(iphone, Some("ann's telephone")).await;
    assert_eq!(told().await.len(), 2);
    let _ = sign_in("Some App/2.0", Some("ann's telephone")).await;
    assert_eq!(
        told().await.len(),
        2,
        "a device that names itself is known by its name"
    );
    let _ = sign_in("Some App/2.0", Some("another telephone")).await;
    assert_eq!(told().await.len(), 3);
    app.advance(91 * 86_400).await;
    let _ = sign_in(windows, None).await;
    assert_eq!(told().await.len(), 4, "after so long it is as good as new");
    let here = bearer(&app, &here);
    assert_eq!(here.get("/me/sessions").await.status, 401, "its token is over");
    let now = bearer(&app, &sign_in(windows, None).await);
    let sessions = now.get("/me/sessions").await.expect(200);
    assert_eq!(sessions.text("/results/0/device"), "Firefox on Windows");
    app.finish().await;
}

pub(crate) async fn who_is_needed_can_not_close_their_account(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let oak = dealer(&app, &admin, "Oak").await;
    let close = async |who: &Client| who.call(Method::DELETE, "/me").send().await;
    assert_eq!(close(&admin).await.problem(409), "admin_account");
    assert_eq!(close(&oak.owner).await.problem(409), "last_owner");
    let _ = oak.owner.get("/dealers/me").await.expect(200);
    let sam = app.customer("sam@example.com").await;
    let place = app.employ(&sam, oak.id, "sales", &[]).await;
    let sam = app.bearer(&app.sign_in("sam@example.com").await);
    let stale = sam
        .call(Method::DELETE, "/me")
        .header("if-match", "\"99\"")
        .send()
        .await;
    assert_eq!(stale.problem(412), "stale_version");
    let place = format!("/staff/{place}");
    assert_eq!(
        oak.owner.get(&place).await.expect(200).body["active"],
        true,
        "nothing is given up for nothing"
    );
    let _ = close(&sam).await.expect(204);
    assert_eq!(oak.owner.get(&place).await.expect(200).body["active"], false);
    let back = oak.owner.patch(&place, json!({"active": true})).await.expect(400);
    assert_eq!(back.body["errors"][0]["code"], "account_inactive");
    app.advance(60).await;
    let shown = oak.owner.get(&place).await.expect(200);
    assert_eq!(shown.text("/user/name"), "Closed account");
    app.finish().await;
}
