//! Cars that can be driven, and when they are taken.

use std::collections::BTreeMap;

use async_trait::async_trait;
use dealers::dealer::DealerStatus;
use dealers::hours::{DayException, OpeningHours, Span};
use inventory::listing::ListingStatus;
use kernel::Instant;
use kernel::error::Common;
use kernel::id::{BookingId, Id, ListingId, SiteId, UserId};
use scheduling::booking::Slot;
use scheduling::error::Error;
use scheduling::hold::SlotHold;
use scheduling::ports::{BookableVehicle, CarTimes, Offer, Place, Slots};
use scheduling::slots::{Calendar, Opening, SlotRules};
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use super::rows::{self, parsed, vehicle_title};
use crate::db::Db;
use crate::fault::{self, Stop, corrupt};
use crate::rows::{id, json_of};
use crate::sql::Sql;
use crate::tx::Tx;

/// Slots in the database.
#[derive(Clone)]
pub struct SqlSlots {
    db: Db,
}

impl SqlSlots {
    /// On a database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

#[async_trait]
impl Slots for SqlSlots {
    async fn times(&self, listing: ListingId, within: Slot, now: Instant) -> Result<Option<CarTimes>, Error> {
        let wanted = Wanted {
            listing,
            within,
            customer: None,
            but: None,
        };
        let rows = self.db.all(query(self.db.sql(), &wanted, now)).await?;
        Ok(read(&rows)?.map(|(times, _)| times))
    }
}

/// What is asked about a car's times.
#[derive(Clone, Copy)]
pub(super) struct Wanted {
    /// The listing.
    pub listing: ListingId,
    /// Drives and holds of the car that share a moment with this.
    pub within: Slot,
    /// Whose drives are wanted too, of whatever car.
    pub customer: Option<UserId>,
    /// A drive that doesn't count.
    pub but: Option<BookingId>,
}

/// The car of a listing, its live drives and its holds that are not over, and the slots of the customer's live drives that are
/// not over, within an act that has locked both.
pub(super) async fn times(
    tx: &Tx,
    wanted: &Wanted,
    now: Instant,
) -> Result<(CarTimes, Vec<Slot>), Stop<Error>> {
    let rows = tx.all(query(tx.sql(), wanted, now)).await?;
    Ok(read(&rows)?.ok_or(Common::absent("listing"))?)
}

/// A row for each drive or hold of the car, and for each drive of the customer; one without any where there is none.
fn query(mut sql: Sql, wanted: &Wanted, now: Instant) -> Sql {
    sql.push(
        "SELECT l.id, l.vehicle_id, l.dealer_id, l.status, v.year, v.make, v.model, v.trim, \
         d.name AS dealer_name, d.status AS dealer_status, s.id AS site_id, s.name AS site_name, \
         s.line1, s.line2, s.city, s.state, s.postal_code, s.country, s.timezone, s.hours, s.exceptions, s.slot_rules, \
         CASE WHEN l.status = 'reserved' THEN (SELECT n.buyer_id FROM negotiations n WHERE n.listing_id = l.id \
         AND n.status = 'accepted') END AS reserved_for, \
         t.what, t.start_at, t.end_at, t.hold_id, t.holder_id, t.created_at, t.expires_at \
         FROM listings l JOIN vehicles v ON v.id = l.vehicle_id JOIN dealers d ON d.id = l.dealer_id \
         LEFT JOIN sites s ON s.id = l.site_id LEFT JOIN (",
    );
    drives(&mut sql, TAKEN, wanted.but);
    of_car(&mut sql, "b", wanted.listing);
    sql.push(" AND ");
    rows::touching(&mut sql, "b", wanted.within);
    sql.push(" UNION ALL SELECT '").push(HELD).push(
        "', h.start_at, h.end_at, h.id, h.user_id, h.created_at, h.expires_at FROM slot_holds h WHERE ",
    );
    of_car(&mut sql, "h", wanted.listing);
    sql.push(" AND h.expires_at > ").bind(now).push(" AND ");
    rows::touching(&mut sql, "h", wanted.within);
    // Behind the holds: PostgreSQL takes the types of two parts' columns from the first two.
    if let Some(user) = wanted.customer {
        sql.push(" UNION ALL ");
        drives(&mut sql, THEIRS, wanted.but);
        sql.push("b.user_id = ")
            .bind(user.uuid())
            .push(" AND b.end_at > ")
            .bind(now);
    }
    sql.push(") t ON TRUE WHERE l.id = ").bind(wanted.listing.uuid());
    sql
}

/// A drive of the car.
const TAKEN: &str = "taken";
/// A drive of the customer.
const THEIRS: &str = "theirs";
/// A hold of the car.
const HELD: &str = "held";

/// `SELECT … AND `: live drives but for one, ready for conditions.
fn drives(sql: &mut Sql, what: &'static str, but: Option<BookingId>) {
    sql.push("SELECT '")
        .push(what)
        .push(
            "' AS what, b.start_at, b.end_at, NULL AS hold_id, NULL AS holder_id, NULL AS created_at, NULL AS expires_at \
             FROM bookings b WHERE ",
        )
        .push(rows::LIVE)
        .push(" AND ");
    if let Some(but) = but {
        sql.push("b.id <> ").bind(but.uuid()).push(" AND ");
    }
}

/// The condition on the car, which is looked up once: either table is read by its index.
fn of_car(sql: &mut Sql, table: &'static str, listing: ListingId) {
    sql.push(table)
        .push(".vehicle_id = (SELECT vehicle_id FROM listings WHERE id = ")
        .bind(listing.uuid())
        .push(")");
}

fn read(rows: &[QueryResult]) -> Result<Option<(CarTimes, Vec<Slot>)>, Common> {
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let car = read_car(first)?;
    let (mut taken, mut holds, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
    let mut sort = |row: &QueryResult| -> Result<(), DbErr> {
        match row.try_get::<Option<String>>("", "what")?.as_deref() {
            Some(TAKEN) => taken.push(rows::slot(row)?),
            Some(THEIRS) => theirs.push(rows::slot(row)?),
            Some(_) => holds.push(SlotHold {
                id: id(row, "hold_id")?,
                listing: car.listing,
                vehicle: car.vehicle,
                user: id(row, "holder_id")?,
                slot: rows::slot(row)?,
                created_at: row.try_get("", "created_at")?,
                expires_at: row.try_get("", "expires_at")?,
            }),
            // A car that nothing touches.
            None => {}
        }
        Ok(())
    };
    rows.iter()
        .try_for_each(&mut sort)
        .map_err(|e| fault::common(&e))?;
    Ok(Some((CarTimes { car, taken, holds }, theirs)))
}

fn read_car(row: &QueryResult) -> Result<BookableVehicle, Common> {
    let texts = || -> Result<_, DbErr> {
        let status: String = row.try_get("", "status")?;
        let dealer_status: String = row.try_get("", "dealer_status")?;
        Ok((status, dealer_status, row.try_get::<Option<Uuid>>("", "site_id")?))
    };
    let (status, dealer_status, site) = texts().map_err(|e| fault::common(&e))?;
    let status = ListingStatus::parse(&status).ok_or_else(|| corrupt("listings", "status", &status))?;
    let dealer_status: DealerStatus = parsed("dealer_status", &dealer_status)?;
    let place = site
        .map(|site| read_place(row, SiteId::from_uuid(site)))
        .transpose()?;
    let build = || -> Result<_, DbErr> {
        Ok(BookableVehicle {
            listing: id(row, "id")?,
            vehicle: id(row, "vehicle_id")?,
            dealer: id(row, "dealer_id")?,
            public: status.is_public() && dealer_status == DealerStatus::Verified,
            offer: match status {
                ListingStatus::Active => Offer::Open,
                ListingStatus::Reserved => Offer::ReservedFor(
                    row.try_get::<Option<Uuid>>("", "reserved_for")?
                        .map(Id::from_uuid),
                ),
                ListingStatus::Draft | ListingStatus::Sold | ListingStatus::Removed => Offer::Closed,
            },
            place,
            name: vehicle_title(row)?,
            dealer_name: row.try_get("", "dealer_name")?,
        })
    };
    build().map_err(|e| fault::common(&e))
}

fn read_place(row: &QueryResult, site: SiteId) -> Result<Place, Common> {
    let columns = || -> Result<_, DbErr> {
        Ok((
            row.try_get::<String>("", "site_name")?,
            address_line(row)?,
            row.try_get::<String>("", "timezone")?,
            json_of::<OpeningHours>(row, "hours")?,
            json_of::<Vec<DayException>>(row, "exceptions")?,
            json_of(row, "slot_rules")?,
        ))
    };
    let (name, address, zone, hours, exceptions, rules) = columns().map_err(|e| fault::common(&e))?;
    let week = [
        hours.mon, hours.tue, hours.wed, hours.thu, hours.fri, hours.sat, hours.sun,
    ];
    Ok(Place {
        site,
        name,
        address,
        calendar: Calendar {
            zone: parsed("timezone", &zone)?,
            week: week.map(|day| openings(&day)),
            exceptions: exceptions
                .into_iter()
                .map(|day| (day.date, openings(&day.hours)))
                .collect::<BTreeMap<_, _>>(),
        },
        rules: slot_rules(rules)?,
    })
}

/// A site's hours in the words of the slot calculus. A span that opens after it closes can't be stored.
fn openings(day: &[Span]) -> Vec<Opening> {
    day.iter()
        .filter_map(|span| Opening::new(span.open.minutes(), span.close.minutes()).ok())
        .collect()
}

fn slot_rules(rules: dealers::slot_rules::SlotRules) -> Result<SlotRules, Common> {
    let small =
        |column: &'static str, value: u32| u16::try_from(value).map_err(|_| corrupt("sites", column, value));
    let some = |column: &'static str, value: u32| {
        small(column, value)?
            .try_into()
            .map_err(|_| corrupt("sites", column, value))
    };
    Ok(SlotRules {
        first_start: rules.first_start.minutes(),
        last_start: rules.last_start.minutes(),
        minutes: some("slot_rules.minutes", rules.minutes)?,
        step: some("slot_rules.step", rules.step)?,
        lead_minutes: rules.lead_minutes,
        horizon_days: small("slot_rules.horizon_days", rules.horizon_days)?,
        cutoff_minutes: rules.cutoff_minutes,
        max_open: small("slot_rules.max_open", rules.max_open)?,
    })
}

/// `1 Main Street, Suite 2, Springfield, IL 62701, US`.
pub(super) fn address_line(row: &QueryResult) -> Result<String, DbErr> {
    let text = |column| {
        row.try_get::<Option<String>>("", column)
            .map(Option::unwrap_or_default)
    };
    let code = format!("{} {}", text("state")?, text("postal_code")?);
    let words = [
        text("line1")?,
        text("line2")?,
        text("city")?,
        code.trim().to_owned(),
        text("country")?,
    ];
    let known: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
    Ok(known.join(", "))
}
