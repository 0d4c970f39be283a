//! Vehicles, listings, the log, and what users keep.

use std::sync::Arc;

use application::remove_listing::ChangeListings;
use forecourt_database::Stop;
use forecourt_database::inventory::SqlRemovals;
use inventory::bulk::BulkItem;
use inventory::error::Error;
use inventory::listing::ListingStatus;
use inventory::listing_draft::ListingChanges;
use inventory::listing_rules::VehicleChoice;
use inventory::service_rules::RecordChanges;
use inventory::vehicle::VehicleStatus;
use inventory::vehicle_draft::VehicleChanges;
use kernel::act::{Claim, Record};
use kernel::error::{Common, Failure};
use kernel::id::BookingId;
use kernel::paging::{PageRequest, Position};
use kernel::patch::Patch;
use kernel::ports::Clock;
use kernel::rights::Role;
use sea_orm::Value;

use crate::world::{World, given_row};
use crate::yard::{VIN, Yard, accord, km, usd};

pub(crate) async fn a_listing_is_read_back_as_it_was_written(world: World) {
    let yard = Yard::on(world).await;
    let listed = yard.publish().await;
    let act = yard.sales();
    let id = listed.listing.id;
    assert_eq!(yard.listings.find(&act.actor, id).await.unwrap(), listed);
    let prices = yard.listings.prices(&act.actor, id).await.unwrap();
    assert_eq!(prices.len(), 1);
    assert_eq!(prices.first().unwrap().asking, listed.listing.prices.asking());
    let history = yard.garage.history(&act.actor, listed.vehicle.id).await.unwrap();
    let kinds: Vec<&str> = history.iter().map(|e| e.happened.kind()).collect();
    assert_eq!(kinds, ["bought", "odometer", "listed"]);
}

pub(crate) async fn two_requests_cannot_enter_one_number_of_one_dealer(world: World) {
    let yard = Arc::new(Yard::on(world).await);
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let yard = Arc::clone(&yard);
        running.spawn(async move {
            let request = yard.request(VehicleChoice::New(Box::new(accord(VIN))));
            yard.listings.create(&yard.sales(), &request).await
        });
    }
    let ends = running.join_all().await;
    assert_eq!(ends.iter().filter(|e| e.is_ok()).count(), 1);
    assert!(
        ends.iter()
            .filter_map(|e| e.as_ref().err())
            .all(|e| e.code() == "vin_taken")
    );
}

pub(crate) async fn two_requests_cannot_open_two_listings_of_one_vehicle(world: World) {
    let yard = Arc::new(Yard::on(world).await);
    let listed = yard.publish().await;
    let removed = ListingChanges::status(ListingStatus::Removed);
    yard.listings
        .change(&yard.sales(), listed.listing.id, &removed)
        .await
        .unwrap();
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (yard, vehicle) = (Arc::clone(&yard), listed.vehicle.id);
        running.spawn(async move {
            let request = yard.request(VehicleChoice::Existing(vehicle));
            yard.listings.create(&yard.sales(), &request).await
        });
    }
    let ends = running.join_all().await;
    assert_eq!(ends.iter().filter(|e| e.is_ok()).count(), 1);
    assert!(
        ends.iter()
            .filter_map(|e| e.as_ref().err())
            .all(|e| e.code() == "already_listed")
    );
}

pub(crate) async fn a_change_writes_price_and_timeline_and_a_refusal_nothing(world: World) {
    let yard = Yard::on(world).await;
    let listed = yard.publish().await;
    let (act, id) = (yard.sales(), listed.listing.id);
    yard.world.clock.advance(60);
    let cheaper = ListingChanges {
        asking_price: Patch::Value(usd("11900.00")),
        cost: Patch::Null,
        features: Patch::Value(vec!["Sunroof".into()]),
        ..ListingChanges::default()
    };
    let act_later = yard.sales();
    let changed = yard
        .listings
        .change(&act_later, id, &cheaper)
        .await
        .unwrap()
        .value;
    assert_eq!(changed.listing.version, 2);
    assert_eq!(yard.listings.find(&act.actor, id).await.unwrap(), changed);
    let asked: Vec<String> = yard
        .listings
        .prices(&act.actor, id)
        .await
        .unwrap()
        .iter()
        .map(|p| p.asking.amount())
        .collect();
    assert_eq!(asked, ["12500.00", "11900.00"]);

    let below_floor = ListingChanges {
        asking_price: Patch::Value(usd("5000.00")),
        ..ListingChanges::default()
    };
    let refused = yard.listings.change(&act, id, &below_floor).await.unwrap_err();
    assert_eq!(
        refused.violations().unwrap().as_slice().first().unwrap().pointer,
        "/floor_price/amount"
    );
    assert_eq!(yard.listings.find(&act.actor, id).await.unwrap(), changed);
    let unknown = yard.listings.change(&act, yard.world.ids.next(), &cheaper).await;
    assert!(matches!(unknown, Err(Error::Common(Common::Absent { .. }))));
    let elsewhere = ListingChanges {
        site: Patch::Value(yard.world.ids.next()),
        ..ListingChanges::default()
    };
    assert!(yard.listings.change(&act, id, &elsewhere).await.is_err());
}

