//! A sale and its void on the fakes: no database, no server.
#![expect(clippy::unwrap_used, reason = "tests")]

use std::sync::Arc;

use forecourt_application::bulk_status::{BulkChange, ChangeMany};
use forecourt_application::close_sale::CloseSale;
use forecourt_application::remove_listing::ChangeListings;
use forecourt_application::void_sale::{PurchaseTokens, VoidSale};
use inventory::bulk::BulkItem;
use inventory::given::MoneyText;
use inventory::listing::ListingStatus;
use inventory::listing_draft::ListingDraft;
use inventory::listing_rules::{CreateListing, VehicleChoice};
use inventory::ports::Stock;
use inventory::use_cases::KeepListings;
use inventory::vehicle::{Owner, VehicleStatus};
use inventory::vehicle_draft::VehicleDraft;
use kernel::act::Act;
use kernel::actor::{Actor, Membership, Principal};
use kernel::error::Failure;
use kernel::id::{DealerId, ListingId, PurchaseId, SiteId, StaffId, UserId};
use kernel::money::{Currency, Money};
use kernel::ports::{Clock, Ids};
use kernel::rights::Role;
use memory::{FixedClock, Memory, SeededRandom, Seller, Shop};
use sales::request::{NamedBuyer, NewBuyer, NewSale, Subject};
use sales::sale::{Buyer, PaymentMethod};

struct PlainTokens;

impl PurchaseTokens for PlainTokens {
    fn purchase_token(&self, id: PurchaseId) -> String {
        id.to_string()
    }

    fn read_purchase(&self, token: &str) -> Option<PurchaseId> {
        token.parse().ok()
    }
}

struct World {
    memory: Memory,
    clock: FixedClock,
    ids: Ids,
    dealer: DealerId,
    site: SiteId,
    seller: StaffId,
    close: CloseSale,
    void: VoidSale,
}

impl World {
    fn new() -> Self {
        let memory = Memory::new();
        let store = Arc::new(memory.clone());
        let clock = FixedClock::at("2026-12-01T12:00:00Z".parse().unwrap());
        let ids = Ids::new(Arc::new(clock.clone()), Arc::new(SeededRandom::new(7)));
        let (dealer, site, seller) = (ids.next(), ids.next(), ids.next());
        memory.given_seller(
            dealer,
            Seller {
                verified: true,
                strict_vin: false,
                sites: [site].into(),
            },
        );
        memory.given_shop(
            dealer,
            Shop {
                name: "Elm Street Cars".to_owned(),
                zone: None,
                members: [seller].into(),
            },
        );
        Self {
            close: CloseSale {
                closings: store.clone(),
                ids: ids.clone(),
            },
            void: VoidSale {
                voidings: store,
                tokens: Arc::new(PlainTokens),
                ids: ids.clone(),
            },
            memory,
            clock,
            ids,
            dealer,
            site,
            seller,
        }
    }

