//! Changing test drives.

use async_trait::async_trait;
use chrono::TimeDelta;
use kernel::Instant;
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::{BookingId, ListingId, UserId, VehicleId};
use scheduling::booking::{Slot, TestDrive};
use scheduling::error::Error;
use scheduling::notice::Filed;
use scheduling::ports::{BookingFacts, BookingTarget, Bookings, MoveFacts, Patron};

use super::{rows, slots};
use crate::db::Db;
use crate::fault::Stop;
use crate::tx::{Begun, Tries, Tx};

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
        decide: Decide<'_, BookingFacts, TestDrive, TestDrive, Error>,
    ) -> Result<Done<TestDrive>, Error> {
        let mut tries = Tries::default();
        loop {
            let tx = match self.db.begin(act).await? {
                Begun::Fresh(tx) => tx,
                Begun::Replayed(done) => return Ok(done),
            };
            let result = book_in(&tx, act, target, decide).await;
            if let Some(end) = tx.finish(act, &mut tries, result).await {
                return end;
            }
        }
    }

    async fn transition(
        &self,
        act: &Act,
        id: BookingId,
        decide: Decide<'_, Filed, Option<TestDrive>, TestDrive, Error>,
    ) -> Result<Done<TestDrive>, Error> {
        let mut tries = Tries::default();
        loop {
            let tx = match self.db.begin(act).await? {
                Begun::Fresh(tx) => tx,
                Begun::Replayed(done) => return Ok(done),
            };
            let result = transition_in(&tx, id, decide).await;
            if let Some(end) = tx.finish(act, &mut tries, result).await {
                return end;
            }
        }
    }

    async fn reschedule(
        &self,
        act: &Act,
        id: BookingId,
        start_at: Instant,
        decide: Decide<'_, MoveFacts, TestDrive, TestDrive, Error>,
    ) -> Result<Done<TestDrive>, Error> {
        let mut tries = Tries::default();
        loop {
            let tx = match self.db.begin(act).await? {
                Begun::Fresh(tx) => tx,
                Begun::Replayed(done) => return Ok(done),
            };
            let result = reschedule_in(&tx, act, id, start_at, decide).await;
            if let Some(end) = tx.finish(act, &mut tries, result).await {
                return end;
            }
        }
    }
}

async fn book_in(
    tx: &Tx,
    act: &Act,
    target: &BookingTarget,
    decide: Decide<'_, BookingFacts, TestDrive, TestDrive, Error>,
) -> Result<(TestDrive, Record), Stop<Error>> {
    lock_listing(tx, target.listing).await?;
    let customer = match target.customer {
        Some(user) => lock_patron(tx, user).await?,
        None => None,
    };
    let car = slots::car(tx, target.listing).await?;
    let facts = BookingFacts {
        taken: taken(tx, car.vehicle, target.start_at, None).await?,
        theirs: theirs(tx, target.customer, act.at, None).await?,
        car,
        customer,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    rows::insert(tx, &decision.plan).await?;
    Ok((decision.answer, decision.record))
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
    decide: Decide<'_, MoveFacts, TestDrive, TestDrive, Error>,
) -> Result<(TestDrive, Record), Stop<Error>> {
    // Which listing and which customer never change: they may be read before they are locked.
    let before: Filed = rows::find(tx, id).await?;
    lock_listing(tx, before.drive.listing).await?;
    if let Some(user) = before.drive.customer.user {
        lock_patron(tx, user).await?;
    }
    tx.lock("bookings", id.uuid()).await?;
    let filed: Filed = rows::find(tx, id).await?;
    let car = slots::car(tx, filed.drive.listing).await?;
    let facts = MoveFacts {
        taken: taken(tx, car.vehicle, start_at, Some(id)).await?,
        theirs: theirs(tx, filed.drive.customer.user, act.at, Some(id)).await?,
        filed,
        car,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    rows::write_next(tx, &decision.plan).await?;
    Ok((decision.answer, decision.record))
}

/// Locks a listing, and its dealer against being suspended meanwhile: drives of one dealer need not wait for each other.
async fn lock_listing(tx: &Tx, listing: ListingId) -> Result<(), Stop<Error>> {
    if tx.sql().is_postgres() {
        let mut sql = tx.sql();
        sql.push("SELECT 1 FROM dealers WHERE id = (SELECT dealer_id FROM listings WHERE id = ")
            .bind(listing.uuid())
            .push(") FOR KEY SHARE");
        tx.one(sql).await?;
    }
    if tx.lock("listings", listing.uuid()).await? {
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
    let (first, last): (String, String) = (row.try_get("", "first_name")?, row.try_get("", "last_name")?);
    let (email, phone): (String, Option<String>) = (row.try_get("", "email")?, row.try_get("", "phone")?);
    Ok(Some(Patron {
        user,
        name: format!("{first} {last}").trim().to_owned(),
        email: rows::parsed("email", &email)?,
        phone: phone.map(|phone| rows::parsed("phone", &phone)).transpose()?,
        active: row.try_get("", "active")?,
    }))
}

async fn taken(
    tx: &Tx,
    vehicle: VehicleId,
    start_at: Instant,
    but: Option<BookingId>,
) -> Result<Vec<Slot>, Stop<Error>> {
    let within = Slot {
        start_at,
        end_at: start_at + TimeDelta::days(1),
    };
    let found = tx.all(rows::taken(tx.sql(), vehicle, within, but)).await?;
    Ok(found.iter().map(rows::slot).collect::<Result<_, _>>()?)
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
