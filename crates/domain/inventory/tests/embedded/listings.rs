//! The crate embedded by itself: listings on ports in memory.

use crate::common::{World, usd};
use forecourt_inventory::bulk::{self, BulkItem};
use forecourt_inventory::error::Error;
use forecourt_inventory::listing::ListingStatus;
use forecourt_inventory::listing_draft::ListingChanges;
use forecourt_inventory::listing_rules::VehicleChoice;
use forecourt_inventory::ports::{ListingFacts, Stock};
use kernel::error::{Common, Failure};
use kernel::patch::Patch;
use kernel::rights::Role;

#[tokio::test]
async fn a_published_listing_holds_its_vehicle_its_price_and_its_line_in_the_timeline() {
    let world = World::new();
    let listed = world.publish("1HGCM82633A004352").await;
    assert_eq!(listed.listing.status, ListingStatus::Active);
    assert_eq!(listed.listing.text.title, "2003 Honda Accord");
    assert_eq!(listed.listing.listed_at, Some(world.now()));
    assert!(listed.vehicle.warnings().is_empty());
    let prices = Stock::prices(&world.memory, listed.listing.id).await.unwrap();
    assert_eq!(prices.len(), 1);
    let told: Vec<String> = world.memory.events().iter().map(|e| e.name.clone()).collect();
    assert_eq!(told, ["listing.created", "listing.published"]);
}

#[tokio::test]
async fn everything_wrong_with_a_listing_is_said_at_once() {
    let world = World::new();
    let mut request = world.request("1HGCM82633A00435I");
    request.site = None;
    request.draft.condition = "shiny".into();
    request.draft.floor_price = Some(usd("20000.00"));
    request.draft.msrp = Some(usd("1000.00"));
    let error = world
        .listings
        .create(&world.staff(Role::Sales), &request)
        .await
        .unwrap_err();
    let pointers: Vec<&str> = error
        .violations()
        .unwrap()
        .as_slice()
        .iter()
        .map(|v| v.pointer.as_str())
        .collect();
    assert_eq!(
        pointers,
        [
            "/condition",
            "/floor_price/amount",
            "/asking_price/amount",
            "/site_id",
            "/vehicle/vin"
        ]
    );
}

#[tokio::test]
async fn a_dealer_has_a_number_once_and_a_vehicle_one_open_listing() {
    let world = World::new();
    let first = world.publish("1HGCM82633A004352").await;
    let again = world
        .listings
        .create(&world.staff(Role::Sales), &world.request("1hgcm82633a004352"))
        .await;
    assert!(matches!(again, Err(Error::VinTaken { vehicle, .. }) if vehicle == Some(first.vehicle.id)));
    let mut same = world.request("1HGCM82633A004352");
    same.vehicle = VehicleChoice::Existing(first.vehicle.id);
    let again = world.listings.create(&world.staff(Role::Sales), &same).await;
    assert!(matches!(again, Err(Error::AlreadyListed { listing }) if listing == Some(first.listing.id)));

    world.send(&first, ListingStatus::Removed).await.unwrap();
    world
        .listings
        .create(&world.staff(Role::Sales), &same)
        .await
        .unwrap();
    let back = world.send(&first, ListingStatus::Active).await;
    assert!(matches!(back, Err(Error::AlreadyListed { .. })));
}

#[tokio::test]
async fn a_dealer_can_make_contradictions_of_the_number_errors() {
    let world = World::strict();
    let error = world
        .listings
        .create(&world.staff(Role::Sales), &world.request("1HGCM82603A004352"))
        .await
        .unwrap_err();
    let violations = error.violations().unwrap().as_slice();
    assert_eq!(violations[0].code, "vin_check_digit");
    assert_eq!(violations[0].pointer, "/vehicle/vin");
}

#[tokio::test]
async fn the_dealer_moves_a_listing_between_draft_active_and_removed_alone() {
    let world = World::new();
    let listed = world.publish("1HGCM82633A004352").await;
    for (to, may) in [
        (ListingStatus::Draft, false),
        (ListingStatus::Reserved, false),
        (ListingStatus::Sold, false),
        (ListingStatus::Active, true),
        (ListingStatus::Removed, true),
        (ListingStatus::Draft, true),
        (ListingStatus::Active, true),
    ] {
        let sent = world.send(&listed, to).await;
        if may {
            assert_eq!(sent.unwrap().listing.status, to);
        } else {
            assert_eq!(sent.unwrap_err().code(), "illegal_transition", "{to}");
        }
    }
}

