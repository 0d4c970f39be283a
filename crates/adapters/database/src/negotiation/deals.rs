//! Moves, with their listing.

use ::negotiation::negotiation::{Buyer, Negotiation};
use ::negotiation::ports::Seen;
use ::negotiation::savers::{MOST_SAVERS, Reached, SaversFacts};
use ::negotiation::table::{Table, Terms};
use application::error::Error;
use application::negotiate::{DealFacts, DealPlan, DealTarget, Deals, car};
use async_trait::async_trait;
use dealers::dealer::DealerStatus;
use inventory::listing::Listed;
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::{Id, ListingId, NegotiationId, UserId};
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use super::rows;
use crate::db::Db;
use crate::dealers::negotiation_rules;
use crate::fault::{Stop, corrupt};
use crate::inventory::{locked_listing, update_listing};
use crate::sql::Sql;
use crate::tx::Tx;

/// Moves in the database.
#[derive(Clone)]
pub struct SqlDeals {
    db: Db,
}

impl SqlDeals {
    /// On a database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

#[async_trait]
impl Deals for SqlDeals {
    async fn play(
        &self,
        act: &Act,
        target: DealTarget,
        decide: Decide<'_, DealFacts, DealPlan, Seen, Error>,
    ) -> Result<Done<Seen>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = play_in(&tx, target, decide).await;
                (tx, result)
            })
            .await
    }

    async fn offer_to_savers(
        &self,
        act: &Act,
        listing: ListingId,
        decide: Decide<'_, SaversFacts, Vec<Negotiation>, Reached, Error>,
    ) -> Result<Done<Reached>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = savers_in(&tx, listing, decide).await;
                (tx, result)
            })
            .await
    }
}

async fn play_in(
    tx: &Tx,
    target: DealTarget,
    decide: Decide<'_, DealFacts, DealPlan, Seen, Error>,
) -> Result<(Seen, Record), Stop<Error>> {
    let (listing, meant, buyer) = match target {
        DealTarget::Opening { listing, buyer } => (listing, None, find_buyer(tx, buyer).await?),
        DealTarget::Known(id) => (listing_of(tx, id).await?, Some(id), None),
    };
    let (listed, table) = laid(tx, listing, meant).await?;
    let facts = DealFacts { table, listed, buyer };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    rows::write(tx, &decision.plan.talks).await?;
    if let Some(listing) = &decision.plan.listing {
        update_listing(tx, listing).await?;
    }
    Ok((decision.answer, decision.record))
}

async fn savers_in(
    tx: &Tx,
    listing: ListingId,
    decide: Decide<'_, SaversFacts, Vec<Negotiation>, Reached, Error>,
) -> Result<(Reached, Record), Stop<Error>> {
    let (_, table) = laid(tx, listing, None).await?;
    let facts = SaversFacts {
        savers: savers(tx, &table).await?,
        left: savers_left(tx, &table).await?,
        table,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    rows::insert_all(tx, &decision.plan).await?;
    Ok((decision.answer, decision.record))
}

/// Locks and reads the table: the dealer against being stopped, the listing, its vehicle, its live negotiations and the one
/// that is meant.
async fn laid(
    tx: &Tx,
    listing: ListingId,
    meant: Option<NegotiationId>,
) -> Result<(Listed, Table), Stop<Error>> {
    let absent = || Common::absent(if meant.is_some() { "negotiation" } else { "listing" });
    let (verified, terms) = dealer_terms(tx, listing).await?.ok_or_else(absent)?;
    let facts = locked_listing(tx, listing, None).await?.ok_or_else(absent)?;
    let table = Table {
        car: car(&facts.listed, verified),
        terms,
        talks: rows::on_table(tx, listing, meant).await?,
    };
    Ok((facts.listed, table))
}

/// `FROM … WHERE …` of those who saved a listing and may be offered something.
fn from_savers(sql: &mut Sql, table: &Table) {
    sql.push(" FROM saved_listings k JOIN users u ON u.id = k.user_id WHERE u.active AND k.listing_id = ")
        .bind(table.car.listing.uuid())
        .push(" AND NOT EXISTS (SELECT 1 FROM staff m WHERE m.active AND m.user_id = u.id AND m.dealer_id = ")
        .bind(table.car.dealer.uuid())
        .push(") AND NOT EXISTS (SELECT 1 FROM negotiations n WHERE n.buyer_id = u.id AND n.listing_id = k.listing_id AND ")
        .push(rows::LIVE)
        .push(")");
}

async fn savers(tx: &Tx, table: &Table) -> Result<Vec<Buyer>, Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("SELECT u.id, u.first_name, u.last_name");
    from_savers(&mut sql, table);
    sql.push(" ORDER BY k.saved_at, u.id LIMIT ")
        .bind(i64::try_from(MOST_SAVERS).unwrap_or(i64::MAX));
    let rows = tx.all(sql).await?;
    let read = |row: &QueryResult| Ok(buyer(row, Id::from_uuid(row.try_get::<Uuid>("", "id")?))?);
    rows.iter().map(read).collect()
}

