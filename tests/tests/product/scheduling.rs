//! Test drives, from the free slot to the empty seat.

use forecourt_tests::{Call, Client, Reply, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use test_databases::Backend;

use crate::showroom::{NINE, Showroom, TEN, free};

fn wish(listing: &str, start: &str) -> Value {
    json!({ "listing_id": listing, "start_at": start })
}

/// Books, and says the drive's id.
async fn booked(client: &Client, listing: &str, start: &str) -> String {
    client
        .post("/bookings", wish(listing, start))
        .await
        .expect(201)
        .text("/id")
}

/// Somebody made before, signed in anew: access tokens last an hour.
async fn back(app: &TestApp, email: &str) -> Client {
    app.bearer(&app.sign_in(email).await)
}

/// An action without a body.
async fn act(client: &Client, id: &str, action: &str) -> Reply {
    action_call(client, id, action).send().await
}

fn action_call(client: &Client, id: &str, action: &str) -> Call {
    client.call(Method::POST, &format!("/bookings/{id}/{action}"))
}

pub(crate) async fn a_customer_books_and_the_dealer_decides(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let ann = app.customer("ann@example.com").await;
    let slots = free(&app, &car, "2026-06-09").await;
    assert_eq!((slots.len(), slots.first().unwrap().as_str()), (8, NINE));
    let made = ann
        .client
        .post(
            "/bookings",
            json!({ "listing_id": car, "start_at": NINE, "note": "with the tow bar" }),
        )
        .await
        .expect(201);
    let id = made.text("/id");
    assert_eq!(
        made.header("location"),
        Some(format!("/api/v1/bookings/{id}").as_str())
    );
    assert_eq!(made.text("/status"), "requested");
    assert_eq!(made.text("/timezone"), "America/New_York");
    assert_eq!(made.text("/cancel_until"), "2026-06-09T11:00:00Z");
    assert_eq!(made.text("/customer/email"), "ann@example.com");
    assert_eq!(free(&app, &car, "2026-06-09").await.len(), 7);
    let letter = &app.letters_to("ann@example.com").await[0];
    assert!(
        letter.text.contains("Tuesday, 9 June 2026, 09:00 EDT"),
        "{}",
        letter.text
    );
    assert!(
        app.letters_to("desk@empire.example.com").await[0]
            .subject
            .contains("2020 Ford F-150")
    );

    let own = act(&ann.client, &id, "approve").await;
    assert_eq!(own.problem(403), "forbidden");
    let approved = act(&room.sales.client, &id, "approve").await.expect(200);
    assert_eq!(approved.text("/status"), "approved");
    assert_eq!(approved.text("/staff_id"), room.sales_id);
    let again = act(&room.sales.client, &id, "approve").await.expect(409);
    assert_eq!(again.text("/code"), "illegal_transition");
    assert!(again.text("/detail").contains("approved"), "{}", again.body);
    let calendar = ann.client.get(&format!("/bookings/{id}.ics")).await.expect(200);
    assert!(
        calendar
            .header("content-type")
            .unwrap()
            .starts_with("text/calendar")
    );
    let text = calendar.body.as_str().unwrap();
    assert!(
        text.contains(&format!("UID:{id}@forecourt")) && text.contains("SEQUENCE:1"),
        "{text}"
    );
    let early = act(&room.sales.client, &id, "complete").await;
    assert_eq!(early.problem(409), "illegal_transition");
    app.advance(24 * 3600).await;
    let sales = back(&app, &room.sales.email).await;
    let done = act(&sales, &id, "complete").await.expect(200);
    assert_eq!(done.text("/status"), "completed");
    app.finish().await;
}

pub(crate) async fn staff_book_for_callers_and_it_is_approved(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let (ann, sales) = (app.customer("ann@example.com").await, &room.sales.client);
    let for_whom =
        |customer: Value, start: &str| json!({ "listing_id": car, "start_at": start, "customer": customer });
    let caller = json!({ "name": "Carl Caller", "phone": "+1 212 555 0102" });
    let made = sales
        .post("/bookings", for_whom(caller.clone(), NINE))
        .await
        .expect(201);
    assert_eq!(made.text("/status"), "approved");
    assert_eq!(made.text("/customer/phone"), "+12125550102");
    assert_eq!(made.body.pointer("/customer/user_id"), Some(&Value::Null));
    let user = json!({ "user_id": ann.user.to_string() });
    let made = sales.post("/bookings", for_whom(user, TEN)).await.expect(201);
    assert_eq!(made.text("/customer/email"), "ann@example.com");
    let mine = ann.client.get("/bookings/me").await.expect(200);
    assert_eq!(mine.body.pointer("/count"), Some(&json!(1)));
    let nobody = ann
        .client
        .post("/bookings", for_whom(caller, "2026-06-09T15:00:00Z"))
        .await;
    assert_eq!(nobody.problem(403), "forbidden");
    let wrong = json!({ "name": " ", "phone": "call me", "email": "nobody" });
    let wrong = sales
        .post("/bookings", for_whom(wrong, "2026-06-09T15:00:00Z"))
        .await
        .expect(400);
    let count = wrong.body.pointer("/errors").unwrap().as_array().unwrap().len();
    assert_eq!(count, 3, "{}", wrong.body);
    app.finish().await;
}

pub(crate) async fn a_drive_is_there_for_its_customer_and_its_staff_alone(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let (ann, bob) = (
        app.customer("ann@example.com").await,
        app.customer("bob@example.com").await,
    );
    let mechanic = app.customer("mech@empire.example.com").await;
    app.employ(&mechanic, room.dealer, "mechanic", &[]).await;
    let elsewhere = app.customer("else@empire.example.com").await;
    app.employ(&elsewhere, room.dealer, "sales", &[app.ground.ids.next()])
        .await;
    let id = booked(&ann.client, &car, NINE).await;
    for path in [format!("/bookings/{id}"), format!("/bookings/{id}.ics")] {
        for (client, status) in [
            (&ann.client, 200),
            (&room.sales.client, 200),
            (&room.owner.client, 200),
            (&room.admin.client, 200),
            (&mechanic.client, 403),
            (&bob.client, 404),
            (&elsewhere.client, 404),
            (&app.anonymous(), 401),
        ] {
            let _ = client.get(&path).await.expect(status);
        }
    }
    for action in ["approve", "complete", "no-show", "cancel"] {
        let _ = act(&bob.client, &id, action).await.expect(404);
        let _ = act(&app.anonymous(), &id, action).await.expect(401);
    }
    let _ = act(&mechanic.client, &id, "approve").await.expect(403);
    let _ = act(&room.sales.client, "no-uuid", "approve").await.expect(404);
    let list = room
        .sales
        .client
        .get("/bookings?status=requested,approved&from=2026-06-09")
        .await
        .expect(200);
    assert_eq!(list.text("/results/0/id"), id);
    let none = elsewhere.client.get("/bookings").await.expect(200);
    assert_eq!(none.body.pointer("/count"), Some(&json!(0)));
    let _ = bob.client.get("/bookings").await.expect(403);
    let _ = room.sales.client.get("/bookings?status=lost").await.expect(400);
    let _ = room.sales.client.get("/bookings?colour=red").await.expect(400);
    let all = room
        .admin
        .client
        .get(&format!("/bookings?dealer={}", room.dealer))
        .await
        .expect(200);
    assert_eq!(all.body.pointer("/count"), Some(&json!(1)));
    app.finish().await;
}

pub(crate) async fn what_does_not_fit_is_refused_with_its_code(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let (car, other) = (room.car(1).await, room.car(2).await);
    let (ann, bob) = (
        app.customer("ann@example.com").await,
        app.customer("bob@example.com").await,
    );
    let id = booked(&ann.client, &car, NINE).await;
    let refused = async |client: &Client, listing: &str, start: &str, status: u16| {
        client
            .post("/bookings", wish(listing, start))
            .await
            .problem(status)
    };
    assert_eq!(refused(&bob.client, &car, NINE, 409).await, "slot_taken");
    assert_eq!(refused(&ann.client, &other, NINE, 409).await, "overlapping_drive");
    for off in [
        "2026-06-09T13:30:00Z",
        "2026-06-07T13:00:00Z",
        "2026-06-08T14:30:00Z",
        "2026-09-09T13:00:00Z",
    ] {
        assert_eq!(refused(&bob.client, &car, off, 400).await, "not_a_slot");
    }
    assert_eq!(refused(&app.anonymous(), &car, TEN, 401).await, "unauthenticated");
    let nowhere = app.ground.ids.uuid().to_string();
    assert_eq!(refused(&ann.client, &nowhere, TEN, 404).await, "not_found");
    let _ = booked(&ann.client, &other, TEN).await;
    let _ = booked(&ann.client, &other, "2026-06-09T15:00:00Z").await;
    assert_eq!(
        refused(&ann.client, &other, "2026-06-09T16:00:00Z", 409).await,
        "too_many_open"
    );
    let stale = action_call(&room.sales.client, &id, "approve")
        .header("if-match", "\"7.x\"")
        .send()
        .await;
    assert_eq!(stale.problem(412), "stale_version");
    let keyed = |body: Value| {
        let call = bob.client.call(Method::POST, "/bookings");
        call.header("idempotency-key", "k1").json(body).send()
    };
    let first = keyed(wish(&other, "2026-06-10T13:00:00Z")).await.expect(201);
    let again = keyed(wish(&other, "2026-06-10T13:00:00Z")).await.expect(201);
    assert_eq!(first.body, again.body);
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(
        keyed(wish(&other, "2026-06-10T14:00:00Z")).await.problem(422),
        "idempotency_key_reused"
    );
    let day = async |date: &str| free(&app, &car, date).await.len();
    assert_eq!(
        (
            day("2026-06-07").await,
            day("2026-06-14").await,
            day("2026-08-08").await
        ),
        (0, 0, 0)
    );
    let slots = format!("/listings/{nowhere}/available-slots?date=2026-06-09");
    let _ = app.anonymous().get(&slots).await.expect(404);
    let slots = format!("/listings/{car}/available-slots?date=tomorrow");
    let _ = app.anonymous().get(&slots).await.expect(400);
    app.finish().await;
}

pub(crate) async fn a_drive_is_moved_or_called_off_until_the_cutoff(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let ann = app.customer("ann@example.com").await;
    let id = booked(&ann.client, &car, NINE).await;
    let _ = act(&room.sales.client, &id, "approve").await.expect(200);
    let to = |start: &str| json!({ "start_at": start });
    let path = format!("/bookings/{id}/reschedule");
    let moved = room.sales.client.post(&path, to(TEN)).await.expect(200);
    assert_eq!(
        (moved.text("/status"), moved.text("/start_at")),
        ("approved".into(), TEN.into())
    );
    let moved = ann.client.post(&path, to(NINE)).await.expect(200);
    assert_eq!(moved.text("/status"), "requested");
    let _ = act(&room.sales.client, &id, "approve").await.expect(200);
    // 21 h 01 min later it is a minute past the cut-off.
    app.advance(21 * 3600 + 60).await;
    let (ann, sales) = (back(&app, &ann.email).await, back(&app, &room.sales.email).await);
    assert_eq!(act(&ann, &id, "cancel").await.problem(409), "cutoff_passed");
    assert_eq!(ann.post(&path, to(TEN)).await.problem(409), "cutoff_passed");
    let reason = json!({ "reason": "the car has a puncture" });
    let called_off = sales
        .post(&format!("/bookings/{id}/cancel"), reason)
        .await
        .expect(200);
    assert_eq!(called_off.text("/status"), "cancelled");
    let letter = &app.letters_to("ann@example.com").await[0];
    assert!(letter.text.contains("the car has a puncture"), "{}", letter.text);
    let _ = booked(&ann, &car, TEN).await;
    app.finish().await;
}

pub(crate) async fn a_request_that_nobody_decides_expires(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let ann = app.customer("ann@example.com").await;
    let id = booked(&ann.client, &car, NINE).await;
    app.advance(21 * 3600 - 60).await;
    let client = back(&app, &ann.email).await;
    let status = async || {
        let shown = client.get(&format!("/bookings/{id}")).await.expect(200);
        shown.text("/status")
    };
    assert_eq!(status().await, "requested");
    app.advance(60).await;
    assert_eq!(status().await, "declined");
    assert!(
        app.letters_to("ann@example.com").await[0]
            .subject
            .contains("could not be confirmed")
    );
    assert!(free(&app, &car, "2026-06-09").await.contains(&NINE.to_owned()));
    app.finish().await;
}

pub(crate) async fn a_calendar_program_follows_a_site(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let ann = app.customer("ann@example.com").await;
    let id = booked(&ann.client, &car, NINE).await;
    let link = format!("/sites/{}/calendar-link", room.site);
    let url = room.sales.client.get(&link).await.expect(200).text("/url");
    let feed = url
        .strip_prefix(&format!("{}/api/v1", app.url))
        .unwrap()
        .to_owned();
    let text = app.anonymous().get(&feed).await.expect(200).body;
    assert!(
        text.as_str().unwrap().contains(&format!("UID:{id}@forecourt")),
        "{text}"
    );
    let bare = format!("/sites/{}/calendar.ics", room.site);
    let _ = app.anonymous().get(&bare).await.expect(401);
    let _ = app
        .anonymous()
        .get(&format!("{bare}?token=nonsense"))
        .await
        .expect(401);
    let _ = room.sales.client.get(&bare).await.expect(200);
    let _ = ann.client.get(&bare).await.expect(404);
    let _ = ann.client.get(&link).await.expect(404);
    let staff = format!("/staff/{}", room.sales_id);
    let _ = room
        .owner
        .client
        .patch(&staff, json!({ "active": false }))
        .await
        .expect(200);
    let _ = app.anonymous().get(&feed).await.expect(401);
    app.finish().await;
}

pub(crate) async fn two_hundred_requests_for_one_slot_give_one_201(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let mut customers = Vec::new();
    for n in 0..200 {
        customers.push(app.customer(&format!("c{n}@example.com")).await);
    }
    let calls = customers
        .iter()
        .map(|c| c.client.post("/bookings", wish(&car, NINE)));
    let replies = futures_util::future::join_all(calls).await;
    let with = |status: u16| replies.iter().filter(|r| r.status == status).count();
    assert_eq!((with(201), with(409)), (1, 199));
    assert!(
        replies
            .iter()
            .filter(|r| r.status == 409)
            .all(|r| r.text("/code") == "slot_taken")
    );
    app.finish().await;
}

pub(crate) async fn a_suspended_dealers_drives_are_called_off(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let (car, other) = (room.car(1).await, room.car(2).await);
    let ann = app.customer("ann@example.com").await;
    let id = booked(&ann.client, &car, NINE).await;
    let taken_down = booked(&ann.client, &other, TEN).await;
    let _ = room
        .owner
        .client
        .delete(&format!("/listings/{other}"))
        .await
        .expect(204);
    let status = async |id: &str| {
        ann.client
            .get(&format!("/bookings/{id}"))
            .await
            .expect(200)
            .text("/status")
    };
    assert_eq!(
        (status(&taken_down).await, status(&id).await),
        ("cancelled".into(), "requested".into())
    );
    let suspend = format!("/dealers/{}/suspend", room.dealer);
    let _ = room
        .admin
        .client
        .post(&suspend, json!({ "reason": "complaints" }))
        .await
        .expect(200);
    assert_eq!(status(&id).await, "cancelled");
    let gone = ann.client.post("/bookings", wish(&car, TEN)).await;
    assert_eq!(gone.problem(404), "not_found");
    app.finish().await;
}
