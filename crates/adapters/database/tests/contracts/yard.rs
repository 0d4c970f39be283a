//! What contracts of listings play on: a verified dealer with one site, and the use cases on the ports of a world.

use std::sync::Arc;

use forecourt_database::inventory::{SqlListings, SqlSaved, SqlServiceRecords, SqlVehicles};
use inventory::given::{DistanceText, MoneyText};
use inventory::listing::Listed;
use inventory::listing_draft::ListingDraft;
use inventory::listing_rules::{CreateListing, VehicleChoice};
use inventory::ports::{Garage, Listings, SavedListings, SavedSearches, ServiceRecords, Stock, Vehicles};
use inventory::search::filter::Defaults;
use inventory::use_cases::{KeepGarage, KeepListings, KeepSaved, KeepServiceLog};
use inventory::vehicle_draft::VehicleDraft;
use kernel::act::Act;
use kernel::actor::{Actor, Membership, Principal};
use kernel::id::{DealerId, SiteId, UserId};
use kernel::ports::Clock;
use kernel::rights::Role;
use memory::Seller;
use test_databases::rows;

use crate::world::{World, given_row};

pub(crate) const VIN: &str = "1HGCM82633A004352";

/// A verified dealer with one site, and the use cases on the world's ports.
pub(crate) struct Yard {
    pub(crate) world: World,
    pub(crate) dealer: DealerId,
    pub(crate) site: SiteId,
    pub(crate) listings: KeepListings,
    pub(crate) garage: KeepGarage,
    pub(crate) log: KeepServiceLog,
    pub(crate) saved: KeepSaved,
}

pub(crate) struct Ports {
    pub(crate) vehicles: Arc<dyn Vehicles>,
    pub(crate) garage: Arc<dyn Garage>,
    pub(crate) listings: Arc<dyn Listings>,
    pub(crate) stock: Arc<dyn Stock>,
    pub(crate) log: Arc<dyn ServiceRecords>,
    pub(crate) saved: Arc<dyn SavedListings>,
    pub(crate) searches: Arc<dyn SavedSearches>,
}

pub(crate) fn ports(world: &World) -> Ports {
    match world.database() {
        None => {
            let memory = Arc::new(world.memory.clone());
            Ports {
                vehicles: memory.clone(),
                garage: memory.clone(),
                listings: memory.clone(),
                stock: memory.clone(),
                log: memory.clone(),
                saved: memory.clone(),
                searches: memory,
            }
        }
        Some(db) => {
            let vehicles = Arc::new(SqlVehicles::new(db.clone()));
            let listings = Arc::new(SqlListings::new(db.clone()));
            let saved = Arc::new(SqlSaved::new(db.clone()));
            Ports {
                vehicles: vehicles.clone(),
                garage: vehicles,
                listings: listings.clone(),
                stock: listings,
                log: Arc::new(SqlServiceRecords::new(db.clone())),
                saved: saved.clone(),
                searches: saved,
            }
        }
    }
}

pub(crate) async fn given_dealer(world: &World) -> (DealerId, SiteId) {
    let (dealer, site): (DealerId, SiteId) = (world.ids.next(), world.ids.next());
    let seller = Seller {
        verified: true,
        strict_vin: false,
        sites: [site].into(),
    };
    world.memory.given_seller(dealer, seller);
    if world.database().is_none() {
        return (dealer, site);
    }
    let now = world.clock.now();
    let row = rows::dealer(dealer.uuid(), "Ann's Cars", now);
    given_row(world, "dealers", row).await;
    let place = ["Springfield", "America/New_York"];
    let row = rows::site(site.uuid(), dealer.uuid(), "Main", place, now);
    given_row(world, "sites", row).await;
    (dealer, site)
}

pub(crate) fn usd(amount: &str) -> MoneyText {
    MoneyText {
        amount: amount.into(),
        currency: "USD".into(),
    }
}

pub(crate) fn km(value: i64) -> DistanceText {
    DistanceText {
        value,
        unit: "km".into(),
    }
}

/// A car with every field filled.
pub(crate) fn accord(vin: &str) -> VehicleDraft {
    let text = |t: &str| Some(t.to_owned());
    VehicleDraft {
        vin: vin.into(),
        make: "Honda".into(),
        model: "Accord".into(),
        trim: text("EX"),
        year: 2003,
        body_type: text("sedan"),
        fuel_type: text("gasoline"),
        transmission: text("automatic"),
        drivetrain: text("fwd"),
        exterior_color: text("Blé doré"),
        odometer: Some(km(50_000)),
        license_plate: text("ABC 123"),
        date_of_purchase: text("2020-02-29"),
        location: text("Row 3"),
        additional_info: text("One key\nNo radio"),
    }
}

impl Yard {
    pub(crate) async fn on(world: World) -> Self {
        let (dealer, site) = given_dealer(&world).await;
        let ports = ports(&world);
        let ids = world.ids.clone();
        Self {
            listings: KeepListings {
                listings: ports.listings,
                stock: ports.stock,
                ids: ids.clone(),
            },
            garage: KeepGarage {
                vehicles: ports.vehicles,
                garage: ports.garage.clone(),
                log: ports.log.clone(),
                ids: ids.clone(),
            },
            log: KeepServiceLog {
                log: ports.log,
                garage: ports.garage,
                ids: ids.clone(),
            },
            saved: KeepSaved {
                listings: ports.saved,
                searches: ports.searches,
                ids,
                defaults: Defaults::default(),
            },
            world,
            dealer,
            site,
        }
    }

    pub(crate) fn by(&self, user: UserId, role: Option<Role>) -> Act {
        let staff = role.map(|role| Membership {
            staff: self.world.ids.next(),
            dealer: self.dealer,
            role,
            sites: Vec::new(),
        });
        Act {
            actor: Actor::User(Principal {
                user,
                session: self.world.ids.next(),
                admin: false,
                factor_due: false,
                staff,
            }),
            ..self.world.act()
        }
    }

    pub(crate) fn sales(&self) -> Act {
        self.by(self.world.ids.next(), Some(Role::Sales))
    }

    pub(crate) fn customer(&self) -> Act {
        self.by(self.world.ids.next(), None)
    }

    pub(crate) fn request(&self, vehicle: VehicleChoice) -> CreateListing {
        CreateListing {
            dealer: None,
            vehicle,
            site: Some(self.site),
            draft: ListingDraft {
                condition: "used".into(),
                asking_price: usd("12500.00"),
                msrp: Some(usd("21000.00")),
                floor_price: Some(usd("11000.00")),
                cost: Some(usd("9000.50")),
                title: Some("A good Accord".into()),
                description: Some("Drives well.\nAlways garaged.".into()),
                features: vec!["Sunroof".into(), "Heated seats".into()],
            },
            featured: false,
            publish: true,
        }
    }

    pub(crate) async fn publish(&self) -> Listed {
        let request = self.request(VehicleChoice::New(Box::new(accord(VIN))));
        self.listings.create(&self.sales(), &request).await.unwrap().value
    }
}
