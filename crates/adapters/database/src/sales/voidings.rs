//! Sales that are taken back or confirmed.

use ::sales::facts::{ConfirmFacts, Holder, VoidFacts};
use ::sales::sale::{Sale, Seller};
use application::error::Error;
use application::void_sale::{ConfirmingFacts, ConfirmingPlan, VoidingFacts, VoidingPlan, Voidings};
use async_trait::async_trait;
use inventory::handover::Return;
use inventory::vehicle::{Owner, Vehicle, VehicleStatus};
use kernel::act::{Act, Decide, Done, Record};
use kernel::email::Email;
use kernel::error::Common;
use kernel::id::{ListingId, PurchaseId, SaleId, UserId, VehicleId};
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use super::closings::{hand_over, joining, keep_joined, own_record, zone_of};
use super::rows;
use crate::db::Db;
use crate::fault::Stop;
use crate::inventory::rows::{insert_vehicle, locked_vehicle, open_listing};
use crate::inventory::{locked_listing, update_listing};
use crate::rows::{corrupt, get, id};
use crate::scheduling::called_off_by_sale;
use crate::tx::Tx;

/// Sales that are taken back or confirmed, in the database.
#[derive(Clone)]
pub struct SqlVoidings {
    db: Db,
}

impl SqlVoidings {
    /// On a database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

#[async_trait]
impl Voidings for SqlVoidings {
    async fn void(
        &self,
        act: &Act,
        sale: SaleId,
        decide: Decide<'_, VoidingFacts, VoidingPlan, Sale, Error>,
    ) -> Result<Done<Sale>, Error> {
        let done = self.db.act(act, |tx| async move {
            let result = void_in(&tx, act, sale, decide).await;
            (tx, result)
        });
        done.await.map_err(listed_again)
    }

