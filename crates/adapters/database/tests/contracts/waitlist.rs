//! Lines for taken slots: whose turn it is, and that it is one's at a time.

use std::sync::Arc;

use chrono::TimeDelta;
use forecourt_database::scheduling::SqlWaitlist;
use kernel::Instant;
use kernel::act::Act;
use kernel::actor::Actor;
use kernel::error::Failure;
use kernel::id::ListingId;
use kernel::paging::PageRequest;
use kernel::ports::Clock;
use scheduling::booking::Slot;
use scheduling::error::Error;
use scheduling::notice::Turn;
use scheduling::ports::Waitlist;
use scheduling::use_cases::WaitingLists;
use scheduling::waitlist::{OFFER_MINUTES, WaitStatus, WaitlistEntry};

use crate::stage::{NINE, Stage, TEN, at};
use crate::world::World;

fn lists(stage: &Stage) -> WaitingLists {
    let lists: Arc<dyn Waitlist> = match stage.world.database() {
        None => Arc::new(stage.world.memory.clone()),
        Some(db) => Arc::new(SqlWaitlist::new(db.clone())),
    };
    WaitingLists {
        lists,
        ids: stage.world.ids.clone(),
    }
}

fn turn_of(listing: ListingId, start: &str) -> Turn {
    Turn {
        listing_id: listing,
        slot: Slot {
            start_at: at(start),
            end_at: at(start) + TimeDelta::hours(1),
        },
    }
}

async fn join(stage: &Stage, actor: &Actor, car: ListingId, start: &str) -> Result<WaitlistEntry, Error> {
    let done = lists(stage).join(&stage.act(actor), car, at(start)).await?;
    Ok(done.value)
}

/// The newest place of somebody.
async fn place(stage: &Stage, actor: &Actor) -> WaitlistEntry {
    let page = lists(stage).mine(actor, &PageRequest::default()).await.unwrap();
    page.items.into_iter().next().unwrap()
}

