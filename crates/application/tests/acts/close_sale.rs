//! A sale and its void on the fakes: no database, no server.

use std::sync::Arc;

use forecourt_application::bulk_status::{BulkChange, ChangeMany};
use forecourt_application::close_sale::CloseSale;
use forecourt_application::remove_listing::ChangeListings;
use forecourt_application::void_sale::{PurchaseTokens, VoidSale};
use inventory::bulk::BulkItem;
use inventory::listing::ListingStatus;
use inventory::ports::Stock;
use inventory::vehicle::{Owner, VehicleStatus};
use kernel::act::Act;
use kernel::error::Failure;
use kernel::id::{ListingId, PurchaseId, UserId};
use kernel::money::{Currency, Money};
use kernel::rights::Role;
use memory::Shop;
use sales::request::{NamedBuyer, NewBuyer, NewSale, Subject};
use sales::sale::{Buyer, PaymentMethod};

use crate::stage::{House, Stage};

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
    stage: Stage,
    house: House,
    close: CloseSale,
    void: VoidSale,
}

impl World {
    fn new() -> Self {
        let stage = Stage::new();
        let store = Arc::new(stage.memory.clone());
        let house = stage.house();
        let shop = Shop {
            name: "Elm Street Cars".to_owned(),
            zone: None,
            members: [house.member].into(),
        };
        stage.memory.given_shop(house.dealer, shop);
        Self {
            close: CloseSale {
                closings: store.clone(),
                ids: stage.ids.clone(),
            },
            void: VoidSale {
                voidings: store,
                tokens: Arc::new(PlainTokens),
                ids: stage.ids.clone(),
            },
            stage,
            house,
        }
    }

    fn staff(&self, role: Role) -> Act {
        self.stage.staff(&self.house, role)
    }

    async fn car(&self, vin: &str) -> ListingId {
        self.stage.publish(&self.house, vin).await.listing.id
    }

    fn sale(&self, buyer: NewBuyer) -> NewSale {
        NewSale {
            price: Money::new(640_000, Currency::USD),
            sale_date: None,
            buyer,
            payment_method: PaymentMethod::Cash,
            sold_by: Some(self.house.member),
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
    let ann: UserId = world.stage.ids.next();
    world.stage.memory.given_customer_of(
        world.house.dealer,
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
    let listed = world.stage.memory.find(listing).await.unwrap().unwrap();
    assert_eq!(
        (listed.listing.status, listed.vehicle.owner),
        (ListingStatus::Sold, Owner::User(ann))
    );
    assert_eq!(
        world.stage.memory.commission_entries()[0].amount,
        Money::new(12_800, Currency::USD)
    );

    let manager = world.staff(Role::Manager);
    world.void.void(&manager, sale.id, "the wrong car").await.unwrap();
    let listed = world.stage.memory.find(listing).await.unwrap().unwrap();
    assert_eq!(listed.listing.status, ListingStatus::Active);
    assert_eq!(listed.vehicle.owner, Owner::Dealer(world.house.dealer));
    let lines = world.stage.memory.commission_entries();
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
    let listed = world.stage.memory.find(listing).await.unwrap().unwrap();
    assert_eq!(listed.vehicle.status, VehicleStatus::Sold, "it is nobody's yet");
    let bo: UserId = world.stage.ids.next();
    world
        .stage
        .memory
        .given_verified(bo, "bo@example.com".parse().unwrap());
    let token = sale.purchase.unwrap().to_string();
    world
        .void
        .confirm(&world.stage.customer(bo), &token)
        .await
        .unwrap();
    let listed = world.stage.memory.find(listing).await.unwrap().unwrap();
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
            removals: Arc::new(world.stage.memory.clone()),
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
    let stranger = world.stage.ids.next();
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
    assert!(world.stage.memory.sales().is_empty());
    let both = vec![
        change(first, Some(world.sale(walk_in(None)))),
        change(second, None),
    ];
    let done = many.run(&manager, both).await.unwrap().value;
    let statuses: Vec<ListingStatus> = done.iter().map(|listed| listed.listing.status).collect();
    assert_eq!(statuses, [ListingStatus::Sold, ListingStatus::Removed]);
    assert_eq!(world.stage.memory.sales().len(), 1);
}
