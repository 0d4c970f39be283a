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
    lock_listing(tx, target.listing).await?;
    let customer = match target.customer {
        Some(user) => lock_patron(tx, user).await?,
        None => None,
    };
    let within = day_from(target.start_at);
    let times = slots::times(tx, target.listing, within, act.at, None).await?;
    Ok(BookingFacts {
        taken: times.taken,
        holds: times.holds,
        car: times.car,
        theirs: theirs(tx, target.customer, act.at, None).await?,
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
    lock_listing(tx, before.drive.listing).await?;
    if let Some(user) = before.drive.customer.user {
        lock_patron(tx, user).await?;
    }
    tx.lock("bookings", id.uuid()).await?;
    let filed: Filed = rows::find(tx, id).await?;
    let times = slots::times(tx, filed.drive.listing, day_from(start_at), act.at, Some(id)).await?;
    let facts = MoveFacts {
        taken: times.taken,
        holds: times.holds,
        car: times.car,
        theirs: theirs(tx, filed.drive.customer.user, act.at, Some(id)).await?,
        filed,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    rows::write_next(tx, &decision.plan.drive).await?;
    holds::use_up(tx, &decision.plan.used).await?;
    Ok((decision.answer, decision.record))
}

/// Locks a listing, and its dealer against being suspended meanwhile: drives of one dealer need not wait for each other.
pub(super) async fn lock_listing(tx: &Tx, listing: ListingId) -> Result<(), Stop<Error>> {
    let mut sql = tx.sql();
    if sql.is_postgres() {
        // The dealer is locked before the first row of listings is looked for, in one statement.
        sql.push("WITH dealer AS MATERIALIZED (SELECT 1 FROM dealers WHERE id = (SELECT dealer_id FROM listings WHERE id = ")
            .bind(listing.uuid())
            .push(") FOR KEY SHARE) SELECT 1 FROM listings WHERE EXISTS (SELECT 1 FROM dealer) AND id = ")
            .bind(listing.uuid())
            .push(" FOR UPDATE");
    } else {
        sql.push("SELECT 1 FROM listings WHERE id = ")
            .bind(listing.uuid());
    }
    if tx.one(sql).await?.is_some() {
        Ok(())
    } else {
        Err(Common::absent("listing").into())
    }
}

/// Locks a user who wants to drive; none when there is no such user.
async fn lock_patron(tx: &Tx, user: UserId) -> Result<Option<Patron>, Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("SELECT first_name, last_name, email, phone, active FROM users WHERE id = ")
        .bind(user.uuid());
    if sql.is_postgres() {
        sql.push(" FOR UPDATE");
    }
    let Some(row) = tx.one(sql).await? else {
        return Ok(None);
    };
    Ok(Some(rows::patron(&row, user)?))
}

/// The day that follows a start: no slot is longer.
fn day_from(start_at: Instant) -> Slot {
    Slot {
        start_at,
        end_at: start_at.checked_add_days(Days::new(1)).unwrap_or(start_at),
    }
}

async fn theirs(
    tx: &Tx,
    user: Option<UserId>,
    at: Instant,
    but: Option<BookingId>,
) -> Result<Vec<Slot>, Stop<Error>> {
    let Some(user) = user else {
        return Ok(Vec::new());
    };
    let found = tx.all(rows::theirs(tx.sql(), user, at, but)).await?;
    Ok(found.iter().map(rows::slot).collect::<Result<_, _>>()?)
}
