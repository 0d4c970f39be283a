//! Counts: of a list, per facet, per make and model.

use std::collections::HashMap;
use std::str::FromStr;

use ::inventory::error::Error;
use ::inventory::search::filter::ListingFilter;
use ::inventory::search::keys::price_rising;
use ::inventory::search::views::{Audience, BAND_ENDS, Bucket, Facets, Offered, PriceBand};
use kernel::error::Malformed;
use kernel::money::Money;
use sea_orm::{DbErr, QueryResult};

use super::conditions::{conditions, source};
use crate::db::Db;
use crate::fault;
use crate::rows::{corrupt, get};
use crate::sql::Sql;

fn size(n: i64) -> u64 {
    u64::try_from(n).unwrap_or(0)
}

fn select(db: &Db, what: &str, audience: Audience, filter: &ListingFilter) -> Sql {
    let mut sql = db.sql();
    sql.push("SELECT ")
        .push(what)
        .push(" FROM ")
        .push(&source(filter, audience))
        .push(" WHERE 1 = 1");
    conditions(&mut sql, audience, filter);
    sql
}

pub(super) async fn count(db: &Db, audience: Audience, filter: &ListingFilter) -> Result<u64, Error> {
    let row = db.one(select(db, "COUNT(*)", audience, filter)).await?;
    let count: i64 = row
        .map_or(Ok(0), |row| row.try_get_by_index(0))
        .map_err(|e| fault::common(&e))?;
    Ok(size(count))
}

pub(super) async fn facets(db: &Db, audience: Audience, filter: &ListingFilter) -> Result<Facets, Error> {
    let without_makes = ListingFilter {
        makes: Vec::new(),
        ..filter.clone()
    };
    let without_bodies = ListingFilter {
        body_types: Vec::new(),
        ..filter.clone()
    };
    let without_fuels = ListingFilter {
        fuel_types: Vec::new(),
        ..filter.clone()
    };
    let without_prices = ListingFilter {
        min_price: None,
        max_price: None,
        ..filter.clone()
    };

    let mut sql = select(db, "s.make, s.make_name, COUNT(*) AS n", audience, &without_makes);
    sql.push(" GROUP BY s.make, s.make_name ORDER BY s.make, n DESC, s.make_name");
    let makes = read(&db.all(sql).await?, |row| {
        Ok((
            get::<String>(row, "make")?,
            get::<String>(row, "make_name")?,
            get::<i64>(row, "n")?,
        ))
    })?;
    let mut make: Vec<Bucket<String>> = Vec::new();
    let mut last = None;
    for (key, name, n) in makes {
        match make.last_mut().filter(|_| last.as_ref() == Some(&key)) {
            Some(bucket) => bucket.count += size(n),
            None => make.push(Bucket {
                value: name,
                count: size(n),
            }),
        }
        last = Some(key);
    }
    make.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));

    Ok(Facets {
        make,
        body_type: words(db, "s.body_type", audience, &without_bodies).await?,
        fuel_type: words(db, "s.fuel_type", audience, &without_fuels).await?,
        price: prices(db, audience, &without_prices).await?,
    })
}

async fn words<T>(
    db: &Db,
    column: &str,
    audience: Audience,
    filter: &ListingFilter,
) -> Result<Vec<Bucket<T>>, Error>
where
    T: FromStr<Err = Malformed>,
{
    let mut sql = select(db, &format!("{column} AS word, COUNT(*) AS n"), audience, filter);
    sql.push(" AND ")
        .push(column)
        .push(" IS NOT NULL GROUP BY ")
        .push(column)
        .push(" ORDER BY n DESC, word");
    let rows = db.all(sql).await?;
    read(&rows, |row| {
        let value = get::<String>(row, "word")?
            .parse()
            .map_err(|e: Malformed| corrupt("word", e))?;
        Ok(Bucket {
            value,
            count: size(get(row, "n")?),
        })
    })
}

async fn prices(
    db: &Db,
    audience: Audience,
    filter: &ListingFilter,
) -> Result<Vec<Bucket<PriceBand>>, Error> {
    let own = db.currency;
    let bands = PriceBand::all(own);
    let key = |minor| price_rising(Money::new(minor, own), own);
    let steps: Vec<String> = BAND_ENDS
        .iter()
        .enumerate()
        .map(|(n, end)| format!("WHEN s.price_rising < {} THEN {n}", key(*end)))
        .collect();
    let case = format!(
        "CAST(CASE {} ELSE {} END AS BIGINT)",
        steps.join(" "),
        BAND_ENDS.len()
    );
    let mut sql = select(db, &format!("{case} AS band, COUNT(*) AS n"), audience, filter);
    sql.push(" AND s.price_rising <= ")
        .bind(key(i64::MAX))
        .push(" GROUP BY ")
        .push(&case)
        .push(" ORDER BY band");
    let rows = db.all(sql).await?;
    read(&rows, |row| {
        let band: i64 = get(row, "band")?;
        let value = usize::try_from(band).ok().and_then(|b| bands.get(b)).copied();
        let value = value.ok_or_else(|| corrupt("band", band))?;
        Ok(Bucket {
            value,
            count: size(get(row, "n")?),
        })
    })
}

pub(super) async fn offered(db: &Db) -> Result<Vec<Offered>, Error> {
    let mut sql = db.sql();
    sql.push(
        "SELECT make, model, make_name, model_name, COUNT(*) AS n FROM listing_search s WHERE s.public \
         GROUP BY make, model, make_name, model_name ORDER BY make, model, n DESC, make_name, model_name",
    );
    let rows = read(&db.all(sql).await?, |row| {
        let text = |column: &str| get::<String>(row, column);
        Ok((
            text("make")?,
            text("model")?,
            text("make_name")?,
            text("model_name")?,
            size(get(row, "n")?),
        ))
    })?;
    // A make and a model are shown as most listings write them.
    let mut writings: HashMap<(String, String), u64> = HashMap::new();
    for (make, _, make_name, _, n) in &rows {
        *writings.entry((make.clone(), make_name.clone())).or_default() += n;
    }
    let mut best: HashMap<String, (u64, String)> = HashMap::new();
    for ((make, name), n) in writings {
        let current = best.entry(make).or_default();
        if (n, std::cmp::Reverse(&name)) > (current.0, std::cmp::Reverse(&current.1)) {
            *current = (n, name);
        }
    }
    let mut offered: Vec<Offered> = Vec::new();
    let mut last: Option<(String, String)> = None;
    for (make, model, make_name, model_name, n) in rows {
        let key = (make, model);
        if let Some(entry) = offered.last_mut().filter(|_| last.as_ref() == Some(&key)) {
            entry.count += n;
        } else {
            let make = best.get(&key.0).map_or(make_name, |(_, name)| name.clone());
            offered.push(Offered {
                make,
                model: model_name,
                count: n,
            });
        }
        last = Some(key);
    }
    Ok(offered)
}

fn read<T>(rows: &[QueryResult], read: impl Fn(&QueryResult) -> Result<T, DbErr>) -> Result<Vec<T>, Error> {
    Ok(rows
        .iter()
        .map(read)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| fault::common(&e))?)
}
