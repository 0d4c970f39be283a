//! Writing what searches read, in the transaction that changes what is found.

use std::collections::HashMap;

use ::inventory::error::Error;
use ::inventory::listing::{Listed, ListingStatus, PricePoint};
use ::inventory::search::keys;
use ::inventory::search::near::Place;
use ::inventory::search::views::{Card, CardDealer, CardPhoto, CardSite, Detail, DetailPhoto, DetailSite};
use ::inventory::words::ListingWords;
use ::media::album::{Album, Placed};
use ::media::file_type::FileType;
use ::media::key::{self, Rendition, USUAL_WIDTH};
use kernel::act::Act;
use kernel::error::Common;
use kernel::id::{Id, ListingId};
use kernel::money::{Currency, Money};
use kernel::vocabulary::{BodyType, Drivetrain, FuelType, Transmission};
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use super::super::rows::{LISTING, VEHICLE, listed};
use crate::db::Db;
use crate::fault::Stop;
use crate::media::albums_of;
use crate::rows::{Columns, corrupt, currency, get, id, insert_all};
use crate::tx::Tx;

/// Listings that are written in one statement. 36 columns each: far below SQLite's 32,766 values.
const CHUNK: usize = 200;

/// Writes the search's rows of these listings anew. To be called in the transaction of each change of a listing, its car, its
/// site or its dealer, once that is written.
pub(crate) async fn refresh(tx: &Tx, listings: &[ListingId]) -> Result<(), DbErr> {
    for chunk in listings.chunks(CHUNK) {
        let found = load(tx, chunk).await?;
        replace(tx, &found).await?;
    }
    Ok(())
}

/// As [`refresh`], for all listings of a car, site or dealer: `column` is `vehicle_id`, `site_id` or `dealer_id`.
pub(crate) async fn refresh_all_of(tx: &Tx, column: &str, of: Uuid) -> Result<(), DbErr> {
    let mut sql = tx.sql();
    sql.push("SELECT id FROM listings WHERE ")
        .push(column)
        .push(" = ")
        .bind(of)
        .push(" ORDER BY id");
    // Locked, so that a change of a listing at the same moment is either seen here or comes after.
    if sql.is_postgres() {
        sql.push(" FOR UPDATE");
    }
    let ids = tx
        .all(sql)
        .await?
        .iter()
        .map(|row| id(row, "id"))
        .collect::<Result<Vec<_>, _>>()?;
    refresh(tx, &ids).await
}

/// All listings anew, a transaction a chunk.
pub(super) async fn rebuild(db: &Db) -> Result<u64, Error> {
    let act = Act::of_system(kernel::Instant::UNIX_EPOCH, "search-rebuild");
    let mut after: Option<Uuid> = None;
    let mut done = 0;
    loop {
        let chunk = db.act(&act, |tx| async move {
            let result = next_chunk(&tx, after).await;
            (tx, result)
        });
        let ids = chunk.await?.value;
        done += u64::try_from(ids.len()).unwrap_or(0);
        after = match ids.last() {
            Some(last) => Some(last.uuid()),
            None => return Ok(done),
        };
    }
}

/// Is anything ordered as on a platform of another currency than `own`? Asked in parts that an index answers each.
pub(super) async fn ordered_otherwise(db: &Db) -> Result<bool, Error> {
    let (own, end) = (db.currency.code(), keys::END_OF_OWN);
    let mut sql = db.sql();
    for (among, currency, price) in [
        ("", "=", ">="),
        (" UNION ALL ", "<", "<"),
        (" UNION ALL ", ">", "<"),
    ] {
        sql.push(among)
            .push("SELECT 1 AS one FROM listing_search WHERE currency ")
            .push(currency)
            .bind(own);
        sql.push(" AND price_rising ").push(price).bind(end);
    }
    sql.push(" LIMIT 1");
    Ok(db.one_of_primary(sql).await?.is_some())
}

async fn next_chunk(
    tx: &Tx,
    after: Option<Uuid>,
) -> Result<(Vec<ListingId>, kernel::act::Record), Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("SELECT id FROM listings");
    if let Some(after) = after {
        sql.push(" WHERE id > ").bind(after);
    }
    sql.push(" ORDER BY id LIMIT ")
        .bind(i64::try_from(CHUNK).map_err(|e| Common::internal(e.to_string()))?);
    let ids: Vec<ListingId> = tx
        .all(sql)
        .await?
        .iter()
        .map(|row| id(row, "id"))
        .collect::<Result<_, DbErr>>()?;
    refresh(tx, &ids).await?;
    Ok((ids, kernel::act::Record::default()))
}

