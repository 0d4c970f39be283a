//! The tables of webhooks and deliveries.

use ::webhooks::delivery::{Delivery, Status};
use ::webhooks::endpoint::{Endpoint, Off, Owner, WhyOff};
use kernel::Instant;
use kernel::error::Common;
use kernel::id::{Id, WebhookId};
use kernel::target::Target;
use sea_orm::{DbErr, QueryResult};
use serde_json::json;
use uuid::Uuid;

use crate::fault::Stop;
use crate::rows::{Columns, corrupt, get, id, json_of, update};
use crate::tx::Tx;

/// The columns of an endpoint, of the table alias `w`.
pub(super) const ENDPOINT: &str = "w.id AS w_id, w.dealer_id, w.created_by, w.url, w.events, w.description, w.off_why, w.off_since, \
     w.failing_since, w.secrets, w.created_at AS w_created_at, w.updated_at, w.version";

/// The columns of a delivery, of the table alias `d`.
pub(super) const DELIVERY: &str = "d.id, d.webhook_id, d.message_id, d.event, d.body, d.status, d.status_at, d.round, d.tries, \
     d.attempts, d.created_at";

/// Reads an endpoint.
pub(super) fn endpoint(row: &QueryResult) -> Result<Endpoint, DbErr> {
    let why: Option<WhyOff> = get::<Option<String>>(row, "off_why")?
        .map(|word| word.parse().map_err(|_| corrupt("webhooks.off_why", word)))
        .transpose()?;
    let since: Option<Instant> = get(row, "off_since")?;
    let dealer: Option<Uuid> = get(row, "dealer_id")?;
    Ok(Endpoint {
        id: id(row, "w_id")?,
        owner: dealer.map_or(Owner::Platform, |dealer| Owner::Dealer(Id::from_uuid(dealer))),
        created_by: get::<Option<Uuid>>(row, "created_by")?.map(Id::from_uuid),
        url: Target::kept(get(row, "url")?),
        events: json_of(row, "events")?,
        description: get(row, "description")?,
        off: why.zip(since).map(|(why, since)| Off { why, since }),
        failing_since: get(row, "failing_since")?,
        secrets: json_of(row, "secrets")?,
        created_at: get(row, "w_created_at")?,
        updated_at: get(row, "updated_at")?,
        version: get(row, "version")?,
    })
}

/// What can change of an endpoint.
pub(super) fn endpoint_columns(endpoint: &Endpoint) -> Columns {
    vec![
        ("url", endpoint.url.as_str().into()),
        ("events", json!(endpoint.events).into()),
        ("description", endpoint.description.clone().into()),
        ("off_why", endpoint.off.map(|off| off.why.as_str()).into()),
        ("off_since", endpoint.off.map(|off| off.since).into()),
        ("failing_since", endpoint.failing_since.into()),
        ("secrets", json!(endpoint.secrets).into()),
        ("updated_at", endpoint.updated_at.into()),
        ("version", endpoint.version.into()),
    ]
}

/// Reads a delivery.
pub(super) fn delivery(row: &QueryResult) -> Result<Delivery, DbErr> {
    let word: String = get(row, "status")?;
    let status: Status = word
        .parse()
        .map_err(|_| corrupt("webhook_deliveries.status", word))?;
    let count = |column| {
        let n: i64 = get(row, column)?;
        u32::try_from(n).map_err(|_| corrupt(column, n))
    };
    Ok(Delivery {
        id: id(row, "id")?,
        webhook: id(row, "webhook_id")?,
        message: id(row, "message_id")?,
        event: get(row, "event")?,
        body: get(row, "body")?,
        state: status.at(get(row, "status_at")?),
        round: count("round")?,
        tries: count("tries")?,
        attempts: json_of(row, "attempts")?,
        created_at: get(row, "created_at")?,
    })
}

/// What can change of a delivery.
pub(super) fn delivery_columns(delivery: &Delivery) -> Columns {
    vec![
        ("status", delivery.state.status().as_str().into()),
        ("status_at", delivery.state.instant().into()),
        ("round", i64::from(delivery.round).into()),
        ("tries", i64::from(delivery.tries).into()),
        ("attempts", json!(delivery.attempts).into()),
    ]
}

/// Locks an endpoint and reads it; it comes after all of the written order.
pub(super) async fn locked<E>(tx: &Tx, webhook: WebhookId) -> Result<Endpoint, Stop<E>> {
    let mut sql = tx.sql();
    sql.push("SELECT ")
        .push(ENDPOINT)
        .push(" FROM webhooks w WHERE w.id = ")
        .bind(webhook.uuid());
    if sql.is_postgres() {
        sql.push(" FOR UPDATE");
    }
    let row = tx.one(sql).await?.ok_or(Common::absent("webhook"))?;
    Ok(endpoint(&row)?)
}

/// Writes an endpoint that is locked.
pub(super) async fn write(tx: &Tx, endpoint: &Endpoint) -> Result<(), DbErr> {
    update(
        tx,
        "webhooks",
        endpoint_columns(endpoint),
        "id",
        endpoint.id.uuid(),
    )
    .await
}
