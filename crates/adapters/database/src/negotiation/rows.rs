//! The tables of negotiations and offers.

use std::collections::BTreeMap;

use kernel::id::{DealerId, Id, ListingId, NegotiationId};
use kernel::money::{Currency, Money};
use negotiation::negotiation::{Buyer, Negotiation, Offer, OfferStatus};
use negotiation::state::{Side, State, Status};
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use crate::fault::{Stop, corrupt};
use crate::sql::Sql;
use crate::tx::Tx;

/// Columns of a negotiation with its buyer. Goes with [`FROM`].
pub(super) const COLUMNS: &str = "n.id, n.listing_id, n.dealer_id, n.buyer_id, n.status, n.turn, n.asking_minor, n.currency, \
     n.counter_allowed, n.seconds_left, n.reserved_until, n.reason, n.created_at, n.updated_at, n.version, u.first_name, u.last_name";

/// Negotiations with their buyers.
pub(super) const FROM: &str = "negotiations n JOIN users u ON u.id = n.buyer_id";

/// A negotiation about which something can still happen.
pub(crate) const LIVE: &str = "n.status IN ('awaiting_dealer', 'awaiting_buyer', 'on_hold', 'accepted')";

fn id<K>(row: &QueryResult, column: &str) -> Result<Id<K>, DbErr> {
    row.try_get::<Uuid>("", column).map(Id::from_uuid)
}

fn wrong(table: &str, column: &str, value: impl std::fmt::Display) -> DbErr {
    DbErr::Type(corrupt(table, column, value).to_string())
}

fn currency(row: &QueryResult) -> Result<Currency, DbErr> {
    let code: String = row.try_get("", "currency")?;
    Currency::parse(&code).map_err(|_| wrong("negotiations", "currency", &code))
}

/// The state of a status and the turn beside it.
fn state(row: &QueryResult) -> Result<State, DbErr> {
    let word: String = row.try_get("", "status")?;
    let status: Status = word.parse().map_err(|_| wrong("negotiations", "status", &word))?;
    let turn: Option<String> = row.try_get("", "turn")?;
    let turn = turn.as_deref().and_then(Side::parse);
    Ok(match status {
        Status::AwaitingDealer => State::Awaiting(Side::Dealer),
        Status::AwaitingBuyer => State::Awaiting(Side::Buyer),
        Status::OnHold => State::OnHold(turn.ok_or_else(|| wrong("negotiations", "turn", "nothing"))?),
        Status::Accepted => State::Accepted,
        Status::Completed => State::Completed,
        Status::Rejected => State::Rejected,
        Status::Cancelled => State::Cancelled,
        Status::Expired => State::Expired,
        Status::Superseded => State::Superseded,
        Status::Lapsed => State::Lapsed,
    })
}

/// Reads a negotiation; its offers are read apart.
pub(super) fn talk(row: &QueryResult) -> Result<Negotiation, DbErr> {
    let (first, last): (String, String) = (row.try_get("", "first_name")?, row.try_get("", "last_name")?);
    Ok(Negotiation {
        id: id(row, "id")?,
        listing: id(row, "listing_id")?,
        dealer: id(row, "dealer_id")?,
        buyer: Buyer {
            user: id(row, "buyer_id")?,
            name: format!("{first} {last}").trim().to_owned(),
        },
        state: state(row)?,
        asking: Money::new(row.try_get("", "asking_minor")?, currency(row)?),
        offers: Vec::new(),
        counter_allowed: row.try_get("", "counter_allowed")?,
        seconds_left: row.try_get("", "seconds_left")?,
        reserved_until: row.try_get("", "reserved_until")?,
        reason: row.try_get("", "reason")?,
        created_at: row.try_get("", "created_at")?,
        updated_at: row.try_get("", "updated_at")?,
        version: row.try_get("", "version")?,
    })
}

/// The offers of some negotiations, in their order.
pub(super) fn select_offers(mut sql: Sql, talks: &[Negotiation]) -> Sql {
    sql.push(
        "SELECT id, negotiation_id, seq, side, amount_minor, message, status, created_at, expires_at, answered_at \
         FROM offers WHERE negotiation_id IN (",
    );
    sql.bind_all(talks.iter().map(|talk| talk.id.uuid()))
        .push(") ORDER BY negotiation_id, seq");
    sql
}

/// Gives the negotiations their offers.
pub(super) fn with_offers(
    mut talks: Vec<Negotiation>,
    rows: &[QueryResult],
) -> Result<Vec<Negotiation>, DbErr> {
    let mut places = BTreeMap::new();
    for (place, talk) in talks.iter().enumerate() {
        places.insert(talk.id.uuid(), place);
    }
    for row in rows {
        let of: Uuid = row.try_get("", "negotiation_id")?;
        let Some(talk) = places.get(&of).and_then(|place| talks.get_mut(*place)) else {
            continue;
        };
        let offer = offer(row, talk.asking.currency())?;
        talk.offers.push(offer);
    }
    Ok(talks)
}

