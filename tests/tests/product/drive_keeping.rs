//! Keeping a slot: held while the form is filled in, waited for while others have it; and reminders
//! of what is to come.

use forecourt_tests::{Person, TestApp};
use kernel::ports::Clock as _;
use serde_json::json;
use test_databases::Backend;

use crate::showroom::{NINE, Showroom, TEN, free};

pub(crate) async fn a_slot_is_held_while_the_form_is_filled_in(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let (ann, bob) = (
        app.customer("ann@example.com").await,
        app.customer("bob@example.com").await,
    );
    let path = format!("/listings/{car}/slot-holds");
    let body = |start: &str| json!({ "start_at": start });
    assert_eq!(
        app.anonymous().post(&path, body(NINE)).await.problem(401),
        "unauthenticated"
    );
    let kept = ann.client.post(&path, body(NINE)).await.expect(201);
    assert_eq!(
        (kept.text("/start_at"), kept.text("/listing_id")),
        (NINE.to_owned(), car.clone())
    );
    let location = format!("{path}/{}", kept.text("/id"));
    assert_eq!(
        kept.header("location"),
        Some(format!("/api/v1{location}").as_str())
    );
    let shown = ann.client.get(&location).await.expect(200);
    assert_eq!(shown.text("/expires_at"), kept.text("/expires_at"));
    assert_eq!(bob.client.get(&location).await.problem(404), "not_found");
    assert!(!free(&app, &car, "2026-06-09").await.contains(&NINE.to_owned()));
    let wish = |start: &str| json!({ "listing_id": car, "start_at": start });
    let others = bob.client.post("/bookings", wish(NINE)).await;
    assert_eq!(others.problem(409), "slot_taken");
    let with_hold = |start: &str| {
        let mut wish = wish(start);
        wish["hold_id"] = json!(kept.text("/id"));
        wish
    };
    let wrong = ann.client.post("/bookings", with_hold(TEN)).await;
    assert_eq!(wrong.problem(409), "hold_gone");
    let made = ann.client.post("/bookings", with_hold(NINE)).await.expect(201);
    assert_eq!(made.text("/status"), "requested");

    let _ = ann.client.post(&path, body(TEN)).await.expect(201);
    app.advance(5 * 60).await;
    assert!(free(&app, &car, "2026-06-09").await.contains(&TEN.to_owned()));
    let _ = bob.client.post("/bookings", wish(TEN)).await.expect(201);
    app.finish().await;
}

pub(crate) async fn a_taken_slot_is_waited_for_and_offered_in_turn(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let [ann, bob, carl] = [
        app.customer("ann@example.com").await,
        app.customer("bob@example.com").await,
        app.customer("carl@example.com").await,
    ];
    let wish = |start: &str| json!({ "listing_id": car, "start_at": start });
    let drive = ann
        .client
        .post("/bookings", wish(NINE))
        .await
        .expect(201)
        .text("/id");
    let free = bob.client.post("/bookings/waitlist", wish(TEN)).await;
    assert_eq!(free.problem(409), "slot_free");
    let own = ann.client.post("/bookings/waitlist", wish(NINE)).await;
    assert_eq!(own.problem(409), "overlapping_drive");
    let bobs = bob
        .client
        .post("/bookings/waitlist", wish(NINE))
        .await
        .expect(201);
    let carls = carl
        .client
        .post("/bookings/waitlist", wish(NINE))
        .await
        .expect(201);
    let again = bob.client.post("/bookings/waitlist", wish(NINE)).await;
    assert_eq!(again.problem(409), "already_waiting");
    let accept = |entry: &str| format!("/bookings/waitlist/{entry}/accept");
    let (bobs, carls) = (bobs.text("/id"), carls.text("/id"));
    let early = bob.client.post(&accept(&bobs), json!({})).await;
    assert_eq!(early.problem(409), "not_offered");

    let cancel = format!("/bookings/{drive}/cancel");
    let _ = ann.client.post(&cancel, json!({})).await.expect(200);
    app.quiet().await;
    let status = async |person: &Person| {
        let list = person.client.get("/bookings/waitlist").await.expect(200);
        list.text("/results/0/status")
    };
    assert_eq!(
        (status(&bob).await, status(&carl).await),
        ("offered".into(), "waiting".into())
    );
    let letter = &app.letters_to("bob@example.com").await[0];
    assert!(
        letter.text.contains("Tuesday, 9 June 2026, 09:00 EDT"),
        "{}",
        letter.text
    );
    let taken = ann.client.post("/bookings", wish(NINE)).await;
    assert_eq!(taken.problem(409), "slot_taken");
    let others = carl.client.post(&accept(&bobs), json!({})).await;
    assert_eq!(others.problem(404), "not_found");

    app.advance(30 * 60).await;
    assert_eq!(
        (status(&bob).await, status(&carl).await),
        ("lapsed".into(), "offered".into())
    );
    let late = bob.client.post(&accept(&bobs), json!({})).await;
    assert_eq!(late.problem(409), "not_offered");
    let made = carl.client.post(&accept(&carls), json!({})).await.expect(201);
    assert_eq!(
        (made.text("/status"), made.text("/start_at")),
        ("requested".into(), NINE.into())
    );
    assert_eq!(status(&carl).await, "accepted");
    app.finish().await;
}