#[tokio::test]
async fn a_change_of_price_is_remembered_and_a_stale_version_refused() {
    let world = World::new();
    let listed = world.publish("1HGCM82633A004352").await;
    let cheaper = ListingChanges {
        asking_price: Patch::Value(usd("9000.00")),
        ..ListingChanges::default()
    };
    let mut act = world.staff(Role::Sales);
    act.expected_version = Some(1);
    let changed = world
        .listings
        .change(&act, listed.listing.id, &cheaper)
        .await
        .unwrap()
        .value;
    assert_eq!(changed.listing.version, 2);
    let prices = Stock::prices(&world.memory, listed.listing.id).await.unwrap();
    let asked: Vec<String> = prices.iter().map(|p| p.asking.amount()).collect();
    assert_eq!(asked, ["12500.00", "9000.00"]);
    let stale = world.listings.change(&act, listed.listing.id, &cheaper).await;
    assert!(matches!(stale, Err(Error::Common(Common::Stale { current: 2 }))));
    act.expected_version = None;
    let same = world
        .listings
        .change(&act, listed.listing.id, &cheaper)
        .await
        .unwrap();
    assert_eq!(same.value.listing.version, 2, "nothing changed, nothing written");
}

#[tokio::test]
async fn featuring_is_a_managers_and_another_dealers_listing_is_not_there() {
    let world = World::new();
    let listed = world.publish("1HGCM82633A004352").await;
    let feature = ListingChanges {
        featured: Patch::Value(true),
        ..ListingChanges::default()
    };
    let id = listed.listing.id;
    let by = |act: kernel::act::Act| {
        let (world, feature) = (&world, &feature);
        async move { world.listings.change(&act, id, feature).await }
    };
    let refused = by(world.staff(Role::Sales)).await.unwrap_err();
    assert!(matches!(
        refused,
        Error::Common(Common::Forbidden {
            right: "run_inventory"
        })
    ));
    assert!(by(world.staff(Role::Mechanic)).await.is_err());
    assert_eq!(by(world.stranger()).await.unwrap_err().code(), "not_found");
    assert!(
        by(world.staff(Role::Manager))
            .await
            .unwrap()
            .value
            .listing
            .featured
    );
}

#[tokio::test]
async fn a_request_sent_twice_under_one_key_makes_one_listing() {
    let world = World::new();
    let mut act = world.staff(Role::Sales);
    act.claim = Some(kernel::act::Claim {
        scope: "key".into(),
        fingerprint: "body".into(),
    });
    let request = world.request("1HGCM82633A004352");
    let first = world.listings.create(&act, &request).await.unwrap();
    let second = world.listings.create(&act, &request).await.unwrap();
    assert!(second.replayed);
    assert_eq!(first.value, second.value);
}

#[tokio::test]
async fn a_bulk_change_is_all_or_nothing_with_a_reason_for_each() {
    let world = World::new();
    let listed = world.publish("1HGCM82633A004352").await;
    let item = |status: &str, has_price| BulkItem {
        listing: listed.listing.id,
        status: status.into(),
        has_price,
    };
    let error = bulk::check(&[item("sold", false), item("draft", false)]).unwrap_err();
    let Common::Invalid(violations) = error else {
        panic!("{error}")
    };
    let pointers: Vec<&str> = violations.as_slice().iter().map(|v| v.pointer.as_str()).collect();
    assert_eq!(
        pointers,
        ["/items/0/price", "/items/1/listing_id", "/items/1/status"]
    );

    let facts = Some(ListingFacts {
        listed: listed.clone(),
        site_is_ours: false,
        other_open_listing: None,
    });
    let act = world.staff(Role::Manager);
    let items = [item("removed", false), item("sold", true), item("active", false)];
    let refused = bulk::decide(&act, &items, &[facts.clone(), facts.clone(), None]).unwrap_err();
    let reasons: Vec<&str> = refused
        .violations()
        .unwrap()
        .as_slice()
        .iter()
        .map(|v| v.code.as_ref())
        .collect();
    assert_eq!(reasons, ["sale_required", "not_found"]);
    let done = bulk::decide(&act, &items[..1], &[facts]).unwrap();
    assert_eq!(done[0].answer.listing.status, ListingStatus::Removed);
}