async fn count(stage: &Stage, what: &str) -> i64 {
    let mut sql = stage.world.db().sql();
    sql.push("SELECT COUNT(*) FROM ").push(what);
    let row = stage.world.db().one(sql).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// Many nodes look whose turn it is at the same moment.
async fn all_look(stage: &Stage, turn: Turn) {
    let now = stage.world.clock.now();
    let calls: Vec<_> = (0..10)
        .map(|_| {
            let lists = lists(stage);
            tokio::spawn(async move { lists.turn(turn, now, "job").await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
}

pub(crate) async fn two_hundred_on_the_list_are_offered_one_at_a_time(world: World) {
    let stage = Stage::new(world).await;
    let car = stage.car().await;
    let drive = stage.book_for_caller(car, NINE).await.unwrap();
    let mut calls = Vec::new();
    for _ in 0..200 {
        let act = stage.act(&stage.customer().await);
        let lists = lists(&stage);
        calls.push(tokio::spawn(async move { lists.join(&act, car, at(NINE)).await }));
    }
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let turn = turn_of(car, NINE);
    all_look(&stage, turn).await;
    assert_eq!(
        count(&stage, "waitlist_entries WHERE status <> 'waiting'").await,
        0
    );
    let act = stage.act(&stage.sales);
    stage.drives.cancel(&act, drive.id, None).await.unwrap();
    for round in 1..=4 {
        all_look(&stage, turn).await;
        assert_eq!(
            count(&stage, "waitlist_entries WHERE status = 'offered'").await,
            1
        );
        assert_eq!(
            count(&stage, "outbox WHERE name = 'waitlist.offered'").await,
            round
        );
        let first = "waitlist_entries WHERE status = 'waiting' AND id < (SELECT id FROM waitlist_entries WHERE status = 'offered')";
        assert_eq!(count(&stage, first).await, 0, "first come, first offered");
        let taken = stage.book_for_caller(car, NINE).await;
        assert_eq!(taken.unwrap_err(), Error::SlotTaken);
        let clock = &stage.world.clock;
        clock.set(clock.now() + TimeDelta::minutes(OFFER_MINUTES));
    }
    assert_eq!(count(&stage, "waitlist_entries WHERE status = 'lapsed'").await, 3);
}

pub(crate) async fn accepting_and_the_end_of_the_offer_at_once_have_one_winner(world: World) {
    let stage = Stage::new(world).await;
    let car = stage.car().await;
    for hour in 13..19 {
        let start = format!("2026-06-08T{hour}:00:00Z");
        let ann = stage.customer().await;
        let drive = stage.book_for_caller(car, &start).await.unwrap();
        let waits = join(&stage, &ann, car, &start).await.unwrap();
        let act = stage.act(&stage.sales);
        stage.drives.cancel(&act, drive.id, None).await.unwrap();
        let turn = turn_of(car, &start);
        all_look(&stage, turn).await;
        let until: Instant = place(&stage, &ann).await.offered_until.unwrap();
        let accept = Act {
            at: until - TimeDelta::seconds(1),
            ..stage.act(&ann)
        };
        let (first, second) = (lists(&stage), lists(&stage));
        let accept = tokio::spawn(async move { first.accept(&accept, waits.id).await });
        let end = tokio::spawn(async move { second.turn(turn, until, "job").await });
        let accepted = accept.await.unwrap();
        end.await.unwrap().unwrap();
        let status = place(&stage, &ann).await.status;
        match accepted {
            Ok(done) => {
                assert_eq!(status, WaitStatus::Accepted);
                assert_eq!(
                    stage.drives.find(&ann, done.value.id).await.unwrap().drive,
                    done.value
                );
            }
            Err(error) => assert_eq!((error.code(), status), ("not_offered", WaitStatus::Lapsed)),
        }
        assert_eq!(count(&stage, "slot_holds").await, 0);
    }
}

pub(crate) async fn a_place_in_line_is_for_a_taken_slot_and_one_of_ten(world: World) {
    let stage = Stage::new(world).await;
    let (car, ann) = (stage.car().await, stage.customer().await);
    assert_eq!(join(&stage, &ann, car, NINE).await, Err(Error::SlotFree));
    stage.book_for_caller(car, NINE).await.unwrap();
    let calls: Vec<_> = (0..10)
        .map(|_| {
            let (lists, act) = (lists(&stage), stage.act(&ann));
            tokio::spawn(async move { lists.join(&act, car, at(NINE)).await })
        })
        .collect();
    let mut joined = 0;
    for call in calls {
        match call.await.unwrap() {
            Ok(_) => joined += 1,
            Err(error) => assert_eq!(error, Error::AlreadyWaiting),
        }
    }
    assert_eq!(joined, 1);
    let mut calls = Vec::new();
    for _ in 0..20 {
        let other = stage.car().await;
        stage.book_for_caller(other, TEN).await.unwrap();
        let (lists, act) = (lists(&stage), stage.act(&ann));
        calls.push(tokio::spawn(
            async move { lists.join(&act, other, at(TEN)).await },
        ));
    }
    for call in calls {
        match call.await.unwrap() {
            Ok(_) => joined += 1,
            Err(error) => assert_eq!(error, Error::TooManyWaiting),
        }
    }
    assert_eq!(joined, 10);
}

pub(crate) async fn slots_that_are_waited_for_are_found_each_once(world: World) {
    let stage = Stage::new(world).await;
    let car = stage.car().await;
    stage.book_for_caller(car, NINE).await.unwrap();
    for _ in 0..2 {
        let act = stage.act(&stage.customer().await);
        lists(&stage).join(&act, car, at(NINE)).await.unwrap();
    }
    let lists = lists(&stage).lists;
    let (now, nobody) = (stage.world.clock.now(), stage.world.ids.next());
    let turn = (stage.dealer, turn_of(car, NINE));
    let found = async |listings: &[ListingId], dealers: &[_], at| {
        lists.waited_for(listings, dealers, at).await.unwrap()
    };
    assert_eq!(found(&[car], &[], now).await, [turn]);
    assert_eq!(found(&[car], &[stage.dealer], now).await, [turn]);
    assert_eq!(found(&[], &[stage.dealer], now).await, [turn]);
    assert_eq!(found(&[], &[nobody], now).await, []);
    assert_eq!(found(&[car], &[], at(NINE)).await, [], "it has begun");
}

pub(crate) async fn whoever_leaves_passes_the_offer_on(world: World) {
    let stage = Stage::new(world).await;
    let (car, ann, bob) = (stage.car().await, stage.customer().await, stage.customer().await);
    let drive = stage.book_for_caller(car, NINE).await.unwrap();
    let anns = join(&stage, &ann, car, NINE).await.unwrap();
    join(&stage, &bob, car, NINE).await.unwrap();
    let act = stage.act(&stage.sales);
    stage.drives.cancel(&act, drive.id, None).await.unwrap();
    let turn = turn_of(car, NINE);
    all_look(&stage, turn).await;
    assert_eq!(place(&stage, &ann).await.status, WaitStatus::Offered);
    let others = lists(&stage).leave(&stage.act(&bob), anns.id).await;
    assert_eq!(others.unwrap_err().code(), "not_found");
    for _ in 0..2 {
        lists(&stage).leave(&stage.act(&ann), anns.id).await.unwrap();
    }
    all_look(&stage, turn).await;
    assert_eq!(place(&stage, &ann).await.status, WaitStatus::Left);
    let bobs = place(&stage, &bob).await;
    let accepted = lists(&stage)
        .accept(&stage.act(&bob), bobs.id)
        .await
        .unwrap()
        .value;
    assert_eq!(accepted.slot, bobs.slot);
    let again = lists(&stage).accept(&stage.act(&bob), bobs.id).await;
    assert_eq!(again.unwrap_err().code(), "not_offered");
}
