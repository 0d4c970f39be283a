//! Changing test drives.

use async_trait::async_trait;
use chrono::Days;
use kernel::Instant;
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::{BookingId, ListingId, UserId};
use scheduling::booking::{Slot, TestDrive};
use scheduling::error::Error;
use scheduling::notice::Filed;
use scheduling::ports::{BookingFacts, BookingTarget, Bookings, MoveFacts, Patron, Placed};

use super::slots::Wanted;
use super::{holds, rows, slots};
use crate::db::Db;
use crate::fault::Stop;
use crate::tx::Tx;

/// Test drives in the database.
#[derive(Clone)]
pub struct SqlBookings {
    db: Db,
}

impl SqlBookings {
    /// On a database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

#[async_trait]
impl Bookings for SqlBookings {
    async fn book(
        &self,
        act: &Act,
        target: &BookingTarget,
        decide: Decide<'_, BookingFacts, Placed, TestDrive, Error>,
    ) -> Result<Done<TestDrive>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = book_in(&tx, act, target, decide).await;
                (tx, result)
            })
            .await
    }

    async fn transition(
        &self,
        act: &Act,
        id: BookingId,
        decide: Decide<'_, Filed, Option<TestDrive>, TestDrive, Error>,
    ) -> Result<Done<TestDrive>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = transition_in(&tx, id, decide).await;
                (tx, result)
            })
            .await
    }

    async fn reschedule(
        &self,
        act: &Act,
        id: BookingId,
        start_at: Instant,
        decide: Decide<'_, MoveFacts, Placed, TestDrive, Error>,
    ) -> Result<Done<TestDrive>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = reschedule_in(&tx, act, id, start_at, decide).await;
                (tx, result)
            })
            .await
    }
}

async fn book_in(
    tx: &Tx,
    act: &Act,
    target: &BookingTarget,
    decide: Decide<'_, BookingFacts, Placed, TestDrive, Error>,
) -> Result<(TestDrive, Record), Stop<Error>> {
    let facts = booking_facts(tx, act, target).await?;
    let decision = decide(&facts).map_err(Stop::Domain)?;
    rows::insert(tx, &decision.plan.drive).await?;
    holds::use_up(tx, &decision.plan.used).await?;
    Ok((decision.answer, decision.record))
}

/// Locks the listing, then the customer, and reads what a booking goes by.
pub(super) async fn booking_facts(
    tx: &Tx,
    act: &Act,
    target: &BookingTarget,
) -> Result<BookingFacts, Stop<Error>> {
    let customer = lock(tx, target.listing, target.customer).await?;
    let wanted = Wanted {
        listing: target.listing,
        within: day_from(target.start_at),
        customer: target.customer,
        but: None,
    };
    let (times, theirs) = slots::times(tx, &wanted, act.at).await?;
    Ok(BookingFacts {
        taken: times.taken,
        holds: times.holds,
        car: times.car,
        theirs,
        customer,
    })
}

async fn transition_in(
    tx: &Tx,
    id: BookingId,
    decide: Decide<'_, Filed, Option<TestDrive>, TestDrive, Error>,
) -> Result<(TestDrive, Record), Stop<Error>> {
    tx.lock("bookings", id.uuid()).await?;
    let decision = decide(&rows::find(tx, id).await?).map_err(Stop::Domain)?;
    if let Some(next) = &decision.plan {
        rows::write_next(tx, next).await?;
    }
    Ok((decision.answer, decision.record))
}

async fn reschedule_in(
    tx: &Tx,
    act: &Act,
    id: BookingId,
    start_at: Instant,
    decide: Decide<'_, MoveFacts, Placed, TestDrive, Error>,
) -> Result<(TestDrive, Record), Stop<Error>> {
    // Which listing and which customer never change: they may be read before they are locked.
    let before: Filed = rows::find(tx, id).await?;
    lock(tx, before.drive.listing, before.drive.customer.user).await?;
    tx.lock("bookings", id.uuid()).await?;
    let filed: Filed = rows::find(tx, id).await?;
    let wanted = Wanted {
        listing: filed.drive.listing,
        within: day_from(start_at),
        customer: filed.drive.customer.user,
        but: Some(id),
    };
    let (times, theirs) = slots::times(tx, &wanted, act.at).await?;
    let facts = MoveFacts {
        taken: times.taken,
        holds: times.holds,
        car: times.car,
        theirs,
        filed,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    rows::write_next(tx, &decision.plan.drive).await?;
    holds::use_up(tx, &decision.plan.used).await?;
    Ok((decision.answer, decision.record))
}

/// Locks a listing, and its dealer against being suspended meanwhile: drives of one dealer need not wait for each other. Then the
/// user who wants to drive, if one is named; none when there is no such user.
pub(super) async fn lock(
    tx: &Tx,
    listing: ListingId,
    customer: Option<UserId>,
) -> Result<Option<Patron>, Stop<Error>> {
    let mut sql = tx.sql();
    if sql.is_postgres() {
        // One statement, in which each row is looked for once the row before is locked.
        sql.push("WITH dealer AS MATERIALIZED (SELECT 1 FROM dealers WHERE id = (SELECT dealer_id FROM listings WHERE id = ")
            .bind(listing.uuid())
            .push(") FOR KEY SHARE), car AS MATERIALIZED (SELECT 1 FROM listings WHERE EXISTS (SELECT 1 FROM dealer) AND id = ")
            .bind(listing.uuid())
            .push(" FOR UPDATE), patron AS MATERIALIZED (SELECT first_name, last_name, email, phone, active FROM users \
                   WHERE EXISTS (SELECT 1 FROM car) AND id = ")
            .bind(customer.map(|user| user.uuid()))
            .push(" FOR UPDATE) SELECT p.* FROM (SELECT 1 FROM car) c LEFT JOIN patron p ON TRUE");
    } else {
        sql.push("SELECT u.first_name, u.last_name, u.email, u.phone, u.active FROM listings l LEFT JOIN users u ON u.id = ")
            .bind(customer.map(|user| user.uuid()))
            .push(" WHERE l.id = ")
            .bind(listing.uuid());
    }
    let row = tx.one(sql).await?.ok_or(Common::absent("listing"))?;
    let known = row.try_get::<Option<String>>("", "email")?.is_some();
    Ok(match customer {
        Some(user) if known => Some(rows::patron(&row, user)?),
        _ => None,
    })
}

/// The day that follows a start: no slot is longer.
fn day_from(start_at: Instant) -> Slot {
    Slot {
        start_at,
        end_at: start_at.checked_add_days(Days::new(1)).unwrap_or(start_at),
    }
}
