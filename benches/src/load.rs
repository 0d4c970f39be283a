//! Fills an empty database: two verified dealers with a site each, users, listings with their vehicles, test drives.

use std::collections::HashSet;
use std::path::Path;

use anyhow::{Context as _, ensure};
use chrono::{Days, NaiveDate, TimeDelta};
use database::inventory::fill;
use database::sql::Sql;
use dealers::hours::{OpeningHours, Span, TimeOfDay};
use dealers::slot_rules::SlotRules;
use identity::ports::{AccessTokens as _, Claims};
use inventory::listing::{Listed, Listing, ListingStatus, ListingText, Prices};
use inventory::vehicle::{Owner, Vehicle, VehicleDetails, VehicleStatus};
use kernel::Instant;
use kernel::act::Act;
use kernel::distance::Distance;
use kernel::id::{DealerId, ListingId, SessionId, SiteId, UserId, VehicleId};
use kernel::money::{Currency, Money};
use kernel::text::fold;
use kernel::vocabulary::{BodyType, Condition, DistanceUnit, FuelType, Transmission};
use sea_orm::{ConnectionTrait as _, Value};
use security::{Keys, Tokens};
use serde_json::json;
use server::compose::Ground;
use uuid::Uuid;

use crate::data::{Car, Data, Drive, FIRST_DAY, Person, midnight};

/// Days from today to the first of the bookings to come. Far enough ahead for the lead time of any clock.
const LEAD: u64 = 8;
/// Days over which the bookings to come are spread.
const SPREAD: u64 = 90;
/// The first customers book and sign in; those before them have other roles at the peer.
const STAFF: usize = 50;

/// A dealer with its site.
#[derive(Clone, Copy)]
struct House {
    dealer: DealerId,
    site: SiteId,
}

/// Loads, and writes what the load scripts need to `out`.
pub(crate) async fn run(
    ground: &Ground,
    out: &Path,
    data: Option<&Path>,
    listings: u32,
) -> anyhow::Result<()> {
    let db = &ground.db;
    let mut sql = db.sql();
    sql.push("SELECT 1 FROM dealers LIMIT 1");
    ensure!(db.one(sql).await?.is_none(), "the database is not empty");
    let data = data.map_or_else(|| Data::made(listings), Data::read)?;
    let now = ground.clock.now();
    let houses = [
        house(ground, "Harbor Motors").await?,
        house(ground, "Valley Cars").await?,
    ];
    let users = people(ground, &data.people).await?;
    let rows: Vec<Listed> = data
        .cars
        .iter()
        .zip(houses.iter().cycle())
        .map(|(car, house)| listed(ground, car, *house))
        .collect::<anyhow::Result<_>>()?;
    for chunk in rows.chunks(1_000) {
        fill(db, &Act::of_system(now, "bench"), chunk).await?;
    }
    let first: NaiveDate = FIRST_DAY.parse()?;
    let shift = now.date_naive() + Days::new(LEAD) - first;
    let drives = test_drives(ground, &data.drives, &rows, &users, shift, now).await?;
    for statement in if db.is_postgres() {
        vec!["VACUUM ANALYZE"]
    } else {
        vec!["ANALYZE"]
    } {
        db.writer().execute_unprepared(statement).await?;
    }
    std::fs::create_dir_all(out)?;
    let open = rows.iter().filter(|row| row.listing.status.is_public());
    let ids: Vec<String> = open.map(|row| row.listing.id.to_string()).collect();
    std::fs::write(out.join("ids"), ids.join("\n") + "\n")?;
    let customers = users.get(STAFF..).context("too few users")?;
    std::fs::write(
        out.join("tokens"),
        tokens(ground, customers, now).await?.join("\n") + "\n",
    )?;
    let day = |ahead: u64| (now.date_naive() + Days::new(ahead)).to_string();
    std::fs::write(
        out.join("dates"),
        format!("{}\n{}\n", day(LEAD + 2), day(LEAD + SPREAD + 1)),
    )?;
    println!(
        "{} listings ({} open), {} users, {drives} test drives",
        rows.len(),
        ids.len(),
        users.len()
    );
    Ok(())
}

/// Writes rows, many a statement.
async fn write(ground: &Ground, table: &str, columns: &[&str], rows: Vec<Vec<Value>>) -> anyhow::Result<()> {
    for chunk in rows.chunks(500) {
        let mut sql: Sql = ground.db.sql();
        sql.push("INSERT INTO ")
            .push(table)
            .push(" (")
            .push(&columns.join(", "))
            .push(") VALUES ");
        for (n, row) in chunk.iter().enumerate() {
            sql.push(if n > 0 { ", (" } else { "(" })
                .bind_all(row.iter().cloned())
                .push(")");
        }
        ground
            .db
            .writer()
            .execute_raw(sql.into_statement())
            .await
            .with_context(|| table.to_owned())?;
    }
    Ok(())
}

