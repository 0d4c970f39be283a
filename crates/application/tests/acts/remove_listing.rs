//! Taking a listing down reaches its drives, in one act.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use chrono::Weekday;
use forecourt_application::remove_listing::ChangeListings;
use inventory::bulk::BulkItem;
use inventory::given::MoneyText;
use inventory::listing::{Listed, ListingStatus};
use inventory::listing_draft::{ListingChanges, ListingDraft};
use inventory::listing_rules::{CreateListing, VehicleChoice};
use inventory::use_cases::KeepListings;
use inventory::vehicle_draft::VehicleDraft;
use kernel::act::Act;
use kernel::actor::{Actor, Membership, Principal};
use kernel::error::Failure;
use kernel::id::{DealerId, SiteId, UserId};
use kernel::patch::Patch;
use kernel::ports::{Clock, Ids};
use kernel::rights::Role;
use memory::{FixedClock, Memory, SeededRandom, Seller};
use scheduling::booking::{Status, TestDrive};
use scheduling::ports::{BookableVehicle, BookingQueries, Offer, Patron, Place};
use scheduling::request::NewBooking;
use scheduling::slots::{Calendar, Opening, SlotRules};
use scheduling::use_cases::TestDrives;

struct World {
    memory: Memory,
    clock: FixedClock,
    ids: Ids,
    dealer: DealerId,
    site: SiteId,
    listings: KeepListings,
    changes: ChangeListings,
    drives: TestDrives,
}

impl World {
    fn new() -> Self {
        let memory = Memory::new();
        let store = Arc::new(memory.clone());
        let clock = FixedClock::at("2026-12-01T12:00:00Z".parse().unwrap());
        let ids = Ids::new(Arc::new(clock.clone()), Arc::new(SeededRandom::new(7)));
        let (dealer, site) = (ids.next(), ids.next());
        memory.given_seller(
            dealer,
            Seller {
                verified: true,
                strict_vin: false,
                sites: [site].into(),
            },
        );
        Self {
            listings: KeepListings {
                listings: store.clone(),
                stock: store.clone(),
                ids: ids.clone(),
            },
            changes: ChangeListings {
                removals: store.clone(),
            },
            drives: TestDrives {
                bookings: store.clone(),
                queries: store.clone(),
                slots: store.clone(),
                holds: store.clone(),
                feeds: store,
                ids: ids.clone(),
            },
            memory,
            clock,
            ids,
            dealer,
            site,
        }
    }

    fn by(&self, user: UserId, role: Option<Role>) -> Act {
        let staff = role.map(|role| Membership {
            staff: self.ids.next(),
            dealer: self.dealer,
            role,
            sites: Vec::new(),
        });
        let actor = Actor::User(Principal {
            user,
            session: self.ids.next(),
            admin: false,
            staff,
        });
        Act {
            actor,
            ..Act::of_system(self.clock.now(), "test")
        }
    }

    fn staff(&self, role: Role) -> Act {
        self.by(self.ids.next(), Some(role))
    }

    async fn publish(&self, vin: &str) -> Listed {
        let request = CreateListing {
            dealer: None,
            vehicle: VehicleChoice::New(Box::new(VehicleDraft {
                vin: vin.to_owned(),
                make: "Honda".to_owned(),
                model: "Accord".to_owned(),
                year: 2003,
                ..VehicleDraft::default()
            })),
            site: Some(self.site),
            draft: ListingDraft {
                condition: "used".to_owned(),
                asking_price: MoneyText {
                    amount: "6500.00".to_owned(),
                    currency: "USD".to_owned(),
                },
                msrp: None,
                floor_price: None,
                cost: None,
                title: None,
                description: None,
                features: Vec::new(),
            },
            featured: false,
            publish: true,
        };
        let listed = self
            .listings
            .create(&self.staff(Role::Sales), &request)
            .await
            .unwrap()
            .value;
        let open = Opening::new(9 * 60, 18 * 60).unwrap();
        let week = [
            Weekday::Mon,
            Weekday::Tue,
            Weekday::Wed,
            Weekday::Thu,
            Weekday::Fri,
        ];
        self.memory.given_bookable(BookableVehicle {
            listing: listed.listing.id,
            vehicle: listed.vehicle.id,
            dealer: self.dealer,
            public: true,
            offer: Offer::Open,
            place: Some(Place {
                site: self.site,
                name: "Downtown".to_owned(),
                address: "1 Main Street, Austin".to_owned(),
                calendar: Calendar::weekly("America/Chicago".parse().unwrap(), &week, &[open]),
                rules: SlotRules::default(),
            }),
            name: "2003 Honda Accord".to_owned(),
            dealer_name: "Oak".to_owned(),
        });
        listed
    }

