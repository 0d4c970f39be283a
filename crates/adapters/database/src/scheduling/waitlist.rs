//! Lines for taken slots. Every change of one is made under the lock of its listing.

use async_trait::async_trait;
use chrono::Days;
use kernel::Instant;
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::{DealerId, ListingId, UserId, WaitlistEntryId};
use kernel::paging::{Page, PageRequest};
use scheduling::booking::Slot;
use scheduling::error::Error;
use scheduling::notice::Turn;
use scheduling::ports::{
    Answered, BookingTarget, EntryFacts, InLine, JoinFacts, TurnFacts, WaitPlan, Waitlist,
};
use scheduling::waitlist::{WaitStatus, WaitlistEntry};
use sea_orm::{DbErr, QueryResult};

use super::bookings::{booking_facts, lock};
use super::slots::Wanted;
use super::{holds, rows, slots};
use crate::db::Db;
use crate::fault::{self, Stop, corrupt};
use crate::list::{Field, FieldType, ListQuery, ListSpec};
use crate::rows::id;
use crate::sql::Sql;
use crate::tx::Tx;

/// Lines in the database.
#[derive(Clone)]
pub struct SqlWaitlist {
    db: Db,
}

impl SqlWaitlist {
    /// On a database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

/// One's own places in line. Index: `waitlist_entries_user`.
const MINE: ListSpec = ListSpec {
    fields: &[Field {
        name: "created_at",
        sql: "w.created_at",
        of: FieldType::Instant,
    }],
    default: &[("created_at", true)],
    id: "w.id",
};

const ENTRY: &str = "w.id, w.listing_id, w.vehicle_id, w.dealer_id, w.user_id, w.start_at, w.end_at, w.status, w.offered_until, \
     w.created_at, w.updated_at, w.version";

const LIVE: &str = "w.status IN ('waiting', 'offered')";

#[async_trait]
impl Waitlist for SqlWaitlist {
    async fn join(
        &self,
        act: &Act,
        target: &BookingTarget,
        decide: Decide<'_, JoinFacts, WaitlistEntry, WaitlistEntry, Error>,
    ) -> Result<Done<WaitlistEntry>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = join_in(&tx, act, target, decide).await;
                (tx, result)
            })
            .await
    }

    async fn answer(
        &self,
        act: &Act,
        id: WaitlistEntryId,
        decide: Decide<'_, EntryFacts, WaitPlan, Answered, Error>,
    ) -> Result<Done<Answered>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = answer_in(&tx, act, id, decide).await;
                (tx, result)
            })
            .await
    }

    async fn turn(
        &self,
        act: &Act,
        turn: &Turn,
        decide: Decide<'_, TurnFacts, WaitPlan, (), Error>,
    ) -> Result<Done<()>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = turn_in(&tx, act, turn, decide).await;
                (tx, result)
            })
            .await
    }

    async fn find(&self, user: UserId, id: WaitlistEntryId) -> Result<Option<WaitlistEntry>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT ").push(ENTRY);
        sql.push(" FROM waitlist_entries w WHERE w.id = ")
            .bind(id.uuid())
            .push(" AND w.user_id = ")
            .bind(user.uuid());
        let row = self.db.one(sql).await?;
        Ok(row.as_ref().map(entry).transpose()?)
    }

    async fn waited_for(
        &self,
        listings: &[ListingId],
        dealers: &[DealerId],
        at: Instant,
    ) -> Result<Vec<(DealerId, Turn)>, Error> {
        let mut sql = self.db.sql();
        // One walk of an index each; UNION leaves doubles out.
        for (n, column) in ["w.listing_id", "w.dealer_id"].into_iter().enumerate() {
            sql.push(if n > 0 { " UNION " } else { "" })
                .push("SELECT w.dealer_id, w.listing_id, w.start_at, w.end_at FROM waitlist_entries w WHERE ")
                .push(LIVE)
                .push(" AND w.start_at > ")
                .bind(at)
                .push(" AND ")
                .push(column)
                .push(" IN (");
            match n {
                0 => sql.bind_all(listings.iter().map(ListingId::uuid)),
                _ => sql.bind_all(dealers.iter().map(DealerId::uuid)),
            };
            sql.push(")");
        }
        let read = |row: &QueryResult| -> Result<_, DbErr> {
            let turn = Turn {
                listing_id: id(row, "listing_id")?,
                slot: rows::slot(row)?,
            };
            Ok((id(row, "dealer_id")?, turn))
        };
        let rows = self.db.all_of_primary(sql).await?;
        let found: Result<_, DbErr> = rows.iter().map(read).collect();
        Ok(found.map_err(|e| fault::common(&e))?)
    }

    async fn mine(&self, user: UserId, page: &PageRequest) -> Result<Page<WaitlistEntry>, Error> {
        let query = ListQuery {
            select: ENTRY,
            from: "waitlist_entries w",
            filter: |sql: &mut Sql| {
                sql.push(" AND w.user_id = ").bind(user.uuid());
            },
            filter_key: user.to_string(),
        };
        let page = MINE.page(&self.db, page, &query, |row| Ok(entry(row))).await?;
        let Page {
            items,
            count,
            next,
            previous,
        } = page;
        Ok(Page {
            items: items.into_iter().collect::<Result<_, Common>>()?,
            count,
            next,
            previous,
        })
    }
}

