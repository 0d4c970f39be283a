//! Sales that are taken back or confirmed.

use ::sales::facts::{ConfirmFacts, Holder, VoidFacts};
use ::sales::sale::{Sale, Seller};
use application::error::Error;
use application::void_sale::{ConfirmingFacts, ConfirmingPlan, VoidingFacts, VoidingPlan, Voidings};
use async_trait::async_trait;
use inventory::vehicle::{Owner, Vehicle, VehicleStatus};
use kernel::act::{Act, Decide, Done, Record};
use kernel::email::Email;
use kernel::error::Common;
use kernel::id::{ListingId, PurchaseId, SaleId, UserId, VehicleId};
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use super::closings::{hand_over, joining, own_record, zone_of};
use super::rows;
use crate::db::Db;
use crate::fault::Stop;
use crate::inventory::rows::{holder, locked_vehicle, open_listing, update_vehicle};
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
    let facts = VoidingFacts {
        drives: called_off_by_sale(tx, sale.id, act.at).await?,
        listed: listed.map(|facts| facts.listed),
        sale: VoidFacts {
            zone: zone_of(tx, site).await?,
            entries: rows::entries_of(tx, sale.id).await?,
            sold_again: sold_again(tx, &sale, &vehicle).await?,
            listed_again: on_offer_again(tx, &sale, &vehicle).await?,
            sale,
        },
        vehicle,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    let plan = &decision.plan;
    if let Some(listing) = &plan.listing {
        update_listing(tx, listing).await?;
    }
    update_vehicle(tx, &plan.vehicle).await?;
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

/// The vehicle has an open listing, or the seller holds its number once more.
async fn on_offer_again(tx: &Tx, sale: &Sale, vehicle: &Vehicle) -> Result<bool, DbErr> {
    if open_listing(tx, vehicle.id, None).await?.is_some() {
        return Ok(true);
    }
    let vin = Some(&vehicle.details.vin);
    Ok(holder(tx, seller(sale), vin, Some(vehicle.id)).await?.is_some())
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
    let own = own_record(tx, user, &vehicle.details.vin).await?;
    let sale = rows::locked(tx, "purchase_id", purchase.uuid()).await?;
    let facts = ConfirmingFacts {
        confirm: ConfirmFacts {
            sale: sale.ok_or_else(invalid)?,
            holder,
        },
        own: own.filter(|own| own.id != vehicle.id),
        vehicle,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    rows::write(tx, &decision.plan.sale).await?;
    if let Some(handed) = &decision.plan.handed {
        hand_over(tx, handed).await?;
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
