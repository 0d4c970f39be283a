//! The ports of the inventory crate.

mod receipts;
mod saved;
mod service_records;
mod state;

use std::collections::HashSet;

use ::inventory::error::Error;
use ::inventory::history::HistoryEntry;
use ::inventory::listing::{Listed, PricePoint};
use ::inventory::ports::{
    Garage, ListedVehicle, ListingFacts, ListingPlan, ListingTarget, Listings, NewListingFacts,
    NewListingPlan, NewVehicleFacts, Stock, VehicleFacts, VehiclePlan, VehicleTarget, Vehicles,
};
use ::inventory::vehicle::{Owner, Vehicle};
use async_trait::async_trait;
use kernel::act::{Act, Decide, Done};
use kernel::error::Common;
use kernel::id::{DealerId, ListingId, SiteId, VehicleId};
use kernel::paging::{Page, PageRequest};
use kernel::vin::Vin;

use crate::Memory;
use crate::pages::page_of;
pub(crate) use state::Inventory;

/// What the inventory crate wants to know of a dealer.
#[derive(Clone, Debug, Default)]
pub struct Seller {
    /// The public may see its listings.
    pub verified: bool,
    /// Contradictions of a number are errors.
    pub strict_vin: bool,
    /// Its sites.
    pub sites: HashSet<SiteId>,
}

impl Memory {
    /// Makes a dealer known to the inventory ports.
    pub fn given_seller(&self, dealer: DealerId, seller: Seller) {
        self.lock().inventory.sellers.insert(dealer, seller);
    }
}

#[async_trait]
impl Vehicles for Memory {
    async fn enter(
        &self,
        act: &Act,
        target: VehicleTarget,
        decide: Decide<'_, NewVehicleFacts, VehiclePlan, Vehicle, Error>,
    ) -> Result<Done<Vehicle>, Error> {
        self.act(
            act,
            |state| {
                let inventory = &state.inventory;
                decide(&NewVehicleFacts {
                    vin_held_by: inventory.holder(target.owner, target.vin.as_ref(), None),
                    strict_vin: inventory.strict(target.owner),
                })
            },
            |state, plan| {
                state.inventory.write_vehicle(plan);
                Ok(())
            },
        )
    }

    async fn change(
        &self,
        act: &Act,
        vehicle: VehicleId,
        vin: Option<Vin>,
        decide: Decide<'_, VehicleFacts, VehiclePlan, Vehicle, Error>,
    ) -> Result<Done<Vehicle>, Error> {
        self.act(
            act,
            |state| decide(&state.inventory.vehicle_facts(vehicle, vin.as_ref())?),
            |state, plan| {
                state.inventory.write_vehicle(plan);
                Ok(())
            },
        )
    }

    async fn erase(
        &self,
        act: &Act,
        vehicle: VehicleId,
        decide: Decide<'_, VehicleFacts, (), (), Error>,
    ) -> Result<Done<()>, Error> {
        self.act(
            act,
            |state| decide(&state.inventory.vehicle_facts(vehicle, None)?),
            |state, ()| {
                let entries = state.inventory.records.values();
                let entries = entries.filter(|r| r.vehicle == vehicle).map(|r| r.id);
                for entry in entries.collect::<Vec<_>>() {
                    state.remove_receipts_behind(entry);
                }
                let inventory = &mut state.inventory;
                if let Some(picture) = inventory.vehicles.remove(&vehicle).and_then(|v| v.picture) {
                    state.media.discard(picture);
                }
                inventory.history.retain(|(id, _)| *id != vehicle);
                inventory.records.retain(|_, r| r.vehicle != vehicle);
                Ok(())
            },
        )
    }
}

#[async_trait]
impl Garage for Memory {
    async fn find(&self, vehicle: VehicleId) -> Result<Option<Vehicle>, Error> {
        Ok(self.lock().inventory.vehicles.get(&vehicle).cloned())
    }

    async fn list(&self, owner: Owner, page: &PageRequest) -> Result<Page<Vehicle>, Error> {
        let own: Vec<Vehicle> = self
            .lock()
            .inventory
            .vehicles
            .values()
            .rev()
            .filter(|v| v.owner == owner)
            .cloned()
            .collect();
        Ok(page_of(own, page)?)
    }

    async fn history(&self, vehicle: VehicleId) -> Result<Vec<HistoryEntry>, Error> {
        Ok(self
            .lock()
            .inventory
            .history
            .iter()
            .filter(|(id, _)| *id == vehicle)
            .map(|(_, entry)| entry.clone())
            .collect())
    }
}

#[async_trait]
impl Listings for Memory {
    async fn create(
        &self,
        act: &Act,
        target: ListingTarget,
        decide: Decide<'_, NewListingFacts, NewListingPlan, Listed, Error>,
    ) -> Result<Done<Listed>, Error> {
        self.act(
            act,
            |state| {
                let inventory = &state.inventory;
                let existing = match &target.vehicle {
                    ListedVehicle::Existing(id) => Some(*id),
                    ListedVehicle::New(_) => None,
                };
                let vin = match &target.vehicle {
                    ListedVehicle::New(vin) => vin.as_ref(),
                    ListedVehicle::Existing(_) => None,
                };
                let seller = inventory.sellers.get(&target.dealer);
                decide(&NewListingFacts {
                    dealer_exists: seller.is_some(),
                    strict_vin: seller.is_some_and(|s| s.strict_vin),
                    site_is_ours: inventory.site_is(target.dealer, target.site),
                    vehicle: existing.and_then(|id| inventory.vehicles.get(&id).cloned()),
                    vin_held_by: inventory.holder(Owner::Dealer(target.dealer), vin, None),
                    open_listing: existing.and_then(|id| inventory.open_listing(id, None)),
                })
            },
            |state, plan| {
                let inventory = &mut state.inventory;
                if let Some(vehicle) = plan.vehicle {
                    inventory.vehicles.insert(vehicle.id, vehicle);
                }
                inventory.write_listing(ListingPlan {
                    listing: plan.listing,
                    price: Some(plan.price),
                    history: plan.history,
                });
                Ok(())
            },
        )
    }

    async fn change(
        &self,
        act: &Act,
        listing: ListingId,
        site: Option<SiteId>,
        decide: Decide<'_, ListingFacts, Option<ListingPlan>, Listed, Error>,
    ) -> Result<Done<Listed>, Error> {
        self.act(
            act,
            |state| {
                let facts = state.inventory.listing_facts(listing, site);
                decide(&facts.ok_or(Common::absent("listing"))?)
            },
            |state, plan| {
                if let Some(plan) = plan {
                    state.inventory.write_listing(plan);
                }
                Ok(())
            },
        )
    }
}

#[async_trait]
impl Stock for Memory {
    async fn find(&self, listing: ListingId) -> Result<Option<Listed>, Error> {
        Ok(self.lock().inventory.listed(listing))
    }

    async fn prices(&self, listing: ListingId) -> Result<Vec<PricePoint>, Error> {
        Ok(self
            .lock()
            .inventory
            .prices
            .iter()
            .filter(|(id, _)| *id == listing)
            .map(|(_, price)| *price)
            .collect())
    }
}