fn offer(row: &QueryResult, currency: Currency) -> Result<Offer, DbErr> {
    let (side, status): (String, String) = (row.try_get("", "side")?, row.try_get("", "status")?);
    let seq: i64 = row.try_get("", "seq")?;
    Ok(Offer {
        id: id(row, "id")?,
        seq: u32::try_from(seq).map_err(|_| wrong("offers", "seq", seq))?,
        side: Side::parse(&side).ok_or_else(|| wrong("offers", "side", &side))?,
        amount: Money::new(row.try_get("", "amount_minor")?, currency),
        message: row.try_get("", "message")?,
        status: OfferStatus::parse(&status).ok_or_else(|| wrong("offers", "status", &status))?,
        created_at: row.try_get("", "created_at")?,
        expires_at: row.try_get("", "expires_at")?,
        answered_at: row.try_get("", "answered_at")?,
    })
}

/// The live negotiations of a listing and the one that is meant, locked. Lock the listing first.
pub(super) async fn on_table(
    tx: &Tx,
    listing: ListingId,
    meant: Option<NegotiationId>,
) -> Result<Vec<Negotiation>, DbErr> {
    on_tables(tx, &[listing], meant.as_slice()).await
}

/// The live negotiations of all these listings and those of theirs that are meant, locked. Lock the listings first.
pub(crate) async fn on_tables(
    tx: &Tx,
    listings: &[ListingId],
    meant: &[NegotiationId],
) -> Result<Vec<Negotiation>, DbErr> {
    let which = |sql: &mut Sql| {
        sql.push("n.listing_id IN (")
            .bind_all(listings.iter().map(ListingId::uuid));
        sql.push(") AND (").push(LIVE);
        if !meant.is_empty() {
            sql.push(" OR n.id IN (")
                .bind_all(meant.iter().map(NegotiationId::uuid))
                .push(")");
        }
        sql.push(")");
    };
    locked(tx, which).await
}

/// The live negotiations of a listing, locked: for acts that end them. Lock the listing first.
pub(crate) async fn live_of_listing(tx: &Tx, listing: ListingId) -> Result<Vec<Negotiation>, DbErr> {
    on_table(tx, listing, None).await
}

/// The live negotiations of a dealer, locked: for acts that stop them. Lock the dealer, then its reserved listings first.
pub(crate) async fn live_of_dealer(tx: &Tx, dealer: DealerId) -> Result<Vec<Negotiation>, DbErr> {
    let which = |sql: &mut Sql| {
        sql.push("n.dealer_id = ").bind(dealer.uuid());
        sql.push(" AND ").push(LIVE);
    };
    locked(tx, which).await
}

async fn locked(tx: &Tx, which: impl Fn(&mut Sql)) -> Result<Vec<Negotiation>, DbErr> {
    let mut sql = tx.sql();
    sql.push("SELECT ")
        .push(COLUMNS)
        .push(" FROM ")
        .push(FROM)
        .push(" WHERE ");
    which(&mut sql);
    sql.push(" ORDER BY n.id");
    if sql.is_postgres() {
        sql.push(" FOR UPDATE OF n");
    }
    let rows = tx.all(sql).await?;
    let talks = rows.iter().map(talk).collect::<Result<Vec<_>, _>>()?;
    if talks.is_empty() {
        return Ok(talks);
    }
    let offers = tx.all(select_offers(tx.sql(), &talks)).await?;
    with_offers(talks, &offers)
}

/// Writes new and changed negotiations with their offers.
pub(crate) async fn write<E>(tx: &Tx, talks: &[Negotiation]) -> Result<(), Stop<E>> {
    // What stops being agreed goes first, and what becomes agreed last: one agreement a listing at every moment.
    let (agreed, others): (Vec<_>, Vec<_>) = talks.iter().partition(|talk| talk.state == State::Accepted);
    for talk in others.into_iter().chain(agreed) {
        write_one(tx, talk).await?;
    }
    Ok(())
}

async fn write_one<E>(tx: &Tx, talk: &Negotiation) -> Result<(), Stop<E>> {
    if !update(tx, talk).await? {
        return Ok(insert_all(tx, std::slice::from_ref(talk)).await?);
    }
    // The standing offer and the one that it answers are all that a move touches; the older goes first, as one alone may stand.
    let untouched = talk.offers.len().saturating_sub(2);
    for offer in talk.offers.iter().skip(untouched) {
        if !update_offer(tx, offer).await? {
            insert_offers(tx, &[(talk, offer)]).await?;
        }
    }
    Ok(())
}

