//! The crate embedded by itself: the garage, its log, and what users keep.

use crate::common::{World, accord, usd};
use forecourt_inventory::error::Error;
use forecourt_inventory::given::DistanceText;
use forecourt_inventory::listing::ListingStatus;
use forecourt_inventory::service_rules::RecordChanges;
use forecourt_inventory::use_cases::NewSearch;
use forecourt_inventory::vehicle_draft::VehicleChanges;
use kernel::error::Failure;
use kernel::paging::PageRequest;
use kernel::patch::Patch;

const VIN: &str = "1HGCM82633A004352";

fn km(value: i64) -> DistanceText {
    DistanceText {
        value,
        unit: "km".into(),
    }
}

fn reading(value: i64, reason: Option<&str>) -> VehicleChanges {
    VehicleChanges {
        odometer: Patch::Value(km(value)),
        odometer_correction: reason.map_or(Patch::Absent, |r| Patch::Value(r.into())),
        ..VehicleChanges::default()
    }
}

#[tokio::test]
async fn the_odometer_goes_down_by_a_recorded_correction_alone() {
    let world = World::new();
    let ann = world.stranger();
    let mut draft = accord(VIN);
    draft.odometer = Some(km(50_000));
    let car = world.garage.enter(&ann, &draft).await.unwrap().value;
    let lower = world
        .garage
        .change(&ann, car.id, &reading(40_000, None))
        .await
        .unwrap_err();
    assert_eq!(lower.code(), "odometer_rollback");
    // 31,000 mi are 49,890 km: a change of unit hides no rollback.
    let miles = VehicleChanges {
        odometer: Patch::Value(DistanceText {
            value: 31_000,
            unit: "mi".into(),
        }),
        ..VehicleChanges::default()
    };
    assert!(world.garage.change(&ann, car.id, &miles).await.is_err());
    let corrected = world
        .garage
        .change(&ann, car.id, &reading(40_000, Some("a digit was mistyped")))
        .await
        .unwrap()
        .value;
    assert_eq!(corrected.details.odometer.unwrap().value, 40_000);
    let history = world.garage.history(&ann.actor, car.id).await.unwrap();
    let kinds: Vec<&str> = history.iter().map(|e| e.happened.kind()).collect();
    assert_eq!(kinds, ["odometer", "odometer_corrected"]);
    let cleared = VehicleChanges {
        odometer: Patch::Null,
        ..VehicleChanges::default()
    };
    assert!(world.garage.change(&ann, car.id, &cleared).await.is_err());
}

#[tokio::test]
async fn nobody_can_squat_on_a_number_or_learn_whose_it_is() {
    let world = World::new();
    let (ann, bob) = (world.stranger(), world.stranger());
    let hers = world.garage.enter(&ann, &accord(VIN)).await.unwrap().value;
    world.garage.enter(&bob, &accord(VIN)).await.unwrap();
    world.publish(VIN).await;
    let again = world.garage.enter(&ann, &accord(VIN)).await;
    assert!(matches!(again, Err(Error::VinTaken { vehicle, .. }) if vehicle == Some(hers.id)));
    let peek = world.garage.find(&bob.actor, hers.id).await.unwrap_err();
    assert_eq!(peek.code(), "not_found");
}

