//! Dealers with what stands on their lots, and who drives it.

use chrono::TimeDelta;
use kernel::Instant;
use kernel::id::{DealerId, SiteId, StaffId, UserId, VehicleId};
use kernel::money::{Currency, Money};
use sea_orm::Value;
use serde_json::json;
use test_databases::rows;

use super::{Car, Chance, Drive, Shop};
use crate::world::{World, given_account, given_row};

const CURRENCIES: [&str; 2] = ["USD", "EUR"];

pub(super) fn vin(vehicle: VehicleId) -> String {
    let text = vehicle.uuid().simple().to_string().to_uppercase();
    text.get(15..).unwrap().to_owned()
}

pub(super) async fn person(world: &World) -> UserId {
    let user: UserId = world.ids.next();
    given_account(world, user, &format!("{user}@example.com"), ["Ann", "Buyer"]).await;
    user
}

pub(super) async fn shop(world: &World, n: usize, zone: &str, now: Instant) -> Shop {
    let (id, site): (DealerId, SiteId) = (world.ids.next(), world.ids.next());
    let name = format!("dealer {n}");
    given_row(world, "dealers", rows::dealer(id.uuid(), &name, now)).await;
    let place = ["Springfield", zone];
    let row = rows::site(site.uuid(), id.uuid(), "Main Street", place, now);
    given_row(world, "sites", row).await;
    let mut staff = Vec::new();
    for _ in 0..3 {
        let (member, user): (StaffId, UserId) = (world.ids.next(), person(world).await);
        let email = format!("{user}@example.com");
        let row: Vec<(&str, Value)> = vec![
            ("id", member.uuid().into()),
            ("dealer_id", id.uuid().into()),
            ("user_id", user.uuid().into()),
            ("email", email.as_str().into()),
            ("email_folded", email.as_str().into()),
            ("role", "sales".into()),
            ("sites", json!([]).into()),
            ("active", true.into()),
            ("version", 1_i64.into()),
            ("created_at", now.into()),
            ("updated_at", now.into()),
        ];
        given_row(world, "staff", row).await;
        staff.push((member, user));
    }
    Shop {
        id,
        zone: zone.parse().unwrap(),
        staff,
        site,
    }
}

pub(super) async fn car(world: &World, chance: &Chance, shop: &Shop, now: Instant) -> Car {
    let currency = Currency::parse(chance.one(&CURRENCIES)).unwrap();
    let car = Car {
        dealer: shop.id,
        status: chance.one(&["draft", "active", "active", "reserved", "sold", "removed"]),
        asking: Money::new(500_000 + chance.below(3_000_000), currency),
        listed_at: Some(chance.ago(now, 120)),
        listing: world.ids.next(),
        vehicle: world.ids.next(),
    };
    let row: Vec<(&str, Value)> = vec![
        ("id", car.vehicle.uuid().into()),
        ("owner_kind", "dealer".into()),
        ("owner_id", shop.id.uuid().into()),
        ("status", "active".into()),
        ("vin", vin(car.vehicle).into()),
        ("make", "Ford".into()),
        ("model", "F-150".into()),
        ("year", 2_021_i64.into()),
        ("created_at", now.into()),
        ("updated_at", now.into()),
        ("version", 1_i64.into()),
    ];
    given_row(world, "vehicles", row).await;
    let row: Vec<(&str, Value)> = vec![
        ("id", car.listing.uuid().into()),
        ("dealer_id", shop.id.uuid().into()),
        ("vehicle_id", car.vehicle.uuid().into()),
        ("site_id", shop.site.uuid().into()),
        ("status", car.status.into()),
        ("condition", "used".into()),
        ("asking_minor", car.asking.minor().into()),
        ("currency", car.asking.currency().code().into()),
        ("title", "A truck".into()),
        ("description", "".into()),
        ("features", json!([]).into()),
        ("featured", false.into()),
        ("listed_at", car.listed_at.into()),
        ("created_at", now.into()),
        ("updated_at", now.into()),
        ("version", 1_i64.into()),
        ("make_folded", "ford".into()),
        ("model_folded", "f-150".into()),
        ("year", 2_021_i64.into()),
    ];
    given_row(world, "listings", row).await;
    car
}

pub(super) async fn drive(
    world: &World,
    chance: &Chance,
    shop: &Shop,
    car: &Car,
    user: UserId,
    start_at: Instant,
) -> Drive {
    let statuses = [
        "requested",
        "approved",
        "declined",
        "cancelled",
        "completed",
        "completed",
        "completed",
        "no_show",
    ];
    let drive = Drive {
        dealer: shop.id,
        listing: car.listing,
        user,
        staff: chance.percent(80).then(|| chance.one(&shop.staff).0),
        status: chance.one(&statuses),
        start_at,
        day: start_at.with_timezone(&shop.zone.0).date_naive(),
    };
    let row: Vec<(&str, Value)> = vec![
        ("id", world.ids.uuid().into()),
        ("listing_id", car.listing.uuid().into()),
        ("vehicle_id", car.vehicle.uuid().into()),
        ("dealer_id", shop.id.uuid().into()),
        ("site_id", shop.site.uuid().into()),
        ("user_id", user.uuid().into()),
        ("status", drive.status.into()),
        ("start_at", start_at.into()),
        ("end_at", (start_at + TimeDelta::minutes(30)).into()),
        ("local_date", drive.day.into()),
        ("timezone", shop.zone.name().into()),
        ("staff_id", drive.staff.map(|staff| staff.uuid()).into()),
        ("cancel_until", start_at.into()),
        ("requested_at", start_at.into()),
        ("created_at", start_at.into()),
        ("updated_at", start_at.into()),
        ("version", 1_i64.into()),
    ];
    given_row(world, "bookings", row).await;
    drive
}
