//! The owner's own log.

use std::sync::Arc;

use kernel::act::{Act, Done};
use kernel::actor::Actor;
use kernel::error::Common;
use kernel::id::{ServiceRecordId, VehicleId};
use kernel::paging::{Page, PageRequest};
use kernel::ports::Ids;

use crate::error::Error;
use crate::ports::{Garage, ServiceRecords};
use crate::service_record::ServiceRecord;
use crate::service_rules::{RecordChanges, add, change, erase};
use crate::vehicle::Owner;
use crate::vehicle_rules::may_see;

/// Keeps the log.
#[derive(Clone)]
pub struct KeepServiceLog {
    /// The log.
    pub log: Arc<dyn ServiceRecords>,
    /// Vehicles to look at.
    pub garage: Arc<dyn Garage>,
    /// Makes ids.
    pub ids: Ids,
}

impl KeepServiceLog {
    /// Adds an entry to a vehicle's log.
    pub async fn add(
        &self,
        act: &Act,
        vehicle: VehicleId,
        changes: &RecordChanges,
    ) -> Result<Done<ServiceRecord>, Error> {
        let id = self.ids.next();
        self.log
            .add(act, vehicle, &|facts| add(act, id, changes, facts))
            .await
    }

    /// Changes an entry.
    pub async fn change(
        &self,
        act: &Act,
        record: ServiceRecordId,
        changes: &RecordChanges,
    ) -> Result<Done<ServiceRecord>, Error> {
        self.log
            .change(act, record, &|facts| change(act, changes, facts))
            .await
    }

    /// Erases an entry.
    pub async fn erase(&self, act: &Act, record: ServiceRecordId) -> Result<Done<()>, Error> {
        self.log.erase(act, record, &|facts| erase(act, facts)).await
    }

    /// One entry.
    pub async fn find(&self, actor: &Actor, record: ServiceRecordId) -> Result<ServiceRecord, Error> {
        let (found, vehicle) = self
            .log
            .find(record)
            .await?
            .ok_or(Common::absent("service record"))?;
        may_see(actor, vehicle.owner, "service record")?;
        Ok(found)
    }

    /// The entries of all of the caller's vehicles, or of one vehicle that the caller may see.
    pub async fn list(
        &self,
        actor: &Actor,
        vehicle: Option<VehicleId>,
        page: &PageRequest,
    ) -> Result<Page<ServiceRecord>, Error> {
        let owner = match vehicle {
            None => Owner::User(actor.person()?.user),
            Some(vehicle) => {
                self.garage
                    .find(vehicle)
                    .await?
                    .ok_or(Common::absent("vehicle"))?
                    .owner
            }
        };
        may_see(actor, owner, "vehicle")?;
        self.log.list(owner, vehicle, page).await
    }
}