#[tokio::test]
async fn completed_work_raises_the_reading_and_enters_the_timeline_but_past_work_does_not_raise_it() {
    let world = World::new();
    let ann = world.stranger();
    let car = world.garage.enter(&ann, &accord(VIN)).await.unwrap().value;
    let entry = RecordChanges {
        description: Patch::Value("Oil and filter".into()),
        odometer: Patch::Value(km(60_000)),
        cost: Patch::Value(usd("89.90")),
        completion_date: Patch::Value("2026-03-01".into()),
        status: Patch::Value("completed".into()),
        ..RecordChanges::default()
    };
    let old = RecordChanges {
        odometer: Patch::Value(km(70_000)),
        past_history: Patch::Value(true),
        ..entry.clone()
    };
    world.log.add(&ann, car.id, &old).await.unwrap();
    let seen = world.garage.find(&ann.actor, car.id).await.unwrap();
    assert_eq!(seen.details.odometer, None);
    let record = world.log.add(&ann, car.id, &entry).await.unwrap().value;
    let seen = world.garage.find(&ann.actor, car.id).await.unwrap();
    assert_eq!(seen.details.odometer.unwrap().value, 60_000);
    let reopened = RecordChanges {
        status: Patch::Value("scheduled".into()),
        ..RecordChanges::default()
    };
    let refused = world.log.change(&ann, record.id, &reopened).await.unwrap_err();
    assert_eq!(refused.code(), "illegal_transition");
    let history = world.garage.history(&ann.actor, car.id).await.unwrap();
    let kinds: Vec<&str> = history.iter().map(|e| e.happened.kind()).collect();
    assert_eq!(kinds, ["serviced", "serviced", "odometer"]);
    assert!(world.log.erase(&world.stranger(), record.id).await.is_err());
    world.log.erase(&ann, record.id).await.unwrap();
    let page = world
        .log
        .list(&ann.actor, Some(car.id), &PageRequest::default())
        .await
        .unwrap();
    assert_eq!(page.count, Some(1));
}

#[tokio::test]
async fn a_vehicle_that_was_listed_is_not_erased() {
    let world = World::new();
    let listed = world.publish(VIN).await;
    let by = world.staff(kernel::rights::Role::Sales);
    let refused = world.garage.erase(&by, listed.vehicle.id).await.unwrap_err();
    assert_eq!(refused.code(), "vehicle_in_use");
    let sold = VehicleChanges {
        status: Patch::Value("sold".into()),
        ..VehicleChanges::default()
    };
    let refused = world
        .garage
        .change(&by, listed.vehicle.id, &sold)
        .await
        .unwrap_err();
    assert_eq!(
        refused.code(),
        "illegal_transition",
        "a dealer's car is sold by a sale"
    );
}

#[tokio::test]
async fn what_the_public_may_not_see_can_not_be_saved_and_leaves_the_list() {
    let world = World::new();
    let ann = world.stranger();
    let listed = world.publish(VIN).await;
    world.saved.save(&ann, listed.listing.id).await.unwrap();
    world.saved.save(&ann, listed.listing.id).await.unwrap();
    let page = PageRequest::default();
    assert_eq!(world.saved.list(&ann.actor, &page).await.unwrap().count, Some(1));
    world.send(&listed, ListingStatus::Removed).await.unwrap();
    assert_eq!(world.saved.list(&ann.actor, &page).await.unwrap().count, Some(0));
    let bob = world.stranger();
    assert_eq!(
        world
            .saved
            .save(&bob, listed.listing.id)
            .await
            .unwrap_err()
            .code(),
        "not_found"
    );
}

#[tokio::test]
async fn a_search_names_filters_of_the_list_and_is_its_keepers_alone() {
    let world = World::new();
    let ann = world.stranger();
    let filters = |name: &str| NewSearch {
        name: None,
        filters: [(name.to_owned(), vec!["Honda".to_owned()])].into(),
    };
    let wrong = world
        .saved
        .keep_search(&ann, &filters("maker"))
        .await
        .unwrap_err();
    assert_eq!(
        wrong.violations().unwrap().as_slice()[0].pointer,
        "/filters/maker"
    );
    let mut senseless = filters("make");
    senseless
        .filters
        .insert("min_price".to_owned(), vec!["cheap".to_owned()]);
    senseless
        .filters
        .insert("ordering".to_owned(), vec!["distance".to_owned()]);
    let wrong = world.saved.keep_search(&ann, &senseless).await.unwrap_err();
    assert_eq!(
        wrong.violations().unwrap().as_slice()[0].pointer,
        "/filters/min_price"
    );
    let kept = world
        .saved
        .keep_search(&ann, &filters("make"))
        .await
        .unwrap()
        .value;
    let bob = world.stranger();
    assert!(world.saved.forget_search(&bob, kept.id).await.is_err());
    assert_eq!(world.saved.searches(&ann.actor).await.unwrap().len(), 1);
    world.saved.forget_search(&ann, kept.id).await.unwrap();
    assert!(world.saved.searches(&ann.actor).await.unwrap().is_empty());
}
