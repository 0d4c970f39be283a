//! The table of test drives.

use chrono::Days;
use kernel::Instant;
use kernel::error::Common;
use kernel::id::{BookingId, DealerId, Id, ListingId, UserId};
use kernel::zone::Zone;
use scheduling::booking::{Customer, Slot, TestDrive};
use scheduling::notice::{Details, Filed};
use scheduling::ports::Patron;
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use super::slots::address_line;
use crate::fault::{Stop, corrupt};
use crate::rows::id;
use crate::sql::Sql;
use crate::tx::Tx;

/// A status that holds its slot.
pub(crate) const LIVE: &str = "b.status IN ('requested', 'approved')";

/// Columns of a drive with its customer. Goes with [`DRIVE_FROM`].
pub(super) const DRIVE: &str = "b.id, b.listing_id, b.vehicle_id, b.dealer_id, b.site_id, b.user_id, b.status, b.start_at, b.end_at, \
     b.timezone, b.note, b.reason, b.staff_id, b.cancel_until, b.requested_at, b.created_at, b.updated_at, b.version, \
     b.caller_name, b.caller_phone, b.caller_email, u.first_name, u.last_name, u.phone AS user_phone, u.email AS user_email";

/// Drives with their customers.
pub(super) const DRIVE_FROM: &str = "bookings b LEFT JOIN users u ON u.id = b.user_id";

/// Columns of what letters and calendars say. Goes with [`FILED_FROM`].
pub(crate) const DETAILS: &str = "v.year, v.make, v.model, v.trim, d.name AS dealer_name, \
     s.name AS site_name, s.line1, s.line2, s.city, s.state, s.postal_code, s.country";

/// Drives with their customers and what letters say.
pub(super) const FILED_FROM: &str = "bookings b LEFT JOIN users u ON u.id = b.user_id \
     JOIN vehicles v ON v.id = b.vehicle_id JOIN dealers d ON d.id = b.dealer_id JOIN sites s ON s.id = b.site_id";

/// An id column that may be null.
fn opt_id<K>(row: &QueryResult, column: &str) -> Result<Option<Id<K>>, DbErr> {
    Ok(row.try_get::<Option<Uuid>>("", column)?.map(Id::from_uuid))
}

/// Something that is kept as text and can't be wrong unless the row is.
pub(super) fn parsed<T: std::str::FromStr>(column: &str, text: &str) -> Result<T, Common> {
    text.parse().map_err(|_| corrupt("bookings", column, text))
}

/// Reads a drive.
pub(super) fn drive(row: &QueryResult) -> Result<TestDrive, Common> {
    let get = || -> Result<_, DbErr> {
        Ok(TestDriveRow {
            user: opt_id(row, "user_id")?,
            status: row.try_get("", "status")?,
            timezone: row.try_get("", "timezone")?,
            caller: (
                row.try_get("", "caller_name")?,
                row.try_get("", "caller_phone")?,
                row.try_get("", "caller_email")?,
            ),
            names: (row.try_get("", "first_name")?, row.try_get("", "last_name")?),
            reach: (row.try_get("", "user_phone")?, row.try_get("", "user_email")?),
        })
    };
    let read = get().map_err(|e| crate::fault::common(&e))?;
    let zone: Zone = parsed("timezone", &read.timezone)?;
    let status = parsed("status", &read.status)?;
    let customer = read.customer()?;
    let build = || -> Result<_, DbErr> {
        Ok(TestDrive {
            id: id(row, "id")?,
            listing: id(row, "listing_id")?,
            vehicle: id(row, "vehicle_id")?,
            dealer: id(row, "dealer_id")?,
            site: id(row, "site_id")?,
            customer,
            status,
            slot: slot(row)?,
            zone,
            note: row.try_get("", "note")?,
            reason: row.try_get("", "reason")?,
            staff: opt_id(row, "staff_id")?,
            cancel_until: row.try_get("", "cancel_until")?,
            requested_at: row.try_get("", "requested_at")?,
            created_at: row.try_get("", "created_at")?,
            updated_at: row.try_get("", "updated_at")?,
            version: row.try_get("", "version")?,
        })
    };
    build().map_err(|e| crate::fault::common(&e))
}

/// The texts of a row, before they are parsed.
struct TestDriveRow {
    user: Option<UserId>,
    status: String,
    timezone: String,
    caller: (Option<String>, Option<String>, Option<String>),
    names: (Option<String>, Option<String>),
    reach: (Option<String>, Option<String>),
}

impl TestDriveRow {
    /// A user as the account has them now; a caller as written down.
    fn customer(self) -> Result<Customer, Common> {
        let (name, phone, email) = if self.user.is_some() {
            let (first, last) = self.names;
            let name = [first, last].into_iter().flatten().collect::<Vec<_>>().join(" ");
            (name, self.reach.0, self.reach.1)
        } else {
            (self.caller.0.unwrap_or_default(), self.caller.1, self.caller.2)
        };
        Ok(Customer {
            user: self.user,
            name,
            phone: phone.map(|phone| parsed("phone", &phone)).transpose()?,
            email: email.map(|email| parsed("email", &email)).transpose()?,
        })
    }
}

