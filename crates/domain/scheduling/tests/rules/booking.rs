//! The crate by itself, on the fakes: who may book what, and what is told.

use crate::common::{NINE, TEN, World, at, caller};
use forecourt_scheduling::booking::Status;
use forecourt_scheduling::notice::EXPIRY_JOB;
use forecourt_scheduling::ports::{BookableVehicle, Offer, Patron};
use forecourt_scheduling::request::{NewBooking, NewCustomer};
use kernel::act::Claim;
use kernel::actor::Actor;
use kernel::error::{Failure, Kind};
use kernel::ports::Clock;
use kernel::rights::Role;

#[tokio::test]
async fn a_request_holds_its_slot_and_tells_both_sides() {
    let w = World::new();
    let ann = w.customer();
    let drive = w.book(&ann, w.car.listing, NINE).await.unwrap();
    assert_eq!((drive.status, drive.version), (Status::Requested, 1));
    assert_eq!(drive.cancel_until, at("2026-12-07T12:00:00Z"));
    let free = w
        .drives
        .available(
            &Actor::Anonymous,
            w.car.listing,
            drive.local_date(),
            w.clock.now(),
        )
        .await
        .unwrap();
    assert_eq!((free.slots.len(), free.cancel_until_minutes), (7, 120));
    let taken = w.book(&w.customer(), w.car.listing, NINE).await.unwrap_err();
    assert_eq!(taken.code(), "slot_taken");
    assert_eq!(w.events(), ["booking.requested"]);
    let jobs = w.memory.jobs();
    let expiry = jobs.iter().find(|j| j.kind == EXPIRY_JOB).unwrap();
    assert_eq!(expiry.not_before, Some(drive.decide_by()));
}

#[tokio::test]
async fn off_the_grid_is_a_400_with_its_own_code() {
    let w = World::new();
    for start in [
        "2026-12-07T14:30:00Z",
        "2026-12-06T14:00:00Z",
        "2027-03-01T14:00:00Z",
    ] {
        let error = w.book(&w.customer(), w.car.listing, start).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (Kind::Invalid, "not_a_slot"),
            "{start}"
        );
    }
}

#[tokio::test]
async fn one_customer_holds_no_two_that_overlap_and_three_at_most() {
    let w = World::new();
    let ann = w.customer();
    w.book(&ann, w.car.listing, NINE).await.unwrap();
    let other = w.another_car();
    let error = w.book(&ann, other.listing, NINE).await.unwrap_err();
    assert_eq!(error.code(), "overlapping_drive");
    w.book(&ann, other.listing, TEN).await.unwrap();
    w.book(&ann, other.listing, "2026-12-07T16:00:00Z").await.unwrap();
    let error = w
        .book(&ann, other.listing, "2026-12-07T17:00:00Z")
        .await
        .unwrap_err();
    assert_eq!(error.code(), "too_many_open");
    w.go_to("2026-12-07T15:00:01Z");
    w.book(&ann, other.listing, "2026-12-07T17:00:00Z").await.unwrap();
}

#[tokio::test]
async fn only_a_car_on_offer_can_be_driven() {
    let w = World::new();
    let (ann, bob) = (w.customer(), w.customer());
    let put = |public, offer| {
        w.memory.given_bookable(BookableVehicle {
            public,
            offer,
            ..w.car.clone()
        });
    };
    let code = |error: forecourt_scheduling::error::Error| (error.kind(), error.code());
    put(true, Offer::ReservedFor(ann.user()));
    let error = w.book(&bob, w.car.listing, NINE).await.unwrap_err();
    assert_eq!(code(error), (Kind::Conflict, "not_bookable"));
    put(false, Offer::Closed);
    let error = w.book(&bob, w.car.listing, NINE).await.unwrap_err();
    assert_eq!(code(error), (Kind::Absent, "not_found"));
    let error = w
        .book_for(&w.sales(), w.car.listing, NINE, Some(caller()))
        .await
        .unwrap_err();
    assert_eq!(code(error), (Kind::Conflict, "not_bookable"));
    let error = w.book(&bob, w.ids.next(), NINE).await.unwrap_err();
    assert_eq!(code(error), (Kind::Absent, "not_found"));
    put(true, Offer::ReservedFor(ann.user()));
    w.book(&ann, w.car.listing, NINE).await.unwrap();
}

#[tokio::test]
async fn slots_of_a_car_that_cannot_be_seen_are_absent_and_of_one_that_cannot_be_driven_none() {
    let w = World::new();
    let day = "2026-12-07".parse().unwrap();
    let look = async |actor: &Actor| {
        let slots = w.drives.available(actor, w.car.listing, day, w.clock.now()).await;
        slots.map(|s| s.slots.len()).map_err(|e| e.kind())
    };
    assert_eq!(look(&Actor::Anonymous).await, Ok(8));
    w.memory.given_bookable(BookableVehicle {
        public: false,
        offer: Offer::Closed,
        ..w.car.clone()
    });
    assert_eq!(look(&Actor::Anonymous).await, Err(Kind::Absent));
    assert_eq!(look(&w.customer()).await, Err(Kind::Absent));
    assert_eq!(
        look(&w.staff(Role::Sales, w.ids.next(), vec![])).await,
        Err(Kind::Absent)
    );
    assert_eq!(look(&w.sales()).await, Ok(0));
}

