//! A slot that is kept while the form is filled in.

use chrono::TimeDelta;
use forecourt_scheduling::booking::TestDrive;
use forecourt_scheduling::error::Error;
use forecourt_scheduling::hold::{HOLD_MINUTES, SlotHold};
use forecourt_scheduling::request::NewBooking;
use kernel::actor::Actor;
use kernel::error::{Common, Failure};
use kernel::id::SlotHoldId;
use kernel::ports::Clock;

use crate::common::{NINE, TEN, World, at};

const ELEVEN: &str = "2026-12-07T16:00:00Z";
const NOON: &str = "2026-12-07T17:00:00Z";

async fn hold(world: &World, actor: &Actor, start: &str) -> Result<SlotHold, Error> {
    let done = world
        .drives
        .hold(&world.act(actor), world.car.listing, at(start))
        .await?;
    Ok(done.value)
}

async fn free(world: &World, actor: &Actor) -> usize {
    let day = at(NINE).date_naive();
    let now = world.clock.now();
    let shown = world.drives.available(actor, world.car.listing, day, now).await;
    shown.unwrap().slots.len()
}

async fn book_by(world: &World, actor: &Actor, hold_id: SlotHoldId, start: &str) -> Result<TestDrive, Error> {
    let new = NewBooking {
        listing_id: world.car.listing,
        start_at: at(start),
        note: None,
        customer: None,
        hold_id: Some(hold_id),
    };
    let done = world.drives.book(&world.act(actor), new).await?;
    Ok(done.value)
}

#[tokio::test]
async fn a_slot_is_kept_five_minutes_for_its_holder_and_out_of_others_way_after() {
    let w = World::new();
    let (ann, bob) = (w.customer(), w.customer());
    let held = hold(&w, &ann, NINE).await.unwrap();
    assert_eq!(held.expires_at, w.clock.now() + TimeDelta::minutes(HOLD_MINUTES));
    assert_eq!((free(&w, &ann).await, free(&w, &bob).await), (8, 7));
    assert_eq!(hold(&w, &bob, NINE).await.unwrap_err().code(), "slot_taken");
    assert_eq!(
        w.book(&bob, w.car.listing, NINE).await.unwrap_err().code(),
        "slot_taken"
    );
    assert!(w.events().is_empty(), "nobody is told of a hold");
    w.clock.advance(5 * 60);
    assert_eq!(free(&w, &bob).await, 8);
    assert!(w.book(&bob, w.car.listing, NINE).await.is_ok());
}

#[tokio::test]
async fn the_holder_books_what_they_hold_and_the_hold_is_gone() {
    let w = World::new();
    let ann = w.customer();
    let held = hold(&w, &ann, NINE).await.unwrap();
    let drive = book_by(&w, &ann, held.id, NINE).await.unwrap();
    assert_eq!(drive.slot, held.slot);
    let now = w.clock.now();
    let gone = w.drives.find_hold(&ann, w.car.listing, held.id, now).await;
    assert_eq!(gone.unwrap_err(), Error::Common(Common::absent("slot hold")));
}

#[tokio::test]
async fn the_same_slot_again_is_the_same_hold_and_ends_as_it_would_have() {
    let w = World::new();
    let ann = w.customer();
    let held = hold(&w, &ann, NINE).await.unwrap();
    w.clock.advance(60);
    assert_eq!(hold(&w, &ann, NINE).await.unwrap(), held);
    let now = w.clock.now();
    let found = w
        .drives
        .find_hold(&ann, w.car.listing, held.id, now)
        .await
        .unwrap();
    assert_eq!(found, held);
    let others = w
        .drives
        .find_hold(&w.customer(), w.car.listing, held.id, now)
        .await;
    assert!(others.is_err(), "a hold is its holder's alone");
}

#[tokio::test]
async fn holds_and_open_drives_together_are_as_many_as_open_drives_may_be() {
    let w = World::new();
    let ann = w.customer();
    let _ = w.book(&ann, w.car.listing, NINE).await.unwrap();
    for start in [TEN, ELEVEN] {
        let _ = hold(&w, &ann, start).await.unwrap();
    }
    let full = hold(&w, &ann, NOON).await.unwrap_err();
    assert_eq!(full, Error::TooManyOpen { open: 3, most: 3 });
    w.clock.advance(5 * 60);
    assert!(hold(&w, &ann, NOON).await.is_ok(), "what ended counts no more");
}

#[tokio::test]
async fn only_a_slot_of_a_car_that_can_be_driven_is_held_by_somebody() {
    let w = World::new();
    let refused = async |actor: &Actor, start: &str| hold(&w, actor, start).await.unwrap_err();
    assert_eq!(
        refused(&Actor::Anonymous, NINE).await,
        Error::Common(Common::Unauthenticated)
    );
    assert_eq!(
        refused(&w.customer(), "2026-12-07T14:30:00Z").await.code(),
        "not_a_slot"
    );
    let mut hidden = w.another_car();
    hidden.public = false;
    w.memory.given_bookable(hidden.clone());
    let act = w.act(&w.customer());
    let absent = w.drives.hold(&act, hidden.listing, at(NINE)).await.unwrap_err();
    assert_eq!(absent, Error::Common(Common::absent("listing")));
}
