//! What becomes of a drive that was asked for, and who reads of it.

use crate::common::{NINE, TEN, World, at, caller};
use forecourt_scheduling::booking::Status;
use forecourt_scheduling::notice::{EXPIRY_JOB, Expiry};
use forecourt_scheduling::ports::DriveFilter;
use forecourt_scheduling::rules;
use kernel::actor::{Actor, Membership};
use kernel::error::{Failure, Kind};
use kernel::paging::PageRequest;
use kernel::ports::Clock;
use kernel::rights::Role;

#[tokio::test]
async fn approve_and_decline_answer_a_request_once() {
    let w = World::new();
    let id = w.book(&w.customer(), w.car.listing, NINE).await.unwrap().id;
    let sales = w.sales();
    let approved = w.drives.approve(&w.act(&sales), id).await.unwrap().value;
    assert_eq!((approved.status, approved.version), (Status::Approved, 2));
    let error = w.drives.decline(&w.act(&sales), id, "sold").await.unwrap_err();
    assert_eq!(error.code(), "illegal_transition");
    assert!(
        error
            .to_string()
            .contains("cancel, reschedule, complete, no-show"),
        "{error}"
    );
    let id = w.book(&w.customer(), w.car.listing, TEN).await.unwrap().id;
    let error = w.drives.decline(&w.act(&sales), id, "  ").await.unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    let declined = w
        .drives
        .decline(&w.act(&sales), id, "the car is away")
        .await
        .unwrap()
        .value;
    assert_eq!(declined.reason.as_deref(), Some("the car is away"));
    // A declined request has let its slot go.
    w.book(&w.customer(), w.car.listing, TEN).await.unwrap();
}

#[tokio::test]
async fn a_stale_version_is_refused_before_the_rules() {
    let w = World::new();
    let id = w.book(&w.customer(), w.car.listing, NINE).await.unwrap().id;
    let mut act = w.act(&w.sales());
    act.expected_version = Some(2);
    assert_eq!(w.drives.approve(&act, id).await.unwrap_err().kind(), Kind::Stale);
    act.expected_version = Some(1);
    w.drives.approve(&act, id).await.unwrap();
}

#[tokio::test]
async fn a_customer_who_moves_asks_again_and_staff_do_not() {
    let w = World::new();
    let ann = w.customer();
    let id = w.book(&ann, w.car.listing, NINE).await.unwrap().id;
    let sales = w.sales();
    w.drives.approve(&w.act(&sales), id).await.unwrap();
    let by_staff = w
        .drives
        .reschedule(&w.act(&sales), id, at(TEN))
        .await
        .unwrap()
        .value;
    assert_eq!(by_staff.status, Status::Approved);
    assert_eq!(by_staff.cancel_until, at("2026-12-07T13:00:00Z"));
    w.clock.advance(60);
    let by_ann = w
        .drives
        .reschedule(&w.act(&ann), id, at(NINE))
        .await
        .unwrap()
        .value;
    assert_eq!(
        (by_ann.status, by_ann.requested_at),
        (Status::Requested, w.clock.now())
    );
    let expiries = w.memory.jobs().iter().filter(|j| j.kind == EXPIRY_JOB).count();
    assert_eq!(expiries, 2);
    w.book(&w.customer(), w.car.listing, TEN).await.unwrap();
    let error = w.drives.reschedule(&w.act(&ann), id, at(TEN)).await.unwrap_err();
    assert_eq!(error.code(), "slot_taken");
    let error = w
        .drives
        .reschedule(&w.act(&ann), id, at("2026-12-07T14:10:00Z"))
        .await
        .unwrap_err();
    assert_eq!(error.code(), "not_a_slot");
}

#[tokio::test]
async fn an_undecided_request_expires_and_the_job_may_run_early_late_and_twice() {
    let w = World::new();
    let id = w.book(&w.customer(), w.car.listing, NINE).await.unwrap().id;
    let run = async || {
        w.drives
            .expire(Expiry { booking_id: id }, w.clock.now(), "job")
            .await
            .unwrap();
    };
    let status = async || w.drives.find(&w.sales(), id).await.unwrap().drive.status;
    run().await;
    assert_eq!(status().await, Status::Requested);
    w.go_to("2026-12-07T12:00:00Z");
    run().await;
    run().await;
    assert_eq!(status().await, Status::Declined);
    assert_eq!(w.events(), ["booking.requested", "booking.expired"]);
    let id = w
        .book_for(&w.sales(), w.car.listing, TEN, Some(caller()))
        .await
        .unwrap()
        .id;
    w.go_to("2026-12-08T12:00:00Z");
    w.drives
        .expire(Expiry { booking_id: id }, w.clock.now(), "job")
        .await
        .unwrap();
    assert_eq!(
        w.drives.find(&w.sales(), id).await.unwrap().drive.status,
        Status::Approved
    );
}

