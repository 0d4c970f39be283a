//! Sales with all that they touch.

use ::sales::commission::plan::Plan;
use ::sales::facts::day;
use ::sales::figures::Span;
use ::sales::rules::SalePlan;
use ::sales::sale::{Buyer, Sale};
use application::close_sale::{CloseTarget, Closed, ClosingFacts, ClosingPlan, Closings, OwnersFacts};
use application::error::Error;
use application::remove_listing::OfferFacts;
use async_trait::async_trait;
use chrono::NaiveDate;
use inventory::handover::Handover;
use inventory::vehicle::{Owner, Vehicle};
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::{DealerId, SiteId, StaffId, UserId, VehicleId};
use kernel::vin::Vin;
use kernel::zone::Zone;
use sea_orm::DbErr;
use uuid::Uuid;

use super::{plans, rows};
use crate::db::Db;
use crate::fault::Stop;
use crate::inventory::rows::{holder, locked_vehicle, select_vehicle, update_vehicle, vehicle};
use crate::inventory::{locked_listing, update_listing};
use crate::negotiation;
use crate::rows::{corrupt, get, id};
use crate::scheduling::{live_of_listing, write_next};
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
    let mut facts = Vec::with_capacity(targets.len());
    for target in targets {
        facts.push(facts_of(tx, act, target).await?);
    }
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

async fn facts_of(tx: &Tx, act: &Act, target: &CloseTarget) -> Result<Option<ClosingFacts>, Stop<Error>> {
    let Some(listing) = locked_listing(tx, target.listing, None).await? else {
        return Ok(None);
    };
    let dealer = listing.listed.listing.dealer;
    let (dealer_name, verified) = dealer_of(tx, dealer).await?;
    let bare = ClosingFacts {
        dealer_name,
        verified,
        zone: None,
        buyer: None,
        own: None,
        members: Vec::new(),
        plans: Vec::new(),
        sold_this_month: 0,
        offer: OfferFacts {
            drives: Vec::new(),
            talks: Vec::new(),
            listing,
        },
    };
    if bare.offer.listing.listed.listing.status.is_public() {
        offered(tx, act, target, bare).await.map(Some)
    } else {
        // Nobody drives or talks about it, and nothing more decides that it can't be sold.
        Ok(Some(bare))
    }
}

/// What there is to know of a car that is on offer.
async fn offered(
    tx: &Tx,
    act: &Act,
    target: &CloseTarget,
    bare: ClosingFacts,
) -> Result<ClosingFacts, Stop<Error>> {
    let listed = &bare.offer.listing.listed;
    let dealer = listed.listing.dealer;
    let buyer = match target.buyer {
        Some(user) if knows(tx, dealer, user).await? => account(tx, user).await?,
        _ => None,
    };
    let own = match buyer.as_ref().and_then(|buyer| buyer.user) {
        Some(user) => own_record(tx, user, &listed.vehicle.details.vin).await?,
        None => None,
    };
    let zone = zone_of(tx, listed.listing.site).await?;
    let sold_on = target.sale_date.unwrap_or_else(|| day(act.at, zone));
    Ok(ClosingFacts {
        zone,
        buyer,
        own,
        offer: OfferFacts {
            drives: live_of_listing(tx, target.listing, act.at).await?,
            talks: negotiation::on_table(tx, target.listing, target.negotiation).await?,
            listing: bare.offer.listing,
        },
        members: members(tx, dealer, &target.members).await?,
        plans: plans_for(tx, dealer, target, sold_on).await?,
        sold_this_month: sold_this_month(tx, target, sold_on).await?,
        ..bare
    })
}

async fn dealer_of(tx: &Tx, dealer: DealerId) -> Result<(String, bool), Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("SELECT name, status FROM dealers WHERE id = ")
        .bind(dealer.uuid());
    let row = tx.one(sql).await?.ok_or(Common::absent("dealer"))?;
    let status: String = get(&row, "status")?;
    Ok((get(&row, "name")?, status == "verified"))
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

