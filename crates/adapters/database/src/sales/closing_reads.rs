//! What is read when listings are closed, each part of all of them by one statement.

use std::collections::{BTreeMap, BTreeSet};

use ::sales::commission::plan::Plan;
use application::close_sale::CloseTarget;
use inventory::ports::ListingFacts;
use inventory::vehicle::Vehicle;
use kernel::id::{DealerId, ListingId, SiteId, StaffId, UserId};
use kernel::zone::Zone;
use sea_orm::DbErr;
use uuid::Uuid;

use super::plans;
use crate::inventory::rows::{select_vehicle, vehicle};
use crate::rows::{corrupt, get, id};
use crate::tx::Tx;

/// A target and its listing, which is on offer: nobody drives or talks about another, and nothing more decides that it can't be sold.
pub(super) struct OnOffer<'a> {
    pub(super) target: &'a CloseTarget,
    pub(super) facts: &'a ListingFacts,
}

impl OnOffer<'_> {
    pub(super) fn dealer(&self) -> DealerId {
        self.facts.listed.listing.dealer
    }
}

/// The name of each dealer, and whether it may do business.
pub(super) async fn dealers(
    tx: &Tx,
    listings: &BTreeMap<ListingId, ListingFacts>,
) -> Result<BTreeMap<DealerId, (String, bool)>, DbErr> {
    let ids = distinct(listings.values().map(|facts| facts.listed.listing.dealer.uuid()));
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql = tx.sql();
    sql.push("SELECT id, name, status FROM dealers WHERE id IN (")
        .bind_all(ids)
        .push(")");
    let rows = tx.all(sql).await?;
    let one = |row| {
        let status: String = get(row, "status")?;
        Ok((id(row, "id")?, (get(row, "name")?, status == "verified")))
    };
    rows.iter().map(one).collect()
}

/// The users' own records of the cars with these numbers, locked.
pub(super) async fn own_records(
    tx: &Tx,
    users: &[Uuid],
    vins: BTreeSet<String>,
) -> Result<BTreeMap<(UserId, String), Vehicle>, DbErr> {
    if vins.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql = tx.sql();
    sql.push("SELECT id FROM vehicles WHERE status <> 'sold' AND owner_kind = 'user' AND owner_id IN (")
        .bind_all(users.iter().copied());
    sql.push(") AND vin IN (").bind_all(vins).push(") ORDER BY id");
    let rows = tx.all(sql).await?;
    let ids: Vec<Uuid> = rows
        .iter()
        .map(|row| get(row, "id"))
        .collect::<Result<_, DbErr>>()?;
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    tx.lock_all("vehicles", &ids).await?;
    let mut sql = select_vehicle(tx.sql());
    sql.push("v.status <> 'sold' AND v.id IN (")
        .bind_all(ids)
        .push(")");
    let mut own = BTreeMap::new();
    for row in tx.all(sql).await? {
        let found = vehicle(&row)?;
        let vin = found.details.vin.as_str().to_owned();
        own.insert((UserId::from_uuid(found.owner.uuid()), vin), found);
    }
    Ok(own)
}

/// The calendars of the cars' sites.
pub(super) async fn zones(tx: &Tx, cars: &[OnOffer<'_>]) -> Result<BTreeMap<SiteId, Zone>, DbErr> {
    let sites = distinct(
        cars.iter()
            .filter_map(|car| car.facts.listed.listing.site)
            .map(|site| site.uuid()),
    );
    if sites.is_empty() {
        return Ok(BTreeMap::new());
    }
    let mut sql = tx.sql();
    sql.push("SELECT id, timezone FROM sites WHERE id IN (")
        .bind_all(sites)
        .push(")");
    let rows = tx.all(sql).await?;
    let one = |row| {
        let name: String = get(row, "timezone")?;
        let zone = name.parse().map_err(|e| corrupt("timezone", e))?;
        Ok((id(row, "id")?, zone))
    };
    rows.iter().map(one).collect()
}

/// Those of the named who are on the dealers' staff. Locked: a month's sales of one member are counted one after the other.
pub(super) async fn members(tx: &Tx, cars: &[OnOffer<'_>]) -> Result<BTreeSet<(DealerId, StaffId)>, DbErr> {
    let named = distinct(cars.iter().flat_map(|car| &car.target.members).map(StaffId::uuid));
    if named.is_empty() {
        return Ok(BTreeSet::new());
    }
    let mut sql = tx.sql();
    sql.push("SELECT id, dealer_id FROM staff WHERE dealer_id IN (")
        .bind_all(distinct(cars.iter().map(|car| car.dealer().uuid())));
    sql.push(") AND id IN (").bind_all(named).push(") ORDER BY id");
    if sql.is_postgres() {
        sql.push(" FOR NO KEY UPDATE");
    }
    let rows = tx.all(sql).await?;
    let pair = |row| Ok((id(row, "dealer_id")?, id(row, "id")?));
    rows.iter().map(pair).collect()
}

/// The plans of the dealers for all and for those who sell.
pub(super) async fn plans_for(tx: &Tx, cars: &[OnOffer<'_>]) -> Result<Vec<Plan>, DbErr> {
    let sellers = distinct(
        cars.iter()
            .filter_map(|car| car.target.seller)
            .map(|seller| seller.uuid()),
    );
    if sellers.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = tx.sql();
    sql.push("SELECT ").push(plans::COLUMNS);
    sql.push(" FROM commission_plans p WHERE p.dealer_id IN (")
        .bind_all(distinct(cars.iter().map(|car| car.dealer().uuid())));
    sql.push(") AND (p.staff_id IS NULL OR p.staff_id IN (")
        .bind_all(sellers)
        .push("))");
    tx.all(sql).await?.iter().map(plans::plan).collect()
}

pub(super) fn distinct<T: Ord>(all: impl IntoIterator<Item = T>) -> BTreeSet<T> {
    all.into_iter().collect()
}

pub(super) fn grouped<T>(all: Vec<T>, of: impl Fn(&T) -> ListingId) -> BTreeMap<ListingId, Vec<T>> {
    let mut groups: BTreeMap<ListingId, Vec<T>> = BTreeMap::new();
    for one in all {
        groups.entry(of(&one)).or_default().push(one);
    }
    groups
}
