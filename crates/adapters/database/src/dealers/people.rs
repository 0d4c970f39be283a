//! What an act on dealers knows of people and of who works where. Everything here reads under the act's locks.

use ::dealers::Error;
use ::dealers::dealer::Dealer;
use ::dealers::ports::DealerFacts;
use ::dealers::staff::Person;
use kernel::error::Common;
use kernel::id::{DealerId, Id, SiteId, StaffId, UserId};
use sea_orm::DbErr;

use super::{documents, rows};
use crate::fault::Stop;
use crate::inventory::search::index;
use crate::rows::{id, update};
use crate::tx::Tx;

/// Locks a dealer and reads it.
pub(super) async fn locked_dealer<E>(tx: &Tx, dealer: DealerId) -> Result<Dealer, Stop<E>> {
    let mut sql = tx.sql();
    sql.push("SELECT ")
        .push(rows::DEALER)
        .push(" FROM dealers d WHERE d.id = ")
        .bind(dealer.uuid());
    if sql.is_postgres() {
        sql.push(" FOR UPDATE");
    }
    let row = tx.one(sql).await?.ok_or(Common::absent("dealer"))?;
    Ok(rows::dealer(&row)?)
}

/// Locks a dealer and reads it, with its documents.
pub(super) async fn dealer_facts<E>(tx: &Tx, dealer: DealerId) -> Result<DealerFacts, Stop<E>> {
    let dealer = locked_dealer(tx, dealer).await?;
    let documents = documents::of_dealer(tx, dealer.id).await?;
    Ok(DealerFacts { dealer, documents })
}

/// Writes a dealer that is locked.
pub(super) async fn write_dealer<E>(tx: &Tx, dealer: &Dealer) -> Result<(), Stop<E>> {
    let mut sql = tx.sql();
    sql.push("SELECT 1 FROM dealers WHERE id = ")
        .bind(dealer.id.uuid())
        .push(" AND name <> ")
        .bind(dealer.details.name.as_str());
    let renamed = tx.one(sql).await?.is_some();
    let columns = rows::dealer_columns(dealer)?;
    update(tx, "dealers", columns, "id", dealer.id.uuid()).await?;
    if renamed {
        index::refresh_all_of(tx, "dealer_id", dealer.id.uuid()).await?;
    }
    Ok(())
}

/// Locks a person; none when there is no such user.
pub(super) async fn locked_person(tx: &Tx, user: UserId) -> Result<Option<Person>, Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("SELECT ")
        .push(rows::PERSON)
        .push(" FROM users u WHERE u.id = ")
        .bind(user.uuid());
    if sql.is_postgres() {
        sql.push(" FOR UPDATE");
    }
    match tx.one(sql).await? {
        Some(row) => Ok(rows::person(&row)?),
        None => Ok(None),
    }
}

/// The dealer that a person works for now.
pub(super) async fn works_for(tx: &Tx, user: UserId) -> Result<Option<DealerId>, Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("SELECT dealer_id FROM staff WHERE active AND user_id = ")
        .bind(user.uuid());
    let row = tx.one(sql).await?;
    Ok(row
        .map(|row| row.try_get_by_index(0).map(Id::from_uuid))
        .transpose()?)
}

/// The sites of a dealer.
pub(super) async fn sites_of(tx: &Tx, dealer: DealerId) -> Result<Vec<SiteId>, Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("SELECT id FROM sites WHERE dealer_id = ")
        .bind(dealer.uuid())
        .push(" ORDER BY id");
    let found = tx.all(sql).await?;
    let ids = found.iter().map(|row| row.try_get_by_index(0).map(Id::from_uuid));
    Ok(ids.collect::<Result<_, _>>()?)
}

/// How many owners other than this member work for a dealer now.
pub(crate) async fn other_owners(tx: &Tx, dealer: DealerId, member: StaffId) -> Result<u64, DbErr> {
    let mut sql = tx.sql();
    sql.push(
        "SELECT COUNT(*) FROM staff m JOIN users u ON u.id = m.user_id WHERE m.active AND u.active AND m.role = 'owner' AND m.dealer_id = ",
    )
    .bind(dealer.uuid())
    .push(" AND m.id <> ")
    .bind(member.uuid());
    let others: i64 = match tx.one(sql).await? {
        Some(row) => row.try_get_by_index(0)?,
        None => 0,
    };
    Ok(u64::try_from(others).unwrap_or(0))
}

/// The dealer that a person works for as an owner, and as which member.
pub(crate) async fn owned_by(tx: &Tx, user: UserId) -> Result<Option<(DealerId, StaffId)>, DbErr> {
    let mut sql = tx.sql();
    sql.push("SELECT dealer_id, id FROM staff WHERE active AND role = 'owner' AND user_id = ")
        .bind(user.uuid());
    match tx.one(sql).await? {
        Some(row) => Ok(Some((id(&row, "dealer_id")?, id(&row, "id")?))),
        None => Ok(None),
    }
}