/// How many savers there are beyond those whom one act reaches.
async fn savers_left(tx: &Tx, table: &Table) -> Result<u64, Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("SELECT COUNT(*) AS n");
    from_savers(&mut sql, table);
    let count: i64 = match tx.one(sql).await? {
        Some(row) => row.try_get("", "n")?,
        None => 0,
    };
    let most = u64::try_from(MOST_SAVERS).unwrap_or(u64::MAX);
    Ok(u64::try_from(count).unwrap_or(0).saturating_sub(most))
}

fn buyer(row: &QueryResult, user: UserId) -> Result<Buyer, DbErr> {
    let (first, last): (String, String) = (row.try_get("", "first_name")?, row.try_get("", "last_name")?);
    Ok(Buyer {
        user,
        name: format!("{first} {last}").trim().to_owned(),
    })
}

/// Which listing a negotiation is about never changes: it may be read before it is locked.
async fn listing_of(tx: &Tx, id: NegotiationId) -> Result<ListingId, Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("SELECT listing_id FROM negotiations WHERE id = ")
        .bind(id.uuid());
    let row = tx.one(sql).await?.ok_or(Common::absent("negotiation"))?;
    Ok(Id::from_uuid(row.try_get::<Uuid>("", "listing_id")?))
}

/// May the listing's dealer do business, and what are its terms? None where there is no such listing. The dealer is held against
/// being stopped meanwhile; deals of one dealer need not wait for each other.
async fn dealer_terms(tx: &Tx, listing: ListingId) -> Result<Option<(bool, Terms)>, Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("SELECT d.status, d.negotiation_rules FROM dealers d WHERE d.id = (SELECT dealer_id FROM listings WHERE id = ")
        .bind(listing.uuid())
        .push(")");
    if sql.is_postgres() {
        sql.push(" FOR KEY SHARE");
    }
    let Some(row) = tx.one(sql).await? else {
        return Ok(None);
    };
    let word: String = row.try_get("", "status")?;
    let status: DealerStatus = word.parse().map_err(|_| corrupt("dealers", "status", &word))?;
    let rules = negotiation_rules(&row)?;
    let terms = Terms {
        answer_hours: rules.answer_hours,
        reservation_hours: rules.reservation_hours,
        decline_below_bp: rules.decline_below_bp,
        decline_below_floor: rules.decline_below_floor,
        accept_from_bp: rules.accept_from_bp,
    };
    Ok(Some((status == DealerStatus::Verified, terms)))
}

/// The user who wants to open a negotiation; none where there is no such account in use.
async fn find_buyer(tx: &Tx, user: UserId) -> Result<Option<Buyer>, Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("SELECT first_name, last_name FROM users WHERE active AND id = ")
        .bind(user.uuid());
    let row = tx.one(sql).await?;
    Ok(row.map(|row| buyer(&row, user)).transpose()?)
}