    async fn confirm(
        &self,
        act: &Act,
        purchase: PurchaseId,
        holder: UserId,
        decide: Decide<'_, ConfirmingFacts, ConfirmingPlan, Sale, Error>,
    ) -> Result<Done<Sale>, Error> {
        joining(|| {
            self.db.act(act, |tx| async move {
                let result = confirm_in(&tx, purchase, holder, decide).await;
                (tx, result)
            })
        })
        .await
    }
}

/// The seller took the very car in again while its sale was voided.
fn listed_again(error: Error) -> Error {
    let again = inventory::error::Error::VinTaken { vehicle: None };
    match error {
        Error::Inventory(met) if met == again => ::sales::Error::ListedAgain.into(),
        other => other,
    }
}

/// Which listing and vehicle a sale is about: read before they are locked. A listing never changes; a vehicle does where two
/// records become one, and then the sale is read again with it.
fn about(row: &QueryResult) -> Result<(Option<ListingId>, VehicleId), DbErr> {
    let listing: Option<Uuid> = get(row, "listing_id")?;
    Ok((listing.map(ListingId::from_uuid), id(row, "vehicle_id")?))
}

async fn void_in(
    tx: &Tx,
    act: &Act,
    sale: SaleId,
    decide: Decide<'_, VoidingFacts, VoidingPlan, Sale, Error>,
) -> Result<(Sale, Record), Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("SELECT listing_id, vehicle_id FROM sales WHERE id = ")
        .bind(sale.uuid());
    let row = tx.one(sql).await?.ok_or(Common::absent("sale"))?;
    let (listing, vehicle) = about(&row)?;
    let listed = match listing {
        Some(listing) => locked_listing(tx, listing, None).await?,
        None => None,
    };
    let vehicle = locked_vehicle(tx, vehicle)
        .await?
        .ok_or(Common::absent("vehicle"))?;
    let sale = rows::locked(tx, "id", sale.uuid())
        .await?
        .ok_or(Common::absent("sale"))?;
    let site = sale.closing().and_then(|closing| closing.site);
    let vin = &vehicle.details.vin;
    let again = own_record(tx, seller(&sale), vin, Some(vehicle.id)).await?;
    let again = again.map(|other| other.id);
    let (joined, wrote) = of_buyer(tx, &sale, vehicle.id).await?;
    let facts = VoidingFacts {
        again,
        joined,
        wrote,
        drives: called_off_by_sale(tx, sale.id, act.at).await?,
        listed: listed.map(|facts| facts.listed),
        sale: VoidFacts {
            zone: zone_of(tx, site).await?,
            entries: rows::entries_of(tx, sale.id).await?,
            sold_again: sold_again(tx, &sale, &vehicle).await?,
            listed_again: on_offer_again(tx, &vehicle, again).await?,
            sale,
        },
        vehicle,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    let plan = &decision.plan;
    if let Some(listing) = &plan.listing {
        update_listing(tx, listing).await?;
    }
    give_back(tx, &plan.vehicle).await?;
    rows::write(tx, &plan.sale.sale).await?;
    if let Some(closing) = plan.sale.sale.closing() {
        rows::insert_entries(tx, closing.dealer, &plan.sale.entries).await?;
    }
    Ok((decision.answer, decision.record))
}

fn seller(sale: &Sale) -> Owner {
    match &sale.seller {
        Seller::Dealer(closing) => Owner::Dealer(closing.dealer),
        Seller::Person { user } => Owner::User(*user),
    }
}

/// Another sale of the vehicle came after this one and stands, or its owner says that it is sold, or it is in hands that this
/// sale did not give it to.
async fn sold_again(tx: &Tx, sale: &Sale, vehicle: &Vehicle) -> Result<bool, DbErr> {
    let given = sale.buyer.user.map(Owner::User);
    let in_buyers_hands = given == Some(vehicle.owner) && vehicle.status != VehicleStatus::Sold;
    let not_handed_over = vehicle.owner == seller(sale) && vehicle.status == VehicleStatus::Sold;
    if !in_buyers_hands && !not_handed_over {
        return Ok(true);
    }
    let mut sql = tx.sql();
    sql.push("SELECT 1 FROM sales WHERE status = 'closed' AND vehicle_id = ")
        .bind(vehicle.id.uuid());
    sql.push(" AND created_at > ")
        .bind(sale.created_at)
        .push(" LIMIT 1");
    Ok(tx.one(sql).await?.is_some())
}

/// The vehicle has an open listing, or the seller's other record of it has.
async fn on_offer_again(tx: &Tx, vehicle: &Vehicle, again: Option<VehicleId>) -> Result<bool, DbErr> {
    for vehicle in std::iter::once(vehicle.id).chain(again) {
        if open_listing(tx, vehicle, None).await?.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The buyer's own record that the handing over ended, and whether they wrote into the vehicle's log.
async fn of_buyer(tx: &Tx, sale: &Sale, vehicle: VehicleId) -> Result<(Option<VehicleId>, bool), DbErr> {
    let mut sql = tx.sql();
    sql.push("SELECT joined_id, (SELECT COUNT(*) FROM service_records r WHERE r.owner_kind = 'user' AND r.owner_id = s.buyer_user_id AND r.vehicle_id = ")
        .bind(vehicle.uuid())
        .push(") AS written FROM sales s WHERE id = ")
        .bind(sale.id.uuid());
    let Some(row) = tx.one(sql).await? else {
        return Ok((None, false));
    };
    let joined: Option<Uuid> = get(&row, "joined_id")?;
    Ok((joined.map(VehicleId::from_uuid), get::<i64>(&row, "written")? > 0))
}

/// Writes the vehicle in the seller's hands, and what its buyer wrote where it stays with them.
async fn give_back(tx: &Tx, back: &Return) -> Result<(), DbErr> {
    hand_over(tx, &back.handed).await?;
    let Some(left) = &back.left else {
        return Ok(());
    };
    insert_vehicle(tx, left, &[]).await?;
    let mut sql = tx.sql();
    sql.push("UPDATE service_records SET vehicle_id = ")
        .bind(left.id.uuid());
    sql.push(" WHERE owner_kind = ")
        .bind(left.owner.kind())
        .push(" AND owner_id = ")
        .bind(left.owner.uuid())
        .push(" AND vehicle_id = ")
        .bind(back.handed.vehicle.vehicle.id.uuid());
    tx.run(sql).await.map(|_| ())
}

async fn confirm_in(
    tx: &Tx,
    purchase: PurchaseId,
    user: UserId,
    decide: Decide<'_, ConfirmingFacts, ConfirmingPlan, Sale, Error>,
) -> Result<(Sale, Record), Stop<Error>> {
    let invalid = || Stop::Domain(Error::Sales(::sales::Error::PurchaseInvalid));
    let mut sql = tx.sql();
    sql.push("SELECT listing_id, vehicle_id FROM sales WHERE purchase_id = ")
        .bind(purchase.uuid());
    let row = tx.one(sql).await?.ok_or_else(invalid)?;
    let (_, vehicle) = about(&row)?;
    let vehicle = locked_vehicle(tx, vehicle).await?.ok_or_else(invalid)?;
    let holder = account(tx, user).await?;
    let own = own_record(tx, Owner::User(user), &vehicle.details.vin, Some(vehicle.id)).await?;
    let sale = rows::locked(tx, "purchase_id", purchase.uuid()).await?;
    let facts = ConfirmingFacts {
        confirm: ConfirmFacts {
            sale: sale.ok_or_else(invalid)?,
            holder,
        },
        own,
        vehicle,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    rows::write(tx, &decision.plan.sale).await?;
    if let Some(handed) = &decision.plan.handed {
        hand_over(tx, handed).await?;
        keep_joined(tx, decision.plan.sale.id, handed).await?;
    }
    Ok((decision.answer, decision.record))
}

/// Who confirms; the address only where it is verified.
async fn account(tx: &Tx, user: UserId) -> Result<Holder, DbErr> {
    let mut sql = tx.sql();
    sql.push("SELECT email FROM users WHERE active AND email_verified AND id = ")
        .bind(user.uuid());
    let email = match tx.one(sql).await? {
        Some(row) => Some(
            get::<String>(&row, "email")?
                .parse::<Email>()
                .map_err(|e| corrupt("email", e))?,
        ),
        None => None,
    };
    Ok(Holder { user, email })
}
