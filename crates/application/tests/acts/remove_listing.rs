//! Taking a listing down reaches its drives, in one act.

use std::sync::Arc;

use forecourt_application::remove_listing::ChangeListings;
use inventory::bulk::BulkItem;
use inventory::given::MoneyText;
use inventory::listing::ListingStatus;
use inventory::listing_draft::ListingChanges;
use kernel::act::Act;
use kernel::error::Failure;
use kernel::id::ListingId;
use kernel::patch::Patch;
use kernel::rights::Role;
use scheduling::booking::Status;

use crate::stage::{House, Stage};

struct World {
    stage: Stage,
    house: House,
    changes: ChangeListings,
}

impl World {
    fn new() -> Self {
        let stage = Stage::new();
        Self {
            house: stage.house(),
            changes: ChangeListings {
                removals: Arc::new(stage.memory.clone()),
            },
            stage,
        }
    }

    fn staff(&self, role: Role) -> Act {
        self.stage.staff(&self.house, role)
    }

    /// A car on sale that can be driven.
    async fn publish(&self, vin: &str) -> ListingId {
        let listed = self.stage.publish(&self.house, vin).await;
        let car = listed.listing.id;
        self.stage.drivable(car, listed.vehicle.id, self.house.dealer);
        car
    }
}

#[tokio::test]
async fn what_is_taken_down_calls_its_drives_off_and_tells_each_customer() {
    let world = World::new();
    let car = world.publish("1HGCM82633A004352").await;
    let other = world.publish("1HGCM82633A004353").await;
    let first = world.stage.drive(car, "2026-12-07T15:00:00Z").await;
    let second = world.stage.drive(car, "2026-12-07T16:00:00Z").await;
    let elsewhere = world.stage.drive(other, "2026-12-07T15:00:00Z").await;
    let act = world.staff(Role::Sales);
    let done = world.changes.remove(&act, car).await.unwrap();
    assert_eq!(done.value.listing.status, ListingStatus::Removed);
    assert_eq!(world.stage.status(&first).await, Status::Cancelled);
    assert_eq!(world.stage.status(&second).await, Status::Cancelled);
    assert_eq!(world.stage.status(&elsewhere).await, Status::Requested);
    assert_eq!(world.stage.told("booking.cancelled"), 2);
    let again = world.changes.remove(&act, car).await.unwrap();
    assert_eq!(again.value.listing.version, done.value.listing.version);
}

#[tokio::test]
async fn a_change_of_price_leaves_drives_as_they_are() {
    let world = World::new();
    let car = world.publish("1HGCM82633A004352").await;
    let drive = world.stage.drive(car, "2026-12-07T15:00:00Z").await;
    let cheaper = ListingChanges {
        asking_price: Patch::Value(MoneyText {
            amount: "6000.00".to_owned(),
            currency: "USD".to_owned(),
        }),
        ..ListingChanges::default()
    };
    world
        .changes
        .change(&world.staff(Role::Sales), car, &cheaper)
        .await
        .unwrap();
    assert_eq!(world.stage.status(&drive).await, Status::Requested);
}

#[tokio::test]
async fn a_bulk_change_with_one_that_cannot_go_changes_nothing() {
    let world = World::new();
    let car = world.publish("1HGCM82633A004352").await;
    let drive = world.stage.drive(car, "2026-12-07T15:00:00Z").await;
    let item = |listing, status: &str| BulkItem {
        listing,
        status: status.to_owned(),
        has_price: true,
    };
    let items = [item(car, "removed"), item(world.stage.ids.next(), "removed")];
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
    assert_eq!(world.stage.status(&drive).await, Status::Requested);

    let sales = world
        .changes
        .bulk(&world.staff(Role::Sales), &items)
        .await
        .unwrap_err();
    assert_eq!(sales.code(), "forbidden");
    let [first, _] = items;
    let done = world.changes.bulk(&manager, &[first]).await.unwrap();
    assert_eq!(done.value.len(), 1);
    assert_eq!(world.stage.status(&drive).await, Status::Cancelled);
}