pub(crate) async fn an_approved_drive_is_reminded_of_a_day_and_two_hours_ahead(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let ann = app.customer("ann@example.com").await;
    let wish = json!({ "listing_id": car, "start_at": "2026-06-11T13:00:00Z" });
    let drive = ann.client.post("/bookings", wish).await.expect(201).text("/id");
    let path = |action: &str| format!("/bookings/{drive}/{action}");
    let sales = &room.sales.client;
    let _ = sales.post(&path("approve"), json!({})).await.expect(200);
    let to = json!({ "start_at": "2026-06-11T14:00:00Z" });
    let _ = sales.post(&path("reschedule"), to).await.expect(200);
    let reminders = async || {
        let letters = app.letters_to("ann@example.com").await;
        let soon = letters.into_iter().filter(|l| l.subject.contains("is soon"));
        soon.map(|l| l.text).collect::<Vec<_>>()
    };
    // 14:00 on the 10th is two days after the tests start: a day before the drive as it was moved.
    app.advance(47 * 3600 + 59 * 60).await;
    assert_eq!(reminders().await.len(), 0, "of a start that is no longer meant");
    app.advance(60).await;
    let first = reminders().await;
    assert_eq!(first.len(), 1);
    assert!(
        first[0].contains("Thursday, 11 June 2026, 10:00 EDT"),
        "{}",
        first[0]
    );
    app.advance(22 * 3600).await;
    assert_eq!(reminders().await.len(), 2);
    app.advance(3 * 3600).await;
    assert_eq!(reminders().await.len(), 2);
    app.finish().await;
}

pub(crate) async fn who_waits_is_offered_the_slot_when_the_car_comes_back(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let (ann, bob) = (
        app.customer("ann@example.com").await,
        app.customer("bob@example.com").await,
    );
    let wish = json!({ "listing_id": car, "start_at": NINE });
    let _ = ann.client.post("/bookings", wish.clone()).await.expect(201);
    let place = bob.client.post("/bookings/waitlist", wish).await.expect(201);
    let path = format!("/bookings/waitlist/{}", place.text("/id"));
    assert_eq!(place.header("location"), Some(format!("/api/v1{path}").as_str()));
    let status = async || bob.client.get(&path).await.expect(200).text("/status");
    assert_eq!(ann.client.get(&path).await.problem(404), "not_found");
    let send = async |status: &str| {
        let listing = format!("/listings/{car}");
        let _ = room
            .owner
            .client
            .patch(&listing, json!({ "status": status }))
            .await
            .expect(200);
        app.quiet().await;
    };
    send("removed").await;
    assert_eq!(status().await, "waiting", "the car can't be driven by anybody");
    send("active").await;
    assert_eq!(status().await, "offered");
    assert!(
        app.letters_to("bob@example.com").await[0]
            .subject
            .contains("is free")
    );
    app.finish().await;
}