/// A verified dealer with one site, open every day from nine to six (UTC), as far ahead and for as many drives as can be set.
#[expect(clippy::too_many_lines, reason = "one row a field")]
async fn house(ground: &Ground, name: &str) -> anyhow::Result<House> {
    let house = House {
        dealer: ground.ids.next(),
        site: ground.ids.next(),
    };
    let now = ground.clock.now();
    let columns = [
        "id",
        "name",
        "name_folded",
        "legal_name",
        "phone",
        "email",
        "line1",
        "city",
        "postal_code",
        "address_country",
        "currency",
        "country",
        "strict_vin",
        "status",
        "version",
        "created_at",
        "updated_at",
    ];
    let row: Vec<Value> = vec![
        house.dealer.uuid().into(),
        name.into(),
        fold(name).into(),
        format!("{name} LLC").into(),
        "+15550100000".into(),
        format!("{}@example.com", fold(name).replace(' ', ".")).into(),
        "1 Main Street".into(),
        "Springfield".into(),
        "62701".into(),
        "US".into(),
        "USD".into(),
        "US".into(),
        false.into(),
        "verified".into(),
        1_i64.into(),
        now.into(),
        now.into(),
    ];
    write(ground, "dealers", &columns, vec![row]).await?;
    let day = vec![Span {
        open: TimeOfDay::hour(9),
        close: TimeOfDay::hour(18),
    }];
    let hours = OpeningHours {
        sun: day,
        ..OpeningHours::usual()
    };
    let rules = SlotRules {
        horizon_days: 365,
        max_open: 100,
        ..SlotRules::default()
    };
    let columns = [
        "id",
        "dealer_id",
        "kind",
        "name",
        "name_folded",
        "line1",
        "city",
        "city_folded",
        "postal_code",
        "country",
        "timezone",
        "hours",
        "exceptions",
        "bays",
        "slot_rules",
        "version",
        "created_at",
        "updated_at",
    ];
    let row: Vec<Value> = vec![
        house.site.uuid().into(),
        house.dealer.uuid().into(),
        "showroom".into(),
        name.into(),
        fold(name).into(),
        "1 Main Street".into(),
        "Springfield".into(),
        "springfield".into(),
        "62701".into(),
        "US".into(),
        "UTC".into(),
        json!(hours).into(),
        json!([]).into(),
        0_i64.into(),
        json!(rules).into(),
        1_i64.into(),
        now.into(),
        now.into(),
    ];
    write(ground, "sites", &columns, vec![row]).await?;
    Ok(house)
}

async fn people(ground: &Ground, people: &[Person]) -> anyhow::Result<Vec<UserId>> {
    let columns = [
        "id",
        "email",
        "email_folded",
        "email_verified",
        "password",
        "first_name",
        "last_name",
        "last_name_folded",
        "search_text",
        "phone",
        "platform_role",
        "referral_code",
        "terms_version",
        "terms_at",
        "active",
        "version",
        "created_at",
    ];
    let ids: Vec<UserId> = people.iter().map(|_| ground.ids.next()).collect();
    let rows = people.iter().zip(&ids).enumerate().map(|(n, (person, id))| {
        let (first, last) = person
            .full_name
            .split_once(' ')
            .unwrap_or((&person.full_name, ""));
        let searched = format!("{} {} {}", fold(first), fold(last), person.email.to_lowercase());
        vec![
            id.uuid().into(),
            person.email.as_str().into(),
            person.email.to_lowercase().into(),
            true.into(),
            person.password_hash.as_str().into(),
            first.into(),
            last.into(),
            fold(last).into(),
            searched.into(),
            person.phone.as_str().into(),
            "customer".into(),
            referral_code(n).into(),
            "1".into(),
            person.created_at.into(),
            true.into(),
            1_i64.into(),
            person.created_at.into(),
        ]
    });
    write(ground, "users", &columns, rows.collect()).await?;
    Ok(ids)
}

fn listed(ground: &Ground, car: &Car, house: House) -> anyhow::Result<Listed> {
    let vehicle: VehicleId = ground.ids.next();
    let id: ListingId = ground.ids.next();
    let sold = car.status == "SOLD";
    let details = VehicleDetails {
        vin: car.vin.parse()?,
        make: car.make.clone(),
        model: car.model.clone(),
        trim: Some(car.trim.clone()),
        year: car.year,
        body_type: Some(BodyType::forgiving(&car.body_type)?),
        fuel_type: Some(FuelType::forgiving(&car.fuel_type)?),
        transmission: Some(Transmission::forgiving(&car.transmission)?),
        drivetrain: None,
        exterior_color: Some(car.color.clone()),
        odometer: Some(Distance::new(car.mileage, DistanceUnit::Mi)?),
        license_plate: None,
        date_of_purchase: None,
        location: None,
        additional_info: None,
    };
    let mut vehicle = Vehicle::new(vehicle, Owner::Dealer(house.dealer), details, car.created_at);
    if sold {
        vehicle.status = VehicleStatus::Sold;
    }
    let asking = Money::parse(&car.price, Currency::USD)?;
    let listing = Listing {
        id,
        dealer: house.dealer,
        vehicle: vehicle.id,
        site: Some(house.site),
        status: if sold {
            ListingStatus::Sold
        } else {
            ListingStatus::Active
        },
        condition: Condition::Used,
        prices: Prices::new(asking, None, None, None).map_err(|e| anyhow::anyhow!("{e:?}"))?,
        text: ListingText {
            title: vehicle.title(),
            description: car.description.clone(),
            features: Vec::new(),
        },
        featured: false,
        listed_at: Some(car.created_at),
        created_at: car.created_at,
        updated_at: car.created_at,
        version: 1,
    };
    Ok(Listed { listing, vehicle })
}

