//! Books, refuses, approves and drives: the booking rules with no database and no server.
//!
//! `cargo run -p forecourt-scheduling --example book_a_test_drive`

use std::error::Error;
use std::sync::Arc;

use chrono::Weekday;
use forecourt_scheduling::ports::{BookableVehicle, Offer, Patron, Place};
use forecourt_scheduling::request::NewBooking;
use forecourt_scheduling::slots::{Calendar, Opening, SlotRules};
use forecourt_scheduling::use_cases::TestDrives;
use kernel::act::Act;
use kernel::actor::{Actor, Membership, Principal};
use kernel::ports::{Clock, Ids};
use kernel::rights::Role;
use memory::{FixedClock, Memory, SeededRandom};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let memory = Memory::new();
    let clock = FixedClock::at("2026-12-01T12:00:00Z".parse()?);
    let ids = Ids::new(Arc::new(clock.clone()), Arc::new(SeededRandom::new(1)));
    let drives = TestDrives {
        bookings: Arc::new(memory.clone()),
        queries: Arc::new(memory.clone()),
        slots: Arc::new(memory.clone()),
        holds: Arc::new(memory.clone()),
        feeds: Arc::new(memory.clone()),
        links: Arc::new(memory.clone()),
        ids: ids.clone(),
    };

    // A car on offer, in a showroom that is open on Mondays.
    let car = BookableVehicle {
        listing: ids.next(),
        vehicle: ids.next(),
        dealer: ids.next(),
        public: true,
        offer: Offer::Open,
        place: Some(Place {
            site: ids.next(),
            name: "Main Street".to_owned(),
            address: "1 Main Street, New York".to_owned(),
            calendar: Calendar::weekly(
                "America/New_York".parse()?,
                &[Weekday::Mon],
                &[Opening::new(9 * 60, 18 * 60)?],
            ),
            rules: SlotRules::default(),
        }),
        name: "2021 Ford F-150".to_owned(),
        dealer_name: "Empire Motors".to_owned(),
    };
    memory.given_bookable(car.clone());

    // Two customers and a salesperson.
    let person = |staff| {
        Actor::User(Principal {
            user: ids.next(),
            session: ids.next(),
            admin: false,
            factor_due: false,
            staff,
        })
    };
    let (ann, bob) = (person(None), person(None));
    for (who, name) in [(&ann, "Ann"), (&bob, "Bob")] {
        if let Some(user) = who.user() {
            memory.given_patron(Patron {
                user,
                name: name.to_owned(),
                email: format!("{name}@example.com").parse()?,
                phone: None,
                active: true,
            });
        }
    }
    let sales = person(Some(Membership {
        staff: ids.next(),
        dealer: car.dealer,
        role: Role::Sales,
        sites: Vec::new(),
    }));
    let act = |actor: &Actor| Act {
        actor: actor.clone(),
        ..Act::of_system(clock.now(), "example")
    };

    let free = drives
        .available(&ann, car.listing, "2026-12-07".parse()?, clock.now())
        .await?;
    println!("{} slots are free on {}", free.slots.len(), free.date);
    let first = free.slots.first().ok_or("no slot")?;
    let wish = NewBooking {
        listing_id: car.listing,
        start_at: first.start_at,
        note: None,
        customer: None,
        hold_id: None,
    };

    let drive = drives.book(&act(&ann), wish.clone()).await?.value;
    println!("Ann: {} for {}", drive.status, drive.slot.start_at);
    match drives.book(&act(&bob), wish).await {
        Ok(_) => return Err("one slot was booked twice".into()),
        Err(error) => println!("Bob: {error}"),
    }
    let drive = drives.approve(&act(&sales), drive.id).await?.value;
    println!("the dealer: {}", drive.status);
    clock.set(drive.slot.end_at);
    let drive = drives.complete(&act(&sales), drive.id).await?.value;
    println!("afterwards: {}", drive.status);
    for event in memory.events() {
        println!("told: {}", event.name);
    }
    Ok(())
}
