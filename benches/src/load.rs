//! Fills an empty database: two verified dealers with a site each, users, listings with their vehicles, test drives.

use std::path::Path;

use anyhow::{Context as _, ensure};
use chrono::{Days, NaiveDate};
use database::inventory::fill;
use dealers::hours::{OpeningHours, Span, TimeOfDay};
use dealers::slot_rules::SlotRules;
use inventory::listing::{Listed, Listing};
use kernel::Instant;
use kernel::act::Act;
use kernel::id::UserId;
use kernel::money::Money;
use kernel::text::fold;
use sea_orm::{ConnectionTrait as _, Value};
use serde_json::json;
use server::compose::Ground;

use crate::data::{Data, FIRST_DAY, Person};
use crate::drives::test_drives;
use crate::stock::{House, listed};
use crate::tokens::tokens;
use crate::write::write;

/// Days from today to the first of the bookings to come. Far enough ahead for the lead time of any clock.
const LEAD: u64 = 8;
/// Days over which the bookings to come are spread.
const SPREAD: u64 = 90;
/// The first customers book and sign in; those before them have other roles at the peer.
const STAFF: usize = 50;

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
    let open: Vec<&Listing> = rows
        .iter()
        .map(|row| &row.listing)
        .filter(|listing| listing.status.is_public())
        .collect();
    let ids: Vec<String> = open.iter().map(|listing| listing.id.to_string()).collect();
    lines(out, "ids", &ids)?;
    // What one dealer sells is not what the other's buyers make offers for.
    let priced = |house: House, percent: i64| -> Vec<String> {
        let of_house = open.iter().filter(|listing| listing.dealer == house.dealer);
        of_house.map(|listing| priced(listing, percent)).collect()
    };
    lines(out, "sales", &priced(houses[0], 100))?;
    lines(out, "offers", &priced(houses[1], 95))?;
    let seller = *users.first().context("no users")?;
    sells(ground, houses[0], seller, now).await?;
    lines(out, "seller", &tokens(ground, &[seller], now).await?)?;
    let customers = users.get(STAFF..).context("too few users")?;
    lines(out, "tokens", &tokens(ground, customers, now).await?)?;
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

fn lines(out: &Path, file: &str, lines: &[String]) -> anyhow::Result<()> {
    std::fs::write(out.join(file), lines.join("\n") + "\n").with_context(|| file.to_owned())
}

/// A listing's id and so many percent of its asking price.
fn priced(listing: &Listing, percent: i64) -> String {
    let asking = listing.prices.asking();
    let minor = asking.minor().saturating_mul(percent) / 100;
    format!("{} {}", listing.id, Money::new(minor, asking.currency()).amount())
}

/// Makes a user a salesperson of a dealer.
async fn sells(ground: &Ground, house: House, user: UserId, now: Instant) -> anyhow::Result<()> {
    let columns = [
        "id",
        "dealer_id",
        "user_id",
        "email",
        "email_folded",
        "role",
        "sites",
        "active",
        "version",
        "created_at",
        "updated_at",
    ];
    let row = vec![
        ground.ids.uuid().into(),
        house.dealer.uuid().into(),
        user.uuid().into(),
        "seller@example.com".into(),
        "seller@example.com".into(),
        "sales".into(),
        json!([]).into(),
        true.into(),
        1_i64.into(),
        now.into(),
        now.into(),
    ];
    write(ground, "staff", &columns, vec![row]).await
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