/// A listing with what its card and its page show.
struct Found {
    detail: Detail,
    verified: bool,
    place: Option<Place>,
}

async fn load(tx: &Tx, listings: &[ListingId]) -> Result<Vec<Found>, DbErr> {
    let ids = || listings.iter().map(Id::uuid);
    let mut sql = tx.sql();
    sql.push("SELECT ").push(LISTING).push(", ").push(VEHICLE);
    sql.push(
        ", d.name AS d_name, d.status AS d_status, s.name AS s_name, s.phone AS s_phone, s.city AS s_city, s.state AS s_state, \
         s.timezone AS s_timezone, s.latitude AS s_latitude, s.longitude AS s_longitude \
         FROM listings l JOIN vehicles v ON v.id = l.vehicle_id LEFT JOIN dealers d ON d.id = l.dealer_id \
         LEFT JOIN sites s ON s.id = l.site_id WHERE l.id IN (",
    );
    sql.bind_all(ids()).push(")");
    let rows = tx.all(sql).await?;
    let mut sql = tx.sql();
    sql.push("SELECT listing_id, at, asking_minor, currency FROM listing_prices WHERE listing_id IN (")
        .bind_all(ids())
        .push(") ORDER BY listing_id, id");
    let mut prices: HashMap<Uuid, Vec<PricePoint>> = HashMap::new();
    for row in tx.all(sql).await? {
        let asking = Money::new(get(&row, "asking_minor")?, currency(&row, "currency")?);
        prices
            .entry(get(&row, "listing_id")?)
            .or_default()
            .push(PricePoint {
                at: get(&row, "at")?,
                asking,
            });
    }
    let mut albums = albums_of(tx, listings).await?;
    rows.iter()
        .map(|row| {
            let listed = listed(row)?;
            let key = listed.listing.id.uuid();
            let photos = albums.remove(&key).unwrap_or_default();
            found(row, listed, prices.remove(&key).unwrap_or_default(), &photos)
        })
        .collect()
}

fn photo(placed: Placed) -> DetailPhoto {
    let photo = placed.photo;
    DetailPhoto {
        id: photo.id,
        file: photo.file,
        alt_text: photo.alt_text,
        primary: photo.primary,
        ready: photo.ready,
        size: photo.picture.map(|picture| (picture.width, picture.height)),
        alike: placed.alike,
    }
}

/// The picture that stands for a listing, once it can be shown.
fn card_photo(detail: &Detail) -> Option<CardPhoto> {
    let usual = Rendition {
        width: USUAL_WIDTH,
        of: FileType::Jpeg,
    };
    let photo = detail.photos.iter().find(|photo| photo.primary && photo.ready)?;
    Some(CardPhoto {
        url: key::address(photo.file, usual),
        alt_text: photo.alt_text.clone(),
    })
}

fn found(row: &QueryResult, listed: Listed, prices: Vec<PricePoint>, photos: &Album) -> Result<Found, DbErr> {
    let verified = get::<Option<String>>(row, "d_status")?.as_deref() == Some("verified");
    let dealer = CardDealer {
        id: listed.listing.dealer,
        name: get::<Option<String>>(row, "d_name")?.unwrap_or_default(),
    };
    let latitude: Option<f64> = get(row, "s_latitude")?;
    let longitude: Option<f64> = get(row, "s_longitude")?;
    let site = match (listed.listing.site, get::<Option<String>>(row, "s_name")?) {
        (Some(id), Some(name)) => Some(DetailSite {
            id,
            name,
            phone: get(row, "s_phone")?,
            city: get(row, "s_city")?,
            state: get(row, "s_state")?,
            timezone: get(row, "s_timezone")?,
            latitude,
            longitude,
        }),
        _ => None,
    };
    let place = latitude
        .zip(longitude)
        .and_then(|(lat, lng)| Place::new(lat, lng).ok());
    let public = verified && listed.listing.status.is_public();
    let detail = Detail {
        listed,
        dealer,
        public,
        site,
        prices,
        photos: photos.all_placed().into_iter().map(photo).collect(),
        rating: None,
        for_staff: false,
    };
    Ok(Found {
        detail,
        verified,
        place,
    })
}

