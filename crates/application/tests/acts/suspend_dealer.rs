//! Suspending a dealer reaches its drives, in one act.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use chrono::Weekday;
use dealers::address::AddressDraft;
use dealers::dealer::{Dealer, DealerDraft, DealerStatus};
use dealers::staff::Person;
use dealers::use_cases::DealerActs;
use forecourt_application::suspend_dealer::SuspendDealer;
use kernel::act::Act;
use kernel::actor::{Actor, Principal};
use kernel::error::{Failure, Kind};
use kernel::id::{ListingId, UserId};
use kernel::ports::{Clock, Ids};
use memory::{FixedClock, Memory, SeededRandom};
use scheduling::booking::{Status, TestDrive};
use scheduling::ports::{BookableVehicle, BookingQueries, Offer, Patron, Place};
use scheduling::request::NewBooking;
use scheduling::slots::{Calendar, Opening, SlotRules};
use scheduling::use_cases::TestDrives;

struct World {
    memory: Memory,
    clock: FixedClock,
    ids: Ids,
    dealers: DealerActs,
    drives: TestDrives,
    suspend: SuspendDealer,
}

impl World {
    fn new() -> Self {
        let memory = Memory::new();
        let store = Arc::new(memory.clone());
        let clock = FixedClock::at("2026-12-01T12:00:00Z".parse().unwrap());
        let ids = Ids::new(Arc::new(clock.clone()), Arc::new(SeededRandom::new(7)));
        Self {
            dealers: DealerActs {
                dealers: store.clone(),
                queries: store.clone(),
                ids: ids.clone(),
            },
            drives: TestDrives {
                bookings: store.clone(),
                queries: store.clone(),
                slots: store.clone(),
                holds: store.clone(),
                feeds: store.clone(),
                ids: ids.clone(),
            },
            suspend: SuspendDealer { suspensions: store },
            memory,
            clock,
            ids,
        }
    }

    fn by(&self, user: UserId, admin: bool) -> Act {
        let actor = Actor::User(Principal {
            user,
            session: self.ids.next(),
            admin,
            staff: None,
        });
        Act {
            actor,
            ..Act::of_system(self.clock.now(), "test")
        }
    }

    fn admin(&self) -> Act {
        self.by(self.ids.next(), true)
    }

    async fn verified_dealer(&self) -> Dealer {
        let owner = self.ids.next();
        self.memory.given_person(Person {
            user: owner,
            name: "Olga".to_owned(),
            email: "olga@example.com".parse().unwrap(),
            active: true,
        });
        let draft = DealerDraft {
            name: "Oak".to_owned(),
            legal_name: "Oak Inc.".to_owned(),
            phone: "+1 512 555 0100".to_owned(),
            email: "hello@example.com".to_owned(),
            address: AddressDraft {
                line1: "1 Main Street".to_owned(),
                city: "Austin".to_owned(),
                postal_code: "78701".to_owned(),
                country: "US".to_owned(),
                ..AddressDraft::default()
            },
            currency: "USD".to_owned(),
            country: "US".to_owned(),
            ..DealerDraft::default()
        };
        let dealer = self
            .dealers
            .register(&self.by(owner, false), &draft)
            .await
            .unwrap()
            .value;
        self.dealers
            .verify(&self.admin(), dealer.id, None)
            .await
            .unwrap()
            .value
    }

    fn car(&self, dealer: &Dealer) -> ListingId {
        let open = Opening::new(9 * 60, 18 * 60).unwrap();
        let week = [
            Weekday::Mon,
            Weekday::Tue,
            Weekday::Wed,
            Weekday::Thu,
            Weekday::Fri,
        ];
        let listing = self.ids.next();
        self.memory.given_bookable(BookableVehicle {
            listing,
            vehicle: self.ids.next(),
            dealer: dealer.id,
            public: true,
            offer: Offer::Open,
            place: Some(Place {
                site: self.ids.next(),
                name: "Downtown".to_owned(),
                address: "1 Main Street, Austin".to_owned(),
                calendar: Calendar::weekly("America/Chicago".parse().unwrap(), &week, &[open]),
                rules: SlotRules::default(),
            }),
            name: "2021 Ford F-150".to_owned(),
            dealer_name: "Oak".to_owned(),
        });
        listing
    }

    async fn drive(&self, listing: ListingId, start: &str) -> TestDrive {
        let user = self.ids.next();
        self.memory.given_patron(Patron {
            user,
            name: "Ann".to_owned(),
            email: format!("{user}@example.com").parse().unwrap(),
            phone: None,
            active: true,
        });
        let new = NewBooking {
            listing_id: listing,
            start_at: start.parse().unwrap(),
            note: None,
            customer: None,
            hold_id: None,
        };
        self.drives.book(&self.by(user, false), new).await.unwrap().value
    }

    async fn status(&self, drive: &TestDrive) -> Status {
        BookingQueries::find(&self.memory, drive.id)
            .await
            .unwrap()
            .unwrap()
            .drive
            .status
    }

    fn told(&self, event: &str) -> usize {
        self.memory.events().iter().filter(|e| e.name == event).count()
    }
}

#[tokio::test]
async fn a_suspension_calls_off_every_drive_to_come_and_tells_each_customer() {
    let world = World::new();
    let dealer = world.verified_dealer().await;
    let car = world.car(&dealer);
    let first = world.drive(car, "2026-12-07T15:00:00Z").await;
    let second = world.drive(car, "2026-12-07T16:00:00Z").await;
    let other = world.verified_dealer().await;
    let elsewhere = world.drive(world.car(&other), "2026-12-07T15:00:00Z").await;

    let done = world
        .suspend
        .suspend(&world.admin(), dealer.id, Some("Licence withdrawn"))
        .await
        .unwrap();
    assert_eq!(done.value.status, DealerStatus::Suspended);
    assert_eq!(world.status(&first).await, Status::Cancelled);
    assert_eq!(world.status(&second).await, Status::Cancelled);
    assert_eq!(world.status(&elsewhere).await, Status::Requested);
    assert_eq!(world.told("booking.cancelled"), 2);
    assert_eq!(world.told("dealer.suspended"), 1);
}

#[tokio::test]
async fn a_drive_under_way_is_left_alone() {
    let world = World::new();
    let dealer = world.verified_dealer().await;
    let drive = world.drive(world.car(&dealer), "2026-12-07T15:00:00Z").await;
    world.clock.set("2026-12-07T15:10:00Z".parse().unwrap());
    world
        .suspend
        .suspend(&world.admin(), dealer.id, Some("Licence withdrawn"))
        .await
        .unwrap();
    assert_eq!(world.status(&drive).await, Status::Requested);
}

#[tokio::test]
async fn a_refused_suspension_changes_nothing() {
    let world = World::new();
    let dealer = world.verified_dealer().await;
    let drive = world.drive(world.car(&dealer), "2026-12-07T15:00:00Z").await;
    let customer = world.by(world.ids.next(), false);
    let refused = world
        .suspend
        .suspend(&customer, dealer.id, Some("why"))
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), Kind::Forbidden);
    let refused = world
        .suspend
        .suspend(&world.admin(), dealer.id, None)
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), Kind::Invalid);
    assert_eq!(world.status(&drive).await, Status::Requested);
    world
        .suspend
        .suspend(&world.admin(), dealer.id, Some("why"))
        .await
        .unwrap();
    let twice = world
        .suspend
        .suspend(&world.admin(), dealer.id, Some("why"))
        .await
        .unwrap_err();
    assert_eq!(
        (twice.kind(), twice.code()),
        (Kind::Conflict, "illegal_transition")
    );
}
