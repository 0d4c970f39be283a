//! What contracts of test drives play on: a verified dealer with cars in one showroom, customers, and a salesperson.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use dealers::hours::OpeningHours;
use forecourt_database::scheduling::{SqlBookingQueries, SqlBookings, SqlSlotHolds, SqlSlots};
use forecourt_database::sql::Sql;
use kernel::act::Act;
use kernel::actor::{Actor, Membership, Principal};
use kernel::id::{DealerId, ListingId, SiteId, StaffId, UserId, VehicleId};
use kernel::ports::Clock;
use kernel::rights::Role;
use scheduling::booking::{Slot, TestDrive};
use scheduling::error::Error;
use scheduling::ports::{BookableVehicle, Bookings, Offer, Patron, Place};
use scheduling::request::{NewBooking, NewCustomer};
use scheduling::slots::{Calendar, Opening, SlotRules};
use scheduling::use_cases::TestDrives;
use sea_orm::ConnectionTrait;
use serde_json::json;

use crate::world::World;

/// Monday, 8 June 2026, 09:00 in New York.
pub(crate) const NINE: &str = "2026-06-08T13:00:00Z";
/// An hour later.
pub(crate) const TEN: &str = "2026-06-08T14:00:00Z";

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

pub(crate) struct Stage {
    pub(crate) world: World,
    pub(crate) drives: TestDrives,
    pub(crate) bookings: Arc<dyn Bookings>,
    pub(crate) dealer: DealerId,
    pub(crate) site: SiteId,
    pub(crate) staff: StaffId,
    pub(crate) sales: Actor,
}

impl Stage {
    pub(crate) async fn new(world: World) -> Self {
        let ids = &world.ids;
        let drives = if world.database().is_none() {
            TestDrives {
                bookings: Arc::new(world.memory.clone()),
                queries: Arc::new(world.memory.clone()),
                slots: Arc::new(world.memory.clone()),
                holds: Arc::new(world.memory.clone()),
                feeds: Arc::new(world.memory.clone()),
                links: Arc::new(world.memory.clone()),
                ids: ids.clone(),
            }
        } else {
            let db = || world.db().clone();
            TestDrives {
                bookings: Arc::new(SqlBookings::new(db())),
                queries: Arc::new(SqlBookingQueries::new(db())),
                slots: Arc::new(SqlSlots::new(db())),
                holds: Arc::new(SqlSlotHolds::new(db())),
                feeds: Arc::new(world.memory.clone()),
                links: Arc::new(world.memory.clone()),
                ids: ids.clone(),
            }
        };
        let (dealer, site, staff) = (ids.next(), ids.next(), ids.next());
        let sales = Actor::User(Principal {
            user: ids.next(),
            session: ids.next(),
            admin: false,
            factor_due: false,
            staff: Some(Membership {
                staff,
                dealer,
                role: Role::Sales,
                sites: Vec::new(),
            }),
        });
        let stage = Self {
            bookings: Arc::clone(&drives.bookings),
            world,
            drives,
            dealer,
            site,
            staff,
            sales,
        };
        if stage.is_memory() {
            stage
                .world
                .memory
                .given_member(stage.sales.member_of(dealer).unwrap().clone());
        } else {
            stage.write_dealer().await;
        }
        stage
    }

    /// Is it played on the fake?
    fn is_memory(&self) -> bool {
        self.world.database().is_none()
    }

