//! Test drives: what is kept, what is refused, and who wins when many come at once.

use chrono::TimeDelta;
use kernel::act::{Act, Claim, Decision};
use kernel::actor::{Actor, LinkHolder};
use kernel::error::Failure;
use kernel::id::ListingId;
use kernel::ports::Clock;
use scheduling::booking::{Slot, Status, TestDrive};
use scheduling::error::Error;
use scheduling::notice::Expiry;
use scheduling::ports::{BookingTarget, Placed};
use scheduling::request::NewBooking;

use crate::stage::{NINE, Stage, TEN, at, wish};
use crate::world::World;

/// Books at once, each with an act of its own; says what became of each.
async fn all_at_once(stage: &Stage, wishes: Vec<(Actor, NewBooking)>) -> Vec<Result<TestDrive, Error>> {
    let calls: Vec<_> = wishes
        .into_iter()
        .map(|(actor, wish)| {
            let (drives, act) = (stage.drives.clone(), stage.act(&actor));
            tokio::spawn(async move { drives.book(&act, wish).await.map(|done| done.value) })
        })
        .collect();
    let mut ends = Vec::new();
    for call in calls {
        ends.push(call.await.unwrap());
    }
    ends
}

fn codes(ends: &[Result<TestDrive, Error>]) -> Vec<&'static str> {
    let mut codes: Vec<_> = ends
        .iter()
        .filter_map(|end| end.as_ref().err())
        .map(Failure::code)
        .collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

pub(crate) async fn what_was_booked_is_found_as_it_was_told(world: World) {
    let stage = Stage::new(world).await;
    let (car, ann) = (stage.car().await, stage.customer().await);
    let new = NewBooking {
        note: Some("with the tow bar\nplease".to_owned()),
        ..wish(car, NINE)
    };
    let told = stage.drives.book(&stage.act(&ann), new).await.unwrap().value;
    let filed = stage.drives.find(&ann, told.id).await.unwrap();
    assert_eq!(filed.drive, told);
    assert_eq!(filed.drive.customer.name, "Ann Buyer");
    assert_eq!(filed.details.vehicle, "2021 Ford F-150");
    assert_eq!(filed.details.address, "1 Main Street, New York, NY 10001, US");
    let told = stage.book_for_caller(car, TEN).await.unwrap();
    let found = stage.drives.find(&stage.sales, told.id).await.unwrap().drive;
    assert_eq!(found, told);
    assert_eq!((found.status, found.staff), (Status::Approved, Some(stage.staff)));
}

pub(crate) async fn two_hundred_customers_cannot_book_one_slot(world: World) {
    let stage = Stage::new(world).await;
    let car = stage.car().await;
    let mut wishes = Vec::new();
    for _ in 0..200 {
        wishes.push((stage.customer().await, wish(car, NINE)));
    }
    let ends = all_at_once(&stage, wishes).await;
    assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 1);
    assert_eq!(codes(&ends), ["slot_taken"]);
}

pub(crate) async fn no_slot_is_booked_twice_in_ten_thousand_tries(world: World) {
    let stage = Stage::new(world).await;
    let car = stage.car().await;
    let mut customers = Vec::new();
    for _ in 0..200 {
        customers.push(stage.customer().await);
    }
    // Ten days that the showroom is open, at five starts each.
    let starts = (8..14)
        .chain(15..19)
        .flat_map(|day| (13..18).map(move |hour| format!("2026-06-{day:02}T{hour}:00:00Z")));
    for start in starts {
        let wishes = customers
            .iter()
            .map(|customer| (customer.clone(), wish(car, &start)));
        let ends = all_at_once(&stage, wishes.collect()).await;
        assert_eq!(
            ends.iter().filter(|end| end.is_ok()).count(),
            1,
            "{start}: {:?}",
            codes(&ends)
        );
    }
}