/// Two drives, each on the morning after clocks changed in New York.
pub(crate) async fn reminders_go_by_the_clock_on_the_wall_when_it_changes(backend: Backend) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let all_week: serde_json::Map<_, _> = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        .map(|day| (day.to_owned(), json!([{ "open": "09:00", "close": "18:00" }])))
        .into_iter()
        .collect();
    let hours = json!({ "hours": all_week });
    let _ = room
        .owner
        .client
        .patch(&format!("/sites/{}", room.site), hours)
        .await
        .expect(200);
    let ann = app.customer("ann@example.com").await;
    // Clocks in London change a week earlier in autumn, and two weeks later in spring.
    let zone = json!({ "quiet_hours": { "from": "02:00", "until": "03:00", "timezone": "Europe/London" } });
    let preferences = "/me/notification-preferences";
    let _ = ann.client.patch(preferences, zone).await.expect(200);
    for (start, said, own) in [
        (
            "2026-11-01T14:00:00Z",
            "Sunday, 1 November 2026, 09:00 EST",
            "(Sunday, 1 November 2026, 14:00 GMT by your own clock)",
        ),
        (
            "2027-03-14T13:00:00Z",
            "Sunday, 14 March 2027, 09:00 EDT",
            "(Sunday, 14 March 2027, 13:00 GMT by your own clock)",
        ),
    ] {
        let start: kernel::Instant = start.parse().unwrap();
        let until = |hours: i64| (start - app.clock.now()).num_seconds() - hours * 3600;
        app.advance(until(10 * 24)).await;
        let client = async |email: &str| app.bearer(&app.sign_in(email).await);
        let wish = json!({ "listing_id": car, "start_at": start });
        let drive = client(&ann.email).await.post("/bookings", wish).await.expect(201);
        let approve = format!("/bookings/{}/approve", drive.text("/id"));
        let sales = client(&room.sales.email).await;
        let _ = sales.post(&approve, json!({})).await.expect(200);
        let reminders = async || {
            let letters = app.letters_to("ann@example.com").await;
            let soon = letters.into_iter().filter(|l| l.subject.contains("is soon"));
            soon.filter(|l| l.text.contains(&format!("{said} {own}"))).count()
        };
        app.advance(until(24) - 60).await;
        assert_eq!(reminders().await, 0);
        app.advance(60).await;
        assert_eq!(reminders().await, 1, "24 hours ahead, whatever clocks do: {said}");
        app.advance(until(2) - 60).await;
        assert_eq!(reminders().await, 1);
        app.advance(60).await;
        assert_eq!(reminders().await, 2, "two hours ahead");
        app.advance(until(0)).await;
        assert_eq!(reminders().await, 2);
    }
    app.finish().await;
}

pub(crate) async fn a_reminder_that_would_come_too_late_does_not_wait_for_the_end_of_quiet_hours(
    backend: Backend,
) {
    let app = TestApp::start(backend).await;
    let room = Showroom::open(&app).await;
    let car = room.car(1).await;
    let ann = app.customer("ann@example.com").await;
    let quiet =
        json!({ "quiet_hours": { "from": "22:00", "until": "08:30", "timezone": "America/New_York" } });
    let _ = ann
        .client
        .patch("/me/notification-preferences", quiet)
        .await
        .expect(200);
    let wish = json!({ "listing_id": car, "start_at": "2026-06-10T13:00:00Z" });
    let drive = ann.client.post("/bookings", wish).await.expect(201).text("/id");
    let approve = format!("/bookings/{drive}/approve");
    let _ = room.sales.client.post(&approve, json!({})).await.expect(200);
    let reminders = async || {
        let letters = app.letters_to("ann@example.com").await;
        letters.iter().filter(|l| l.subject.contains("is soon")).count()
    };
    // A day ahead it is nine in the morning: no quiet hour.
    app.advance(23 * 3600).await;
    assert_eq!(reminders().await, 1);
    // Two hours ahead it is seven: at half past eight there would be no time left to go by it.
    app.advance(22 * 3600).await;
    assert_eq!(reminders().await, 2);
    app.finish().await;
}