    async fn write_dealer(&self) {
        let now = self.world.clock.now();
        let mut sql = self.world.db().sql();
        sql.push(
            "INSERT INTO dealers (id, name, name_folded, legal_name, phone, email, line1, city, postal_code, address_country, \
             currency, country, strict_vin, status, version, created_at, updated_at) VALUES (",
        )
        .bind(self.dealer.uuid());
        sql.push(
            ", 'Empire Motors', 'empire motors', 'Empire Motors Inc', '+12125550100', 'desk@empire.example.com', '1 Main Street', \
             'New York', '10001', 'US', 'USD', 'US', ",
        )
        .bind(false);
        sql.push(", 'verified', 1, ").bind_all([now, now]).push(")");
        self.run(sql).await;
        let mut sql = self.world.db().sql();
        sql.push(
            "INSERT INTO sites (id, dealer_id, kind, name, name_folded, line1, city, city_folded, state, state_folded, \
             postal_code, country, timezone, hours, exceptions, bays, slot_rules, version, created_at, updated_at) VALUES (",
        )
        .bind_all([self.site.uuid(), self.dealer.uuid()]);
        sql.push(
            ", 'showroom', 'Main Street', 'main street', '1 Main Street', 'New York', 'new york', 'NY', 'ny', '10001', 'US', \
             'America/New_York', ",
        );
        sql.bind_all([json!(OpeningHours::usual()), json!([])])
            .push(", 0, ");
        sql.bind(json!(dealers::slot_rules::SlotRules::default()))
            .push(", 1, ")
            .bind_all([now, now])
            .push(")");
        self.run(sql).await;
        let user = self.sales.user().unwrap();
        self.write_user(user, "sam@empire.example.com").await;
        let mut sql = self.world.db().sql();
        sql.push(
            "INSERT INTO staff (id, dealer_id, user_id, email, email_folded, role, sites, active, version, created_at, updated_at) \
             VALUES (",
        )
        .bind_all([self.staff.uuid(), self.dealer.uuid(), user.uuid()]);
        sql.push(", 'sam@empire.example.com', 'sam@empire.example.com', 'sales', ")
            .bind(json!([]))
            .push(", ")
            .bind(true)
            .push(", 1, ");
        sql.bind_all([now, now]).push(")");
        self.run(sql).await;
    }

    async fn run(&self, sql: Sql) {
        let db = self.world.db().writer();
        db.execute_raw(sql.into_statement()).await.unwrap();
    }

    /// A car that everybody may drive.
    pub(crate) async fn car(&self) -> ListingId {
        let (listing, vehicle): (ListingId, VehicleId) = (self.world.ids.next(), self.world.ids.next());
        if self.is_memory() {
            self.world.memory.given_bookable(self.fake_car(listing, vehicle));
            return listing;
        }
        let now = self.world.clock.now();
        let mut sql = self.world.db().sql();
        sql.push(
            "INSERT INTO vehicles (id, owner_kind, owner_id, status, vin, make, model, year, created_at, updated_at, version) \
             VALUES (",
        )
        .bind(vehicle.uuid());
        sql.push(", 'dealer', ").bind(self.dealer.uuid());
        let vin = vehicle.uuid().simple().to_string().to_uppercase();
        sql.push(", 'active', ").bind(vin.get(15..).unwrap());
        sql.push(", 'Ford', 'F-150', 2021, ")
            .bind_all([now, now])
            .push(", 1)");
        self.run(sql).await;
        let mut sql = self.world.db().sql();
        sql.push(
            "INSERT INTO listings (id, dealer_id, vehicle_id, site_id, status, condition, asking_minor, currency, title, \
             description, features, featured, listed_at, created_at, updated_at, version, make_folded, model_folded, year) VALUES (",
        )
        .bind_all([
            listing.uuid(),
            self.dealer.uuid(),
            vehicle.uuid(),
            self.site.uuid(),
        ]);
        sql.push(", 'active', 'used', 1850000, 'USD', 'A truck', '', ")
            .bind(json!([]))
            .push(", ")
            .bind(false)
            .push(", ");
        sql.bind_all([now, now, now]).push(", 1, 'ford', 'f-150', 2021)");
        self.run(sql).await;
        listing
    }

    fn fake_car(&self, listing: ListingId, vehicle: VehicleId) -> BookableVehicle {
        use chrono::Weekday::{Fri, Mon, Sat, Thu, Tue, Wed};
        let open = Opening::new(9 * 60, 18 * 60).unwrap();
        BookableVehicle {
            listing,
            vehicle,
            dealer: self.dealer,
            public: true,
            offer: Offer::Open,
            place: Some(Place {
                site: self.site,
                name: "Main Street".to_owned(),
                address: "1 Main Street, New York, NY 10001, US".to_owned(),
                calendar: Calendar::weekly(
                    "America/New_York".parse().unwrap(),
                    &[Mon, Tue, Wed, Thu, Fri, Sat],
                    &[open],
                ),
                rules: SlotRules::default(),
            }),
            name: "2021 Ford F-150".to_owned(),
            dealer_name: "Empire Motors".to_owned(),
        }
    }