pub(crate) async fn a_request_sent_twice_under_one_key_makes_one_listing(world: World) {
    let yard = Yard::on(world).await;
    let mut act = yard.sales();
    act.claim = Some(Claim {
        scope: "u POST /listings k".into(),
        fingerprint: "body".into(),
    });
    let request = yard.request(VehicleChoice::New(Box::new(accord(VIN))));
    let first = yard.listings.create(&act, &request).await.unwrap();
    let second = yard.listings.create(&act, &request).await.unwrap();
    assert!(!first.replayed && second.replayed);
    assert_eq!(first.value, second.value);
}

pub(crate) async fn a_correction_of_the_vehicle_shows_in_its_listing(world: World) {
    let yard = Yard::on(world).await;
    let listed = yard.publish().await;
    let changes = VehicleChanges {
        trim: Patch::Null,
        odometer: Patch::Value(km(51_000)),
        ..VehicleChanges::default()
    };
    let vehicle = yard
        .garage
        .change(&yard.sales(), listed.vehicle.id, &changes)
        .await
        .unwrap()
        .value;
    let seen = yard
        .listings
        .find(&yard.sales().actor, listed.listing.id)
        .await
        .unwrap();
    assert_eq!(seen.vehicle, vehicle);
    assert_eq!(seen.vehicle.details.odometer.unwrap().value, 51_000);
    let refused = yard.garage.erase(&yard.sales(), vehicle.id).await.unwrap_err();
    assert_eq!(refused.code(), "vehicle_in_use");
}

pub(crate) async fn the_garage_is_read_back_and_its_number_is_free_again_after_a_sale(world: World) {
    let yard = Yard::on(world).await;
    let ann = yard.customer();
    let car = yard.garage.enter(&ann, &accord(VIN)).await.unwrap().value;
    assert_eq!(yard.garage.find(&ann.actor, car.id).await.unwrap(), car);
    let again = yard.garage.enter(&ann, &accord(VIN)).await;
    assert!(matches!(again, Err(Error::VinTaken { vehicle: Some(id) }) if id == car.id));
    let sold = VehicleChanges {
        status: Patch::Value("sold".into()),
        ..VehicleChanges::default()
    };
    let car = yard.garage.change(&ann, car.id, &sold).await.unwrap().value;
    assert_eq!((car.status, car.version), (VehicleStatus::Sold, 2));
    yard.garage.enter(&ann, &accord(VIN)).await.unwrap();
    let page = yard
        .garage
        .list(&ann.actor, &PageRequest::default())
        .await
        .unwrap();
    assert_eq!(page.count, Some(2));
    assert_eq!(
        page.items.last().unwrap().id,
        car.id,
        "newest first, ids of one instant too"
    );
    let others = yard
        .garage
        .list(&yard.customer().actor, &PageRequest::default())
        .await
        .unwrap();
    assert_eq!(others.count, Some(0));
}

pub(crate) async fn the_log_raises_the_reading_and_goes_with_its_vehicle(world: World) {
    let yard = Yard::on(world).await;
    let ann = yard.customer();
    let car = yard.garage.enter(&ann, &accord(VIN)).await.unwrap().value;
    let planned = RecordChanges {
        description: Patch::Value("Timing belt".into()),
        location: Patch::Value("Bob's".into()),
        appointment: Patch::Value("2026-07-01T08:00:00Z".into()),
        cost: Patch::Value(usd("650.00")),
        ..RecordChanges::default()
    };
    let entry = yard.log.add(&ann, car.id, &planned).await.unwrap().value;
    assert_eq!(yard.log.find(&ann.actor, entry.id).await.unwrap(), entry);
    let done = RecordChanges {
        status: Patch::Value("completed".into()),
        completion_date: Patch::Value("2026-06-05".into()),
        odometer: Patch::Value(km(60_000)),
        ..RecordChanges::default()
    };
    let entry = yard.log.change(&ann, entry.id, &done).await.unwrap().value;
    assert_eq!(yard.log.find(&ann.actor, entry.id).await.unwrap(), entry);
    let raised = yard.garage.find(&ann.actor, car.id).await.unwrap();
    assert_eq!(raised.details.odometer.unwrap().value, 60_000);
    assert_eq!(raised.version, 2);
    let page = PageRequest::default();
    let all = yard.log.list(&ann.actor, None, &page).await.unwrap();
    assert_eq!(all.items, std::slice::from_ref(&entry));
    let peek = yard.log.find(&yard.customer().actor, entry.id).await.unwrap_err();
    assert_eq!(peek.code(), "not_found");
    yard.garage.erase(&ann, car.id).await.unwrap();
    assert!(yard.garage.find(&ann.actor, car.id).await.is_err());
    assert!(yard.log.find(&ann.actor, entry.id).await.is_err());
    assert!(yard.log.erase(&ann, entry.id).await.is_err());
}

