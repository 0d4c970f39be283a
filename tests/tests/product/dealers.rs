//! Dealers, sites and staff, from outside.

use forecourt_tests::world::{licensed, verified};
use forecourt_tests::{Client, Reply, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use test_databases::Backend;

fn a_dealer(name: &str) -> Value {
    json!({
        "name": name, "legal_name": format!("{name} Inc."), "phone": "+1 512 555 0100",
        "email": "hello@oak.example.com", "address": an_address(), "currency": "USD", "country": "US"
    })
}

fn an_address() -> Value {
    json!({"line1": "1 Main Street", "city": "Austin", "state": "TX", "postal_code": "78701", "country": "US"})
}

fn a_site(name: &str) -> Value {
    json!({
        "kind": "showroom", "name": name, "address": an_address(), "timezone": "America/Chicago",
        "hours": {"mon": [{"open": "09:00", "close": "18:00"}]}
    })
}

/// The same body with another value.
fn with(mut body: Value, name: &str, value: Value) -> Value {
    body.as_object_mut().unwrap().insert(name.to_owned(), value);
    body
}

/// Registers a dealer by a new person, and verifies it. Answers the owner's client and the dealer's id.
async fn open(app: &TestApp, name: &str) -> (Client, String) {
    let owner = app
        .customer(&format!("{}@example.com", name.to_lowercase()))
        .await;
    let made = owner.client.post("/dealers", a_dealer(name)).await.expect(201);
    (owner.client, made.text("/id"))
}

async fn open_for_all(app: &TestApp, admin: &Client, name: &str) -> (Client, String) {
    let (owner, id) = open(app, name).await;
    verified(&owner, admin, &id).await;
    (owner, id)
}

fn pointers(reply: &Reply) -> Vec<String> {
    let errors = reply.body.pointer("/errors").and_then(Value::as_array);
    let entries = errors.into_iter().flatten();
    entries
        .filter_map(|e| Some(e.get("pointer")?.as_str()?.to_owned()))
        .collect()
}

pub(crate) async fn a_dealer_registers_is_judged_and_told(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let olga = app.customer("olga@example.com").await;
    let made = olga.client.post("/dealers", a_dealer("Oak")).await.expect(201);
    let id = made.text("/id");
    assert_eq!(
        made.header("location"),
        Some(format!("/api/v1/dealers/{id}").as_str())
    );
    assert_eq!(made.text("/status"), "pending");
    assert!(made.header("etag").unwrap().starts_with("\"1."));
    assert_eq!(
        olga.client.post("/dealers", a_dealer("Elm")).await.problem(409),
        "works_elsewhere"
    );

    // The owner sees it, the public does not, and no other customer learns of it.
    let _ = olga.client.get(&format!("/dealers/{id}")).await.expect(200);
    let _ = app.anonymous().get(&format!("/dealers/{id}")).await.expect(404);
    let mine = olga.client.get("/dealers/me").await.expect(200);
    assert_eq!(mine.text("/legal_name"), "Oak Inc.");

    let reject = format!("/dealers/{id}/reject");
    assert_eq!(
        olga.client
            .post(&reject, json!({"reason": "x"}))
            .await
            .problem(403),
        "forbidden"
    );
    let bare = admin.post(&reject, json!({})).await.expect(400);
    assert_eq!(pointers(&bare), ["/reason"]);
    let rejected = admin
        .post(&reject, json!({"reason": "No licence"}))
        .await
        .expect(200);
    assert_eq!(rejected.text("/status_reason"), "No licence");
    let letters = app.letters_to("olga@example.com").await;
    assert!(
        letters.iter().any(|l| l.text.contains("No licence")),
        "the owner is told why"
    );

    let again = olga
        .client
        .post("/dealers/me/resubmit", json!({}))
        .await
        .expect(200);
    assert_eq!(again.text("/status"), "pending");
    let verify = format!("/dealers/{id}/verify");
    assert_eq!(
        admin.post(&verify, json!({})).await.problem(409),
        "licence_missing"
    );
    let _ = licensed(&olga.client, &admin, &id).await;
    let _ = admin.call(Method::POST, &verify).send().await.expect(200);
    assert_eq!(
        admin.post(&verify, json!({})).await.problem(409),
        "illegal_transition"
    );
    let public = app.anonymous().get("/dealers").await.expect(200);
    assert_eq!(public.body.pointer("/count"), Some(&json!(1)));
    assert_eq!(public.text("/results/0/name"), "Oak");
    assert_eq!(public.body.pointer("/results/0/listings_count"), Some(&json!(0)));
    assert!(public.header("cache-control").unwrap().starts_with("public"));
    app.finish().await;
}

pub(crate) async fn who_works_for_nobody_has_no_dealer_and_an_admin_names_one(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let carl = app.customer("carl@example.com").await.client;
    let (_, id) = open(&app, "Oak").await;
    for own in [
        "/dealers/me",
        "/dealers/me/documents",
        "/dealers/me/stats",
        "/dealers/me/pending-offers",
        "/dealers/me/inventory-summary",
        "/dealers/me/inventory",
    ] {
        assert_eq!(carl.get(own).await.problem(404), "not_found", "{own}");
        assert_eq!(
            app.anonymous().get(own).await.problem(401),
            "unauthenticated",
            "{own}"
        );
        let unnamed = admin.get(own).await.expect(400);
        assert_eq!(pointers(&unnamed), ["dealer"], "{own}");
    }
    let _ = admin.get(&format!("/dealers/me?dealer={id}")).await.expect(200);
    let unnamed = admin.post("/sites", a_site("Downtown")).await.expect(400);
    assert_eq!(pointers(&unnamed), ["/dealer_id"]);
    let _ = admin
        .post("/sites", with(a_site("Downtown"), "dealer_id", json!(id)))
        .await
        .expect(201);
    let _ = carl.post("/sites", a_site("Mine")).await.expect(403);
    let _ = carl.get("/staff").await.expect(403);
    let pending = admin.get("/dealers?status=pending,rejected").await.expect(200);
    assert_eq!(pending.body.pointer("/count"), Some(&json!(1)));
    let _ = carl.get("/dealers?status=pending").await.expect(403);
    let _ = app.anonymous().get("/dealers?status=pending").await.expect(401);
    let _ = carl.get("/dealers?status=verified").await.expect(200);
    app.finish().await;
}

pub(crate) async fn all_that_is_wrong_with_a_dealer_or_a_site_is_told_at_once(backend: Backend) {
    let app = TestApp::start(backend).await;
    let olga = app.customer("olga@example.com").await.client;
    let shapeless = olga
        .post("/dealers", json!({"name": 1, "colour": "red"}))
        .await
        .expect(400);
    let found = pointers(&shapeless);
    for pointer in ["/name", "/colour", "/legal_name", "/address"] {
        assert!(
            found.iter().any(|p| p == pointer),
            "{pointer} is not in {found:?}"
        );
    }
    let mut wrong = with(a_dealer("Oak"), "phone", json!("call me"));
    wrong = with(wrong, "website", json!("javascript:alert(1)"));
    wrong = with(wrong, "currency", json!("XYZ"));
    wrong = with(wrong, "address", with(an_address(), "country", json!("ZZ")));
    let told = olga.post("/dealers", wrong).await.expect(400);
    assert_eq!(
        pointers(&told),
        ["/phone", "/website", "/address/country", "/currency"]
    );

    let (owner, _) = open(&app, "Oak").await;
    let overlapping = json!([{"open": "09:00", "close": "13:00"}, {"open": "12:00", "close": "18:00"}]);
    let mut site = with(a_site("Downtown"), "timezone", json!("Mars/Olympus"));
    site = with(site, "latitude", json!(30.2));
    site = with(site, "hours", json!({"mon": overlapping}));
    let told = owner.post("/sites", site).await.expect(400);
    assert_eq!(pointers(&told), ["/longitude", "/timezone", "/hours/mon"]);
    app.finish().await;
}

pub(crate) async fn a_site_is_opened_changed_and_seen(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let (owner, dealer) = open(&app, "Oak").await;
    let made = owner.post("/sites", a_site("Downtown")).await.expect(201);
    let path = format!("/sites/{}", made.text("/id"));
    assert_eq!(made.text("/slot_rules/last_start"), "16:00");
    assert_eq!(made.body.pointer("/slot_rules/max_open"), Some(&json!(3)));
    assert_eq!(made.body.pointer("/hours/tue"), Some(&json!([])));

    let _ = app.anonymous().get(&path).await.expect(404);
    verified(&owner, &admin, &dealer).await;
    let seen = app.anonymous().get(&path).await.expect(200);
    let etag = seen.header("etag").unwrap().to_owned();
    let again = app
        .anonymous()
        .call(Method::GET, &path)
        .header("if-none-match", &etag)
        .send()
        .await;
    let _ = again.expect(304);

    let patch = json!({
        "hours": {"sat": [{"open": "10:00", "close": "24:00"}], "mon": null},
        "exceptions": [{"date": "2026-12-25", "closed": true}],
        "slot_rules": {"minutes": 30}, "phone": "+1 512 555 0199"
    });
    let change = |tag: &str| {
        let call = owner.call(Method::PATCH, &path).header("if-match", tag);
        call.json(patch.clone()).send()
    };
    let changed = change(&etag).await.expect(200);
    assert_eq!(changed.text("/hours/sat/0/close"), "24:00");
    assert_eq!(changed.body.pointer("/hours/mon"), Some(&json!([])));
    assert_eq!(changed.body.pointer("/slot_rules/minutes"), Some(&json!(30)));
    assert_eq!(changed.body.pointer("/slot_rules/step"), Some(&json!(60)));
    assert_eq!(changed.text("/exceptions/0/date"), "2026-12-25");
    assert_eq!(change(&etag).await.problem(412), "stale_version");

    let (other, _) = open_for_all(&app, &admin, "Elm").await;
    let _ = other.patch(&path, json!({"name": "Mine"})).await.expect(404);
    let found = app
        .anonymous()
        .get("/sites?city=AUSTIN&kind=showroom")
        .await
        .expect(200);
    assert_eq!(found.body.pointer("/count"), Some(&json!(1)));
    let _ = app.anonymous().get("/sites?ordering=rent").await.expect(400);
    let _ = app.anonymous().get("/sites/not-an-id").await.expect(404);
    app.finish().await;
}

pub(crate) async fn staff_join_change_and_leave(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let (owner, dealer) = open_for_all(&app, &admin, "Oak").await;
    let (other, _) = open_for_all(&app, &admin, "Elm").await;
    let sam = app.customer("sam@example.com").await;
    let member = owner
        .post("/staff", json!({"email": "SAM@example.com", "role": "sales"}))
        .await
        .expect(201);
    let path = format!("/staff/{}", member.text("/id"));
    assert_eq!(member.text("/user/id"), sam.user.to_string());
    assert_eq!(member.body.pointer("/invited"), Some(&json!(false)));
    assert!(
        app.letters_to("sam@example.com")
            .await
            .iter()
            .any(|l| l.subject.contains("Oak"))
    );

    // Sam works for the dealer at once, and for no other.
    let mine = sam.client.get("/dealers/me").await.expect(200);
    assert_eq!(mine.text("/id"), dealer);
    let _ = sam.client.get("/staff").await.expect(403);
    let _ = sam.client.get(&path).await.expect(200);
    let elsewhere = other
        .post("/staff", json!({"user_id": sam.user, "role": "sales"}))
        .await;
    assert_eq!(elsewhere.problem(409), "works_elsewhere");
    let twice = owner
        .post("/staff", json!({"user_id": sam.user, "role": "sales"}))
        .await;
    assert_eq!(twice.problem(409), "already_member");
    let _ = other.get(&path).await.expect(404);
    let _ = other.patch(&path, json!({"active": false})).await.expect(404);

    // A manager runs the staff, but for its owners.
    let _ = owner.patch(&path, json!({"role": "manager"})).await.expect(200);
    let staff = sam.client.get("/staff").await.expect(200);
    assert_eq!(staff.body.pointer("/count"), Some(&json!(2)));
    let founder = format!("/staff/{}", staff.text("/results/0/id"));
    let _ = sam
        .client
        .patch(&founder, json!({"active": false}))
        .await
        .expect(403);
    let _ = sam
        .client
        .patch(&path, json!({"role": "owner"}))
        .await
        .expect(403);
    assert_eq!(
        owner.patch(&founder, json!({"role": "sales"})).await.problem(409),
        "last_owner"
    );

    let founders_account = owner.get("/me").await.expect(200).text("/id");
    let founders_account = format!("/users/{founders_account}");
    let out = json!({"active": false});
    assert_eq!(
        admin.patch(&founders_account, out).await.problem(409),
        "last_owner"
    );
    let _ = owner.get("/dealers/me").await.expect(200);

    let wrong = owner
        .patch(
            &path,
            json!({"site_ids": ["01981f6e-8c1a-7c3e-9d55-0a3b6a1f4f10"]}),
        )
        .await
        .expect(400);
    assert_eq!(pointers(&wrong), ["/site_ids/0"]);
    let _ = owner.patch(&path, json!({"active": false})).await.expect(200);
    let _ = sam.client.get("/dealers/me").await.expect(404);
    app.finish().await;
}

pub(crate) async fn a_dealer_that_is_not_verified_learns_of_nobody(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let (owner, dealer) = open(&app, "Oak").await;
    let (elm, _) = open_for_all(&app, &admin, "Elm").await;
    let sam = app.customer("sam@example.com").await;
    let eve = app.customer("eve@example.com").await;
    let of_elm = json!({"email": eve.email, "role": "sales"});
    let _ = elm.post("/staff", of_elm).await.expect(201);

    // Somebody with an account, one who works elsewhere, and nobody: the answers differ by nothing but the address and the ids.
    let mut answers = Vec::new();
    for address in ["sam@example.com", "eve@example.com", "nobody@example.com"] {
        let named = json!({"email": address, "role": "sales"});
        let mut told = owner.post("/staff", named).await.expect(201).body;
        assert_eq!(told.pointer("/user/email"), Some(&json!(address)));
        let path = format!("/staff/{}", told["id"].as_str().unwrap());
        assert_eq!(owner.get(&path).await.expect(200).body, told);
        for own in ["id", "created_at", "updated_at"] {
            told[own] = Value::Null;
        }
        told["user"]["email"] = Value::Null;
        answers.push(told);
        assert_eq!(
            app.letters_to(address)
                .await
                .iter()
                .filter(|l| l.text.contains("accept?token="))
                .count(),
            1
        );
    }
    assert_eq!(answers[0].pointer("/invited"), Some(&json!(true)));
    assert_eq!(answers[0].pointer("/user/id"), Some(&Value::Null));
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    let _ = sam.client.get("/dealers/me").await.expect(404);

    // Sam decides, without a new password; Eve can't work for two.
    let accept = async |address: &str| {
        let letters = app.letters_to(address).await;
        let letter = letters
            .iter()
            .find(|l| l.text.contains("accept?token="))
            .expect("an invitation");
        let token = letter.text.split("accept?token=").nth(1).unwrap();
        let token = json!({ "token": token.split_whitespace().next().unwrap() });
        app.anonymous().post("/auth/invitations/accept", token).await
    };
    assert_eq!(accept("eve@example.com").await.problem(409), "works_elsewhere");
    let _ = accept("sam@example.com").await.expect(200);
    let mine = sam.client.get("/dealers/me").await.expect(200);
    assert_eq!(mine.text("/id"), dealer);

    // Once the dealer is verified, a user joins at once.
    verified(&owner, &admin, &dealer).await;
    let ann = app.customer("ann@example.com").await;
    let joined = json!({"email": ann.email, "role": "sales"});
    let joined = owner.post("/staff", joined).await.expect(201);
    assert_eq!(joined.text("/user/id"), ann.user.to_string());
    app.finish().await;
}

pub(crate) async fn an_invitation_is_accepted_and_the_new_member_works(backend: Backend) {
    let app = TestApp::start(backend).await;
    let (owner, dealer) = open(&app, "Oak").await;
    let invited = owner
        .post("/staff", json!({"email": "new@example.com", "role": "advisor"}))
        .await
        .expect(201);
    assert_eq!(invited.body.pointer("/invited"), Some(&json!(true)));
    assert_eq!(invited.body.pointer("/user/id"), Some(&Value::Null));
    let letter = app
        .letters_to("new@example.com")
        .await
        .into_iter()
        .next()
        .expect("an invitation");
    let token = letter
        .text
        .split("token=")
        .nth(1)
        .and_then(|t| t.split_whitespace().next())
        .unwrap();
    let form = json!({
        "token": token, "password": "gravel-lantern-orchid-52", "first_name": "Nia", "last_name": "New"
    });
    let signed_in = app
        .anonymous()
        .post("/auth/invitations/accept", form)
        .await
        .expect(200);
    let nia = app.bearer(&signed_in.text("/access_token"));
    let mine = nia.get("/dealers/me").await.expect(200);
    assert_eq!(mine.text("/id"), dealer);
    let staff = owner.get("/staff?role=advisor&active=true").await.expect(200);
    assert_eq!(staff.text("/results/0/id"), invited.text("/id"));
    assert_eq!(staff.text("/results/0/user/name"), "Nia New");
    app.finish().await;
}

pub(crate) async fn a_repeat_with_its_key_makes_no_second_dealer(backend: Backend) {
    let app = TestApp::start(backend).await;
    let olga = app.customer("olga@example.com").await.client;
    let send = |body: Value| {
        let call = olga
            .call(Method::POST, "/dealers")
            .header("idempotency-key", "k-1");
        call.json(body).send()
    };
    let first = send(a_dealer("Oak")).await.expect(201);
    let again = send(a_dealer("Oak")).await.expect(201);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(first.body, again.body);
    assert_eq!(send(a_dealer("Elm")).await.problem(422), "idempotency_key_reused");
    app.finish().await;
}

pub(crate) async fn a_suspended_dealer_vanishes_and_comes_back(backend: Backend) {
    let app = TestApp::start(backend).await;
    let admin = app.admin().await.client;
    let (_, dealer) = open_for_all(&app, &admin, "Oak").await;
    let act = |verb: &str| format!("/dealers/{dealer}/{verb}");
    let suspended = admin
        .post(&act("suspend"), json!({"reason": "Licence ran out"}))
        .await
        .expect(200);
    assert_eq!(suspended.text("/status"), "suspended");
    let _ = app
        .anonymous()
        .get(&format!("/dealers/{dealer}"))
        .await
        .expect(404);
    let letters = app.letters_to("oak@example.com").await;
    assert!(letters.iter().any(|l| l.text.contains("Licence ran out")));
    assert_eq!(
        admin.post(&act("verify"), json!({})).await.problem(409),
        "illegal_transition"
    );
    let _ = admin.post(&act("reinstate"), json!({})).await.expect(200);
    let _ = app
        .anonymous()
        .get(&format!("/dealers/{dealer}"))
        .await
        .expect(200);
    app.finish().await;
}