async fn replace(tx: &Tx, found: &[Found]) -> Result<(), DbErr> {
    let ids: Vec<Uuid> = found.iter().map(|f| f.detail.listed.listing.id.uuid()).collect();
    if ids.is_empty() {
        return Ok(());
    }
    for table in ["listing_search", "listing_details"] {
        let mut sql = tx.sql();
        sql.push("DELETE FROM ")
            .push(table)
            .push(" WHERE listing_id IN (")
            .bind_all(ids.iter().copied())
            .push(")");
        tx.run(sql).await?;
    }
    let own = tx.currency;
    let rows = found
        .iter()
        .map(|found| columns(found, own))
        .collect::<Result<Vec<_>, _>>()?;
    insert_all(tx, "listing_search", rows).await?;
    let mut bodies = Vec::with_capacity(found.len());
    for f in found {
        let body = serde_json::to_string(&f.detail).map_err(|e| corrupt("body", e))?;
        let key = f.detail.listed.listing.id.uuid();
        bodies.push(vec![("listing_id", key.into()), ("body", body.into())]);
    }
    insert_all(tx, "listing_details", bodies).await?;
    if !tx.sql().is_postgres() {
        let mut sql = tx.sql();
        sql.push("INSERT INTO listing_words (rowid, words) SELECT seq, head || title || features || description FROM listing_search WHERE listing_id IN (");
        sql.bind_all(ids).push(")");
        tx.run(sql).await?;
    }
    Ok(())
}

fn columns(found: &Found, own: Currency) -> Result<Columns, DbErr> {
    let detail = &found.detail;
    let (listing, vehicle) = (&detail.listed.listing, &detail.listed.vehicle.details);
    let asking = listing.prices.asking();
    let year = vehicle.year.to_string();
    let head = [
        vehicle.make.as_str(),
        &vehicle.model,
        vehicle.trim.as_deref().unwrap_or_default(),
        &year,
    ];
    let words = ListingWords::of(
        head,
        Some(&listing.text.title),
        listing.text.features.iter().map(String::as_str),
        Some(&listing.text.description),
    );
    let site = detail.site.as_ref();
    let card_site = site.map(|s| CardSite {
        id: s.id,
        name: s.name.clone(),
        city: s.city.clone(),
        state: s.state.clone(),
    });
    let photos = u32::try_from(detail.photos.len()).unwrap_or(u32::MAX);
    let card = Card::of(
        &detail.listed,
        detail.dealer.clone(),
        card_site,
        (card_photo(detail), photos),
    );
    let card = serde_json::to_string(&card).map_err(|e| corrupt("card", e))?;
    let name = |text: Option<&str>| keys::name(text.unwrap_or_default());
    let market = listing.status.is_public() || listing.status == ListingStatus::Sold;
    let place = found.place;
    Ok(vec![
        ("listing_id", listing.id.uuid().into()),
        ("dealer_id", listing.dealer.uuid().into()),
        ("site_id", listing.site.map(|s: Id<_>| s.uuid()).into()),
        ("status", listing.status.as_str().into()),
        ("public", detail.public.into()),
        ("market", (found.verified && market).into()),
        ("make", name(Some(&vehicle.make)).into()),
        ("model", name(Some(&vehicle.model)).into()),
        ("trim", name(vehicle.trim.as_deref()).into()),
        ("color", name(vehicle.exterior_color.as_deref()).into()),
        ("city", name(site.map(|s| s.city.as_str())).into()),
        ("state", name(site.and_then(|s| s.state.as_deref())).into()),
        ("make_name", vehicle.make.clone().into()),
        ("model_name", vehicle.model.clone().into()),
        ("year", i64::from(vehicle.year).into()),
        ("asking_minor", asking.minor().into()),
        ("currency", asking.currency().code().into()),
        ("price_rising", keys::price_rising(asking, own).into()),
        ("price_falling", keys::price_falling(asking, own).into()),
        ("mileage", keys::mileage(vehicle.odometer).into()),
        (
            "listed_at",
            keys::instant(listing.listed_at.unwrap_or(listing.created_at)).into(),
        ),
        ("fuel_type", vehicle.fuel_type.map(FuelType::as_str).into()),
        ("body_type", vehicle.body_type.map(BodyType::as_str).into()),
        (
            "transmission",
            vehicle.transmission.map(Transmission::as_str).into(),
        ),
        ("drivetrain", vehicle.drivetrain.map(Drivetrain::as_str).into()),
        ("condition", listing.condition.as_str().into()),
        ("featured", listing.featured.into()),
        ("x", place.map(|p| p.x).into()),
        ("y", place.map(|p| p.y).into()),
        ("z", place.map(|p| p.z).into()),
        ("head", words.head.into()),
        ("title", words.title.into()),
        ("features", words.features.into()),
        ("description", words.description.into()),
        ("card", card.into()),
    ])
}