async fn join_in(
    tx: &Tx,
    act: &Act,
    target: &BookingTarget,
    decide: Decide<'_, JoinFacts, WaitlistEntry, WaitlistEntry, Error>,
) -> Result<(WaitlistEntry, Record), Stop<Error>> {
    let facts = JoinFacts {
        booking: booking_facts(tx, act, target).await?,
        line: match target.customer {
            Some(user) => waited_for_by(tx, user, act.at).await?,
            None => Vec::new(),
        },
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    insert(tx, &decision.plan).await?;
    Ok((decision.answer, decision.record))
}

async fn answer_in(
    tx: &Tx,
    act: &Act,
    id: WaitlistEntryId,
    decide: Decide<'_, EntryFacts, WaitPlan, Answered, Error>,
) -> Result<(Answered, Record), Stop<Error>> {
    // Whose it is, and for what, never changes: it may be read before the locks.
    let before = find(tx, id).await?;
    let target = BookingTarget {
        listing: before.listing,
        customer: Some(before.user),
        start_at: before.slot.start_at,
    };
    let facts = EntryFacts {
        booking: booking_facts(tx, act, &target).await?,
        entry: find(tx, id).await?,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    write(tx, &decision.plan).await?;
    Ok((decision.answer, decision.record))
}

async fn turn_in(
    tx: &Tx,
    act: &Act,
    turn: &Turn,
    decide: Decide<'_, TurnFacts, WaitPlan, (), Error>,
) -> Result<((), Record), Stop<Error>> {
    lock(tx, turn.listing_id, None).await?;
    let line = in_line(tx, turn).await?;
    if line.is_empty() {
        return Ok(((), Record::default()));
    }
    // Whoever waits may wait for a slot that begins before, or ends after: none is longer than a day.
    let (start, end) = (turn.slot.start_at, turn.slot.end_at);
    let within = Slot {
        start_at: start.checked_sub_days(Days::new(1)).unwrap_or(start),
        end_at: end.checked_add_days(Days::new(1)).unwrap_or(end),
    };
    let wanted = Wanted {
        listing: turn.listing_id,
        within,
        customer: None,
        but: None,
    };
    let (times, _) = slots::times(tx, &wanted, act.at).await?;
    let facts = TurnFacts {
        car: times.car,
        taken: times.taken,
        holds: times.holds,
        line,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    write(tx, &decision.plan).await?;
    Ok(((), decision.record))
}

/// Reads a place in line.
fn entry(row: &QueryResult) -> Result<WaitlistEntry, Common> {
    let status: String = row.try_get("", "status").map_err(|e| fault::common(&e))?;
    let status: WaitStatus = status
        .parse()
        .map_err(|_| corrupt("waitlist_entries", "status", &status))?;
    let build = || -> Result<_, DbErr> {
        Ok(WaitlistEntry {
            id: id(row, "id")?,
            listing: id(row, "listing_id")?,
            vehicle: id(row, "vehicle_id")?,
            dealer: id(row, "dealer_id")?,
            user: id(row, "user_id")?,
            slot: rows::slot(row)?,
            status,
            offered_until: row.try_get("", "offered_until")?,
            created_at: row.try_get("", "created_at")?,
            updated_at: row.try_get("", "updated_at")?,
            version: row.try_get("", "version")?,
        })
    };
    build().map_err(|e| fault::common(&e))
}

async fn find(tx: &Tx, id: WaitlistEntryId) -> Result<WaitlistEntry, Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("SELECT ").push(ENTRY);
    sql.push(" FROM waitlist_entries w WHERE w.id = ").bind(id.uuid());
    let row = tx.one(sql).await?.ok_or(Common::absent("waitlist entry"))?;
    Ok(entry(&row)?)
}

async fn waited_for_by(tx: &Tx, user: UserId, at: Instant) -> Result<Vec<WaitlistEntry>, Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("SELECT ").push(ENTRY);
    sql.push(" FROM waitlist_entries w WHERE w.user_id = ")
        .bind(user.uuid());
    sql.push(" AND ").push(LIVE).push(" AND w.start_at > ").bind(at);
    let found = tx.all(sql).await?;
    Ok(found.iter().map(entry).collect::<Result<_, _>>()?)
}

/// Who waits for a slot of a listing that shares a moment with that of the turn, first come first.
async fn in_line(tx: &Tx, turn: &Turn) -> Result<Vec<InLine>, Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("SELECT ").push(ENTRY);
    sql.push(
        ", u.first_name, u.last_name, u.email, u.phone, u.active FROM waitlist_entries w JOIN users u ON u.id = w.user_id \
         WHERE w.listing_id = ",
    )
    .bind(turn.listing_id.uuid());
    sql.push(" AND ").push(LIVE).push(" AND ");
    rows::touching(&mut sql, "w", turn.slot);
    sql.push(" ORDER BY w.created_at, w.id");
    let mut line = Vec::new();
    for row in &tx.all(sql).await? {
        let entry = entry(row)?;
        line.push(InLine {
            patron: rows::patron(row, entry.user)?,
            entry,
        });
    }
    Ok(line)
}