/// Reads a user who wants to drive.
pub(super) fn patron(row: &QueryResult, user: UserId) -> Result<Patron, Common> {
    let get = || -> Result<_, DbErr> {
        let (first, last): (String, String) = (row.try_get("", "first_name")?, row.try_get("", "last_name")?);
        let (email, phone): (String, Option<String>) = (row.try_get("", "email")?, row.try_get("", "phone")?);
        let active: bool = row.try_get("", "active")?;
        Ok((format!("{first} {last}"), email, phone, active))
    };
    let (name, email, phone, active) = get().map_err(|e| crate::fault::common(&e))?;
    Ok(Patron {
        user,
        name: name.trim().to_owned(),
        email: parsed("email", &email)?,
        phone: phone.map(|phone| parsed("phone", &phone)).transpose()?,
        active,
    })
}

/// Reads `start_at` and `end_at`.
pub(super) fn slot(row: &QueryResult) -> Result<Slot, DbErr> {
    Ok(Slot {
        start_at: row.try_get("", "start_at")?,
        end_at: row.try_get("", "end_at")?,
    })
}

/// Reads [`DETAILS`].
pub(crate) fn details(row: &QueryResult) -> Result<Details, DbErr> {
    Ok(Details {
        vehicle: vehicle_title(row)?,
        dealer: row.try_get("", "dealer_name")?,
        site: row.try_get("", "site_name")?,
        address: address_line(row)?,
    })
}

/// Reads a drive with what letters say.
pub(crate) fn filed(row: &QueryResult) -> Result<Filed, Common> {
    let get =
        || -> Result<_, DbErr> { Ok((details(row)?, row.try_get::<Option<bool>>("", "customer_active")?)) };
    let (details, active) = get().map_err(|e| crate::fault::common(&e))?;
    Ok(Filed {
        drive: drive(row)?,
        details,
        customer_active: active.unwrap_or(false),
    })
}

/// `2021 Ford F-150 XLT`.
pub(crate) fn vehicle_title(row: &QueryResult) -> Result<String, DbErr> {
    let year: i64 = row.try_get("", "year")?;
    let (make, model): (String, String) = (row.try_get("", "make")?, row.try_get("", "model")?);
    let trim: Option<String> = row.try_get("", "trim")?;
    let words = [Some(year.to_string()), Some(make), Some(model), trim];
    Ok(words.into_iter().flatten().collect::<Vec<_>>().join(" "))
}

/// One drive with what letters say, within an act.
pub(super) async fn find<E>(tx: &Tx, booking: BookingId) -> Result<Filed, Stop<E>> {
    let mut sql = filed_where(tx.sql());
    sql.push("b.id = ").bind(booking.uuid());
    let row = tx.one(sql).await?.ok_or(Common::absent("booking"))?;
    Ok(filed(&row)?)
}

/// `SELECT … WHERE`, ready for conditions.
pub(crate) fn filed_where(mut sql: Sql) -> Sql {
    filed_select(&mut sql);
    sql
}

/// As [`filed_where`], behind what stands there.
pub(crate) fn filed_select(sql: &mut Sql) {
    sql.push("SELECT ").push(DRIVE).push(", ").push(DETAILS);
    sql.push(", u.active AS customer_active");
    sql.push(" FROM ").push(FILED_FROM).push(" WHERE ");
}

/// Live drives of a listing that have not started, locked: for acts that end them. Lock the listing first.
pub async fn live_of_listing<E>(tx: &Tx, listing: ListingId, at: Instant) -> Result<Vec<Filed>, Stop<E>> {
    live_of_listings(tx, &[listing], at).await
}

/// As [`live_of_listing`], of all these listings at once.
pub(crate) async fn live_of_listings<E>(
    tx: &Tx,
    listings: &[ListingId],
    at: Instant,
) -> Result<Vec<Filed>, Stop<E>> {
    live_of(tx, "b.listing_id IN (", listings.iter().map(ListingId::uuid), at).await
}

/// Live drives of a dealer that have not started, locked: for acts that end them. Lock the dealer first.
pub async fn live_of_dealer<E>(tx: &Tx, dealer: DealerId, at: Instant) -> Result<Vec<Filed>, Stop<E>> {
    live_of(tx, "b.dealer_id IN (", [dealer.uuid()], at).await
}

/// Drives that this sale called off, to come, whose slot no live drive of the vehicle shares.
pub(crate) async fn called_off_by_sale<E>(
    tx: &Tx,
    sale: kernel::id::SaleId,
    at: Instant,
) -> Result<Vec<Filed>, Stop<E>> {
    let mut sql = filed_where(tx.sql());
    sql.push("b.id IN (SELECT booking_id FROM sale_cancelled_bookings WHERE sale_id = ")
        .bind(sale.uuid());
    sql.push(") AND b.status = 'cancelled' AND b.start_at > ")
        .bind(at);
    sql.push(
        " AND NOT EXISTS (SELECT 1 FROM bookings o WHERE o.vehicle_id = b.vehicle_id \
         AND o.status IN ('requested', 'approved') AND o.start_at < b.end_at AND b.start_at < o.end_at) ORDER BY b.id",
    );
    let rows = tx.all(sql).await?;
    Ok(rows.iter().map(filed).collect::<Result<_, _>>()?)
}

