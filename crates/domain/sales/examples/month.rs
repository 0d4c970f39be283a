//! A month's commission from a CSV file, without a database or a server:
//!
//! `cargo run -p forecourt-sales --example month [file.csv]`
//!
//! The plan: 20 % of the first 2,000 of profit and 30 % of the rest, at least 150, at most 1,500 a car, and 250 on top from
//! the third car of the month on.

use std::collections::BTreeMap;
use std::error::Error;

use chrono::NaiveDate;
use forecourt_sales::commission::ledger::{EntryKind, MOST_LINES, Unit, earn};
use forecourt_sales::commission::shares::Shares;
use forecourt_sales::commission::terms::{Basis, Bonus, Scheme, Terms, TermsDraft, Tier};
use kernel::id::{Id, StaffId};
use kernel::money::{Currency, Money};
use uuid::Uuid;

fn main() -> Result<(), Box<dyn Error>> {
    let sample = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/month.csv");
    let path = std::env::args().nth(1).unwrap_or_else(|| sample.to_owned());
    let terms = plan()?;
    let mut sellers: BTreeMap<String, (StaffId, u32, i64)> = BTreeMap::new();
    for row in csv::Reader::from_path(path)?.deserialize() {
        let (sale, seller, price, cost, sold_on): (u128, String, String, String, NaiveDate) = row?;
        let next = u128::try_from(sellers.len())?;
        let (staff, units, balance) = sellers.entry(seller.clone()).or_insert_with(|| (id(next), 0, 0));
        *units += 1;
        let unit = Unit {
            sale: id(sale),
            sold_by: *staff,
            price: usd(&price)?,
            cost: Some(usd(&cost)?),
            sold_on,
            nth: *units,
        };
        let ids: Vec<_> = (0_u128..).map(id).take(MOST_LINES).collect();
        for entry in earn(&ids, &terms, &Shares::one(*staff), &unit)?.entries {
            *balance += entry.amount.minor();
            let what = match entry.kind {
                EntryKind::Bonus => "bonus",
                EntryKind::Earned | EntryKind::ClawedBack | EntryKind::Adjustment => "commission",
            };
            println!("{sold_on}  {seller:8} {what:10} {:>12}", entry.amount.amount());
        }
    }
    for (seller, (_, units, balance)) in &sellers {
        println!("{seller}: {units} cars, {}", Money::new(*balance, Currency::USD));
    }
    Ok(())
}

fn plan() -> Result<Terms, Box<dyn Error>> {
    let tiers = vec![
        Tier {
            up_to: Some(usd("2000")?),
            rate_bp: 2_000,
        },
        Tier {
            up_to: None,
            rate_bp: 3_000,
        },
    ];
    let draft = TermsDraft {
        basis: Basis::Gross,
        scheme: Scheme::Marginal(tiers),
        minimum: Some(usd("150")?),
        maximum: Some(usd("1500")?),
        bonus: Some(Bonus {
            from_unit: 3,
            amount: usd("250")?,
        }),
    };
    Terms::new(draft).map_err(|wrong| wrong.to_string().into())
}

fn usd(amount: &str) -> Result<Money, Box<dyn Error>> {
    Money::parse(amount, Currency::USD).map_err(|e| e.message.into())
}

fn id<K>(number: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(number))
}
