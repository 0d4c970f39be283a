//! Listings under lock, and as their dealer sees them.

use ::inventory::error::Error;
use ::inventory::listing::{Listed, PricePoint};
use ::inventory::ports::{
    ListedVehicle, ListingFacts, ListingPlan, ListingTarget, Listings, NewListingFacts, NewListingPlan, Stock,
};
use ::inventory::vehicle::Owner;
use async_trait::async_trait;
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::{ListingId, SiteId};
use kernel::money::Money;
use sea_orm::{DbErr, QueryResult};

use super::rows::{
    holder, insert_listing, insert_vehicle, listed, locked_listing, locked_vehicle, open_listing,
    select_listed, site_is_of, strict_vin, update_listing,
};
use crate::db::Db;
use crate::fault::{self, Stop};
use crate::rows::{currency, get};
use crate::tx::Tx;

/// Listings in a database.
#[derive(Clone)]
pub struct SqlListings {
    db: Db,
}

impl SqlListings {
    /// In this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

async fn new_facts(tx: &Tx, target: &ListingTarget) -> Result<NewListingFacts, Stop<Error>> {
    let strict = strict_vin(tx, target.dealer).await?;
    let owner = Owner::Dealer(target.dealer);
    let (vehicle, vin_held_by, open) = match &target.vehicle {
        ListedVehicle::Existing(id) => (
            locked_vehicle(tx, *id).await?,
            None,
            open_listing(tx, *id, None).await?,
        ),
        ListedVehicle::New(vin) => (None, holder(tx, owner, vin.as_ref(), None).await?, None),
    };
    Ok(NewListingFacts {
        dealer_exists: strict.is_some(),
        strict_vin: strict.unwrap_or(false),
        site_is_ours: site_is_of(tx, target.dealer, target.site).await?,
        vehicle,
        vin_held_by,
        open_listing: open,
    })
}

async fn create_in(
    tx: &Tx,
    target: &ListingTarget,
    decide: Decide<'_, NewListingFacts, NewListingPlan, Listed, Error>,
) -> Result<(Listed, Record), Stop<Error>> {
    let facts = new_facts(tx, target).await?;
    let decision = decide(&facts).map_err(Stop::Domain)?;
    let plan = decision.plan;
    if let Some(vehicle) = &plan.vehicle {
        insert_vehicle(tx, vehicle, &[]).await?;
    }
    insert_listing(
        tx,
        &plan.listing,
        &decision.answer.vehicle,
        plan.price,
        &plan.history,
    )
    .await?;
    Ok((decision.answer, decision.record))
}

async fn change_in(
    tx: &Tx,
    listing: ListingId,
    site: Option<SiteId>,
    decide: Decide<'_, ListingFacts, Option<ListingPlan>, Listed, Error>,
) -> Result<(Listed, Record), Stop<Error>> {
    let facts = locked_listing(tx, listing, site)
        .await?
        .ok_or(Common::absent("listing"))?;
    let decision = decide(&facts).map_err(Stop::Domain)?;
    if let Some(plan) = &decision.plan {
        update_listing(tx, plan).await?;
    }
    Ok((decision.answer, decision.record))
}

#[async_trait]
impl Listings for SqlListings {
    async fn create(
        &self,
        act: &Act,
        target: ListingTarget,
        decide: Decide<'_, NewListingFacts, NewListingPlan, Listed, Error>,
    ) -> Result<Done<Listed>, Error> {
        let target = &target;
        self.db
            .act(act, |tx| async move {
                let result = create_in(&tx, target, decide).await;
                (tx, result)
            })
            .await
    }

    async fn change(
        &self,
        act: &Act,
        listing: ListingId,
        site: Option<SiteId>,
        decide: Decide<'_, ListingFacts, Option<ListingPlan>, Listed, Error>,
    ) -> Result<Done<Listed>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = change_in(&tx, listing, site, decide).await;
                (tx, result)
            })
            .await
    }
}

fn price(row: &QueryResult) -> Result<PricePoint, DbErr> {
    Ok(PricePoint {
        at: get(row, "at")?,
        asking: Money::new(get(row, "asking_minor")?, currency(row, "currency")?),
    })
}

#[async_trait]
impl Stock for SqlListings {
    async fn find(&self, listing: ListingId) -> Result<Option<Listed>, Error> {
        let mut sql = select_listed(self.db.sql());
        sql.push("l.id = ").bind(listing.uuid());
        let row = self.db.one(sql).await?;
        Ok(row
            .map(|row| listed(&row))
            .transpose()
            .map_err(|e| fault::common(&e))?)
    }

    async fn prices(&self, listing: ListingId) -> Result<Vec<PricePoint>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT at, asking_minor, currency FROM listing_prices WHERE listing_id = ")
            .bind(listing.uuid())
            .push(" ORDER BY id");
        let rows = self.db.all(sql).await?;
        Ok(rows
            .iter()
            .map(price)
            .collect::<Result<_, _>>()
            .map_err(|e| fault::common(&e))?)
    }
}
