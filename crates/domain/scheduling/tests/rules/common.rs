//! A dealer with one car in one showroom, and people around it.

use std::sync::Arc;

use chrono::{DateTime, Utc, Weekday};
use forecourt_scheduling::booking::TestDrive;
use forecourt_scheduling::error::Error;
use forecourt_scheduling::ports::{BookableVehicle, Offer, Patron, Place};
use forecourt_scheduling::request::{NewBooking, NewCustomer};
use forecourt_scheduling::slots::{Calendar, Opening, SlotRules};
use forecourt_scheduling::use_cases::TestDrives;
use kernel::act::Act;
use kernel::actor::{Actor, Membership, Principal};
use kernel::id::{DealerId, ListingId, SiteId, UserId};
use kernel::ports::{Clock, Ids};
use kernel::rights::Role;
use memory::{FixedClock, Memory, SeededRandom};

/// Monday, 7 December 2026, 09:00 in New York is 14:00 UTC.
pub(crate) const NINE: &str = "2026-12-07T14:00:00Z";
pub(crate) const TEN: &str = "2026-12-07T15:00:00Z";

pub(crate) struct World {
    pub(crate) memory: Memory,
    pub(crate) clock: FixedClock,
    pub(crate) ids: Ids,
    pub(crate) drives: TestDrives,
    pub(crate) dealer: DealerId,
    pub(crate) site: SiteId,
    pub(crate) car: BookableVehicle,
}

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

impl World {
    pub(crate) fn new() -> Self {
        let memory = Memory::new();
        let clock = FixedClock::at(at("2026-12-01T12:00:00Z"));
        let ids = Ids::new(Arc::new(clock.clone()), Arc::new(SeededRandom::new(7)));
        let drives = TestDrives {
            bookings: Arc::new(memory.clone()),
            queries: Arc::new(memory.clone()),
            slots: Arc::new(memory.clone()),
            holds: Arc::new(memory.clone()),
            feeds: Arc::new(memory.clone()),
            links: Arc::new(memory.clone()),
            ids: ids.clone(),
        };
        let (dealer, site) = (ids.next(), ids.next());
        let car = a_car(&ids, dealer, site);
        memory.given_bookable(car.clone());
        Self {
            memory,
            clock,
            ids,
            drives,
            dealer,
            site,
            car,
        }
    }

    pub(crate) fn another_car(&self) -> BookableVehicle {
        let car = a_car(&self.ids, self.dealer, self.site);
        self.memory.given_bookable(car.clone());
        car
    }

    pub(crate) fn customer(&self) -> Actor {
        let user: UserId = self.ids.next();
        self.memory.given_patron(Patron {
            user,
            name: "Ann Buyer".to_owned(),
            email: "ann@example.com".parse().unwrap(),
            phone: None,
            active: true,
        });
        self.actor(user, None)
    }

    pub(crate) fn staff(&self, role: Role, dealer: DealerId, sites: Vec<SiteId>) -> Actor {
        let staff = Membership {
            staff: self.ids.next(),
            dealer,
            role,
            sites,
        };
        self.actor(self.ids.next(), Some(staff))
    }

    pub(crate) fn sales(&self) -> Actor {
        self.staff(Role::Sales, self.dealer, Vec::new())
    }

    fn actor(&self, user: UserId, staff: Option<Membership>) -> Actor {
        Actor::User(Principal {
            user,
            session: self.ids.next(),
            admin: false,
            factor_due: false,
            staff,
        })
    }

    pub(crate) fn act(&self, actor: &Actor) -> Act {
        Act {
            actor: actor.clone(),
            ..Act::of_system(self.clock.now(), "test")
        }
    }

    pub(crate) fn go_to(&self, instant: &str) {
        self.clock.set(at(instant));
    }

    pub(crate) async fn book(
        &self,
        actor: &Actor,
        listing: ListingId,
        start: &str,
    ) -> Result<TestDrive, Error> {
        self.book_for(actor, listing, start, None).await
    }

    pub(crate) async fn book_for(
        &self,
        actor: &Actor,
        listing: ListingId,
        start: &str,
        customer: Option<NewCustomer>,
    ) -> Result<TestDrive, Error> {
        let new = NewBooking {
            listing_id: listing,
            start_at: at(start),
            note: None,
            customer,
            hold_id: None,
        };
        let done = self.drives.book(&self.act(actor), new).await?;
        Ok(done.value)
    }

    /// Names of the events so far.
    pub(crate) fn events(&self) -> Vec<String> {
        self.memory.events().into_iter().map(|e| e.name).collect()
    }
}

pub(crate) fn caller() -> NewCustomer {
    NewCustomer {
        name: Some("Carl Caller".to_owned()),
        phone: Some("+1 212 555 0100".to_owned()),
        ..NewCustomer::default()
    }
}

fn a_car(ids: &Ids, dealer: DealerId, site: SiteId) -> BookableVehicle {
    let week = [
        Weekday::Mon,
        Weekday::Tue,
        Weekday::Wed,
        Weekday::Thu,
        Weekday::Fri,
    ];
    let open = Opening::new(9 * 60, 18 * 60).unwrap();
    BookableVehicle {
        listing: ids.next(),
        vehicle: ids.next(),
        dealer,
        public: true,
        offer: Offer::Open,
        place: Some(Place {
            site,
            name: "Main Street".to_owned(),
            address: "1 Main Street, New York".to_owned(),
            calendar: Calendar::weekly("America/New_York".parse().unwrap(), &week, &[open]),
            rules: SlotRules::default(),
        }),
        name: "2021 Ford F-150".to_owned(),
        dealer_name: "Empire Motors".to_owned(),
    }
}
