//! The owner's log.

use ::inventory::error::Error;
use ::inventory::ports::{RecordFacts, RecordPlan, ServiceRecords};
use ::inventory::service_record::{RecordStatus, ServiceRecord};
use ::inventory::vehicle::{Owner, Vehicle};
use async_trait::async_trait;
use chrono::NaiveDate;
use kernel::Instant;
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::{ServiceRecordId, VehicleId};
use kernel::money::Money;
use kernel::paging::{Page, PageRequest};
use sea_orm::{DbErr, QueryResult, Value};

use super::receipts::remove_behind;
use super::rows::{VEHICLE, distance, locked_vehicle, update_vehicle, vehicle};
use crate::db::Db;
use crate::fault::{self, Stop};
use crate::list::{Field, FieldType, ListQuery, ListSpec};
use crate::rows::{corrupt, currency, get, id, insert, update};
use crate::sql::Sql;
use crate::tx::Tx;

/// The log in a database.
#[derive(Clone)]
pub struct SqlServiceRecords {
    db: Db,
}

impl SqlServiceRecords {
    /// In this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

const RECORD: &str = "s.id, s.vehicle_id, s.description, s.location, s.appointment, s.completion_date, s.odometer_value, \
     s.odometer_unit, s.cost_minor, s.cost_currency, s.status, s.past_history, s.created_at, s.updated_at, s.version";

const LIST: ListSpec = ListSpec {
    fields: &[
        Field {
            name: "created_at",
            sql: "s.created_at",
            of: FieldType::Instant,
        },
        Field {
            name: "status",
            sql: "s.status",
            of: FieldType::Text,
        },
    ],
    default: &[("created_at", true)],
    id: "s.id",
};

fn record(row: &QueryResult) -> Result<ServiceRecord, DbErr> {
    let status: String = get(row, "status")?;
    let cost = match get::<Option<i64>>(row, "cost_minor")? {
        Some(minor) => Some(Money::new(minor, currency(row, "cost_currency")?)),
        None => None,
    };
    Ok(ServiceRecord {
        id: id(row, "id")?,
        vehicle: id(row, "vehicle_id")?,
        description: get(row, "description")?,
        location: get(row, "location")?,
        appointment: get::<Option<Instant>>(row, "appointment")?,
        completion_date: get::<Option<NaiveDate>>(row, "completion_date")?,
        odometer: distance(row)?,
        cost,
        status: RecordStatus::parse(&status).ok_or_else(|| corrupt("status", status))?,
        past_history: get(row, "past_history")?,
        created_at: get(row, "created_at")?,
        updated_at: get(row, "updated_at")?,
        version: get(row, "version")?,
    })
}

fn columns(record: &ServiceRecord) -> Vec<(&'static str, Value)> {
    vec![
        ("description", record.description.clone().into()),
        ("location", record.location.clone().into()),
        ("appointment", record.appointment.into()),
        ("completion_date", record.completion_date.into()),
        (
            "odometer_value",
            record.odometer.map(|o| i64::from(o.value)).into(),
        ),
        ("odometer_unit", record.odometer.map(|o| o.unit.as_str()).into()),
        ("cost_minor", record.cost.map(Money::minor).into()),
        ("cost_currency", record.cost.map(|c| c.currency().code()).into()),
        ("status", record.status.as_str().into()),
        ("past_history", record.past_history.into()),
        ("updated_at", record.updated_at.into()),
        ("version", record.version.into()),
    ]
}

async fn raise(tx: &Tx, plan: &RecordPlan) -> Result<(), DbErr> {
    match &plan.vehicle {
        Some(vehicle) => update_vehicle(tx, vehicle).await,
        None => Ok(()),
    }
}

async fn add_in(
    tx: &Tx,
    vehicle: VehicleId,
    decide: Decide<'_, RecordFacts, RecordPlan, ServiceRecord, Error>,
) -> Result<(ServiceRecord, Record), Stop<Error>> {
    let vehicle = locked_vehicle(tx, vehicle)
        .await?
        .ok_or(Common::absent("vehicle"))?;
    let owner = vehicle.owner;
    let decision = decide(&RecordFacts {
        vehicle,
        record: None,
    })
    .map_err(Stop::Domain)?;
    let entry = &decision.plan.record;
    let mut row: Vec<(&'static str, Value)> = vec![
        ("id", entry.id.uuid().into()),
        ("vehicle_id", entry.vehicle.uuid().into()),
        ("owner_kind", owner.kind().into()),
        ("owner_id", owner.uuid().into()),
        ("created_at", entry.created_at.into()),
    ];
    row.extend(columns(entry));
    insert(tx, "service_records", row).await?;
    raise(tx, &decision.plan).await?;
    Ok((decision.answer, decision.record))
}

/// Locks the vehicle of an entry, whose lock is the log's lock, and reads both.
pub(super) async fn locked<E>(tx: &Tx, entry: ServiceRecordId) -> Result<(Vehicle, ServiceRecord), Stop<E>> {
    let absent = || Common::absent("service record");
    let read = || {
        let mut sql = tx.sql();
        sql.push("SELECT ")
            .push(RECORD)
            .push(" FROM service_records s WHERE s.id = ")
            .bind(entry.uuid());
        sql
    };
    let row = tx.one(read()).await?.ok_or_else(absent)?;
    let vehicle = locked_vehicle(tx, id(&row, "vehicle_id")?)
        .await?
        .ok_or_else(absent)?;
    // Read again, now that nobody else writes it.
    let row = tx.one(read()).await?.ok_or_else(absent)?;
    Ok((vehicle, record(&row)?))
}

async fn facts_of(tx: &Tx, entry: ServiceRecordId) -> Result<RecordFacts, Stop<Error>> {
    let (vehicle, record) = locked(tx, entry).await?;
    Ok(RecordFacts {
        vehicle,
        record: Some(record),
    })
}

async fn change_in(
    tx: &Tx,
    entry: ServiceRecordId,
    decide: Decide<'_, RecordFacts, RecordPlan, ServiceRecord, Error>,
) -> Result<(ServiceRecord, Record), Stop<Error>> {
    let decision = decide(&facts_of(tx, entry).await?).map_err(Stop::Domain)?;
    update(
        tx,
        "service_records",
        columns(&decision.plan.record),
        "id",
        entry.uuid(),
    )
    .await?;
    raise(tx, &decision.plan).await?;
    Ok((decision.answer, decision.record))
}

async fn erase_in(
    tx: &Tx,
    entry: ServiceRecordId,
    decide: Decide<'_, RecordFacts, (), (), Error>,
) -> Result<((), Record), Stop<Error>> {
    let mut decision = decide(&facts_of(tx, entry).await?).map_err(Stop::Domain)?;
    let of_entry = |sql: &mut Sql| {
        sql.push("s.id = ").bind(entry.uuid());
    };
    remove_behind(tx, of_entry, &mut decision.record).await?;
    let mut sql = tx.sql();
    sql.push("DELETE FROM service_records WHERE id = ")
        .bind(entry.uuid());
    tx.run(sql).await?;
    Ok(((), decision.record))
}

#[async_trait]
impl ServiceRecords for SqlServiceRecords {
    async fn add(
        &self,
        act: &Act,
        vehicle: VehicleId,
        decide: Decide<'_, RecordFacts, RecordPlan, ServiceRecord, Error>,
    ) -> Result<Done<ServiceRecord>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = add_in(&tx, vehicle, decide).await;
                (tx, result)
            })
            .await
    }

    async fn change(
        &self,
        act: &Act,
        record: ServiceRecordId,
        decide: Decide<'_, RecordFacts, RecordPlan, ServiceRecord, Error>,
    ) -> Result<Done<ServiceRecord>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = change_in(&tx, record, decide).await;
                (tx, result)
            })
            .await
    }

    async fn erase(
        &self,
        act: &Act,
        record: ServiceRecordId,
        decide: Decide<'_, RecordFacts, (), (), Error>,
    ) -> Result<Done<()>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = erase_in(&tx, record, decide).await;
                (tx, result)
            })
            .await
    }

    async fn find(&self, entry: ServiceRecordId) -> Result<Option<(ServiceRecord, Vehicle)>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT ")
            .push(RECORD)
            .push(" FROM service_records s WHERE s.id = ")
            .bind(entry.uuid());
        let Some(row) = self.db.one(sql).await? else {
            return Ok(None);
        };
        let found = record(&row).map_err(|e| fault::common(&e))?;
        let mut sql = self.db.sql();
        sql.push("SELECT ")
            .push(VEHICLE)
            .push(" FROM vehicles v WHERE v.id = ")
            .bind(found.vehicle.uuid());
        let row = self.db.one(sql).await?;
        let owner = row
            .map(|row| vehicle(&row))
            .transpose()
            .map_err(|e| fault::common(&e))?;
        Ok(owner.map(|vehicle| (found, vehicle)))
    }

    async fn list(
        &self,
        owner: Owner,
        vehicle: Option<VehicleId>,
        page: &PageRequest,
    ) -> Result<Page<ServiceRecord>, Error> {
        let query = ListQuery {
            select: RECORD,
            from: "service_records s JOIN vehicles v ON v.id = s.vehicle_id",
            filter: |sql: &mut Sql| {
                sql.push(" AND v.owner_id = ")
                    .bind(owner.uuid())
                    .push(" AND v.owner_kind = ")
                    .bind(owner.kind());
                if let Some(vehicle) = vehicle {
                    sql.push(" AND s.vehicle_id = ").bind(vehicle.uuid());
                }
            },
            filter_key: format!("{} {vehicle:?}", owner.uuid()),
        };
        Ok(LIST.page(&self.db, page, &query, record).await?)
    }

    async fn of_vehicle(&self, vehicle: VehicleId) -> Result<Vec<ServiceRecord>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT ")
            .push(RECORD)
            .push(" FROM service_records s WHERE s.vehicle_id = ")
            .bind(vehicle.uuid())
            .push(" ORDER BY s.created_at, s.id");
        let rows = self.db.all(sql).await?;
        Ok(rows
            .iter()
            .map(record)
            .collect::<Result<_, _>>()
            .map_err(|e| fault::common(&e))?)
    }
}