    async fn drive(&self, listed: &Listed, start: &str) -> TestDrive {
        let user = self.ids.next();
        self.memory.given_patron(Patron {
            user,
            name: "Ann".to_owned(),
            email: format!("{user}@example.com").parse().unwrap(),
            phone: None,
            active: true,
        });
        let new = NewBooking {
            listing_id: listed.listing.id,
            start_at: start.parse().unwrap(),
            note: None,
            customer: None,
            hold_id: None,
        };
        self.drives.book(&self.by(user, None), new).await.unwrap().value
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
async fn what_is_taken_down_calls_its_drives_off_and_tells_each_customer() {
    let world = World::new();
    let car = world.publish("1HGCM82633A004352").await;
    let other = world.publish("1HGCM82633A004353").await;
    let first = world.drive(&car, "2026-12-07T15:00:00Z").await;
    let second = world.drive(&car, "2026-12-07T16:00:00Z").await;
    let elsewhere = world.drive(&other, "2026-12-07T15:00:00Z").await;
    let act = world.staff(Role::Sales);
    let done = world.changes.remove(&act, car.listing.id).await.unwrap();
    assert_eq!(done.value.listing.status, ListingStatus::Removed);
    assert_eq!(world.status(&first).await, Status::Cancelled);
    assert_eq!(world.status(&second).await, Status::Cancelled);
    assert_eq!(world.status(&elsewhere).await, Status::Requested);
    assert_eq!(world.told("booking.cancelled"), 2);
    let again = world.changes.remove(&act, car.listing.id).await.unwrap();
    assert_eq!(again.value.listing.version, done.value.listing.version);
}

#[tokio::test]
async fn a_change_of_price_leaves_drives_as_they_are() {
    let world = World::new();
    let car = world.publish("1HGCM82633A004352").await;
    let drive = world.drive(&car, "2026-12-07T15:00:00Z").await;
    let cheaper = ListingChanges {
        asking_price: Patch::Value(MoneyText {
            amount: "6000.00".to_owned(),
            currency: "USD".to_owned(),
        }),
        ..ListingChanges::default()
    };
    world
        .changes
        .change(&world.staff(Role::Sales), car.listing.id, &cheaper)
        .await
        .unwrap();
    assert_eq!(world.status(&drive).await, Status::Requested);
}

#[tokio::test]
async fn a_bulk_change_with_one_that_cannot_go_changes_nothing() {
    let world = World::new();
    let car = world.publish("1HGCM82633A004352").await;
    let drive = world.drive(&car, "2026-12-07T15:00:00Z").await;
    let item = |listing, status: &str| BulkItem {
        listing,
        status: status.to_owned(),
        has_price: true,
    };
    let items = [item(car.listing.id, "removed"), item(world.ids.next(), "removed")];
    let manager = world.staff(Role::Manager);
    let refused = world.changes.bulk(&manager, &items).await.unwrap_err();
    assert_eq!(refused.code(), "bulk_refused");
    let reasons: Vec<&str> = refused
        .violations()
        .unwrap()
        .as_slice()
        .iter()
        .map(|v| v.pointer.as_str())
        .collect();
    assert_eq!(reasons, ["/items/1/listing_id"]);
    assert_eq!(world.status(&drive).await, Status::Requested);

    let sales = world
        .changes
        .bulk(&world.staff(Role::Sales), &items)
        .await
        .unwrap_err();
    assert_eq!(sales.code(), "forbidden");
    let [first, _] = items;
    let done = world.changes.bulk(&manager, &[first]).await.unwrap();
    assert_eq!(done.value.len(), 1);
    assert_eq!(world.status(&drive).await, Status::Cancelled);
}