pub(crate) async fn one_customer_cannot_hold_overlapping_drives(world: World) {
    let stage = Stage::new(world).await;
    let ann = stage.customer().await;
    let mut wishes = Vec::new();
    for _ in 0..20 {
        wishes.push((ann.clone(), wish(stage.car().await, NINE)));
    }
    let ends = all_at_once(&stage, wishes).await;
    assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 1);
    assert_eq!(codes(&ends), ["overlapping_drive"]);
}

pub(crate) async fn one_customer_cannot_hold_more_than_three(world: World) {
    let stage = Stage::new(world).await;
    let (ann, car) = (stage.customer().await, stage.car().await);
    let wishes = (13..20)
        .map(|hour| (ann.clone(), wish(car, &format!("2026-06-08T{hour}:00:00Z"))))
        .collect();
    let ends = all_at_once(&stage, wishes).await;
    assert_eq!(ends.iter().filter(|end| end.is_ok()).count(), 3);
    assert_eq!(codes(&ends), ["too_many_open"]);
}

pub(crate) async fn every_slot_of_one_car_can_be_booked_at_once(world: World) {
    let stage = Stage::new(world).await;
    let car = stage.car().await;
    let mut wishes = Vec::new();
    for day in 8..13 {
        for hour in 13..21 {
            let start = format!("2026-06-{day:02}T{hour}:00:00Z");
            wishes.push((stage.customer().await, wish(car, &start)));
        }
    }
    let ends = all_at_once(&stage, wishes).await;
    assert_eq!(codes(&ends), [""; 0]);
    for day in 8..13 {
        let date = format!("2026-06-{day:02}").parse().unwrap();
        let free = stage
            .drives
            .available(&Actor::Anonymous, car, date, stage.world.clock.now());
        assert_eq!(free.await.unwrap().slots, []);
    }
}

pub(crate) async fn approve_and_cancel_race_has_one_winner(world: World) {
    let stage = Stage::new(world).await;
    let (car, ann) = (stage.car().await, stage.customer().await);
    for hour in 13..21 {
        let start = format!("2026-06-08T{hour}:00:00Z");
        let drive = stage.book(&ann, car, &start).await.unwrap();
        let sales = Act {
            expected_version: Some(1),
            ..stage.act(&stage.sales)
        };
        let customer = Act {
            expected_version: Some(1),
            ..stage.act(&ann)
        };
        let (first, second) = (stage.drives.clone(), stage.drives.clone());
        let approve = tokio::spawn(async move { first.approve(&sales, drive.id).await });
        let cancel = tokio::spawn(async move { second.cancel(&customer, drive.id, None).await });
        let (approve, cancel) = (approve.await.unwrap(), cancel.await.unwrap());
        let now = stage.drives.find(&stage.sales, drive.id).await.unwrap().drive;
        assert_eq!(now.version, 2, "one change was made");
        match (approve, cancel) {
            (Ok(done), Err(error)) => {
                assert_eq!((done.value, now.status), (now.clone(), Status::Approved));
                assert_eq!(error.code(), "stale_version");
                stage
                    .drives
                    .cancel(&stage.act(&ann), drive.id, None)
                    .await
                    .unwrap();
            }
            (Err(error), Ok(done)) => {
                assert_eq!((done.value, now.status), (now.clone(), Status::Cancelled));
                assert_eq!(error.code(), "stale_version");
            }
            both => unreachable!("one of the two wins: {both:?}"),
        }
    }
}

pub(crate) async fn two_answers_at_once_are_one_answer(world: World) {
    let stage = Stage::new(world).await;
    let (car, ann) = (stage.car().await, stage.customer().await);
    let drive = stage.book(&ann, car, NINE).await.unwrap();
    let calls: Vec<_> = (0..10)
        .map(|n| {
            let (drives, act) = (stage.drives.clone(), stage.act(&stage.sales));
            tokio::spawn(async move {
                if n % 2 == 0 {
                    drives.approve(&act, drive.id).await
                } else {
                    drives.decline(&act, drive.id, "the car is away").await
                }
            })
        })
        .collect();
    let mut won = 0;
    for call in calls {
        match call.await.unwrap() {
            Ok(_) => won += 1,
            Err(error) => assert_eq!(error.code(), "illegal_transition"),
        }
    }
    assert_eq!(won, 1);
}