#[tokio::test]
async fn a_withdrawn_drive_is_cancelled_with_the_reason_told() {
    let w = World::new();
    let id = w.book(&w.customer(), w.car.listing, NINE).await.unwrap().id;
    let filed = w.drives.find(&w.sales(), id).await.unwrap();
    let (drive, notice) = rules::withdraw(&filed, "the car was sold", w.clock.now()).unwrap();
    assert_eq!((drive.status, drive.version), (Status::Cancelled, 2));
    assert_eq!(notice.event.name, "booking.cancelled");
    assert_eq!(notice.jobs.len(), 1, "a turn for whoever waits");
    assert!(rules::withdraw(&filed, "the car was sold", at(NINE)).is_err());
}

#[tokio::test]
async fn lists_show_what_is_to_come_first_and_only_ones_own_sites() {
    let w = World::new();
    let ann = w.customer();
    for start in [TEN, NINE, "2026-12-08T14:00:00Z"] {
        w.book(&ann, w.car.listing, start).await.unwrap();
    }
    w.go_to("2026-12-07T15:30:00Z");
    let page = PageRequest::default();
    let mine = w.drives.mine(&ann, &[], w.clock.now(), &page).await.unwrap();
    let starts: Vec<_> = mine.items.iter().map(|d| d.slot.start_at).collect();
    assert_eq!(starts, [at(TEN), at("2026-12-08T14:00:00Z"), at(NINE)]);
    let filter = DriveFilter {
        from: Some("2026-12-08".parse().unwrap()),
        ..DriveFilter::default()
    };
    let list = async |actor: &Actor, filter: &DriveFilter| {
        let found = w.drives.of_dealer(actor, None, filter, &page).await;
        found.map(|p| p.items.len()).map_err(|e| e.kind())
    };
    assert_eq!(list(&w.sales(), &DriveFilter::default()).await, Ok(3));
    assert_eq!(list(&w.sales(), &filter).await, Ok(1));
    let elsewhere = w.staff(Role::Sales, w.dealer, vec![w.ids.next()]);
    assert_eq!(list(&elsewhere, &DriveFilter::default()).await, Ok(0));
    assert_eq!(list(&ann, &DriveFilter::default()).await, Err(Kind::Forbidden));
    let calendar = w
        .drives
        .calendar(&w.sales(), w.site, w.clock.now())
        .await
        .unwrap();
    assert_eq!(calendar.drives.len(), 3);
    assert_eq!(
        w.drives
            .calendar(&ann, w.site, w.clock.now())
            .await
            .unwrap_err()
            .kind(),
        Kind::Absent
    );
}

#[tokio::test]
async fn a_feed_lasts_as_long_as_the_membership() {
    let w = World::new();
    w.book(&w.customer(), w.car.listing, NINE).await.unwrap();
    let sales = w.sales();
    let token = w.drives.feed_token(&sales, w.site).await.unwrap();
    let fetch = async |site, token: &str| {
        let feed = w.drives.calendar_by_token(site, token, w.clock.now()).await;
        feed.map(|calendar| calendar.drives.len()).map_err(|e| e.kind())
    };
    assert_eq!(
        fetch(w.site, &token).await,
        Err(Kind::Unauthenticated),
        "nobody works there yet"
    );
    let member = sales.member_of(w.dealer).unwrap().clone();
    w.memory.given_member(member.clone());
    assert_eq!(fetch(w.site, &token).await, Ok(1));
    assert_eq!(fetch(w.ids.next(), &token).await, Err(Kind::Unauthenticated));
    assert_eq!(fetch(w.site, "nonsense").await, Err(Kind::Unauthenticated));
    w.memory.given_member(Membership {
        sites: vec![w.ids.next()],
        ..member
    });
    assert_eq!(fetch(w.site, &token).await, Err(Kind::Unauthenticated));
    for (actor, kind) in [
        (w.customer(), Kind::Absent),
        (w.staff(Role::Owner, w.ids.next(), vec![]), Kind::Absent),
        (Actor::Anonymous, Kind::Unauthenticated),
    ] {
        let error = w.drives.feed_token(&actor, w.site).await.unwrap_err();
        assert_eq!(error.kind(), kind);
    }
}
