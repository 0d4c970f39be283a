//! What acts play on: every port in memory, a clock that stands, a dealer's car that can be driven.

use std::sync::Arc;

use chrono::Weekday;
use inventory::given::MoneyText;
use inventory::listing::Listed;
use inventory::listing_draft::ListingDraft;
use inventory::listing_rules::{CreateListing, VehicleChoice};
use inventory::use_cases::KeepListings;
use inventory::vehicle_draft::VehicleDraft;
use kernel::act::Act;
use kernel::actor::{Actor, Membership, Principal};
use kernel::id::{DealerId, ListingId, SiteId, StaffId, UserId, VehicleId};
use kernel::ports::{Clock, Ids};
use kernel::rights::Role;
use memory::{FixedClock, Memory, SeededRandom, Seller};
use scheduling::booking::{Status, TestDrive};
use scheduling::ports::{BookableVehicle, BookingQueries, Offer, Patron, Place};
use scheduling::request::NewBooking;
use scheduling::slots::{Calendar, Opening, SlotRules};
use scheduling::use_cases::TestDrives;

/// The ports, and the use cases that every act needs around it.
pub(crate) struct Stage {
    pub(crate) memory: Memory,
    pub(crate) clock: FixedClock,
    pub(crate) ids: Ids,
    pub(crate) drives: TestDrives,
    listings: KeepListings,
}

/// A verified dealer with one site and one member of staff.
pub(crate) struct House {
    pub(crate) dealer: DealerId,
    pub(crate) site: SiteId,
    pub(crate) member: StaffId,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let memory = Memory::new();
        let store = Arc::new(memory.clone());
        let clock = FixedClock::at("2026-12-01T12:00:00Z".parse().unwrap());
        let ids = Ids::new(Arc::new(clock.clone()), Arc::new(SeededRandom::new(7)));
        Self {
            drives: TestDrives {
                bookings: store.clone(),
                queries: store.clone(),
                slots: store.clone(),
                holds: store.clone(),
                feeds: store.clone(),
                links: store.clone(),
                ids: ids.clone(),
            },
            listings: KeepListings {
                listings: store.clone(),
                stock: store,
                ids: ids.clone(),
            },
            memory,
            clock,
            ids,
        }
    }

    pub(crate) fn house(&self) -> House {
        let (dealer, site) = (self.ids.next(), self.ids.next());
        let seller = Seller {
            verified: true,
            strict_vin: false,
            sites: [site].into(),
        };
        self.memory.given_seller(dealer, seller);
        House {
            dealer,
            site,
            member: self.ids.next(),
        }
    }

    fn by(&self, user: UserId, admin: bool, staff: Option<Membership>) -> Act {
        let actor = Actor::User(Principal {
            user,
            session: self.ids.next(),
            admin,
            factor_due: false,
            staff,
        });
        Act {
            actor,
            ..Act::of_system(self.clock.now(), "test")
        }
    }

    pub(crate) fn customer(&self, user: UserId) -> Act {
        self.by(user, false, None)
    }

    pub(crate) fn admin(&self) -> Act {
        self.by(self.ids.next(), true, None)
    }

    pub(crate) fn staff(&self, house: &House, role: Role) -> Act {
        let membership = Membership {
            staff: house.member,
            dealer: house.dealer,
            role,
            sites: Vec::new(),
        };
        self.by(self.ids.next(), false, Some(membership))
    }

    /// Puts a car on sale.
    pub(crate) async fn publish(&self, house: &House, vin: &str) -> Listed {
        let request = CreateListing {
            dealer: None,
            vehicle: VehicleChoice::New(Box::new(VehicleDraft {
                vin: vin.to_owned(),
                make: "Honda".to_owned(),
                model: "Accord".to_owned(),
                year: 2003,
                ..VehicleDraft::default()
            })),
            site: Some(house.site),
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
        let act = self.staff(house, Role::Sales);
        self.listings.create(&act, &request).await.unwrap().value
    }

    /// Makes a car known to the ports of test drives: on weekdays from 09:00 to 18:00, in Chicago's time.
    pub(crate) fn drivable(&self, listing: ListingId, vehicle: VehicleId, dealer: DealerId) {
        let open = Opening::new(9 * 60, 18 * 60).unwrap();
        let week = [
            Weekday::Mon,
            Weekday::Tue,
            Weekday::Wed,
            Weekday::Thu,
            Weekday::Fri,
        ];
        self.memory.given_bookable(BookableVehicle {
            listing,
            vehicle,
            dealer,
            public: true,
            offer: Offer::Open,
            place: Some(Place {
                site: self.ids.next(),
                name: "Downtown".to_owned(),
                address: "1 Main Street, Austin".to_owned(),
                calendar: Calendar::weekly("America/Chicago".parse().unwrap(), &week, &[open]),
                rules: SlotRules::default(),
            }),
            name: "2003 Honda Accord".to_owned(),
            dealer_name: "Oak".to_owned(),
        });
    }

    /// A drive that a new customer books.
    pub(crate) async fn drive(&self, listing: ListingId, start: &str) -> TestDrive {
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
        self.drives.book(&self.customer(user), new).await.unwrap().value
    }

    pub(crate) async fn status(&self, drive: &TestDrive) -> Status {
        let found = BookingQueries::find(&self.memory, drive.id).await.unwrap();
        found.unwrap().drive.status
    }

    /// How often an event was told.
    pub(crate) fn told(&self, event: &str) -> usize {
        self.memory.events().iter().filter(|e| e.name == event).count()
    }
}
