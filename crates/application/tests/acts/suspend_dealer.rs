//! Suspending a dealer reaches its drives, in one act.

use std::sync::Arc;

use dealers::address::AddressDraft;
use dealers::dealer::{Dealer, DealerDraft, DealerStatus};
use dealers::staff::Person;
use dealers::use_cases::DealerActs;
use forecourt_application::suspend_dealer::SuspendDealer;
use kernel::error::{Failure, Kind};
use kernel::id::ListingId;
use kernel::ports::Clock as _;
use scheduling::booking::Status;

use crate::stage::Stage;

struct World {
    stage: Stage,
    dealers: DealerActs,
    suspend: SuspendDealer,
}

impl World {
    fn new() -> Self {
        let stage = Stage::new();
        let store = Arc::new(stage.memory.clone());
        Self {
            dealers: DealerActs {
                dealers: store.clone(),
                queries: store.clone(),
                ids: stage.ids.clone(),
            },
            suspend: SuspendDealer { suspensions: store },
            stage,
        }
    }

    async fn verified_dealer(&self) -> Dealer {
        let owner = self.stage.ids.next();
        self.stage.memory.given_person(Person {
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
            .register(&self.stage.customer(owner), &draft)
            .await
            .unwrap()
            .value;
        self.stage
            .memory
            .given_licence(&self.stage.ids, dealer.id, self.stage.clock.now());
        self.dealers
            .verify(&self.stage.admin(), dealer.id, None)
            .await
            .unwrap()
            .value
    }

    fn car(&self, dealer: &Dealer) -> ListingId {
        let listing = self.stage.ids.next();
        self.stage.drivable(listing, self.stage.ids.next(), dealer.id);
        listing
    }
}

#[tokio::test]
async fn a_suspension_calls_off_every_drive_to_come_and_tells_each_customer() {
    let world = World::new();
    let dealer = world.verified_dealer().await;
    let car = world.car(&dealer);
    let first = world.stage.drive(car, "2026-12-07T15:00:00Z").await;
    let second = world.stage.drive(car, "2026-12-07T16:00:00Z").await;
    let other = world.verified_dealer().await;
    let elsewhere = world.stage.drive(world.car(&other), "2026-12-07T15:00:00Z").await;

    let done = world
        .suspend
        .suspend(&world.stage.admin(), dealer.id, Some("Licence withdrawn"))
        .await
        .unwrap();
    assert_eq!(done.value.status, DealerStatus::Suspended);
    assert_eq!(world.stage.status(&first).await, Status::Cancelled);
    assert_eq!(world.stage.status(&second).await, Status::Cancelled);
    assert_eq!(world.stage.status(&elsewhere).await, Status::Requested);
    assert_eq!(world.stage.told("booking.cancelled"), 2);
    assert_eq!(world.stage.told("dealer.suspended"), 1);
}

#[tokio::test]
async fn a_drive_under_way_is_left_alone() {
    let world = World::new();
    let dealer = world.verified_dealer().await;
    let drive = world
        .stage
        .drive(world.car(&dealer), "2026-12-07T15:00:00Z")
        .await;
    world.stage.clock.set("2026-12-07T15:10:00Z".parse().unwrap());
    world
        .suspend
        .suspend(&world.stage.admin(), dealer.id, Some("Licence withdrawn"))
        .await
        .unwrap();
    assert_eq!(world.stage.status(&drive).await, Status::Requested);
}

#[tokio::test]
async fn a_refused_suspension_changes_nothing() {
    let world = World::new();
    let dealer = world.verified_dealer().await;
    let drive = world
        .stage
        .drive(world.car(&dealer), "2026-12-07T15:00:00Z")
        .await;
    let customer = world.stage.customer(world.stage.ids.next());
    let refused = world
        .suspend
        .suspend(&customer, dealer.id, Some("why"))
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), Kind::Forbidden);
    let refused = world
        .suspend
        .suspend(&world.stage.admin(), dealer.id, None)
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), Kind::Invalid);
    assert_eq!(world.stage.status(&drive).await, Status::Requested);
    world
        .suspend
        .suspend(&world.stage.admin(), dealer.id, Some("why"))
        .await
        .unwrap();
    let twice = world
        .suspend
        .suspend(&world.stage.admin(), dealer.id, Some("why"))
        .await
        .unwrap_err();
    assert_eq!(
        (twice.kind(), twice.code()),
        (Kind::Conflict, "illegal_transition")
    );
}
