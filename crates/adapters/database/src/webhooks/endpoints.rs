//! Endpoints.

use ::webhooks::Error;
use ::webhooks::endpoint::{Endpoint, Owner};
use ::webhooks::ports::{KeepFacts, Webhooks};
use async_trait::async_trait;
use kernel::act::{Act, Decide, Done, Record};
use kernel::id::{DealerId, UserId, WebhookId};
use kernel::paging::{Page, PageRequest};
use sea_orm::Value;

use super::rows;
use crate::db::Db;
use crate::fault::{self, Stop};
use crate::list::{Field, FieldType, ListQuery, ListSpec};
use crate::rows::{get, insert};
use crate::sql::Sql;
use crate::tx::Tx;

/// Endpoints in a database.
#[derive(Clone)]
pub struct SqlWebhooks {
    db: Db,
}

impl SqlWebhooks {
    /// In this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

/// An owner's endpoints. Indexes: `webhooks_dealer`, `webhooks_platform`.
const LIST: ListSpec = ListSpec {
    fields: &[Field {
        name: "created_at",
        sql: "w.created_at",
        of: FieldType::Instant,
    }],
    default: &[("created_at", true)],
    id: "w.id",
};

async fn add_in(
    tx: &Tx,
    owner: Owner,
    by: Option<UserId>,
    decide: Decide<'_, KeepFacts, Endpoint, Endpoint, Error>,
) -> Result<(Endpoint, Record), Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("SELECT COUNT(*) AS kept FROM webhooks WHERE ");
    let owner_known = match owner {
        Owner::Dealer(dealer) => {
            sql.push("dealer_id = ").bind(dealer.uuid());
            tx.lock("dealers", dealer.uuid()).await?
        }
        Owner::Platform => {
            let by = by.map(|user| user.uuid());
            sql.push("dealer_id IS NULL AND created_by = ").bind(by);
            match by {
                Some(by) => tx.lock("users", by).await?,
                None => false,
            }
        }
    };
    let kept: i64 = match tx.one(sql).await? {
        Some(row) => get(&row, "kept")?,
        None => 0,
    };
    let decision = decide(&KeepFacts {
        owner_known,
        kept: usize::try_from(kept).unwrap_or(usize::MAX),
    })
    .map_err(Stop::Domain)?;
    let endpoint = &decision.plan;
    let mut row: Vec<(&'static str, Value)> = vec![
        ("id", endpoint.id.uuid().into()),
        (
            "dealer_id",
            endpoint.owner.dealer().map(|dealer| dealer.uuid()).into(),
        ),
        ("created_by", endpoint.created_by.map(|user| user.uuid()).into()),
        ("created_at", endpoint.created_at.into()),
    ];
    row.extend(rows::endpoint_columns(endpoint));
    insert(tx, "webhooks", row).await?;
    Ok((decision.answer, decision.record))
}

async fn change_in(
    tx: &Tx,
    webhook: WebhookId,
    decide: Decide<'_, Endpoint, Endpoint, Endpoint, Error>,
) -> Result<(Endpoint, Record), Stop<Error>> {
    let decision = decide(&rows::locked(tx, webhook).await?).map_err(Stop::Domain)?;
    rows::write(tx, &decision.plan).await?;
    Ok((decision.answer, decision.record))
}

async fn remove_in(
    tx: &Tx,
    webhook: WebhookId,
    decide: Decide<'_, Endpoint, (), (), Error>,
) -> Result<((), Record), Stop<Error>> {
    let decision = decide(&rows::locked(tx, webhook).await?).map_err(Stop::Domain)?;
    let mut sql = tx.sql();
    sql.push("DELETE FROM webhooks WHERE id = ").bind(webhook.uuid());
    tx.run(sql).await?;
    Ok(((), decision.record))
}

async fn judge_in(
    tx: &Tx,
    webhook: WebhookId,
    decide: Decide<'_, Endpoint, Option<Endpoint>, (), Error>,
) -> Result<((), Record), Stop<Error>> {
    let decision = decide(&rows::locked(tx, webhook).await?).map_err(Stop::Domain)?;
    if let Some(endpoint) = &decision.plan {
        rows::write(tx, endpoint).await?;
    }
    Ok(((), decision.record))
}

#[async_trait]
impl Webhooks for SqlWebhooks {
    async fn add(
        &self,
        act: &Act,
        owner: Owner,
        by: Option<UserId>,
        decide: Decide<'_, KeepFacts, Endpoint, Endpoint, Error>,
    ) -> Result<Done<Endpoint>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = add_in(&tx, owner, by, decide).await;
                (tx, result)
            })
            .await
    }

    async fn change(
        &self,
        act: &Act,
        webhook: WebhookId,
        decide: Decide<'_, Endpoint, Endpoint, Endpoint, Error>,
    ) -> Result<Done<Endpoint>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = change_in(&tx, webhook, decide).await;
                (tx, result)
            })
            .await
    }

    async fn remove(
        &self,
        act: &Act,
        webhook: WebhookId,
        decide: Decide<'_, Endpoint, (), (), Error>,
    ) -> Result<Done<()>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = remove_in(&tx, webhook, decide).await;
                (tx, result)
            })
            .await
    }

    async fn judge(
        &self,
        act: &Act,
        webhook: WebhookId,
        decide: Decide<'_, Endpoint, Option<Endpoint>, (), Error>,
    ) -> Result<(), Error> {
        let done = self.db.act(act, |tx| async move {
            let result = judge_in(&tx, webhook, decide).await;
            (tx, result)
        });
        done.await?;
        Ok(())
    }

    async fn find(&self, webhook: WebhookId) -> Result<Option<Endpoint>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT ")
            .push(rows::ENDPOINT)
            .push(" FROM webhooks w WHERE w.id = ")
            .bind(webhook.uuid());
        let row = self.db.one(sql).await?;
        let found = row.map(|row| rows::endpoint(&row)).transpose();
        Ok(found.map_err(|e| fault::common(&e))?)
    }

    async fn listening(&self, dealers: &[DealerId]) -> Result<Vec<Endpoint>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT ")
            .push(rows::ENDPOINT)
            .push(" FROM webhooks w WHERE w.off_why IS NULL AND (w.dealer_id IS NULL OR w.dealer_id IN (")
            .bind_all(dealers.iter().map(DealerId::uuid))
            .push("))");
        let rows = self.db.all(sql).await?;
        let found = rows.iter().map(rows::endpoint).collect::<Result<_, _>>();
        Ok(found.map_err(|e| fault::common(&e))?)
    }

    async fn list(&self, owner: Owner, page: &PageRequest) -> Result<Page<Endpoint>, Error> {
        let query = ListQuery {
            select: rows::ENDPOINT,
            from: "webhooks w",
            filter: |sql: &mut Sql| {
                match owner {
                    Owner::Dealer(dealer) => sql.push(" AND w.dealer_id = ").bind(dealer.uuid()),
                    Owner::Platform => sql.push(" AND w.dealer_id IS NULL"),
                };
            },
            filter_key: format!("{owner:?}"),
        };
        Ok(LIST.page(&self.db, page, &query, rows::endpoint).await?)
    }
}
