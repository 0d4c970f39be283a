//! One listing with everything around it, and what is like it.

use ::inventory::deal_rating::{self, Comparable, DealRating};
use ::inventory::error::Error;
use ::inventory::search::similar::Likeness;
use ::inventory::search::views::{Detail, Hit};
use kernel::id::ListingId;
use kernel::money::Money;
use sea_orm::{DbErr, QueryResult};

use super::pages::hit;
use crate::db::Db;
use crate::fault;
use crate::rows::{corrupt, currency, get, id};

/// Listings of one model that are looked at for a rating, the newest first.
const MARKET: i64 = 5_000;
/// Candidates on each side of the price, by make and by body.
const CANDIDATES: i64 = 30;

/// What names the market of a listing.
pub(super) struct MarketKey {
    pub(super) make: String,
    pub(super) model: String,
}

pub(super) async fn body(db: &Db, listing: ListingId) -> Result<Option<(Detail, MarketKey)>, Error> {
    let mut sql = db.sql();
    sql.push("SELECT d.body, s.public, s.make, s.model FROM listing_details d JOIN listing_search s ON s.listing_id = d.listing_id WHERE d.listing_id = ")
        .bind(listing.uuid());
    let row = db.one(sql).await?;
    let read = |row: &QueryResult| -> Result<_, DbErr> {
        let body: String = get(row, "body")?;
        let mut detail: Detail = serde_json::from_str(&body).map_err(|e| corrupt("body", e))?;
        detail.public = get(row, "public")?;
        Ok((
            detail,
            MarketKey {
                make: get(row, "make")?,
                model: get(row, "model")?,
            },
        ))
    };
    Ok(row
        .as_ref()
        .map(read)
        .transpose()
        .map_err(|e| fault::common(&e))?)
}

/// Everything of a model that is or was on public offer.
pub(super) async fn market(db: &Db, key: &MarketKey) -> Result<Vec<Comparable>, Error> {
    let mut sql = db.sql();
    sql.push("SELECT listing_id, year, mileage, asking_minor, currency, status FROM listing_search s WHERE s.market AND s.make = ")
        .bind(key.make.as_str())
        .push(" AND s.model = ")
        .bind(key.model.as_str())
        .push(" ORDER BY s.year DESC, s.listing_id DESC LIMIT ")
        .bind(MARKET);
    let read = |row: &QueryResult| -> Result<Comparable, DbErr> {
        Ok(Comparable {
            listing_id: id(row, "listing_id")?,
            year: i32::try_from(get::<i64>(row, "year")?).map_err(|e| corrupt("year", e))?,
            metres: get(row, "mileage")?,
            asking_price: Money::new(get(row, "asking_minor")?, currency(row, "currency")?),
            sold: get::<String>(row, "status")? == "sold",
        })
    };
    let rows = db.all(sql).await?;
    Ok(rows
        .iter()
        .map(read)
        .collect::<Result<_, _>>()
        .map_err(|e| fault::common(&e))?)
}

/// The rating of a listing on its market. A car of unknown mileage is compared with the MSRP alone.
pub(super) fn rating(detail: &Detail, market: &[Comparable]) -> Option<DealRating> {
    let (listing, vehicle) = (&detail.listed.listing, &detail.listed.vehicle.details);
    let metres = vehicle.odometer.map(kernel::distance::Distance::metres);
    let comparables = metres.map_or_else(Vec::new, |metres| {
        let (least, most) = deal_rating::mileage_band(metres);
        market
            .iter()
            .filter(|c| {
                c.listing_id != listing.id
                    && c.year.abs_diff(vehicle.year) <= deal_rating::YEARS.unsigned_abs()
                    && (least..=most).contains(&c.metres)
            })
            .cloned()
            .collect()
    });
    deal_rating::rate(
        listing.prices.asking(),
        metres.unwrap_or(0),
        listing.prices.msrp(),
        comparables,
    )
}

const LIKENESS: &str = "s.listing_id, s.card, s.make, s.model, s.body_type, s.price_rising, s.year";

fn likeness(row: &QueryResult) -> Result<Likeness, DbErr> {
    Ok(Likeness {
        id: id(row, "listing_id")?,
        make: get(row, "make")?,
        model: get(row, "model")?,
        body_type: get(row, "body_type")?,
        price: get(row, "price_rising")?,
        year: i32::try_from(get::<i64>(row, "year")?).map_err(|e| corrupt("year", e))?,
    })
}

pub(super) async fn similar(db: &Db, listing: ListingId) -> Result<Option<Vec<Hit>>, Error> {
    let mut sql = db.sql();
    sql.push("SELECT ")
        .push(LIKENESS)
        .push(" FROM listing_search s WHERE s.public AND s.listing_id = ")
        .bind(listing.uuid());
    let Some(row) = db.one(sql).await? else {
        return Ok(None);
    };
    let this = likeness(&row).map_err(|e| fault::common(&e))?;
    let mut sides = vec![("s.make", this.make.clone())];
    sides.extend(this.body_type.clone().map(|body| ("s.body_type", body)));
    let mut sql = db.sql();
    for (n, (column, value)) in sides.iter().enumerate() {
        for (m, (sign, direction)) in [(" >= ", "ASC"), (" < ", "DESC")].into_iter().enumerate() {
            sql.push(if n + m > 0 { " UNION ALL " } else { "" });
            sql.push("SELECT * FROM (SELECT ")
                .push(LIKENESS)
                .push(" FROM listing_search s WHERE s.public AND ")
                .push(column)
                .push(" = ")
                .bind(value.as_str());
            sql.push(" AND s.price_rising").push(sign).bind(this.price);
            sql.push(" ORDER BY s.price_rising ")
                .push(direction)
                .push(", s.listing_id ")
                .push(direction);
            sql.push(" LIMIT ")
                .bind(CANDIDATES)
                .push(") c")
                .push(&format!("{n}{m}"));
        }
    }
    let rows = db.all(sql).await?;
    let candidates = rows
        .iter()
        .map(|row| Ok((likeness(row)?, hit(row, false, false)?)))
        .collect::<Result<Vec<_>, DbErr>>()
        .map_err(|e| fault::common(&e))?;
    Ok(Some(this.nearest(candidates)))
}