pub(crate) async fn one_key_sent_many_times_at_once_books_once(world: World) {
    let stage = Stage::new(world).await;
    let (car, ann) = (stage.car().await, stage.customer().await);
    let act = Act {
        claim: Some(Claim {
            scope: "ann POST /bookings k".to_owned(),
            fingerprint: "same".to_owned(),
        }),
        ..stage.act(&ann)
    };
    let calls: Vec<_> = (0..20)
        .map(|_| {
            let (drives, act) = (stage.drives.clone(), act.clone());
            tokio::spawn(async move { drives.book(&act, wish(car, NINE)).await.unwrap() })
        })
        .collect();
    let mut answers = Vec::new();
    for call in calls {
        answers.push(call.await.unwrap());
    }
    assert_eq!(answers.iter().filter(|done| !done.replayed).count(), 1);
    let first = &answers.first().unwrap().value;
    assert!(answers.iter().all(|done| done.value == *first));
}

fn placed(drive: &TestDrive) -> Placed {
    Placed {
        drive: drive.clone(),
        used: Vec::new(),
    }
}

/// A decision that looks at nothing: what is left is the store itself.
async fn force(stage: &Stage, by: &TestDrive, listing: ListingId, slot: Slot) -> Result<TestDrive, Error> {
    let target = BookingTarget {
        listing,
        customer: by.customer.user,
        start_at: slot.start_at,
    };
    let id = stage.world.ids.next();
    let done = stage
        .bookings
        .book(&stage.world.act(), &target, &|facts| {
            let drive = TestDrive {
                id,
                listing,
                vehicle: facts.car.vehicle,
                slot,
                ..by.clone()
            };
            Ok(Decision::nothing(placed(&drive), drive))
        })
        .await?;
    Ok(done.value)
}

pub(crate) async fn the_store_itself_refuses_an_overlap(world: World) {
    let stage = Stage::new(world).await;
    let (car, other) = (stage.car().await, stage.car().await);
    let (ann, bob) = (stage.customer().await, stage.customer().await);
    let anns = stage.book(&ann, car, NINE).await.unwrap();
    let bobs = stage.book(&bob, other, TEN).await.unwrap();
    let half = TimeDelta::minutes(30);
    let shifted = Slot {
        start_at: anns.slot.start_at + half,
        end_at: anns.slot.end_at + half,
    };
    assert_eq!(force(&stage, &bobs, car, anns.slot).await, Err(Error::SlotTaken));
    let car_three = stage.car().await;
    let error = force(&stage, &anns, car_three, shifted).await.unwrap_err();
    assert_eq!(error.code(), "overlapping_drive");
    let touching = Slot {
        start_at: anns.slot.end_at,
        end_at: anns.slot.end_at + half,
    };
    force(&stage, &anns, car, touching).await.unwrap();
    // One that was called off is in nobody's way.
    stage
        .drives
        .cancel(&stage.act(&ann), anns.id, None)
        .await
        .unwrap();
    let early = Slot {
        start_at: anns.slot.start_at,
        end_at: anns.slot.start_at + half,
    };
    force(&stage, &bobs, car, early).await.unwrap();
    // Nor can one be moved into another's place past the rules.
    let moved = stage
        .bookings
        .reschedule(&stage.world.act(), bobs.id, touching.start_at, &|facts| {
            let drive = TestDrive {
                slot: early,
                version: facts.filed.drive.version + 1,
                ..facts.filed.drive.clone()
            };
            Ok(Decision::nothing(placed(&drive), drive))
        })
        .await;
    assert_eq!(moved.unwrap_err().code(), "overlapping_drive");
}