    fn by(&self, user: UserId, role: Option<Role>) -> Act {
        let staff = role.map(|role| Membership {
            staff: self.seller,
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

    async fn car(&self, vin: &str) -> ListingId {
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
        let keep = KeepListings {
            listings: Arc::new(self.memory.clone()),
            stock: Arc::new(self.memory.clone()),
            ids: self.ids.clone(),
        };
        let made = keep.create(&self.staff(Role::Sales), &request).await.unwrap();
        made.value.listing.id
    }

    fn sale(&self, buyer: NewBuyer) -> NewSale {
        NewSale {
            price: Money::new(640_000, Currency::USD),
            sale_date: None,
            buyer,
            payment_method: PaymentMethod::Cash,
            sold_by: Some(self.seller),
            splits: None,
            notes: None,
            negotiation: None,
        }
    }
}

fn walk_in(email: Option<&str>) -> NewBuyer {
    NewBuyer::Named(NamedBuyer {
        name: "Bo Lund".to_owned(),
        email: email.map(|email| email.parse().unwrap()),
        phone: None,
    })
}

#[tokio::test]
async fn a_car_is_sold_once_and_comes_back_with_its_commission() {
    let world = World::new();
    let listing = world.car("1HGCM82633A004352").await;
    let ann: UserId = world.ids.next();
    world.memory.given_customer_of(
        world.dealer,
        ann,
        Buyer {
            user: Some(ann),
            name: "Ann Lee".to_owned(),
            email: None,
            phone: None,
        },
    );
    let (subject, act) = (Subject::Listing(listing), world.staff(Role::Sales));
    let sale = world
        .close
        .close(&act, subject, world.sale(NewBuyer::User(ann)))
        .await
        .unwrap()
        .value;
    let again = world.close.close(&act, subject, world.sale(walk_in(None))).await;
    assert_eq!(again.unwrap_err().code(), "already_sold");
    let listed = world.memory.find(listing).await.unwrap().unwrap();
    assert_eq!(
        (listed.listing.status, listed.vehicle.owner),
        (ListingStatus::Sold, Owner::User(ann))
    );
    assert_eq!(
        world.memory.commission_entries()[0].amount,
        Money::new(12_800, Currency::USD)
    );

    let manager = world.staff(Role::Manager);
    world.void.void(&manager, sale.id, "the wrong car").await.unwrap();
    let listed = world.memory.find(listing).await.unwrap().unwrap();
    assert_eq!(listed.listing.status, ListingStatus::Active);
    assert_eq!(listed.vehicle.owner, Owner::Dealer(world.dealer));
    let lines = world.memory.commission_entries();
    assert_eq!(lines.iter().map(|line| line.amount.minor()).sum::<i64>(), 0);
}

#[tokio::test]
async fn a_buyer_by_address_confirms() {
    let world = World::new();
    let listing = world.car("1HGCM82633A004352").await;
    let act = world.staff(Role::Sales);
    let new = world.sale(walk_in(Some("bo@example.com")));
    let sale = world
        .close
        .close(&act, Subject::Listing(listing), new)
        .await
        .unwrap()
        .value;
    let listed = world.memory.find(listing).await.unwrap().unwrap();
    assert_eq!(listed.vehicle.status, VehicleStatus::Sold, "it is nobody's yet");
    let bo: UserId = world.ids.next();
    world.memory.given_verified(bo, "bo@example.com".parse().unwrap());
    let token = sale.purchase.unwrap().to_string();
    world.void.confirm(&world.by(bo, None), &token).await.unwrap();
    let listed = world.memory.find(listing).await.unwrap().unwrap();
    assert_eq!(listed.vehicle.owner, Owner::User(bo));
}

#[tokio::test]
async fn many_are_sold_and_removed_at_once_or_none() {
    let world = World::new();
    let (first, second) = (
        world.car("1HGCM82633A004352").await,
        world.car("1HGCM82633A004353").await,
    );
    let many = ChangeMany {
        changes: ChangeListings {
            removals: Arc::new(world.memory.clone()),
        },
        close: world.close.clone(),
    };
    let change = |listing, sale: Option<NewSale>| BulkChange {
        item: BulkItem {
            listing,
            status: if sale.is_some() { "sold" } else { "removed" }.to_owned(),
            has_price: sale.is_some(),
        },
        sale,
    };
    let manager = world.staff(Role::Manager);
    let stranger = world.ids.next();
    let all = vec![
        change(first, Some(world.sale(walk_in(None)))),
        change(stranger, Some(world.sale(walk_in(None)))),
    ];
    let refused = many.run(&manager, all).await.unwrap_err();
    assert_eq!(refused.code(), "bulk_refused");
    assert_eq!(
        refused.violations().unwrap().as_slice()[0].pointer,
        "/items/1/listing_id"
    );
    assert!(world.memory.sales().is_empty());
    let both = vec![
        change(first, Some(world.sale(walk_in(None)))),
        change(second, None),
    ];
    let done = many.run(&manager, both).await.unwrap().value;
    let statuses: Vec<ListingStatus> = done.iter().map(|listed| listed.listing.status).collect();
    assert_eq!(statuses, [ListingStatus::Sold, ListingStatus::Removed]);
    assert_eq!(world.memory.sales().len(), 1);
}