/// Writes the next state; false where there is no such negotiation yet.
async fn update(tx: &Tx, talk: &Negotiation) -> Result<bool, DbErr> {
    let mut sql = tx.sql();
    sql.push("UPDATE negotiations SET status = ")
        .bind(talk.state.status().as_str());
    sql.push(", turn = ").bind(turn(talk));
    sql.push(", asking_minor = ").bind(talk.asking.minor());
    sql.push(", seconds_left = ").bind(talk.seconds_left);
    sql.push(", reserved_until = ").bind(talk.reserved_until);
    sql.push(", reason = ").bind(talk.reason.clone());
    sql.push(", updated_at = ").bind(talk.updated_at);
    sql.push(", version = ").bind(talk.version);
    sql.push(" WHERE id = ").bind(talk.id.uuid());
    Ok(tx.run(sql).await? == 1)
}

/// Rows that one statement writes: far below the number of values that either database takes.
const ROWS: usize = 100;

/// Writes new negotiations with their offers: two statements for each hundred.
pub(super) async fn insert_all(tx: &Tx, talks: &[Negotiation]) -> Result<(), DbErr> {
    for chunk in talks.chunks(ROWS) {
        let mut sql = tx.sql();
        sql.push(
            "INSERT INTO negotiations (id, listing_id, dealer_id, buyer_id, status, turn, asking_minor, currency, counter_allowed, \
             seconds_left, reserved_until, reason, created_at, updated_at, version) VALUES ",
        );
        for (n, talk) in chunk.iter().enumerate() {
            sql.push(if n > 0 { ", (" } else { "(" });
            talk_values(&mut sql, talk);
            sql.push(")");
        }
        tx.run(sql).await?;
        let offers = chunk
            .iter()
            .flat_map(|talk| talk.offers.iter().map(move |offer| (talk, offer)));
        insert_offers(tx, &offers.collect::<Vec<_>>()).await?;
    }
    Ok(())
}

fn talk_values(sql: &mut Sql, talk: &Negotiation) {
    sql.bind_all([
        talk.id.uuid(),
        talk.listing.uuid(),
        talk.dealer.uuid(),
        talk.buyer.user.uuid(),
    ]);
    sql.push(", ").bind(talk.state.status().as_str());
    sql.push(", ").bind(turn(talk));
    sql.push(", ").bind(talk.asking.minor());
    sql.push(", ").bind(talk.asking.currency().code());
    sql.push(", ").bind(talk.counter_allowed);
    sql.push(", ").bind(talk.seconds_left);
    sql.push(", ").bind(talk.reserved_until);
    sql.push(", ").bind(talk.reason.clone()).push(", ");
    sql.bind_all([talk.created_at, talk.updated_at]);
    sql.push(", ").bind(talk.version);
}

/// Whose turn it is, or will be again.
fn turn(talk: &Negotiation) -> Option<String> {
    match talk.state {
        State::Awaiting(side) | State::OnHold(side) => Some(side.as_str().to_owned()),
        State::Accepted
        | State::Completed
        | State::Rejected
        | State::Cancelled
        | State::Expired
        | State::Superseded
        | State::Lapsed => None,
    }
}

/// Writes what became of an offer; false where there is no such offer yet.
async fn update_offer(tx: &Tx, offer: &Offer) -> Result<bool, DbErr> {
    let mut sql = tx.sql();
    sql.push("UPDATE offers SET status = ")
        .bind(offer.status.as_str());
    sql.push(", expires_at = ").bind(offer.expires_at);
    sql.push(", answered_at = ").bind(offer.answered_at);
    sql.push(" WHERE id = ").bind(offer.id.uuid());
    Ok(tx.run(sql).await? == 1)
}

async fn insert_offers(tx: &Tx, offers: &[(&Negotiation, &Offer)]) -> Result<(), DbErr> {
    let mut sql = tx.sql();
    sql.push(
        "INSERT INTO offers (id, negotiation_id, seq, side, amount_minor, message, status, created_at, expires_at, answered_at) VALUES ",
    );
    for (n, (talk, offer)) in offers.iter().enumerate() {
        sql.push(if n > 0 { ", (" } else { "(" });
        sql.bind_all([offer.id.uuid(), talk.id.uuid()]);
        sql.push(", ").bind(i64::from(offer.seq));
        sql.push(", ").bind(offer.side.as_str());
        sql.push(", ").bind(offer.amount.minor());
        sql.push(", ").bind(offer.message.clone());
        sql.push(", ").bind(offer.status.as_str());
        sql.push(", ").bind(offer.created_at);
        sql.push(", ")
            .bind_all([offer.expires_at, offer.answered_at])
            .push(")");
    }
    tx.run(sql).await?;
    Ok(())
}
