//! Holds of slots: whom they stop, for how long, and who wins when many come at once.

use chrono::TimeDelta;
use kernel::act::Decision;
use kernel::actor::Actor;
use kernel::error::{Common, Failure};
use kernel::id::ListingId;
use kernel::ports::Clock;
use scheduling::error::Error;
use scheduling::hold::{HOLD_MINUTES, SlotHold};
use scheduling::ports::{BookingTarget, NewHold};
use scheduling::request::NewBooking;

use crate::stage::{NINE, Stage, TEN, at, wish};
use crate::world::World;

async fn hold(stage: &Stage, actor: &Actor, car: ListingId, start: &str) -> Result<SlotHold, Error> {
    let done = stage.drives.hold(&stage.act(actor), car, at(start)).await?;
    Ok(done.value)
}

fn pass(stage: &Stage, minutes: i64) {
    let clock = &stage.world.clock;
    clock.set(clock.now() + TimeDelta::minutes(minutes));
}

async fn free(stage: &Stage, actor: &Actor, car: ListingId) -> usize {
    let day = "2026-06-08".parse().unwrap();
    let found = stage.drives.available(actor, car, day, stage.world.clock.now());
    found.await.unwrap().slots.len()
}

pub(crate) async fn a_hold_stops_others_for_five_minutes_and_its_holder_never(world: World) {
    let stage = Stage::new(world).await;
    let (car, ann, bob) = (stage.car().await, stage.customer().await, stage.customer().await);
    let kept = hold(&stage, &ann, car, NINE).await.unwrap();
    assert_eq!(
        kept.expires_at,
        kept.created_at + TimeDelta::minutes(HOLD_MINUTES)
    );
    assert_eq!(
        (free(&stage, &ann, car).await, free(&stage, &bob, car).await),
        (8, 7)
    );
    assert_eq!(stage.book(&bob, car, NINE).await, Err(Error::SlotTaken));
    assert_eq!(hold(&stage, &bob, car, NINE).await, Err(Error::SlotTaken));
    pass(&stage, 3);
    assert_eq!(
        hold(&stage, &ann, car, NINE).await.unwrap(),
        kept,
        "it ends no later"
    );
    let moved = stage.book(&bob, car, TEN).await.unwrap();
    let to_nine = stage
        .drives
        .reschedule(&stage.act(&bob), moved.id, at(NINE))
        .await;
    assert_eq!(to_nine.unwrap_err(), Error::SlotTaken);
    pass(&stage, 2);
    assert_eq!(free(&stage, &bob, car).await, 7, "its end needs no job");
    hold(&stage, &bob, car, NINE).await.unwrap();
    let late = NewBooking {
        hold_id: Some(kept.id),
        ..wish(car, NINE)
    };
    let late = stage.drives.book(&stage.act(&ann), late).await;
    assert_eq!(late.unwrap_err(), Error::SlotTaken);
}

pub(crate) async fn a_booking_uses_its_hold_up(world: World) {
    let stage = Stage::new(world).await;
    let (car, ann, bob) = (stage.car().await, stage.customer().await, stage.customer().await);
    let kept = hold(&stage, &ann, car, NINE).await.unwrap();
    let with = |start: &str| NewBooking {
        hold_id: Some(kept.id),
        ..wish(car, start)
    };
    let other = stage.drives.book(&stage.act(&ann), with(TEN)).await;
    assert_eq!(other.unwrap_err(), Error::HoldGone);
    let anothers = stage.drives.book(&stage.act(&bob), with(TEN)).await;
    assert_eq!(anothers.unwrap_err(), Error::HoldGone);
    let drive = stage
        .drives
        .book(&stage.act(&ann), with(NINE))
        .await
        .unwrap()
        .value;
    stage
        .drives
        .cancel(&stage.act(&ann), drive.id, None)
        .await
        .unwrap();
    let again = stage.drives.book(&stage.act(&ann), with(NINE)).await;
    assert_eq!(again.unwrap_err(), Error::HoldGone);
    stage.book(&bob, car, NINE).await.unwrap();
}

pub(crate) async fn two_hundred_customers_cannot_hold_one_slot(world: World) {
    let stage = Stage::new(world).await;
    let car = stage.car().await;
    let mut calls = Vec::new();
    for n in 0..200 {
        let actor = stage.customer().await;
        let (drives, act) = (stage.drives.clone(), stage.act(&actor));
        calls.push(tokio::spawn(async move {
            if n % 2 == 0 {
                drives.hold(&act, car, at(NINE)).await.map(|_| ())
            } else {
                drives.book(&act, wish(car, NINE)).await.map(|_| ())
            }
        }));
    }
    let mut won = 0;
    for call in calls {
        match call.await.unwrap() {
            Ok(()) => won += 1,
            Err(error) => assert_eq!(error, Error::SlotTaken),
        }
    }
    assert_eq!(won, 1);
}

pub(crate) async fn one_customer_holds_as_many_slots_as_they_may_book(world: World) {
    let stage = Stage::new(world).await;
    let ann = stage.customer().await;
    stage.book(&ann, stage.car().await, NINE).await.unwrap();
    let mut calls = Vec::new();
    for hour in 14..20 {
        let (drives, act, car) = (stage.drives.clone(), stage.act(&ann), stage.car().await);
        let start = at(&format!("2026-06-08T{hour}:00:00Z"));
        calls.push(tokio::spawn(async move { drives.hold(&act, car, start).await }));
    }
    let mut won = 0;
    for call in calls {
        match call.await.unwrap() {
            Ok(_) => won += 1,
            Err(error) => assert_eq!(error.code(), "too_many_open"),
        }
    }
    assert_eq!(won, 2, "beside the drive");
    pass(&stage, HOLD_MINUTES);
    hold(&stage, &ann, stage.car().await, TEN).await.unwrap();
}

pub(crate) async fn the_store_itself_refuses_two_holds_that_overlap(world: World) {
    let stage = Stage::new(world).await;
    let (car, ann, bob) = (stage.car().await, stage.customer().await, stage.customer().await);
    let kept = hold(&stage, &ann, car, NINE).await.unwrap();
    let target = BookingTarget {
        listing: car,
        customer: bob.user(),
        start_at: at(NINE),
    };
    let (id, user) = (stage.world.ids.next(), bob.user().unwrap());
    let forced = stage
        .drives
        .holds
        .hold(&stage.world.act(), &target, &|_| {
            let hold = SlotHold {
                id,
                user,
                ..kept.clone()
            };
            let plan = NewHold {
                hold: hold.clone(),
                instead_of: Vec::new(),
            };
            Ok(Decision::nothing(Some(plan), hold))
        })
        .await;
    assert_eq!(forced.unwrap_err(), Error::SlotTaken);
}

pub(crate) async fn only_somebody_known_holds_a_slot_of_a_car_on_offer(world: World) {
    let stage = Stage::new(world).await;
    let (car, ann) = (stage.car().await, stage.customer().await);
    let nobody = hold(&stage, &Actor::Anonymous, car, NINE).await;
    assert_eq!(nobody.unwrap_err(), Error::Common(Common::Unauthenticated));
    let off = hold(&stage, &ann, car, "2026-06-08T13:30:00Z").await;
    assert_eq!(off.unwrap_err().code(), "not_a_slot");
    stage.sell(car).await;
    assert_eq!(
        hold(&stage, &ann, car, NINE).await.unwrap_err().code(),
        "not_found"
    );
}
