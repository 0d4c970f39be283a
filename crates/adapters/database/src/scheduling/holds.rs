//! Slots that are kept for a while.

use async_trait::async_trait;
use kernel::Instant;
use kernel::act::{Act, Decide, Done, Record};
use kernel::id::{SlotHoldId, UserId};
use scheduling::error::Error;
use scheduling::hold::SlotHold;
use scheduling::ports::{BookingTarget, HoldFacts, NewHold, SlotHolds};
use sea_orm::{DbErr, QueryResult};

use super::bookings::booking_facts;
use super::rows::slot;
use crate::db::Db;
use crate::fault::{self, Stop};
use crate::rows::id;
use crate::tx::Tx;

/// Holds in the database.
#[derive(Clone)]
pub struct SqlSlotHolds {
    db: Db,
}

impl SqlSlotHolds {
    /// On a database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

#[async_trait]
impl SlotHolds for SqlSlotHolds {
    async fn hold(
        &self,
        act: &Act,
        target: &BookingTarget,
        decide: Decide<'_, HoldFacts, Option<NewHold>, SlotHold, Error>,
    ) -> Result<Done<SlotHold>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = hold_in(&tx, act, target, decide).await;
                (tx, result)
            })
            .await
    }

    async fn find(&self, user: UserId, id: SlotHoldId, at: Instant) -> Result<Option<SlotHold>, Error> {
        let mut sql = self.db.sql();
        sql.push(
            "SELECT id, listing_id, vehicle_id, user_id, start_at, end_at, created_at, expires_at FROM slot_holds WHERE id = ",
        )
        .bind(id.uuid());
        sql.push(" AND user_id = ")
            .bind(user.uuid())
            .push(" AND expires_at > ")
            .bind(at);
        let row = self.db.one(sql).await?;
        let read = row.as_ref().map(read).transpose();
        Ok(read.map_err(|e| fault::common(&e))?)
    }
}

fn read(row: &QueryResult) -> Result<SlotHold, DbErr> {
    Ok(SlotHold {
        id: id(row, "id")?,
        listing: id(row, "listing_id")?,
        vehicle: id(row, "vehicle_id")?,
        user: id(row, "user_id")?,
        slot: slot(row)?,
        created_at: row.try_get("", "created_at")?,
        expires_at: row.try_get("", "expires_at")?,
    })
}

async fn hold_in(
    tx: &Tx,
    act: &Act,
    target: &BookingTarget,
    decide: Decide<'_, HoldFacts, Option<NewHold>, SlotHold, Error>,
) -> Result<(SlotHold, Record), Stop<Error>> {
    let facts = HoldFacts {
        booking: booking_facts(tx, act, target).await?,
        held: match target.customer {
            Some(user) => held_by(tx, user, act.at).await?,
            None => Vec::new(),
        },
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    if let Some(new) = &decision.plan {
        use_up(tx, &new.instead_of).await?;
        keep(tx, &new.hold).await?;
    }
    Ok((decision.answer, decision.record))
}

async fn held_by(tx: &Tx, user: UserId, at: Instant) -> Result<Vec<SlotHoldId>, DbErr> {
    let mut sql = tx.sql();
    sql.push("SELECT id FROM slot_holds WHERE user_id = ")
        .bind(user.uuid())
        .push(" AND expires_at > ")
        .bind(at);
    tx.all(sql).await?.iter().map(|row| id(row, "id")).collect()
}

/// Removes holds that are used up.
pub(super) async fn use_up(tx: &Tx, used: &[SlotHoldId]) -> Result<(), DbErr> {
    if used.is_empty() {
        return Ok(());
    }
    let mut sql = tx.sql();
    sql.push("DELETE FROM slot_holds WHERE id IN (")
        .bind_all(used.iter().map(SlotHoldId::uuid))
        .push(")");
    tx.run(sql).await?;
    Ok(())
}

/// Writes a hold; those of the car that are over make way.
pub(super) async fn keep(tx: &Tx, hold: &SlotHold) -> Result<(), DbErr> {
    let mut sql = tx.sql();
    sql.push("DELETE FROM slot_holds WHERE vehicle_id = ")
        .bind(hold.vehicle.uuid())
        .push(" AND expires_at <= ")
        .bind(hold.created_at);
    tx.run(sql).await?;
    let mut sql = tx.sql();
    sql.push(
        "INSERT INTO slot_holds (id, listing_id, vehicle_id, user_id, start_at, end_at, created_at, expires_at) VALUES (",
    );
    sql.bind_all([
        hold.id.uuid(),
        hold.listing.uuid(),
        hold.vehicle.uuid(),
        hold.user.uuid(),
    ])
    .push(", ");
    sql.bind_all([
        hold.slot.start_at,
        hold.slot.end_at,
        hold.created_at,
        hold.expires_at,
    ])
    .push(")");
    tx.run(sql).await?;
    Ok(())
}
