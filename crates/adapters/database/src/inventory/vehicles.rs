//! Vehicles under lock, and to look at.

use ::inventory::error::Error;
use ::inventory::history::HistoryEntry;
use ::inventory::ports::{Garage, NewVehicleFacts, VehicleFacts, VehiclePlan, VehicleTarget, Vehicles};
use ::inventory::vehicle::{Owner, Vehicle};
use async_trait::async_trait;
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::VehicleId;
use kernel::paging::{Page, PageRequest};
use kernel::vin::Vin;

use super::receipts::remove_behind;
use super::rows::{
    VEHICLE, holder, insert_vehicle, locked_vehicle, select_vehicle, strict_vin, update_vehicle, vehicle,
};
use crate::db::Db;
use crate::fault::{self, Stop};
use crate::list::{Field, FieldType, ListQuery, ListSpec};
use crate::media::discard;
use crate::rows::{get, json_of};
use crate::sql::Sql;
use crate::tx::Tx;

/// Vehicles in a database.
#[derive(Clone)]
pub struct SqlVehicles {
    db: Db,
}

impl SqlVehicles {
    /// In this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

const LIST: ListSpec = ListSpec {
    fields: &[
        Field {
            name: "created_at",
            sql: "v.created_at",
            of: FieldType::Instant,
        },
        Field {
            name: "make",
            sql: "v.make",
            of: FieldType::Text,
        },
        Field {
            name: "year",
            sql: "v.year",
            of: FieldType::Int,
        },
    ],
    default: &[("created_at", true)],
    id: "v.id",
};

async fn strict(tx: &Tx, owner: Owner) -> Result<bool, Stop<Error>> {
    match owner {
        Owner::Dealer(dealer) => Ok(strict_vin(tx, dealer).await?.unwrap_or(false)),
        Owner::User(_) => Ok(false),
    }
}

async fn enter_in(
    tx: &Tx,
    target: &VehicleTarget,
    decide: Decide<'_, NewVehicleFacts, VehiclePlan, Vehicle, Error>,
) -> Result<(Vehicle, Record), Stop<Error>> {
    let facts = NewVehicleFacts {
        vin_held_by: holder(tx, target.owner, target.vin.as_ref(), None).await?,
        strict_vin: strict(tx, target.owner).await?,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    insert_vehicle(tx, &decision.plan.vehicle, &decision.plan.history).await?;
    Ok((decision.answer, decision.record))
}

async fn facts_of(tx: &Tx, id: VehicleId, vin: Option<&Vin>) -> Result<VehicleFacts, Stop<Error>> {
    let vehicle = locked_vehicle(tx, id).await?.ok_or(Common::absent("vehicle"))?;
    let mut sql = tx.sql();
    sql.push("SELECT 1 FROM listings WHERE vehicle_id = ")
        .bind(id.uuid());
    sql.push(" UNION ALL SELECT 1 FROM sales WHERE vehicle_id = ")
        .bind(id.uuid())
        .push(" LIMIT 1");
    Ok(VehicleFacts {
        vin_held_by: holder(tx, vehicle.owner, vin, Some(id)).await?,
        strict_vin: strict(tx, vehicle.owner).await?,
        in_use: tx.one(sql).await?.is_some(),
        vehicle,
    })
}

async fn change_in(
    tx: &Tx,
    id: VehicleId,
    vin: Option<&Vin>,
    decide: Decide<'_, VehicleFacts, VehiclePlan, Vehicle, Error>,
) -> Result<(Vehicle, Record), Stop<Error>> {
    let facts = facts_of(tx, id, vin).await?;
    let decision = decide(&facts).map_err(Stop::Domain)?;
    if decision.plan.vehicle != facts.vehicle {
        update_vehicle(tx, &decision.plan).await?;
    }
    Ok((decision.answer, decision.record))
}

async fn erase_in(
    tx: &Tx,
    id: VehicleId,
    decide: Decide<'_, VehicleFacts, (), (), Error>,
) -> Result<((), Record), Stop<Error>> {
    let facts = facts_of(tx, id, None).await?;
    let mut decision = decide(&facts).map_err(Stop::Domain)?;
    let of_vehicle = |sql: &mut Sql| {
        sql.push("s.vehicle_id = ").bind(id.uuid());
    };
    remove_behind(tx, of_vehicle, &mut decision.record).await?;
    for statement in [
        "DELETE FROM vehicle_history WHERE vehicle_id = ",
        "DELETE FROM service_records WHERE vehicle_id = ",
        "DELETE FROM vehicles WHERE id = ",
    ] {
        let mut sql = tx.sql();
        sql.push(statement).bind(id.uuid());
        tx.run(sql).await?;
    }
    discard(tx, facts.vehicle.picture.as_slice(), &mut decision.record).await?;
    Ok(((), decision.record))
}

#[async_trait]
impl Vehicles for SqlVehicles {
    async fn enter(
        &self,
        act: &Act,
        target: VehicleTarget,
        decide: Decide<'_, NewVehicleFacts, VehiclePlan, Vehicle, Error>,
    ) -> Result<Done<Vehicle>, Error> {
        let target = &target;
        self.db
            .act(act, |tx| async move {
                let result = enter_in(&tx, target, decide).await;
                (tx, result)
            })
            .await
    }

    async fn change(
        &self,
        act: &Act,
        vehicle: VehicleId,
        vin: Option<Vin>,
        decide: Decide<'_, VehicleFacts, VehiclePlan, Vehicle, Error>,
    ) -> Result<Done<Vehicle>, Error> {
        let vin = vin.as_ref();
        self.db
            .act(act, |tx| async move {
                let result = change_in(&tx, vehicle, vin, decide).await;
                (tx, result)
            })
            .await
    }

    async fn erase(
        &self,
        act: &Act,
        vehicle: VehicleId,
        decide: Decide<'_, VehicleFacts, (), (), Error>,
    ) -> Result<Done<()>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = erase_in(&tx, vehicle, decide).await;
                (tx, result)
            })
            .await
    }
}

#[async_trait]
impl Garage for SqlVehicles {
    async fn find(&self, id: VehicleId) -> Result<Option<Vehicle>, Error> {
        let mut sql = select_vehicle(self.db.sql());
        sql.push("v.id = ").bind(id.uuid());
        let row = self.db.one(sql).await?;
        Ok(row
            .map(|row| vehicle(&row))
            .transpose()
            .map_err(|e| fault::common(&e))?)
    }

    async fn list(&self, owner: Owner, page: &PageRequest) -> Result<Page<Vehicle>, Error> {
        let query = ListQuery {
            select: VEHICLE,
            from: "vehicles v",
            filter: |sql: &mut Sql| {
                sql.push(" AND v.owner_id = ")
                    .bind(owner.uuid())
                    .push(" AND v.owner_kind = ")
                    .bind(owner.kind());
            },
            filter_key: owner.uuid().to_string(),
        };
        Ok(LIST.page(&self.db, page, &query, vehicle).await?)
    }

    async fn history(&self, vehicle: VehicleId) -> Result<Vec<HistoryEntry>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT at, entry FROM vehicle_history WHERE vehicle_id = ")
            .bind(vehicle.uuid())
            .push(" ORDER BY at, id");
        let rows = self.db.all(sql).await?;
        let read = |row| {
            Ok(HistoryEntry {
                at: get(row, "at")?,
                happened: json_of(row, "entry")?,
            })
        };
        Ok(rows
            .iter()
            .map(read)
            .collect::<Result<_, _>>()
            .map_err(|e| fault::common(&e))?)
    }
}