    /// The car of a listing, as scheduling sees it.
    pub(crate) async fn bookable(&self, listing: ListingId) -> BookableVehicle {
        let now = self.world.clock.now();
        let within = Slot {
            start_at: now,
            end_at: now,
        };
        self.drives
            .slots
            .times(listing, within, now)
            .await
            .unwrap()
            .unwrap()
            .car
    }

    /// Takes a car off the market.
    pub(crate) async fn sell(&self, listing: ListingId) {
        if self.is_memory() {
            let car = self.bookable(listing).await;
            self.world.memory.given_bookable(BookableVehicle {
                public: false,
                offer: Offer::Closed,
                ..car
            });
            return;
        }
        let mut sql = self.world.db().sql();
        sql.push("UPDATE listings SET status = 'sold' WHERE id = ")
            .bind(listing.uuid());
        self.run(sql).await;
    }

    /// Somebody with an account.
    pub(crate) async fn customer(&self) -> Actor {
        let user: UserId = self.world.ids.next();
        let email = format!("{user}@example.com");
        if self.is_memory() {
            self.world.memory.given_patron(Patron {
                user,
                name: "Ann Buyer".to_owned(),
                email: email.parse().unwrap(),
                phone: Some("+12125550101".parse().unwrap()),
                active: true,
            });
        } else {
            self.write_user(user, &email).await;
        }
        Actor::User(Principal {
            user,
            session: self.world.ids.next(),
            admin: false,
            factor_due: false,
            staff: None,
        })
    }

    /// Closes somebody's account, as far as drives go.
    pub(crate) async fn switch_off(&self, customer: &Actor) {
        let user = customer.user().unwrap();
        if self.is_memory() {
            self.world.memory.given_patron(Patron {
                user,
                name: "Ann Buyer".to_owned(),
                email: format!("{user}@example.com").parse().unwrap(),
                phone: None,
                active: false,
            });
        } else {
            let mut sql = self.world.db().sql();
            sql.push("UPDATE users SET active = ").bind(false);
            sql.push(" WHERE id = ").bind(user.uuid());
            self.run(sql).await;
        }
    }

    async fn write_user(&self, user: UserId, email: &str) {
        let now = self.world.clock.now();
        let mut sql = self.world.db().sql();
        sql.push(
            "INSERT INTO users (id, email, email_folded, email_verified, first_name, last_name, last_name_folded, search_text, \
             phone, platform_role, referral_code, active, version, created_at) VALUES (",
        )
        .bind(user.uuid());
        sql.push(", ").bind_all([email, email]).push(", ").bind(true);
        sql.push(", 'Ann', 'Buyer', 'buyer', 'ann buyer', '+12125550101', 'customer', ")
            .bind(user.to_string());
        sql.push(", ").bind(true).push(", 1, ").bind(now).push(")");
        self.run(sql).await;
    }

    pub(crate) fn act(&self, actor: &Actor) -> Act {
        Act {
            actor: actor.clone(),
            ..self.world.act()
        }
    }

    pub(crate) async fn book(
        &self,
        actor: &Actor,
        listing: ListingId,
        start: &str,
    ) -> Result<TestDrive, Error> {
        let done = self.drives.book(&self.act(actor), wish(listing, start)).await?;
        Ok(done.value)
    }

    /// Staff book for somebody on the telephone.
    pub(crate) async fn book_for_caller(&self, listing: ListingId, start: &str) -> Result<TestDrive, Error> {
        let new = NewBooking {
            customer: Some(NewCustomer {
                name: Some("Carl Caller".to_owned()),
                phone: Some("+12125550102".to_owned()),
                ..NewCustomer::default()
            }),
            ..wish(listing, start)
        };
        let done = self.drives.book(&self.act(&self.sales), new).await?;
        Ok(done.value)
    }
}

pub(crate) fn wish(listing: ListingId, start: &str) -> NewBooking {
    NewBooking {
        listing_id: listing,
        start_at: at(start),
        note: None,
        customer: None,
        hold_id: None,
    }
}
