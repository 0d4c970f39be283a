//! What was done to a vehicle.

use ::inventory::error::Error;
use ::inventory::ports::{RecordFacts, RecordPlan, ServiceRecords};
use ::inventory::service_record::ServiceRecord;
use ::inventory::vehicle::{Owner, Vehicle};
use async_trait::async_trait;
use kernel::act::{Act, Decide, Done};
use kernel::id::{ServiceRecordId, VehicleId};
use kernel::paging::{Page, PageRequest};

use crate::Memory;
use crate::pages::page_of;

#[async_trait]
impl ServiceRecords for Memory {
    async fn add(
        &self,
        act: &Act,
        vehicle: VehicleId,
        decide: Decide<'_, RecordFacts, RecordPlan, ServiceRecord, Error>,
    ) -> Result<Done<ServiceRecord>, Error> {
        self.act(
            act,
            |state| {
                decide(&RecordFacts {
                    vehicle: state.inventory.vehicle_facts(vehicle, None)?.vehicle,
                    record: None,
                })
            },
            |state, plan| {
                state.inventory.write_record(plan);
                Ok(())
            },
        )
    }

    async fn change(
        &self,
        act: &Act,
        record: ServiceRecordId,
        decide: Decide<'_, RecordFacts, RecordPlan, ServiceRecord, Error>,
    ) -> Result<Done<ServiceRecord>, Error> {
        self.act(
            act,
            |state| decide(&state.inventory.record_facts(record)?),
            |state, plan| {
                state.inventory.write_record(plan);
                Ok(())
            },
        )
    }

    async fn erase(
        &self,
        act: &Act,
        record: ServiceRecordId,
        decide: Decide<'_, RecordFacts, (), (), Error>,
    ) -> Result<Done<()>, Error> {
        self.act(
            act,
            |state| decide(&state.inventory.record_facts(record)?),
            |state, ()| {
                state.remove_receipts_behind(record);
                state.inventory.records.remove(&record);
                Ok(())
            },
        )
    }

    async fn find(&self, record: ServiceRecordId) -> Result<Option<(ServiceRecord, Vehicle)>, Error> {
        let state = self.lock();
        Ok(state.inventory.records.get(&record).and_then(|record| {
            let vehicle = state.inventory.vehicles.get(&record.vehicle)?;
            Some((record.clone(), vehicle.clone()))
        }))
    }

    async fn list(
        &self,
        owner: Owner,
        vehicle: Option<VehicleId>,
        page: &PageRequest,
    ) -> Result<Page<ServiceRecord>, Error> {
        let entries: Vec<ServiceRecord> = {
            let state = self.lock();
            let own = |id: VehicleId| {
                state
                    .inventory
                    .vehicles
                    .get(&id)
                    .is_some_and(|v| v.owner == owner)
            };
            state
                .inventory
                .records
                .values()
                .rev()
                .filter(|r| own(r.vehicle) && vehicle.is_none_or(|v| v == r.vehicle))
                .cloned()
                .collect()
        };
        Ok(page_of(entries, page)?)
    }

    async fn of_vehicle(&self, vehicle: VehicleId) -> Result<Vec<ServiceRecord>, Error> {
        Ok(self
            .lock()
            .inventory
            .records
            .values()
            .filter(|r| r.vehicle == vehicle)
            .cloned()
            .collect())
    }
}
