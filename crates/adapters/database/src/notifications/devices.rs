//! Devices of people.

use async_trait::async_trait;
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::{DeviceId, UserId};
use kernel::target::Target;
use notifications::device::{Device, DeviceFacts, DevicePlan, PushKeys, Registered, Subscription};
use notifications::ports::Devices;
use sea_orm::{DbErr, QueryResult};

use crate::db::Db;
use crate::fault::{self, Stop};
use crate::identity::lock_open;
use crate::rows::{get, id};
use crate::sql::Sql;
use crate::tx::Tx;

/// Devices in a database.
#[derive(Clone)]
pub struct SqlDevices {
    db: Db,
}

impl SqlDevices {
    /// In this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

/// The columns that their owner sees.
const COLUMNS: &str = "id, user_id, name, service, created_at, updated_at, version";

fn device(row: &QueryResult) -> Result<Device, DbErr> {
    Ok(Device {
        id: id(row, "id")?,
        user: id(row, "user_id")?,
        name: get(row, "name")?,
        service: get(row, "service")?,
        created_at: get(row, "created_at")?,
        updated_at: get(row, "updated_at")?,
        version: get(row, "version")?,
    })
}

fn subscription(row: &QueryResult) -> Result<Subscription, Common> {
    let text = |column| get::<String>(row, column).map_err(|e| fault::common(&e));
    let keys = PushKeys::parse(&text("p256dh")?, &text("auth")?)
        .map_err(|wrong| fault::corrupt("devices", "p256dh, auth", wrong))?;
    Ok(Subscription {
        endpoint: Target::kept(text("endpoint")?),
        keys,
    })
}

/// One of a person's devices.
fn of_user(mut sql: Sql, user: UserId) -> Sql {
    sql.push("SELECT ")
        .push(COLUMNS)
        .push(" FROM devices WHERE user_id = ")
        .bind(user.uuid());
    sql
}

async fn write(tx: &Tx, plan: &DevicePlan) -> Result<(), DbErr> {
    if !plan.forget.is_empty() {
        let mut sql = tx.sql();
        sql.push("DELETE FROM devices WHERE id IN (")
            .bind_all(plan.forget.iter().map(DeviceId::uuid))
            .push(")");
        tx.run(sql).await?;
    }
    let DevicePlan {
        device, subscription, ..
    } = plan;
    let (p256dh, auth) = subscription.keys.texts();
    let mut sql = tx.sql();
    sql.push("INSERT INTO devices (")
        .push(COLUMNS)
        .push(", endpoint, p256dh, auth) VALUES (")
        .bind_all([device.id.uuid(), device.user.uuid()]);
    sql.push(", ").bind(device.name.clone());
    sql.push(", ").bind(device.service.as_str());
    sql.push(", ").bind_all([device.created_at, device.updated_at]);
    sql.push(", ").bind(device.version);
    sql.push(", ")
        .bind_all([subscription.endpoint.as_str(), &p256dh, &auth]);
    sql.push(
        ") ON CONFLICT (endpoint) DO UPDATE SET id = excluded.id, user_id = excluded.user_id, name = excluded.name, \
         service = excluded.service, created_at = excluded.created_at, updated_at = excluded.updated_at, \
         version = excluded.version, p256dh = excluded.p256dh, auth = excluded.auth",
    );
    tx.run(sql).await?;
    Ok(())
}

async fn register_in(
    tx: &Tx,
    user: UserId,
    endpoint: &Target,
    decide: Decide<'_, DeviceFacts, DevicePlan, Registered, Common>,
) -> Result<(Registered, Record), Stop<Common>> {
    if !lock_open(tx, user).await? {
        return Err(Common::absent("user").into());
    }
    let mut sql = tx.sql();
    sql.push("SELECT ")
        .push(COLUMNS)
        .push(", endpoint FROM devices WHERE user_id = ")
        .bind(user.uuid())
        .push(" ORDER BY updated_at, id");
    let mut facts = DeviceFacts {
        known: None,
        others: Vec::new(),
    };
    for row in tx.all(sql).await? {
        if get::<String>(&row, "endpoint")? == endpoint.as_str() {
            facts.known = Some(device(&row)?);
        } else {
            facts.others.push(id(&row, "id")?);
        }
    }
    let decision = decide(&facts).map_err(Stop::Domain)?;
    write(tx, &decision.plan).await?;
    Ok((decision.answer, decision.record))
}

async fn forget_in(
    tx: &Tx,
    id: DeviceId,
    decide: Decide<'_, Device, (), (), Common>,
) -> Result<((), Record), Stop<Common>> {
    if !tx.lock("devices", id.uuid()).await? {
        return Err(Common::absent("device").into());
    }
    let mut sql = tx.sql();
    sql.push("SELECT ")
        .push(COLUMNS)
        .push(" FROM devices WHERE id = ")
        .bind(id.uuid());
    let row = tx.one(sql).await?.ok_or(Common::absent("device"))?;
    let decision = decide(&device(&row)?).map_err(Stop::Domain)?;
    let mut sql = tx.sql();
    sql.push("DELETE FROM devices WHERE id = ").bind(id.uuid());
    tx.run(sql).await?;
    Ok(((), decision.record))
}

#[async_trait]
impl Devices for SqlDevices {
    async fn register(
        &self,
        act: &Act,
        user: UserId,
        endpoint: &Target,
        decide: Decide<'_, DeviceFacts, DevicePlan, Registered, Common>,
    ) -> Result<Done<Registered>, Common> {
        self.db
            .act(act, |tx| async move {
                let result = register_in(&tx, user, endpoint, decide).await;
                (tx, result)
            })
            .await
    }

    async fn forget(
        &self,
        act: &Act,
        device: DeviceId,
        decide: Decide<'_, Device, (), (), Common>,
    ) -> Result<Done<()>, Common> {
        self.db
            .act(act, |tx| async move {
                let result = forget_in(&tx, device, decide).await;
                (tx, result)
            })
            .await
    }

    async fn list(&self, user: UserId) -> Result<Vec<Device>, Common> {
        let mut sql = of_user(self.db.sql(), user);
        sql.push(" ORDER BY updated_at DESC, id DESC");
        let rows = self.db.all(sql).await?;
        let read: Result<_, DbErr> = rows.iter().map(device).collect();
        read.map_err(|e| fault::common(&e))
    }

    async fn find(&self, user: UserId, id: DeviceId) -> Result<Option<Device>, Common> {
        let mut sql = of_user(self.db.sql(), user);
        sql.push(" AND id = ").bind(id.uuid());
        let row = self.db.one(sql).await?;
        row.as_ref()
            .map(device)
            .transpose()
            .map_err(|e| fault::common(&e))
    }

    async fn subscription(&self, device: DeviceId) -> Result<Option<Subscription>, Common> {
        let mut sql = self.db.sql();
        sql.push("SELECT d.endpoint, d.p256dh, d.auth FROM devices d JOIN users u ON u.id = d.user_id WHERE u.active AND d.id = ")
            .bind(device.uuid());
        let row = self.db.one_of_primary(sql).await?;
        row.as_ref().map(subscription).transpose()
    }
}
