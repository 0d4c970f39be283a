//! The garage: a person's own vehicles, and a dealer's by their ids.

use std::sync::Arc;

use kernel::act::{Act, Done};
use kernel::actor::Actor;
use kernel::error::Common;
use kernel::id::VehicleId;
use kernel::paging::{Page, PageRequest};
use kernel::ports::Ids;

use crate::error::Error;
use crate::history::{HistoryEntry, timeline};
use crate::ports::{Garage, ServiceRecords, VehicleTarget, Vehicles};
use crate::vehicle::{Owner, Vehicle};
use crate::vehicle_draft::{VehicleChanges, VehicleDraft};
use crate::vehicle_rules::{change, enter, erase, may_see};

/// Keeps vehicles.
#[derive(Clone)]
pub struct KeepGarage {
    /// Vehicles under lock.
    pub vehicles: Arc<dyn Vehicles>,
    /// Vehicles to look at.
    pub garage: Arc<dyn Garage>,
    /// The log, for the timeline.
    pub log: Arc<dyn ServiceRecords>,
    /// Makes ids.
    pub ids: Ids,
}

impl KeepGarage {
    /// Enters a vehicle into the caller's own garage.
    pub async fn enter(&self, act: &Act, draft: &VehicleDraft) -> Result<Done<Vehicle>, Error> {
        let owner = Owner::User(act.actor.person()?.user);
        let id = self.ids.next();
        let target = VehicleTarget {
            owner,
            vin: draft.vin(),
        };
        self.vehicles
            .enter(act, target, &|facts| enter(act, id, owner, draft, facts))
            .await
    }

    /// Changes a vehicle: one's own, or one of the dealer's stock.
    pub async fn change(
        &self,
        act: &Act,
        vehicle: VehicleId,
        changes: &VehicleChanges,
    ) -> Result<Done<Vehicle>, Error> {
        self.vehicles
            .change(act, vehicle, changes.vin(), &|facts| change(act, changes, facts))
            .await
    }

    /// Erases a vehicle on which nothing hangs, with its log.
    pub async fn erase(&self, act: &Act, vehicle: VehicleId) -> Result<Done<()>, Error> {
        self.vehicles
            .erase(act, vehicle, &|facts| erase(act, facts))
            .await
    }

    /// One vehicle.
    pub async fn find(&self, actor: &Actor, vehicle: VehicleId) -> Result<Vehicle, Error> {
        let found = self
            .garage
            .find(vehicle)
            .await?
            .ok_or(Common::absent("vehicle"))?;
        may_see(actor, found.owner, "vehicle")?;
        Ok(found)
    }

    /// The caller's own vehicles.
    pub async fn list(&self, actor: &Actor, page: &PageRequest) -> Result<Page<Vehicle>, Error> {
        let owner = Owner::User(actor.person()?.user);
        may_see(actor, owner, "vehicle")?;
        self.garage.list(owner, page).await
    }

    /// What was done to a vehicle, oldest first.
    pub async fn history(&self, actor: &Actor, vehicle: VehicleId) -> Result<Vec<HistoryEntry>, Error> {
        let found = self.find(actor, vehicle).await?;
        let lines = self.garage.history(vehicle).await?;
        let log = self.log.of_vehicle(vehicle).await?;
        Ok(timeline(&found, lines, &log))
    }
}