pub(crate) async fn what_is_taken_down_calls_its_drives_off_in_the_same_transaction(world: World) {
    let yard = Yard::on(world).await;
    let listed = yard.publish().await;
    let now = yard.world.clock.now();
    let given_drive = async |start: chrono::TimeDelta, status: &str| {
        let id: BookingId = yard.world.ids.next();
        let row: Vec<(&str, Value)> = vec![
            ("id", id.uuid().into()),
            ("listing_id", listed.listing.id.uuid().into()),
            ("vehicle_id", listed.vehicle.id.uuid().into()),
            ("dealer_id", yard.dealer.uuid().into()),
            ("site_id", yard.site.uuid().into()),
            ("caller_name", "Carl".into()),
            ("caller_email", "carl@example.com".into()),
            ("status", status.into()),
            ("start_at", (now + start).into()),
            ("end_at", (now + start + chrono::TimeDelta::hours(1)).into()),
            ("local_date", (now + start).date_naive().into()),
            ("timezone", "America/New_York".into()),
            ("cancel_until", (now + start).into()),
            ("requested_at", now.into()),
            ("created_at", now.into()),
            ("updated_at", now.into()),
            ("version", 1_i64.into()),
        ];
        given_row(&yard.world, "bookings", row).await;
        id
    };
    let under_way = given_drive(chrono::TimeDelta::minutes(-30), "approved").await;
    let to_come = given_drive(chrono::TimeDelta::days(1), "approved").await;
    let over = given_drive(chrono::TimeDelta::days(-1), "completed").await;
    let changes = ChangeListings {
        removals: Arc::new(SqlRemovals::new(yard.world.db().clone())),
    };
    let manager = yard.by(yard.world.ids.next(), Some(Role::Manager));
    let item = |listing| BulkItem {
        listing,
        status: "removed".into(),
        has_price: false,
    };
    let with_a_stranger = [item(listed.listing.id), item(yard.world.ids.next())];
    let refused = changes.bulk(&manager, &with_a_stranger).await.unwrap_err();
    assert_eq!(refused.code(), "bulk_refused");
    assert_eq!(status_of(&yard.world, to_come).await, "approved");

    let done = changes.bulk(&manager, &[item(listed.listing.id)]).await.unwrap();
    let removed = done.value.first().unwrap();
    assert_eq!(removed.listing.status, ListingStatus::Removed);
    assert_eq!(status_of(&yard.world, to_come).await, "cancelled");
    assert_eq!(status_of(&yard.world, under_way).await, "approved");
    assert_eq!(status_of(&yard.world, over).await, "completed");
    let mut sql = yard.world.db().sql();
    sql.push("SELECT COUNT(*) FROM outbox WHERE name = 'booking.cancelled'");
    let told: i64 = yard
        .world
        .db()
        .one(sql)
        .await
        .unwrap()
        .unwrap()
        .try_get_by_index(0)
        .unwrap();
    assert_eq!(told, 1);
}

async fn status_of(world: &World, booking: BookingId) -> String {
    let mut sql = world.db().sql();
    sql.push("SELECT status FROM bookings WHERE id = ")
        .bind(booking.uuid());
    let row = world.db().one(sql).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

pub(crate) async fn the_garage_pages_by_cursor_without_a_gap(world: World) {
    let yard = Yard::on(world).await;
    let ann = yard.customer();
    for n in 10..17 {
        let draft = accord(&format!("1HGCM82633A0043{n}"));
        yard.garage.enter(&ann, &draft).await.unwrap();
    }
    let mut seen = Vec::new();
    let mut position = Some(Position::Cursor(String::new()));
    while let Some(at) = position {
        let request = PageRequest {
            size: 3,
            position: at,
            ..PageRequest::default()
        };
        let page = yard.garage.list(&ann.actor, &request).await.unwrap();
        seen.extend(page.items.iter().map(|v| v.id));
        position = page.next;
    }
    assert_eq!(seen.len(), 7);
    assert!(seen.windows(2).all(|pair| pair.first() > pair.last()));
}

pub(crate) async fn what_is_offered_or_was_stands_at_a_site(world: World) {
    let yard = Yard::on(world).await;
    let listing = yard.publish().await.listing.id.uuid();
    for (status, without_site) in [
        ("draft", true),
        ("active", false),
        ("reserved", false),
        ("sold", false),
        ("removed", true),
    ] {
        for site in [Some(yard.site.uuid()), None] {
            let act = yard.world.act();
            let written = yard.world.db().act(&act, |tx| async move {
                let mut sql = tx.sql();
                sql.push("UPDATE listings SET status = ").bind(status);
                sql.push(", site_id = ").bind(site);
                sql.push(" WHERE id = ").bind(listing);
                let written = tx.run(sql).await.map(|_| ((), Record::default()));
                (tx, written.map_err(Stop::<Common>::from))
            });
            let allowed = site.is_some() || without_site;
            assert_eq!(written.await.is_ok(), allowed, "{status} at {site:?}");
        }
    }
}