async fn insert(tx: &Tx, entry: &WaitlistEntry) -> Result<(), DbErr> {
    let mut sql = tx.sql();
    sql.push(
        "INSERT INTO waitlist_entries (id, listing_id, vehicle_id, dealer_id, user_id, start_at, end_at, status, offered_until, \
         created_at, updated_at, version) VALUES (",
    );
    sql.bind_all([
        entry.id.uuid(),
        entry.listing.uuid(),
        entry.vehicle.uuid(),
        entry.dealer.uuid(),
        entry.user.uuid(),
    ])
    .push(", ");
    sql.bind_all([entry.slot.start_at, entry.slot.end_at]).push(", ");
    sql.bind(entry.status.as_str())
        .push(", ")
        .bind(entry.offered_until);
    sql.push(", ").bind_all([entry.created_at, entry.updated_at]);
    sql.push(", ").bind(entry.version).push(")");
    tx.run(sql).await?;
    Ok(())
}

async fn write(tx: &Tx, plan: &WaitPlan) -> Result<(), Stop<Error>> {
    for status in WaitStatus::ALL.iter().filter(|s| **s != WaitStatus::Offered) {
        let stepped: Vec<_> = plan.entries.iter().filter(|e| e.status == *status).collect();
        step(tx, *status, &stepped).await?;
    }
    // Each offer has an end of its own; few are made at once.
    for offered in plan.entries.iter().filter(|e| e.status == WaitStatus::Offered) {
        step(tx, WaitStatus::Offered, &[offered]).await?;
    }
    holds::use_up(tx, &plan.freed).await?;
    for hold in &plan.held {
        holds::keep(tx, hold).await?;
    }
    if let Some(placed) = &plan.drive {
        rows::insert(tx, &placed.drive).await?;
        holds::use_up(tx, &placed.used).await?;
    }
    Ok(())
}

/// Writes that these are in a state now; they were locked in the one before it.
async fn step(tx: &Tx, status: WaitStatus, entries: &[&WaitlistEntry]) -> Result<(), Stop<Error>> {
    let Some(first) = entries.first() else {
        return Ok(());
    };
    let mut sql = tx.sql();
    sql.push("UPDATE waitlist_entries SET version = version + 1, status = ")
        .bind(status.as_str());
    sql.push(", updated_at = ").bind(first.updated_at);
    if status == WaitStatus::Offered {
        sql.push(", offered_until = ").bind(first.offered_until);
    }
    sql.push(" WHERE id IN (")
        .bind_all(entries.iter().map(|e| e.id.uuid()))
        .push(") AND status IN ('waiting', 'offered')");
    if usize::try_from(tx.run(sql).await?).ok() == Some(entries.len()) {
        Ok(())
    } else {
        Err(Common::internal(format!("a line was changed under its lock: entry {}", first.id)).into())
    }
}
