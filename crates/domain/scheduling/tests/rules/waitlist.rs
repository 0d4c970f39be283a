//! Lines for taken slots, on the fake: who may wait, whose turn it is, what becomes of an offer and of a car that goes and comes back.

use std::sync::Arc;

use chrono::TimeDelta;
use forecourt_scheduling::error::Error;
use forecourt_scheduling::notice::Turn;
use forecourt_scheduling::ports::{Offer, Waitlist};
use forecourt_scheduling::use_cases::WaitingLists;
use forecourt_scheduling::waitlist::{OFFER_MINUTES, WaitStatus, WaitlistEntry};
use kernel::actor::Actor;
use kernel::error::Failure;
use kernel::ports::Clock;

use crate::common::{NINE, TEN, World, at, caller};

/// Nine is taken by a caller; these wait for it, in this order.
struct Line {
    world: World,
    lists: WaitingLists,
    drive: kernel::id::BookingId,
    people: Vec<(Actor, WaitlistEntry)>,
}

impl Line {
    async fn of(count: usize) -> Self {
        let world = World::new();
        let lists = WaitingLists {
            lists: Arc::new(world.memory.clone()),
            ids: world.ids.clone(),
        };
        let listing = world.car.listing;
        let taken = world
            .book_for(&world.sales(), listing, NINE, Some(caller()))
            .await;
        let mut people = Vec::new();
        for _ in 0..count {
            let actor = world.customer();
            let done = lists.join(&world.act(&actor), listing, at(NINE)).await;
            people.push((actor, done.unwrap().value));
        }
        Self {
            drive: taken.unwrap().id,
            world,
            lists,
            people,
        }
    }

    async fn free(&self) {
        let act = self.world.act(&self.world.sales());
        self.world.drives.cancel(&act, self.drive, None).await.unwrap();
    }

    async fn look(&self) {
        let turn = Turn {
            listing_id: self.world.car.listing,
            slot: self.people.first().unwrap().1.slot,
        };
        let now = self.world.clock.now();
        self.lists.turn(turn, now, "job").await.unwrap();
    }

    fn later(&self, minutes: i64) {
        let clock = &self.world.clock;
        clock.set(clock.now() + TimeDelta::minutes(minutes));
    }

    async fn statuses(&self) -> Vec<WaitStatus> {
        let mut all = Vec::new();
        for (actor, entry) in &self.people {
            all.push(self.lists.find(actor, entry.id).await.unwrap().status);
        }
        all
    }
}

use WaitStatus::{Accepted, Lapsed, Left, Offered, Waiting};

#[tokio::test]
async fn the_first_is_offered_it_then_the_next() {
    let line = Line::of(3).await;
    line.look().await;
    assert_eq!(line.statuses().await, [Waiting; 3], "it is still taken");
    line.free().await;
    line.look().await;
    line.look().await;
    assert_eq!(line.statuses().await, [Offered, Waiting, Waiting]);
    line.later(OFFER_MINUTES - 1);
    line.look().await;
    assert_eq!(line.statuses().await, [Offered, Waiting, Waiting]);
    line.later(1);
    line.look().await;
    assert_eq!(line.statuses().await, [Lapsed, Offered, Waiting]);
    let (second, entry) = line.people.get(1).unwrap();
    let drive = line.lists.accept(&line.world.act(second), entry.id).await;
    assert_eq!(drive.unwrap().value.slot, entry.slot);
    line.look().await;
    assert_eq!(line.statuses().await, [Lapsed, Accepted, Waiting]);
    assert_eq!(
        line.world
            .events()
            .iter()
            .filter(|e| *e == "waitlist.offered")
            .count(),
        2
    );
}

#[tokio::test]
async fn whoever_leaves_passes_the_offer_on_and_others_cannot_answer_it() {
    let line = Line::of(2).await;
    line.free().await;
    line.look().await;
    let (first, entry) = line.people.first().unwrap();
    let (second, _) = line.people.last().unwrap();
    let others = line.lists.accept(&line.world.act(second), entry.id).await;
    assert_eq!(others.unwrap_err().code(), "not_found");
    line.lists.leave(&line.world.act(first), entry.id).await.unwrap();
    line.look().await;
    assert_eq!(line.statuses().await, [Left, Offered]);
}

#[tokio::test]
async fn a_car_that_is_gone_keeps_its_line_for_when_it_comes_back() {
    let line = Line::of(1).await;
    line.free().await;
    let mut car = line.world.car.clone();
    car.public = false;
    car.offer = Offer::Closed;
    line.world.memory.given_bookable(car.clone());
    line.look().await;
    assert_eq!(line.statuses().await, [Waiting]);
    let now = line.world.clock.now();
    let found = |listings: Vec<_>, dealers: Vec<_>| {
        let memory = line.world.memory.clone();
        async move { memory.waited_for(&listings, &dealers, now).await.unwrap().len() }
    };
    assert_eq!(found(vec![car.listing], vec![]).await, 1);
    assert_eq!(found(vec![car.listing], vec![car.dealer]).await, 1, "each once");
    assert_eq!(found(vec![], vec![line.world.ids.next()]).await, 0);
    line.world.memory.given_bookable(line.world.car.clone());
    line.look().await;
    assert_eq!(line.statuses().await, [Offered]);
}

#[tokio::test]
async fn a_free_slot_is_booked_and_not_waited_for() {
    let line = Line::of(1).await;
    let (actor, entry) = line.people.first().unwrap();
    let join = async |start| {
        let act = line.world.act(actor);
        line.lists.join(&act, entry.listing, at(start)).await
    };
    assert_eq!(join(TEN).await.unwrap_err(), Error::SlotFree);
    assert_eq!(join(NINE).await.unwrap_err(), Error::AlreadyWaiting);
    line.world.go_to(NINE);
    line.look().await;
    assert_eq!(line.statuses().await, [Lapsed], "it began without them");
}
