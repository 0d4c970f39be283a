//! Sales with all that they touch.

use std::collections::{BTreeMap, BTreeSet};

use ::sales::rules::SalePlan;
use ::sales::sale::{Buyer, Sale};
use application::close_sale::{CloseTarget, Closed, ClosingFacts, ClosingPlan, Closings, OwnersFacts};
use application::error::Error;
use async_trait::async_trait;
use inventory::handover::Handover;
use inventory::vehicle::{Owner, Vehicle};
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::{SaleId, SiteId, UserId, VehicleId};
use kernel::vin::Vin;
use kernel::zone::Zone;
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use super::{closing_facts, rows};
use crate::db::Db;
use crate::fault::Stop;
use crate::inventory::rows::{holder, locked_vehicle, select_vehicle, update_vehicle, vehicle};
use crate::inventory::update_listing;
use crate::negotiation;
use crate::rows::{corrupt, get, id};
use crate::scheduling::write_next;
use crate::tx::Tx;

/// How often an act is run again when the buyer enters the very car meanwhile.
const MEETINGS: u32 = 3;

/// Sales in the database.
#[derive(Clone)]
pub struct SqlClosings {
    db: Db,
}

impl SqlClosings {
    /// On a database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

#[async_trait]
impl Closings for SqlClosings {
    async fn close(
        &self,
        act: &Act,
        targets: &[CloseTarget],
        decide: Decide<'_, Vec<Option<ClosingFacts>>, Vec<ClosingPlan>, Vec<Closed>, Error>,
    ) -> Result<Done<Vec<Closed>>, Error> {
        joining(|| {
            self.db.act(act, |tx| async move {
                let result = close_in(&tx, act, targets, decide).await;
                (tx, result)
            })
        })
        .await
    }

    async fn sell_own(
        &self,
        act: &Act,
        vehicle: VehicleId,
        decide: Decide<'_, OwnersFacts, (SalePlan, Handover), Sale, Error>,
    ) -> Result<Done<Sale>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = sell_own_in(&tx, vehicle, decide).await;
                (tx, result)
            })
            .await
    }
}

/// Runs an act again when the buyer entered the car while it was sold to them: the next try finds the record and joins it.
pub(super) async fn joining<T, F>(act: impl Fn() -> F) -> Result<Done<T>, Error>
where
    F: Future<Output = Result<Done<T>, Error>>,
{
    let taken = inventory::error::Error::VinTaken { vehicle: None };
    for _ in 0..MEETINGS {
        match act().await {
            Err(Error::Inventory(met)) if met == taken => {}
            end => return end,
        }
    }
    act().await
}

async fn close_in(
    tx: &Tx,
    act: &Act,
    targets: &[CloseTarget],
    decide: Decide<'_, Vec<Option<ClosingFacts>>, Vec<ClosingPlan>, Vec<Closed>, Error>,
) -> Result<(Vec<Closed>, Record), Stop<Error>> {
    let mut in_order: Vec<Uuid> = targets.iter().map(|target| target.listing.uuid()).collect();
    in_order.sort_unstable();
    hold_dealers(tx, &in_order).await?;
    tx.lock_all("listings", &in_order).await?;
    let facts = closing_facts::all_of(tx, act, targets).await?;
    let decision = decide(&facts).map_err(Stop::Domain)?;
    for plan in &decision.plan {
        write(tx, plan).await?;
    }
    Ok((decision.answer, decision.record))
}

async fn write(tx: &Tx, plan: &ClosingPlan) -> Result<(), Stop<Error>> {
    for drive in &plan.offer.drives {
        write_next(tx, drive).await?;
    }
    negotiation::write(tx, &plan.offer.talks).await?;
    if let Some(listing) = &plan.offer.listing {
        update_listing(tx, listing).await?;
    }
    if let Some((sale, handed)) = &plan.sold {
        let called_off: Vec<_> = plan.offer.drives.iter().map(|drive| drive.id).collect();
        rows::insert_sale(tx, sale, &called_off).await?;
        hand_over(tx, handed).await?;
        keep_joined(tx, sale.sale.id, handed).await?;
    }
    Ok(())
}