async fn live_of<E>(
    tx: &Tx,
    condition: &'static str,
    ids: impl IntoIterator<Item = Uuid>,
    at: Instant,
) -> Result<Vec<Filed>, Stop<E>> {
    let mut sql = filed_where(tx.sql());
    sql.push(condition).bind_all(ids).push(") AND ").push(LIVE);
    sql.push(" AND b.start_at > ").bind(at).push(" ORDER BY b.id");
    if sql.is_postgres() {
        sql.push(" FOR UPDATE OF b");
    }
    let rows = tx.all(sql).await?;
    Ok(rows.iter().map(filed).collect::<Result<_, _>>()?)
}

/// The condition that what a row of `table` keeps shares a moment with `within`.
pub(super) fn touching(sql: &mut Sql, table: &'static str, within: Slot) {
    // No slot is longer than a day: the bound lets the index find them.
    let earliest = within.start_at.checked_sub_days(Days::new(1));
    sql.push(table)
        .push(".start_at > ")
        .bind(earliest.unwrap_or(within.start_at));
    sql.push(" AND ")
        .push(table)
        .push(".start_at < ")
        .bind(within.end_at);
    sql.push(" AND ")
        .push(table)
        .push(".end_at > ")
        .bind(within.start_at);
}

/// Writes a new drive.
pub(super) async fn insert(tx: &Tx, drive: &TestDrive) -> Result<(), DbErr> {
    let of_user = drive.customer.user.is_some();
    let caller = |value: Option<String>| value.filter(|_| !of_user);
    let mut sql = tx.sql();
    sql.push(
        "INSERT INTO bookings (id, listing_id, vehicle_id, dealer_id, site_id, user_id, caller_name, caller_phone, caller_email, \
         status, start_at, end_at, local_date, timezone, note, reason, staff_id, cancel_until, requested_at, created_at, \
         updated_at, version) VALUES (",
    );
    sql.bind_all([
        drive.id.uuid(),
        drive.listing.uuid(),
        drive.vehicle.uuid(),
        drive.dealer.uuid(),
        drive.site.uuid(),
    ]);
    sql.push(", ")
        .bind(drive.customer.user.map(|u| u.uuid()))
        .push(", ");
    sql.bind_all([
        caller(Some(drive.customer.name.clone())),
        caller(drive.customer.phone.as_ref().map(ToString::to_string)),
        caller(drive.customer.email.as_ref().map(ToString::to_string)),
    ]);
    sql.push(", ").bind(drive.status.as_str()).push(", ");
    sql.bind_all([drive.slot.start_at, drive.slot.end_at]).push(", ");
    sql.bind(drive.local_date())
        .push(", ")
        .bind(drive.zone.name())
        .push(", ");
    sql.bind_all([drive.note.clone(), drive.reason.clone()])
        .push(", ");
    sql.bind(drive.staff.map(|s| s.uuid())).push(", ");
    sql.bind_all([
        drive.cancel_until,
        drive.requested_at,
        drive.created_at,
        drive.updated_at,
    ]);
    sql.push(", ").bind(drive.version).push(")");
    tx.run(sql).await?;
    Ok(())
}

/// Writes a drive's next state over the version before it. A compare-and-swap: where the drive was locked first, nobody can
/// have come between, and losing it is a defect.
pub async fn write_next<E>(tx: &Tx, drive: &TestDrive) -> Result<(), Stop<E>> {
    let mut sql = tx.sql();
    sql.push("UPDATE bookings SET status = ")
        .bind(drive.status.as_str());
    sql.push(", start_at = ").bind(drive.slot.start_at);
    sql.push(", end_at = ").bind(drive.slot.end_at);
    sql.push(", local_date = ").bind(drive.local_date());
    sql.push(", timezone = ").bind(drive.zone.name());
    sql.push(", site_id = ").bind(drive.site.uuid());
    sql.push(", reason = ").bind(drive.reason.clone());
    sql.push(", staff_id = ").bind(drive.staff.map(|s| s.uuid()));
    sql.push(", cancel_until = ").bind(drive.cancel_until);
    sql.push(", requested_at = ").bind(drive.requested_at);
    sql.push(", updated_at = ").bind(drive.updated_at);
    sql.push(", version = ").bind(drive.version);
    sql.push(" WHERE id = ").bind(drive.id.uuid());
    sql.push(" AND version = ").bind(drive.version - 1);
    if tx.run(sql).await? == 1 {
        Ok(())
    } else {
        Err(Common::internal(format!("booking {} was changed under its lock", drive.id)).into())
    }
}
