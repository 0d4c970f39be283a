//! What the inventory ports keep.

use std::collections::{BTreeMap, HashMap};

use ::inventory::error::Error;
use ::inventory::history::HistoryEntry;
use ::inventory::listing::{Listed, Listing, ListingStatus, PricePoint};
use ::inventory::ports::{ListingFacts, ListingPlan, RecordFacts, RecordPlan, VehicleFacts, VehiclePlan};
use ::inventory::receipt::Receipt;
use ::inventory::saved::SavedSearch;
use ::inventory::service_record::ServiceRecord;
use ::inventory::vehicle::{Owner, Vehicle, VehicleStatus};
use kernel::Instant;
use kernel::error::Common;
use kernel::id::{DealerId, ListingId, ReceiptId, SavedSearchId, ServiceRecordId, SiteId, UserId, VehicleId};
use kernel::vin::Vin;

use super::Seller;

/// Vehicles, listings and what hangs on them.
#[derive(Default)]
pub(crate) struct Inventory {
    pub(super) sellers: HashMap<DealerId, Seller>,
    pub(super) vehicles: BTreeMap<VehicleId, Vehicle>,
    pub(super) history: Vec<(VehicleId, HistoryEntry)>,
    pub(crate) listings: BTreeMap<ListingId, Listing>,
    pub(super) prices: Vec<(ListingId, PricePoint)>,
    pub(super) records: BTreeMap<ServiceRecordId, ServiceRecord>,
    /// Whose words each entry is.
    pub(super) authors: HashMap<ServiceRecordId, Owner>,
    pub(super) receipts: BTreeMap<ReceiptId, Receipt>,
    pub(super) saved: BTreeMap<(UserId, ListingId), Instant>,
    pub(super) searches: BTreeMap<SavedSearchId, SavedSearch>,
}

impl Inventory {
    pub(super) fn holder(
        &self,
        owner: Owner,
        vin: Option<&Vin>,
        but: Option<VehicleId>,
    ) -> Option<VehicleId> {
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

    pub(super) fn strict(&self, owner: Owner) -> bool {
        match owner {
            Owner::Dealer(dealer) => self.sellers.get(&dealer).is_some_and(|s| s.strict_vin),
            Owner::User(_) => false,
        }
    }

    pub(super) fn site_is(&self, dealer: DealerId, site: Option<SiteId>) -> bool {
        site.is_some_and(|site| self.sellers.get(&dealer).is_some_and(|s| s.sites.contains(&site)))
    }

    pub(super) fn open_listing(&self, vehicle: VehicleId, but: Option<ListingId>) -> Option<ListingId> {
        self.listings
            .values()
            .find(|l| l.vehicle == vehicle && l.status.is_open() && Some(l.id) != but)
            .map(|l| l.id)
    }

    pub(super) fn vehicle_facts(&self, vehicle: VehicleId, vin: Option<&Vin>) -> Result<VehicleFacts, Error> {
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

    pub(super) fn record_facts(&self, record: ServiceRecordId) -> Result<RecordFacts, Error> {
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

    pub(super) fn write_record(&mut self, plan: RecordPlan) {
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
