//! The ports of the inventory crate.

mod receipts;
mod saved;
mod service_records;

use std::collections::{BTreeMap, HashMap, HashSet};

use ::inventory::error::Error;
use ::inventory::history::HistoryEntry;
use ::inventory::listing::{Listed, Listing, ListingStatus, PricePoint};
use ::inventory::ports::{
    Garage, ListedVehicle, ListingFacts, ListingPlan, ListingTarget, Listings, NewListingFacts,
    NewListingPlan, NewVehicleFacts, RecordFacts, RecordPlan, Stock, VehicleFacts, VehiclePlan,
    VehicleTarget, Vehicles,
};
use ::inventory::receipt::Receipt;
use ::inventory::saved::SavedSearch;
use ::inventory::service_record::ServiceRecord;
use ::inventory::vehicle::{Owner, Vehicle, VehicleStatus};
use async_trait::async_trait;
use kernel::Instant;
use kernel::act::{Act, Decide, Done};
use kernel::error::Common;
use kernel::id::{DealerId, ListingId, ReceiptId, SavedSearchId, ServiceRecordId, SiteId, UserId, VehicleId};
use kernel::paging::{Page, PageRequest};
use kernel::vin::Vin;

use crate::Memory;
use crate::pages::page_of;

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

/// Vehicles, listings and what hangs on them.
#[derive(Default)]
pub(crate) struct Inventory {
    sellers: HashMap<DealerId, Seller>,
    vehicles: BTreeMap<VehicleId, Vehicle>,
    history: Vec<(VehicleId, HistoryEntry)>,
    pub(crate) listings: BTreeMap<ListingId, Listing>,
    prices: Vec<(ListingId, PricePoint)>,
    records: BTreeMap<ServiceRecordId, ServiceRecord>,
    /// Whose words each entry is.
    authors: HashMap<ServiceRecordId, Owner>,
    receipts: BTreeMap<ReceiptId, Receipt>,
    saved: BTreeMap<(UserId, ListingId), Instant>,
    searches: BTreeMap<SavedSearchId, SavedSearch>,
}

impl Memory {
    /// Makes a dealer known to the inventory ports.
    pub fn given_seller(&self, dealer: DealerId, seller: Seller) {
        self.lock().inventory.sellers.insert(dealer, seller);
    }
}

impl Inventory {
    fn holder(&self, owner: Owner, vin: Option<&Vin>, but: Option<VehicleId>) -> Option<VehicleId> {
        let vin = vin?;
        self.vehicles
            .values()
            .find(|v| {
                v.owner == owner
                    && v.details.vin == *vin
                    && v.status != VehicleStatus::Sold
                    && Some(v.id) != but
            })
            .map(|v| v.id)
    }

    fn strict(&self, owner: Owner) -> bool {
        match owner {
            Owner::Dealer(dealer) => self.sellers.get(&dealer).is_some_and(|s| s.strict_vin),
            Owner::User(_) => false,
        }
    }

    fn site_is(&self, dealer: DealerId, site: Option<SiteId>) -> bool {
        site.is_some_and(|site| self.sellers.get(&dealer).is_some_and(|s| s.sites.contains(&site)))
    }

    fn open_listing(&self, vehicle: VehicleId, but: Option<ListingId>) -> Option<ListingId> {
        self.listings
            .values()
            .find(|l| l.vehicle == vehicle && l.status.is_open() && Some(l.id) != but)
            .map(|l| l.id)
    }

    fn vehicle_facts(&self, vehicle: VehicleId, vin: Option<&Vin>) -> Result<VehicleFacts, Error> {
        let vehicle = self
            .vehicles
            .get(&vehicle)
            .cloned()
            .ok_or(Common::absent("vehicle"))?;
        Ok(VehicleFacts {
            vin_held_by: self.holder(vehicle.owner, vin, Some(vehicle.id)),
            strict_vin: self.strict(vehicle.owner),
            in_use: self.listings.values().any(|l| l.vehicle == vehicle.id),
            vehicle,
        })
    }

    pub(crate) fn listed(&self, listing: ListingId) -> Option<Listed> {
        let listing = self.listings.get(&listing)?.clone();
        let vehicle = self.vehicles.get(&listing.vehicle)?.clone();
        Some(Listed { listing, vehicle })
    }

    /// Who saved a listing, the first to save it first.
    pub(crate) fn savers_of(&self, listing: ListingId) -> Vec<UserId> {
        let saved = self.saved.iter().filter(|((_, kept), _)| *kept == listing);
        let mut savers: Vec<_> = saved.map(|((user, _), at)| (*at, *user)).collect();
        savers.sort_unstable();
        savers.into_iter().map(|(_, user)| user).collect()
    }

