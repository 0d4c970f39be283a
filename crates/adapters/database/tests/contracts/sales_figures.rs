//! Figures against the raw rows: each is counted a second time here, in plain Rust.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use forecourt_database::sales::SqlFigures;
use kernel::id::StaffId;
use kernel::money::{Currency, Money};
use kernel::ports::Clock;
use sales::figures::{Sold, Span};
use sales::ports::Figures;

use crate::stage::NINE;
use crate::till::{ALWAYS, Till, named, user};
use crate::world::World;

/// A row of the table of sales.
struct Row {
    status: String,
    sold_by: String,
    sale_date: NaiveDate,
    price: i64,
}

async fn rows(till: &Till) -> Vec<Row> {
    let texts = till
        .texts("SELECT status || ' ' || CAST(sale_date AS TEXT) || ' ' || CAST(price_minor AS TEXT) FROM sales ORDER BY id")
        .await;
    let mut sql = till.stage.world.db().sql();
    sql.push("SELECT sold_by FROM sales ORDER BY id");
    let sellers = till.stage.world.db().all(sql).await.unwrap();
    let read = |(text, seller): (&String, &sea_orm::QueryResult)| {
        let parts: Vec<&str> = text.split(' ').collect();
        Row {
            status: parts[0].to_owned(),
            sale_date: parts[1].parse().unwrap(),
            price: parts[2].parse().unwrap(),
            sold_by: seller.try_get_by_index::<uuid::Uuid>(0).unwrap().to_string(),
        }
    };
    texts.iter().zip(&sellers).map(read).collect()
}

fn sold(rows: &[Row], counts: impl Fn(&&Row) -> bool) -> Sold {
    let counted: Vec<&Row> = rows
        .iter()
        .filter(|row| row.status == "closed")
        .filter(counts)
        .collect();
    let sum: i64 = counted.iter().map(|row| row.price).sum();
    Sold {
        units: u64::try_from(counted.len()).unwrap(),
        revenue: (!counted.is_empty())
            .then(|| Money::new(sum, Currency::USD))
            .into_iter()
            .collect(),
    }
}

fn within(span: Span, day: NaiveDate) -> bool {
    span.from.is_none_or(|from| from <= day) && span.to.is_none_or(|to| day <= to)
}

pub(crate) async fn figures_are_what_the_rows_of_sales_say(world: World) {
    let till = Till::new(world).await;
    let stage = &till.stage;
    let figures = SqlFigures::new(stage.world.db().clone());
    let now = stage.world.clock.now();
    let today = now.date_naive();
    let buyer = stage.customer().await;
    for n in 0..14_u32 {
        let listing = stage.car().await;
        if n == 0 {
            stage.book(&buyer, listing, NINE).await.unwrap();
        }
        let by = if n == 0 { user(&buyer) } else { named(None) };
        let date = today.checked_sub_days(Days::new(u64::from(n) * 5)).unwrap();
        let sale = till
            .sell_on(listing, by, 10_000 + i64::from(n) * 17, date)
            .await
            .unwrap();
        if n % 4 == 3 {
            till.void(&sale).await.unwrap();
        }
    }
    let rows = rows(&till).await;
    assert_eq!(rows.len(), 14);

    let stats = figures.dealer(stage.dealer, now).await.unwrap();
    let (this, last) = (Span::month_of(today), Span::month_before(today));
    assert_eq!(stats.this_month, sold(&rows, |row| within(this, row.sale_date)));
    assert_eq!(stats.last_month, sold(&rows, |row| within(last, row.sale_date)));
    let mut by_status: BTreeMap<String, u64> = BTreeMap::new();
    for status in till.texts("SELECT status FROM listings").await {
        *by_status.entry(status).or_default() += 1;
    }
    let counted: BTreeMap<String, u64> = stats.listings.into_iter().map(|c| (c.status, c.count)).collect();
    assert_eq!(counted, by_status);

    let span = Span {
        from: today.checked_sub_days(Days::new(30)),
        to: today.checked_sub_days(Days::new(5)),
    };
    let member = figures.member(stage.dealer, stage.staff, span).await.unwrap();
    let own = stage.staff.to_string();
    assert_eq!(
        member.sold,
        sold(&rows, |row| row.sold_by == own && within(span, row.sale_date))
    );
    let everything = figures.member(stage.dealer, stage.staff, ALWAYS).await.unwrap();
    let balance: i64 = till
        .texts("SELECT CAST(amount_minor AS TEXT) FROM commission_entries")
        .await
        .iter()
        .map(|amount| amount.parse::<i64>().unwrap())
        .sum();
    assert_eq!(everything.commission[0].balance.minor(), balance);
    let nobody: StaffId = stage.world.ids.next();
    assert_eq!(figures.dealer_of(nobody).await.unwrap(), None);
    assert_eq!(figures.dealer_of(stage.staff).await.unwrap(), Some(stage.dealer));
}

pub(crate) async fn cars_age_on_the_lot_in_bands(world: World) {
    let till = Till::new(world).await;
    let stage = &till.stage;
    let now = stage.world.clock.now();
    let ages = [0, 30, 31, 60, 61, 90, 91, 400];
    for days in ages {
        let listing = stage.car().await;
        let mut sql = stage.world.db().sql();
        sql.push("UPDATE listings SET listed_at = ")
            .bind(now - chrono::TimeDelta::days(days));
        sql.push(" WHERE id = ").bind(listing.uuid());
        stage.world.db().run(sql).await.unwrap();
    }
    let figures = SqlFigures::new(stage.world.db().clone());
    let found = figures.inventory(stage.dealer, now).await.unwrap();
    let bands: Vec<(String, u64)> = found
        .by_age
        .into_iter()
        .map(|band| (band.group, band.count))
        .collect();
    let expected = ["0-30", "31-60", "61-90", "90+"].map(|name| (name.to_owned(), 2));
    assert_eq!(bands, expected);
    assert_eq!(
        (found.by_status[0].group.as_str(), found.by_status[0].count),
        ("active", 8)
    );
    assert_eq!(
        found.by_status[0].value,
        [Money::new(8 * 1_850_000, Currency::USD)]
    );
}
