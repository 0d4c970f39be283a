//! Deliveries.

use ::webhooks::Error;
use ::webhooks::delivery::Delivery;
use ::webhooks::endpoint::Endpoint;
use ::webhooks::ports::{Deliveries, DeliveryFilter, Parcel, Settled};
use async_trait::async_trait;
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::{DeliveryId, Id, WebhookId};
use kernel::paging::{Page, PageRequest};
use sea_orm::Value;

use super::rows;
use crate::db::Db;
use crate::fault::{self, Stop};
use crate::list::{Field, FieldType, ListQuery, ListSpec};
use crate::rows::{get, insert, update};
use crate::sql::Sql;
use crate::tx::Tx;

/// Deliveries in a database.
#[derive(Clone)]
pub struct SqlDeliveries {
    db: Db,
}

impl SqlDeliveries {
    /// In this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

/// An endpoint's deliveries. Indexes: `webhook_deliveries_webhook`, `_webhook_status`, `_webhook_event`.
const LIST: ListSpec = ListSpec {
    fields: &[Field {
        name: "created_at",
        sql: "d.created_at",
        of: FieldType::Instant,
    }],
    default: &[("created_at", true)],
    id: "d.id",
};

/// A delivery by its id.
fn select(mut sql: Sql, delivery: DeliveryId) -> Sql {
    sql.push("SELECT ")
        .push(rows::DELIVERY)
        .push(" FROM webhook_deliveries d WHERE d.id = ")
        .bind(delivery.uuid());
    sql
}

/// A delivery with its endpoint, which is locked; read again under that lock.
async fn parcel(tx: &Tx, delivery: DeliveryId) -> Result<Parcel, Stop<Error>> {
    let absent = || Common::absent("delivery");
    let mut sql = tx.sql();
    sql.push("SELECT webhook_id FROM webhook_deliveries WHERE id = ")
        .bind(delivery.uuid());
    let row = tx.one(sql).await?.ok_or_else(absent)?;
    let endpoint = rows::locked(tx, Id::from_uuid(get(&row, "webhook_id")?)).await?;
    let row = tx.one(select(tx.sql(), delivery)).await?.ok_or_else(absent)?;
    Ok(Parcel {
        endpoint,
        delivery: rows::delivery(&row)?,
    })
}

async fn write(tx: &Tx, delivery: &Delivery) -> Result<(), Stop<Error>> {
    let columns = rows::delivery_columns(delivery);
    Ok(update(tx, "webhook_deliveries", columns, "id", delivery.id.uuid()).await?)
}

async fn post_in(
    tx: &Tx,
    webhook: WebhookId,
    decide: Decide<'_, Endpoint, Delivery, Delivery, Error>,
) -> Result<(Delivery, Record), Stop<Error>> {
    let decision = decide(&rows::locked(tx, webhook).await?).map_err(Stop::Domain)?;
    let delivery = &decision.plan;
    let mut row: Vec<(&'static str, Value)> = vec![
        ("id", delivery.id.uuid().into()),
        ("webhook_id", delivery.webhook.uuid().into()),
        ("message_id", delivery.message.uuid().into()),
        ("event", delivery.event.as_str().into()),
        ("body", delivery.body.as_str().into()),
        ("created_at", delivery.created_at.into()),
    ];
    row.extend(rows::delivery_columns(delivery));
    insert(tx, "webhook_deliveries", row).await?;
    Ok((decision.answer, decision.record))
}

async fn resend_in(
    tx: &Tx,
    webhook: WebhookId,
    delivery: DeliveryId,
    decide: Decide<'_, Parcel, Delivery, Delivery, Error>,
) -> Result<(Delivery, Record), Stop<Error>> {
    let parcel = parcel(tx, delivery).await?;
    if parcel.delivery.webhook != webhook {
        return Err(Common::absent("delivery").into());
    }
    let decision = decide(&parcel).map_err(Stop::Domain)?;
    write(tx, &decision.plan).await?;
    Ok((decision.answer, decision.record))
}

async fn settle_in(
    tx: &Tx,
    delivery: DeliveryId,
    decide: Decide<'_, Parcel, Settled, (), Error>,
) -> Result<((), Record), Stop<Error>> {
    let decision = decide(&parcel(tx, delivery).await?).map_err(Stop::Domain)?;
    write(tx, &decision.plan.delivery).await?;
    if let Some(endpoint) = &decision.plan.endpoint {
        rows::write(tx, endpoint).await?;
    }
    Ok(((), decision.record))
}

#[async_trait]
impl Deliveries for SqlDeliveries {
    async fn post(
        &self,
        act: &Act,
        webhook: WebhookId,
        decide: Decide<'_, Endpoint, Delivery, Delivery, Error>,
    ) -> Result<Done<Delivery>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = post_in(&tx, webhook, decide).await;
                (tx, result)
            })
            .await
    }

    async fn resend(
        &self,
        act: &Act,
        webhook: WebhookId,
        delivery: DeliveryId,
        decide: Decide<'_, Parcel, Delivery, Delivery, Error>,
    ) -> Result<Done<Delivery>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = resend_in(&tx, webhook, delivery, decide).await;
                (tx, result)
            })
            .await
    }

    async fn settle(
        &self,
        act: &Act,
        delivery: DeliveryId,
        decide: Decide<'_, Parcel, Settled, (), Error>,
    ) -> Result<(), Error> {
        let done = self.db.act(act, |tx| async move {
            let result = settle_in(&tx, delivery, decide).await;
            (tx, result)
        });
        done.await?;
        Ok(())
    }

    async fn to_send(&self, delivery: DeliveryId) -> Result<Option<(Endpoint, Delivery)>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT ")
            .push(rows::DELIVERY)
            .push(", ")
            .push(rows::ENDPOINT)
            .push(" FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id WHERE d.id = ")
            .bind(delivery.uuid());
        let row = if self.db.is_postgres() {
            self.db.one_of_primary(sql).await?
        } else {
            self.db.one(sql).await?
        };
        let read = |row| Ok((rows::endpoint(&row)?, rows::delivery(&row)?));
        let found = row.map(read).transpose();
        Ok(found.map_err(|e| fault::common(&e))?)
    }

    async fn find(&self, webhook: WebhookId, delivery: DeliveryId) -> Result<Option<Delivery>, Error> {
        let mut sql = select(self.db.sql(), delivery);
        sql.push(" AND d.webhook_id = ").bind(webhook.uuid());
        let row = self.db.one(sql).await?;
        let found = row.map(|row| rows::delivery(&row)).transpose();
        Ok(found.map_err(|e| fault::common(&e))?)
    }

    async fn list(
        &self,
        webhook: WebhookId,
        filter: &DeliveryFilter,
        page: &PageRequest,
    ) -> Result<Page<Delivery>, Error> {
        let query = ListQuery {
            select: rows::DELIVERY,
            from: "webhook_deliveries d",
            filter: |sql: &mut Sql| {
                sql.push(" AND d.webhook_id = ").bind(webhook.uuid());
                if !filter.statuses.is_empty() {
                    sql.push(" AND d.status IN (")
                        .bind_all(filter.statuses.iter().map(|status| status.as_str()))
                        .push(")");
                }
                if let Some(event) = &filter.event {
                    sql.push(" AND d.event = ").bind(event.as_str());
                }
            },
            filter_key: format!("{webhook} {filter:?}"),
        };
        Ok(LIST.page(&self.db, page, &query, rows::delivery).await?)
    }
}