/// The drives of the files, those to come moved to days that can be booked. A customer who would sit in two cars at once, which
/// the peer allows, keeps the first.
async fn test_drives(
    ground: &Ground,
    drives: &[Drive],
    listings: &[Listed],
    users: &[UserId],
    shift: TimeDelta,
    now: Instant,
) -> anyhow::Result<usize> {
    let first = midnight(FIRST_DAY.parse()?);
    let mut held = HashSet::new();
    let mut rows: Vec<Vec<Value>> = Vec::with_capacity(drives.len());
    for drive in drives {
        let (Some(Listed { listing, .. }), Some(user)) = (
            listings.get(drive.car_id.wrapping_sub(1)),
            users.get(drive.customer_id.wrapping_sub(1)),
        ) else {
            anyhow::bail!("a test drive of a car or a customer that is not there: {drive:?}");
        };
        let shift = if drive.start_at < first {
            TimeDelta::zero()
        } else {
            shift
        };
        let status = match drive.status.as_str() {
            "PENDING" => "requested",
            "APPROVED" => "approved",
            "DECLINED" => "declined",
            "COMPLETED" => "completed",
            "NO_SHOW" => "no_show",
            _ => "cancelled",
        };
        let (start, end) = (drive.start_at + shift, drive.end_at + shift);
        let live = matches!(status, "requested" | "approved");
        let free = !live || (held.insert((user.uuid(), start)) && held.insert((listing.id.uuid(), start)));
        if !free {
            continue;
        }
        let made = drive.created_at.min(now);
        rows.push(vec![
            ground.ids.uuid().into(),
            listing.id.uuid().into(),
            listing.vehicle.uuid().into(),
            listing.dealer.uuid().into(),
            listing.site.map(|site| site.uuid()).into(),
            user.uuid().into(),
            status.into(),
            start.into(),
            end.into(),
            start.date_naive().into(),
            "UTC".into(),
            (start - TimeDelta::hours(2)).into(),
            made.into(),
            made.into(),
            made.into(),
            1_i64.into(),
        ]);
    }
    let columns = [
        "id",
        "listing_id",
        "vehicle_id",
        "dealer_id",
        "site_id",
        "user_id",
        "status",
        "start_at",
        "end_at",
        "local_date",
        "timezone",
        "cancel_until",
        "requested_at",
        "created_at",
        "updated_at",
        "version",
    ];
    let count = rows.len();
    write(ground, "bookings", &columns, rows).await?;
    Ok(count)
}

/// A session for each user, and an access token of it, signed with the product's own keys. Good for a day.
async fn tokens(ground: &Ground, users: &[UserId], now: Instant) -> anyhow::Result<Vec<String>> {
    let keys = Keys::open(&ground.config.data_dir, ground.random.as_ref())?;
    let signer = Tokens::new(&keys)?;
    let until = now + TimeDelta::days(1);
    let sessions: Vec<SessionId> = users.iter().map(|_| ground.ids.next()).collect();
    let row = |(session, user): (&SessionId, &UserId)| -> Vec<Value> {
        let (session, user): (Uuid, Uuid) = (session.uuid(), user.uuid());
        vec![
            session.into(),
            user.into(),
            "127.0.0.1".into(),
            now.into(),
            now.into(),
            until.into(),
        ]
    };
    let rows = sessions.iter().zip(users).map(row).collect();
    let columns = ["id", "user_id", "ip", "created_at", "last_used_at", "expires_at"];
    write(ground, "sessions", &columns, rows).await?;
    let mint = |(session, user): (&SessionId, &UserId)| -> anyhow::Result<String> {
        let claims = Claims {
            user: *user,
            session: *session,
            issued_at: now,
            expires_at: until,
        };
        Ok(signer.issue(&claims)?.expose().to_owned())
    };
    sessions.iter().zip(users).map(mint).collect()
}

/// The `n`th referral code, spelled in the letters that such codes have.
fn referral_code(n: usize) -> String {
    const LETTERS: &[u8; 31] = b"ABCDEFGHJKMNPQRSTUVWXYZ23456789";
    let mut rest = n;
    let mut code = String::from("REF-");
    for _ in 0..6 {
        code.extend(
            LETTERS
                .get(rest % LETTERS.len())
                .map(|letter| char::from(*letter)),
        );
        rest /= LETTERS.len();
    }
    code
}
