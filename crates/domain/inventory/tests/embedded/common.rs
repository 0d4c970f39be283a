//! A dealer with one site, and its people.

use std::sync::Arc;

use forecourt_inventory::error::Error;
use forecourt_inventory::given::MoneyText;
use forecourt_inventory::listing::{Listed, ListingStatus};
use forecourt_inventory::listing_draft::{ListingChanges, ListingDraft};
use forecourt_inventory::listing_rules::{CreateListing, VehicleChoice};
use forecourt_inventory::search::filter::Defaults;
use forecourt_inventory::use_cases::{KeepGarage, KeepListings, KeepSaved, KeepServiceLog};
use forecourt_inventory::vehicle_draft::VehicleDraft;
use kernel::Instant;
use kernel::act::{Act, Origin};
use kernel::actor::{Actor, Membership, Principal};
use kernel::id::{DealerId, SiteId, UserId};
use kernel::ports::{Clock, Ids};
use kernel::rights::Role;
use memory::{FixedClock, Memory, SeededRandom, Seller};

/// Everything that a test needs.
pub(crate) struct World {
    pub(crate) memory: Memory,
    pub(crate) clock: FixedClock,
    pub(crate) ids: Ids,
    pub(crate) dealer: DealerId,
    pub(crate) site: SiteId,
    pub(crate) listings: KeepListings,
    pub(crate) garage: KeepGarage,
    pub(crate) log: KeepServiceLog,
    pub(crate) saved: KeepSaved,
}

/// Dollars.
pub(crate) fn usd(amount: &str) -> MoneyText {
    MoneyText {
        amount: amount.into(),
        currency: "USD".into(),
    }
}

/// A car that is right about its number when that is 1HGCM82633A004352.
pub(crate) fn accord(vin: &str) -> VehicleDraft {
    VehicleDraft {
        vin: vin.into(),
        make: "Honda".into(),
        model: "Accord".into(),
        year: 2003,
        ..VehicleDraft::default()
    }
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(false)
    }

    pub(crate) fn strict() -> Self {
        Self::with(true)
    }

    fn with(strict_vin: bool) -> Self {
        let memory = Memory::new();
        let clock = FixedClock::at("2026-03-31T09:00:00Z".parse().unwrap());
        let ids = Ids::new(Arc::new(clock.clone()), Arc::new(SeededRandom::new(7)));
        let (dealer, site) = (ids.next(), ids.next());
        memory.given_seller(
            dealer,
            Seller {
                verified: true,
                strict_vin,
                sites: [site].into(),
            },
        );
        let port = Arc::new(memory.clone());
        Self {
            listings: KeepListings {
                listings: port.clone(),
                stock: port.clone(),
                ids: ids.clone(),
            },
            garage: KeepGarage {
                vehicles: port.clone(),
                garage: port.clone(),
                log: port.clone(),
                ids: ids.clone(),
            },
            log: KeepServiceLog {
                log: port.clone(),
                garage: port.clone(),
                ids: ids.clone(),
            },
            saved: KeepSaved {
                listings: port.clone(),
                searches: port,
                ids: ids.clone(),
                defaults: Defaults::default(),
            },
            memory,
            clock,
            ids,
            dealer,
            site,
        }
    }

    pub(crate) fn now(&self) -> Instant {
        self.clock.now()
    }

    fn act(&self, actor: Actor) -> Act {
        Act {
            actor,
            at: self.now(),
            request_id: "test".into(),
            claim: None,
            expected_version: None,
            origin: Origin::default(),
        }
    }

    /// An act of one of the dealer's people.
    pub(crate) fn staff(&self, role: Role) -> Act {
        self.act(Actor::User(Principal {
            user: self.ids.next(),
            session: self.ids.next(),
            admin: false,
            factor_due: false,
            staff: Some(Membership {
                staff: self.ids.next(),
                dealer: self.dealer,
                role,
                sites: Vec::new(),
            }),
        }))
    }

    /// An act of a customer.
    pub(crate) fn customer(&self, user: UserId) -> Act {
        self.act(Actor::User(Principal {
            user,
            session: self.ids.next(),
            admin: false,
            factor_due: false,
            staff: None,
        }))
    }

    /// An act of somebody whom nobody knows here.
    pub(crate) fn stranger(&self) -> Act {
        self.customer(self.ids.next())
    }

    /// A request that is right in everything but, maybe, its number.
    pub(crate) fn request(&self, vin: &str) -> CreateListing {
        CreateListing {
            dealer: None,
            vehicle: VehicleChoice::New(Box::new(accord(vin))),
            site: Some(self.site),
            draft: ListingDraft {
                condition: "used".into(),
                asking_price: usd("12500.00"),
                msrp: None,
                floor_price: None,
                cost: None,
                title: None,
                description: None,
                features: vec!["Sunroof".into()],
            },
            featured: false,
            publish: true,
        }
    }

    /// Publishes one.
    pub(crate) async fn publish(&self, vin: &str) -> Listed {
        self.listings
            .create(&self.staff(Role::Sales), &self.request(vin))
            .await
            .unwrap()
            .value
    }

    /// Sends a listing somewhere, by a salesperson's word.
    pub(crate) async fn send(&self, listed: &Listed, to: ListingStatus) -> Result<Listed, Error> {
        self.listings
            .change(
                &self.staff(Role::Sales),
                listed.listing.id,
                &ListingChanges::status(to),
            )
            .await
            .map(|done| done.value)
    }
}