async fn sell_own_in(
    tx: &Tx,
    id: VehicleId,
    decide: Decide<'_, OwnersFacts, (SalePlan, Handover), Sale, Error>,
) -> Result<(Sale, Record), Stop<Error>> {
    let vehicle = locked_vehicle(tx, id).await?.ok_or(Common::absent("vehicle"))?;
    let owner_name = match vehicle.owner {
        Owner::User(user) => account(tx, user).await?.map(|buyer| buyer.name),
        Owner::Dealer(_) => None,
    };
    let facts = OwnersFacts {
        owner_name: owner_name.unwrap_or_default(),
        vehicle,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    let (sale, handed) = &decision.plan;
    rows::insert_sale(tx, sale, &[]).await?;
    hand_over(tx, handed).await?;
    Ok((decision.answer, decision.record))
}

/// What hangs on a vehicle, and goes with it where two records of one car become one.
const HANGS_ON: [&str; 5] = [
    "service_records",
    "vehicle_history",
    "listings",
    "bookings",
    "sales",
];

/// Writes the vehicle in its new hands; the new owner's own record of it goes.
pub(super) async fn hand_over(tx: &Tx, handed: &Handover) -> Result<(), DbErr> {
    if let Some(merged) = handed.merged {
        let into = handed.vehicle.vehicle.id.uuid();
        for table in HANGS_ON {
            let mut sql = tx.sql();
            sql.push("UPDATE ")
                .push(table)
                .push(" SET vehicle_id = ")
                .bind(into);
            sql.push(" WHERE vehicle_id = ").bind(merged.uuid());
            tx.run(sql).await?;
        }
        let mut sql = tx.sql();
        sql.push("DELETE FROM vehicles WHERE id = ").bind(merged.uuid());
        tx.run(sql).await?;
    }
    update_vehicle(tx, &handed.vehicle).await
}

/// Notes which record of the buyer's the sale ended, so that taking it back can give it back.
pub(super) async fn keep_joined(tx: &Tx, sale: SaleId, handed: &Handover) -> Result<(), DbErr> {
    let Some(joined) = handed.merged else {
        return Ok(());
    };
    let mut sql = tx.sql();
    sql.push("UPDATE sales SET joined_id = ")
        .bind(joined.uuid())
        .push(" WHERE id = ")
        .bind(sale.uuid());
    tx.run(sql).await.map(|_| ())
}

/// Keeps the dealers of these listings from being stopped meanwhile; sales of one dealer need not wait for each other.
async fn hold_dealers(tx: &Tx, listings: &[Uuid]) -> Result<(), DbErr> {
    let mut sql = tx.sql();
    if !sql.is_postgres() {
        return Ok(());
    }
    sql.push("SELECT 1 FROM dealers WHERE id IN (SELECT dealer_id FROM listings WHERE id IN (");
    sql.bind_all(listings.iter().copied())
        .push(")) ORDER BY id FOR KEY SHARE");
    tx.all(sql).await.map(|_| ())
}

/// The calendar of a site.
pub(super) async fn zone_of(tx: &Tx, site: Option<SiteId>) -> Result<Option<Zone>, DbErr> {
    let Some(site) = site else { return Ok(None) };
    let mut sql = tx.sql();
    sql.push("SELECT timezone FROM sites WHERE id = ")
        .bind(site.uuid());
    let Some(row) = tx.one(sql).await? else {
        return Ok(None);
    };
    let name: String = get(&row, "timezone")?;
    name.parse().map(Some).map_err(|e| corrupt("timezone", e))
}

/// The account in use of a user, as papers show it.
async fn account(tx: &Tx, user: UserId) -> Result<Option<Buyer>, DbErr> {
    Ok(accounts(tx, &BTreeSet::from([user])).await?.remove(&user))
}

/// The accounts in use of these users, as papers show them.
pub(super) async fn accounts(tx: &Tx, users: &BTreeSet<UserId>) -> Result<BTreeMap<UserId, Buyer>, DbErr> {
    let mut sql = tx.sql();
    sql.push("SELECT id, first_name, last_name, email, phone FROM users WHERE active AND id IN (")
        .bind_all(users.iter().map(UserId::uuid))
        .push(")");
    tx.all(sql).await?.iter().map(buyer).collect()
}

fn buyer(row: &QueryResult) -> Result<(UserId, Buyer), DbErr> {
    let user = id(row, "id")?;
    let (first, last): (String, String) = (get(row, "first_name")?, get(row, "last_name")?);
    let email: String = get(row, "email")?;
    let phone: Option<String> = get(row, "phone")?;
    let buyer = Buyer {
        user: Some(user),
        name: format!("{first} {last}").trim().to_owned(),
        email: Some(email.parse().map_err(|e| corrupt("email", e))?),
        phone: phone
            .map(|phone| phone.parse().map_err(|e| corrupt("phone", e)))
            .transpose()?,
    };
    Ok((user, buyer))
}

/// The owner's own record of the car with this number, locked; not the one that is named.
pub(super) async fn own_record(
    tx: &Tx,
    owner: Owner,
    vin: &Vin,
    but: Option<VehicleId>,
) -> Result<Option<Vehicle>, DbErr> {
    let Some(own) = holder(tx, owner, Some(vin), but).await? else {
        return Ok(None);
    };
    tx.lock("vehicles", own.uuid()).await?;
    let mut sql = select_vehicle(tx.sql());
    sql.push("v.status <> 'sold' AND v.id = ").bind(own.uuid());
    tx.one(sql).await?.map(|row| vehicle(&row)).transpose()
}