/// Is the user a customer of this dealer, by a test drive or a negotiation?
async fn knows(tx: &Tx, dealer: DealerId, user: UserId) -> Result<bool, DbErr> {
    let mut sql = tx.sql();
    sql.push("SELECT 1 FROM bookings WHERE user_id = ")
        .bind(user.uuid());
    sql.push(" AND dealer_id = ").bind(dealer.uuid());
    sql.push(" UNION ALL SELECT 1 FROM negotiations WHERE buyer_id = ")
        .bind(user.uuid());
    sql.push(" AND dealer_id = ").bind(dealer.uuid()).push(" LIMIT 1");
    Ok(tx.one(sql).await?.is_some())
}

/// The account in use of a user, as papers show it.
async fn account(tx: &Tx, user: UserId) -> Result<Option<Buyer>, DbErr> {
    let mut sql = tx.sql();
    sql.push("SELECT first_name, last_name, email, phone FROM users WHERE active AND id = ")
        .bind(user.uuid());
    let Some(row) = tx.one(sql).await? else {
        return Ok(None);
    };
    let (first, last): (String, String) = (get(&row, "first_name")?, get(&row, "last_name")?);
    let email: String = get(&row, "email")?;
    let phone: Option<String> = get(&row, "phone")?;
    Ok(Some(Buyer {
        user: Some(user),
        name: format!("{first} {last}").trim().to_owned(),
        email: Some(email.parse().map_err(|e| corrupt("email", e))?),
        phone: phone
            .map(|phone| phone.parse().map_err(|e| corrupt("phone", e)))
            .transpose()?,
    }))
}

/// The user's own record of the car with this number, locked.
pub(super) async fn own_record(tx: &Tx, user: UserId, vin: &Vin) -> Result<Option<Vehicle>, DbErr> {
    let Some(own) = holder(tx, Owner::User(user), Some(vin), None).await? else {
        return Ok(None);
    };
    tx.lock("vehicles", own.uuid()).await?;
    let mut sql = select_vehicle(tx.sql());
    sql.push("v.status <> 'sold' AND v.id = ").bind(own.uuid());
    tx.one(sql).await?.map(|row| vehicle(&row)).transpose()
}

/// Those of the named who are on the dealer's staff. Locked: a month's sales of one member are counted one after the other.
async fn members(tx: &Tx, dealer: DealerId, named: &[StaffId]) -> Result<Vec<StaffId>, DbErr> {
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = tx.sql();
    sql.push("SELECT id FROM staff WHERE dealer_id = ")
        .bind(dealer.uuid());
    sql.push(" AND id IN (")
        .bind_all(named.iter().map(StaffId::uuid))
        .push(") ORDER BY id");
    if sql.is_postgres() {
        sql.push(" FOR NO KEY UPDATE");
    }
    tx.all(sql).await?.iter().map(|row| id(row, "id")).collect()
}

async fn plans_for(
    tx: &Tx,
    dealer: DealerId,
    target: &CloseTarget,
    day: NaiveDate,
) -> Result<Vec<Plan>, DbErr> {
    let Some(seller) = target.seller else {
        return Ok(Vec::new());
    };
    let mut sql = tx.sql();
    sql.push("SELECT ").push(plans::COLUMNS);
    sql.push(" FROM commission_plans p WHERE p.dealer_id = ")
        .bind(dealer.uuid());
    sql.push(" AND p.effective_from <= ").bind(day);
    sql.push(" AND (p.staff_id IS NULL OR p.staff_id = ")
        .bind(seller.uuid())
        .push(")");
    tx.all(sql).await?.iter().map(plans::plan).collect()
}

async fn sold_this_month(tx: &Tx, target: &CloseTarget, day: NaiveDate) -> Result<u32, DbErr> {
    let Some(seller) = target.seller else {
        return Ok(0);
    };
    let month = Span::month_of(day);
    let mut sql = tx.sql();
    sql.push("SELECT COUNT(*) AS n FROM sales WHERE status = 'closed' AND sold_by = ")
        .bind(seller.uuid());
    sql.push(" AND sale_date >= ").bind(month.from);
    sql.push(" AND sale_date <= ").bind(month.to);
    let count: i64 = tx.one(sql).await?.map_or(Ok(0), |row| get(&row, "n"))?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}