#[tokio::test]
async fn staff_book_for_a_caller_and_it_is_approved() {
    let w = World::new();
    let sales = w.sales();
    let drive = w
        .book_for(&sales, w.car.listing, NINE, Some(caller()))
        .await
        .unwrap();
    assert_eq!(drive.status, Status::Approved);
    assert_eq!(
        drive.customer.phone.as_ref().map(kernel::phone::Phone::as_str),
        Some("+12125550100")
    );
    assert_eq!(drive.staff, sales.member_of(w.dealer).map(|m| m.staff));
    let ann = w.customer();
    let whom = NewCustomer {
        user_id: ann.user(),
        ..NewCustomer::default()
    };
    let drive = w.book_for(&sales, w.car.listing, TEN, Some(whom)).await.unwrap();
    assert_eq!(
        (drive.customer.user, drive.customer.name.as_str()),
        (ann.user(), "Ann Buyer")
    );
    assert_eq!(w.events(), ["booking.approved", "booking.approved"]);
    let whom = NewCustomer {
        user_id: Some(w.ids.next()),
        ..NewCustomer::default()
    };
    let error = w
        .book_for(&sales, w.car.listing, "2026-12-07T16:00:00Z", Some(whom))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
}

#[tokio::test]
async fn only_the_car_dealers_sales_staff_book_for_others() {
    let w = World::new();
    for (actor, kind) in [
        (Actor::Anonymous, Kind::Unauthenticated),
        (w.customer(), Kind::Forbidden),
        (w.staff(Role::Mechanic, w.dealer, vec![]), Kind::Forbidden),
        (w.staff(Role::Advisor, w.dealer, vec![]), Kind::Forbidden),
        (w.staff(Role::Sales, w.ids.next(), vec![]), Kind::Absent),
        (w.staff(Role::Sales, w.dealer, vec![w.ids.next()]), Kind::Absent),
    ] {
        let error = w
            .book_for(&actor, w.car.listing, NINE, Some(caller()))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), kind, "{actor:?}");
    }
    for role in [Role::Sales, Role::Manager, Role::Owner] {
        let actor = w.staff(role, w.dealer, vec![w.site]);
        let car = w.another_car();
        assert!(
            w.book_for(&actor, car.listing, NINE, Some(caller()))
                .await
                .is_ok()
        );
    }
}

#[tokio::test]
async fn all_that_is_wrong_with_a_booking_is_said_at_once() {
    let w = World::new();
    let new = NewBooking {
        listing_id: w.car.listing,
        start_at: at(NINE),
        note: Some("x".repeat(501)),
        customer: Some(NewCustomer {
            name: Some(" ".to_owned()),
            phone: Some("call me".to_owned()),
            email: Some("nobody".to_owned()),
            user_id: None,
        }),
        hold_id: None,
    };
    let error = w.drives.book(&w.act(&w.sales()), new).await.unwrap_err();
    let Some(kernel::error::Common::Invalid(violations)) = error.common() else {
        panic!("{error:?}")
    };
    let pointers: Vec<_> = violations.as_slice().iter().map(|v| v.pointer.as_str()).collect();
    assert_eq!(
        pointers,
        ["/note", "/customer/name", "/customer/phone", "/customer/email"]
    );
}

#[tokio::test]
async fn a_drive_is_there_for_its_customer_and_its_staff_alone() {
    let w = World::new();
    let ann = w.customer();
    let id = w.book(&ann, w.car.listing, NINE).await.unwrap().id;
    let kind = async |actor: &Actor| w.drives.find(actor, id).await.map(|_| ()).map_err(|e| e.kind());
    assert_eq!(kind(&ann).await, Ok(()));
    assert_eq!(kind(&w.sales()).await, Ok(()));
    assert_eq!(kind(&Actor::Anonymous).await, Err(Kind::Unauthenticated));
    assert_eq!(kind(&w.customer()).await, Err(Kind::Absent));
    assert_eq!(
        kind(&w.staff(Role::Owner, w.ids.next(), vec![])).await,
        Err(Kind::Absent)
    );
    assert_eq!(
        kind(&w.staff(Role::Sales, w.dealer, vec![w.ids.next()])).await,
        Err(Kind::Absent)
    );
    assert_eq!(
        kind(&w.staff(Role::Mechanic, w.dealer, vec![])).await,
        Err(Kind::Forbidden)
    );
    let act = w.act(&ann);
    assert_eq!(
        w.drives.approve(&act, id).await.unwrap_err().kind(),
        Kind::Forbidden
    );
    let act = w.act(&w.customer());
    assert_eq!(w.drives.approve(&act, id).await.unwrap_err().kind(), Kind::Absent);
}

#[tokio::test]
async fn one_key_books_once() {
    let w = World::new();
    let mut act = w.act(&w.customer());
    act.claim = Some(Claim {
        scope: "ann POST /bookings 1".to_owned(),
        fingerprint: "a".to_owned(),
    });
    let new = NewBooking {
        listing_id: w.car.listing,
        start_at: at(NINE),
        note: None,
        customer: None,
        hold_id: None,
    };
    let first = w.drives.book(&act, new.clone()).await.unwrap();
    let again = w.drives.book(&act, new).await.unwrap();
    assert_eq!((first.replayed, again.replayed), (false, true));
    assert_eq!(first.value, again.value);
    assert_eq!(w.events().len(), 1);
}

#[tokio::test]
async fn a_closed_account_cannot_book() {
    let w = World::new();
    let ann = w.customer();
    w.memory.given_patron(Patron {
        user: ann.user().unwrap(),
        name: "Ann Buyer".to_owned(),
        email: "ann@example.com".parse().unwrap(),
        phone: None,
        active: false,
    });
    assert_eq!(
        w.book(&ann, w.car.listing, NINE).await.unwrap_err().kind(),
        Kind::Unauthenticated
    );
}