    /// A dealer's reserved listings.
    pub(crate) fn reserved_of(&self, dealer: DealerId) -> Vec<Listed> {
        let reserved = self.listings.values();
        let reserved = reserved.filter(|l| l.dealer == dealer && l.status == ListingStatus::Reserved);
        reserved.filter_map(|l| self.listed(l.id)).collect()
    }

    /// What is true of a listing while it is changed, if there is one.
    pub(crate) fn listing_facts(&self, listing: ListingId, site: Option<SiteId>) -> Option<ListingFacts> {
        let listed = self.listed(listing)?;
        Some(ListingFacts {
            site_is_ours: self.site_is(listed.listing.dealer, site),
            other_open_listing: self.open_listing(listed.vehicle.id, Some(listing)),
            listed,
        })
    }

    /// The vehicle, if there is one.
    pub(crate) fn vehicle(&self, vehicle: VehicleId) -> Option<Vehicle> {
        self.vehicles.get(&vehicle).cloned()
    }

    /// The owner's vehicle with this number, unless it was sold.
    pub(crate) fn held_by(&self, owner: Owner, vin: &Vin) -> Option<Vehicle> {
        self.vehicle(self.holder(owner, Some(vin), None)?)
    }

    /// Has the vehicle an open listing?
    pub(crate) fn is_offered(&self, vehicle: VehicleId) -> bool {
        self.open_listing(vehicle, None).is_some()
    }

    /// Two records of one car become one.
    pub(crate) fn merge(&mut self, merged: VehicleId, into: VehicleId) {
        self.vehicles.remove(&merged);
        let lines = self.history.iter_mut().filter(|(vehicle, _)| *vehicle == merged);
        lines.for_each(|(vehicle, _)| *vehicle = into);
        let records = self
            .records
            .values_mut()
            .filter(|record| record.vehicle == merged);
        records.for_each(|record| record.vehicle = into);
        let listings = self.listings.values_mut();
        listings
            .filter(|listing| listing.vehicle == merged)
            .for_each(|listing| listing.vehicle = into);
    }

    /// Did this owner write into the vehicle's log?
    pub(crate) fn wrote(&self, owner: Owner, vehicle: VehicleId) -> bool {
        let by_owner = |record: &&ServiceRecord| self.authors.get(&record.id) == Some(&owner);
        let mut records = self.records.values().filter(by_owner);
        records.any(|record| record.vehicle == vehicle)
    }

    /// Leaves a record of a vehicle with an owner who hands the vehicle itself back, with what they wrote.
    pub(crate) fn leave(&mut self, left: Vehicle, vehicle: VehicleId) {
        let authors = &self.authors;
        let records = self.records.values_mut();
        for record in records.filter(|record| authors.get(&record.id) == Some(&left.owner)) {
            if record.vehicle == vehicle {
                record.vehicle = left.id;
            }
        }
        self.vehicles.insert(left.id, left);
    }

    pub(crate) fn write_vehicle(&mut self, plan: VehiclePlan) {
        let id = plan.vehicle.id;
        self.vehicles.insert(id, plan.vehicle);
        self.history.extend(plan.history.into_iter().map(|e| (id, e)));
    }

    /// Writes a changed listing.
    pub(crate) fn write_listing(&mut self, plan: ListingPlan) {
        let (id, vehicle) = (plan.listing.id, plan.listing.vehicle);
        self.listings.insert(id, plan.listing);
        self.prices.extend(plan.price.map(|p| (id, p)));
        self.history
            .extend(plan.history.into_iter().map(|e| (vehicle, e)));
    }

    fn record_facts(&self, record: ServiceRecordId) -> Result<RecordFacts, Error> {
        let record = self
            .records
            .get(&record)
            .cloned()
            .ok_or(Common::absent("service record"))?;
        Ok(RecordFacts {
            vehicle: self.vehicle_facts(record.vehicle, None)?.vehicle,
            record: Some(record),
        })
    }

    fn write_record(&mut self, plan: RecordPlan) {
        let owner = self
            .vehicles
            .get(&plan.record.vehicle)
            .map(|vehicle| vehicle.owner);
        if let Some(owner) = owner {
            self.authors.entry(plan.record.id).or_insert(owner);
        }
        self.records.insert(plan.record.id, plan.record);
        if let Some(vehicle) = plan.vehicle {
            self.write_vehicle(vehicle);
        }
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