pub(crate) async fn a_drive_is_moved_to_a_free_slot_alone(world: World) {
    let stage = Stage::new(world).await;
    let (car, ann, bob) = (stage.car().await, stage.customer().await, stage.customer().await);
    let drive = stage.book(&ann, car, NINE).await.unwrap();
    stage.book(&bob, car, TEN).await.unwrap();
    let to = |start| {
        let (drives, act) = (stage.drives.clone(), stage.act(&ann));
        async move {
            drives
                .reschedule(&act, drive.id, at(start))
                .await
                .map(|done| done.value)
        }
    };
    assert_eq!(to(TEN).await, Err(Error::SlotTaken));
    let moved = to("2026-06-09T13:00:00Z").await.unwrap();
    assert_eq!(stage.drives.find(&ann, drive.id).await.unwrap().drive, moved);
    assert_eq!(moved.version, 2);
    stage.book(&bob, car, NINE).await.unwrap();
}

pub(crate) async fn a_car_that_was_sold_is_not_bookable(world: World) {
    let stage = Stage::new(world).await;
    let (car, ann) = (stage.car().await, stage.customer().await);
    stage.sell(car).await;
    assert_eq!(stage.book(&ann, car, NINE).await.unwrap_err().code(), "not_found");
    let error = stage.book_for_caller(car, NINE).await.unwrap_err();
    assert_eq!(error.code(), "not_bookable");
    let error = stage.book(&ann, stage.world.ids.next(), NINE).await.unwrap_err();
    assert_eq!(error.code(), "not_found");
}

pub(crate) async fn a_request_expires_once(world: World) {
    let stage = Stage::new(world).await;
    let (car, ann) = (stage.car().await, stage.customer().await);
    let drive = stage.book(&ann, car, NINE).await.unwrap();
    let job = Expiry { booking_id: drive.id };
    let due = drive.decide_by();
    let early = due - TimeDelta::seconds(1);
    for (when, version, status) in [
        (early, 1, Status::Requested),
        (due, 2, Status::Declined),
        (due, 2, Status::Declined),
    ] {
        stage.drives.expire(job, when, "job").await.unwrap();
        let now = stage.drives.find(&ann, drive.id).await.unwrap().drive;
        assert_eq!((now.version, now.status), (version, status));
    }
}

pub(crate) async fn a_link_opens_its_drive_while_somebody_is_behind_it(world: World) {
    let stage = Stage::new(world).await;
    let (car, ann) = (stage.car().await, stage.customer().await);
    let drive = stage.book(&ann, car, NINE).await.unwrap();
    let now = stage.world.clock.now();
    let link = |booking, customer| stage.drives.links.manage_token(LinkHolder { booking, customer });
    let token = link(drive.id, ann.user());
    let found = stage.drives.find_by_link(&token, now).await.unwrap();
    assert_eq!(found.drive, drive);
    let refused = async |token: String, at| {
        let end = stage.drives.find_by_link(&token, at).await;
        assert_eq!(end.unwrap_err().code(), "not_found");
    };
    // Tokens that were made here, for what never was.
    refused(link(drive.id, None), now).await;
    refused(link(drive.id, stage.customer().await.user()), now).await;
    refused(link(stage.world.ids.next(), ann.user()), now).await;
    let last = drive.slot.end_at - TimeDelta::seconds(1);
    let _ = stage.drives.find_by_link(&token, last).await.unwrap();
    refused(token.clone(), drive.slot.end_at).await;
    // Nobody ever had a letter about this one.
    let silent = stage.book_for_caller(car, TEN).await.unwrap();
    refused(link(silent.id, None), now).await;
    let act = stage.act(&Actor::Anonymous);
    let off = stage.drives.cancel_by_link(&act, &token, None).await.unwrap();
    assert_eq!(off.value.status, Status::Cancelled);
    stage.switch_off(&ann).await;
    refused(token, now).await;
}
