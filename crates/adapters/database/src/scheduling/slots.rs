//! Cars that can be driven, and when they are taken.

use std::collections::BTreeMap;

use async_trait::async_trait;
use dealers::dealer::DealerStatus;
use dealers::hours::{DayException, OpeningHours, Span};
use inventory::listing::ListingStatus;
use kernel::error::Common;
use kernel::id::{Id, ListingId, SiteId, VehicleId};
use scheduling::booking::Slot;
use scheduling::error::Error;
use scheduling::ports::{BookableVehicle, Offer, Place, Slots};
use scheduling::slots::{Calendar, Opening, SlotRules};
use sea_orm::{DbErr, QueryResult};
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::rows::{self, id, parsed, vehicle_title};
use crate::db::Db;
use crate::fault::{self, Stop, corrupt};
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
    async fn bookable(&self, listing: ListingId) -> Result<Option<BookableVehicle>, Error> {
        let row = self.db.one(car_of(self.db.sql(), listing)).await?;
        Ok(row.as_ref().map(read_car).transpose()?)
    }

    async fn taken(&self, vehicle: VehicleId, within: Slot) -> Result<Vec<Slot>, Error> {
        let found = self
            .db
            .all(rows::taken(self.db.sql(), vehicle, within, None))
            .await?;
        let slots: Result<_, DbErr> = found.iter().map(rows::slot).collect();
        Ok(slots.map_err(|e| fault::common(&e))?)
    }
}

/// The car of a listing, within an act that has locked it.
pub(super) async fn car(tx: &Tx, listing: ListingId) -> Result<BookableVehicle, Stop<Error>> {
    let row = tx.one(car_of(tx.sql(), listing)).await?;
    Ok(read_car(&row.ok_or(Common::absent("listing"))?)?)
}

fn car_of(mut sql: Sql, listing: ListingId) -> Sql {
    sql.push(
        "SELECT l.id, l.vehicle_id, l.dealer_id, l.status, v.year, v.make, v.model, v.trim, \
         d.name AS dealer_name, d.email AS dealer_email, d.status AS dealer_status, s.id AS site_id, s.name AS site_name, \
         s.line1, s.line2, s.city, s.state, s.postal_code, s.country, s.timezone, s.hours, s.exceptions, s.slot_rules, \
         (SELECT n.buyer_id FROM negotiations n WHERE n.listing_id = l.id AND n.status = 'accepted') AS reserved_for \
         FROM listings l JOIN vehicles v ON v.id = l.vehicle_id JOIN dealers d ON d.id = l.dealer_id \
         LEFT JOIN sites s ON s.id = l.site_id WHERE l.id = ",
    )
    .bind(listing.uuid());
    sql
}

fn read_car(row: &QueryResult) -> Result<BookableVehicle, Common> {
    let texts = || -> Result<_, DbErr> {
        let status: String = row.try_get("", "status")?;
        let dealer_status: String = row.try_get("", "dealer_status")?;
        let email: Option<String> = row.try_get("", "dealer_email")?;
        Ok((
            status,
            dealer_status,
            email,
            row.try_get::<Option<Uuid>>("", "site_id")?,
        ))
    };
    let (status, dealer_status, email, site) = texts().map_err(|e| fault::common(&e))?;
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
            dealer_email: email.and_then(|email| email.parse().ok()),
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
            row.try_get::<Value>("", "hours")?,
            row.try_get::<Value>("", "exceptions")?,
            row.try_get::<Value>("", "slot_rules")?,
        ))
    };
    let (name, address, zone, hours, exceptions, rules) = columns().map_err(|e| fault::common(&e))?;
    let hours: OpeningHours = json("hours", hours)?;
    let exceptions: Vec<DayException> = json("exceptions", exceptions)?;
    let rules: dealers::slot_rules::SlotRules = json("slot_rules", rules)?;
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

fn json<T: DeserializeOwned>(column: &'static str, value: Value) -> Result<T, Common> {
    serde_json::from_value(value).map_err(|e| corrupt("sites", column, e))
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
