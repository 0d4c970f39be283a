//! Moves, with their listing.

use ::negotiation::negotiation::{Buyer, Negotiation};
use ::negotiation::ports::Seen;
use ::negotiation::savers::{MOST_SAVERS, Reached, SaversFacts};
use ::negotiation::table::{Car, Stage, Table, Terms};
use application::negotiate::{DealFacts, DealPlan, DealTarget, Deals, Error};
use async_trait::async_trait;
use inventory::listing::{Listed, ListingStatus};
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::{DealerId, Id, ListingId, NegotiationId, UserId};
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use super::rows;
use crate::db::Db;
use crate::dealers::negotiation_rules;
use crate::fault::Stop;
use crate::inventory::{locked_listing, update_listing};
use crate::sql::Sql;
use crate::tx::{Begun, Tries, Tx};

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
        let mut tries = Tries::default();
        loop {
            let tx = match self.db.begin(act).await? {
                Begun::Fresh(tx) => tx,
                Begun::Replayed(done) => return Ok(done),
            };
            let result = play_in(&tx, target, decide).await;
            if let Some(end) = tx.finish(act, &mut tries, result).await {
                return end;
            }
        }
    }

    async fn offer_to_savers(
        &self,
        act: &Act,
        listing: ListingId,
        decide: Decide<'_, SaversFacts, Vec<Negotiation>, Reached, Error>,
    ) -> Result<Done<Reached>, Error> {
        let mut tries = Tries::default();
        loop {
            let tx = match self.db.begin(act).await? {
                Begun::Fresh(tx) => tx,
                Begun::Replayed(done) => return Ok(done),
            };
            let result = savers_in(&tx, listing, decide).await;
            if let Some(end) = tx.finish(act, &mut tries, result).await {
                return end;
            }
        }
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
    rows::write(tx, &decision.plan).await?;
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
    let dealer = dealer_of(tx, listing).await?.ok_or_else(absent)?;
    let (verified, terms) = dealer_terms(tx, dealer).await?;
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

async fn dealer_of(tx: &Tx, listing: ListingId) -> Result<Option<DealerId>, Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("SELECT dealer_id FROM listings WHERE id = ")
        .bind(listing.uuid());
    let Some(row) = tx.one(sql).await? else {
        return Ok(None);
    };
    Ok(Some(Id::from_uuid(row.try_get::<Uuid>("", "dealer_id")?)))
}

/// Is the dealer verified, and what are its terms? Held against being stopped meanwhile; deals of one dealer need not wait
/// for each other.
async fn dealer_terms(tx: &Tx, dealer: DealerId) -> Result<(bool, Terms), Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("SELECT status, negotiation_rules FROM dealers WHERE id = ")
        .bind(dealer.uuid());
    if sql.is_postgres() {
        sql.push(" FOR KEY SHARE");
    }
    let row = tx.one(sql).await?.ok_or(Common::absent("dealer"))?;
    let status: String = row.try_get("", "status")?;
    let rules = negotiation_rules(&row)?;
    let terms = Terms {
        answer_hours: rules.answer_hours,
        reservation_hours: rules.reservation_hours,
        decline_below_bp: rules.decline_below_bp,
        decline_below_floor: rules.decline_below_floor,
        accept_from_bp: rules.accept_from_bp,
    };
    Ok((status == "verified", terms))
}

/// The user who wants to open a negotiation; none where there is no such account in use.
async fn find_buyer(tx: &Tx, user: UserId) -> Result<Option<Buyer>, Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("SELECT first_name, last_name FROM users WHERE active AND id = ")
        .bind(user.uuid());
    let row = tx.one(sql).await?;
    Ok(row.map(|row| buyer(&row, user)).transpose()?)
}

fn car(listed: &Listed, verified: bool) -> Car {
    let listing = &listed.listing;
    Car {
        listing: listing.id,
        dealer: listing.dealer,
        asking: listing.prices.asking(),
        floor: listing.prices.floor(),
        stage: match listing.status {
            ListingStatus::Active => Stage::Open,
            ListingStatus::Reserved => Stage::Reserved,
            ListingStatus::Draft | ListingStatus::Sold | ListingStatus::Removed => Stage::Closed,
        },
        verified,
    }
}
