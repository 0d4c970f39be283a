//! Keys of dealers' programs.

use ::identity::Error;
use ::identity::api_key::{ApiKey, KeptKey, USE_SECONDS};
use ::identity::ports::{ApiKeys, KeyFacts};
use ::identity::secret::TokenHash;
use async_trait::async_trait;
use chrono::TimeDelta;
use kernel::Instant;
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::{ApiKeyId, DealerId, Id};
use kernel::paging::{Page, PageRequest};
use sea_orm::{DbErr, QueryResult};
use serde_json::json;
use uuid::Uuid;

use crate::db::Db;
use crate::fault::{self, Stop};
use crate::list::{Field, FieldType, ListQuery, ListSpec};
use crate::rows::{get, id, insert, json_of, update};
use crate::sql::Sql;
use crate::tx::Tx;

/// Keys in a database.
#[derive(Clone)]
pub struct SqlApiKeys {
    db: Db,
}

impl SqlApiKeys {
    /// In this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

/// A dealer's keys. Index: `api_keys_dealer`.
const LIST: ListSpec = ListSpec {
    fields: &[Field {
        name: "created_at",
        sql: "k.created_at",
        of: FieldType::Instant,
    }],
    default: &[("created_at", true)],
    id: "k.id",
};

/// The columns of a key, of the table alias `k`.
const KEY: &str = "k.id AS k_id, k.dealer_id, k.name, k.rights, k.created_by, k.created_at AS k_created_at, k.expires_at, \
     k.last_used_at, k.revoked_at, k.version";

fn key(row: &QueryResult) -> Result<ApiKey, DbErr> {
    Ok(ApiKey {
        id: id(row, "k_id")?,
        dealer: id(row, "dealer_id")?,
        name: get(row, "name")?,
        rights: json_of(row, "rights")?,
        created_by: get::<Option<Uuid>>(row, "created_by")?.map(Id::from_uuid),
        created_at: get(row, "k_created_at")?,
        expires_at: get(row, "expires_at")?,
        last_used_at: get(row, "last_used_at")?,
        revoked_at: get(row, "revoked_at")?,
        version: get(row, "version")?,
    })
}

/// The key that was not revoked, up to what may follow.
fn standing(mut sql: Sql, id: ApiKeyId) -> Sql {
    sql.push("SELECT ")
        .push(KEY)
        .push(" FROM api_keys k WHERE k.revoked_at IS NULL AND k.id = ")
        .bind(id.uuid());
    sql
}

async fn make_in(
    tx: &Tx,
    act: &Act,
    dealer: DealerId,
    decide: Decide<'_, KeyFacts, KeptKey, ApiKey, Error>,
) -> Result<(ApiKey, Record), Stop<Error>> {
    let dealer_known = tx.lock("dealers", dealer.uuid()).await?;
    let mut sql = tx.sql();
    sql.push("SELECT COUNT(*) AS live FROM api_keys WHERE revoked_at IS NULL AND dealer_id = ")
        .bind(dealer.uuid())
        .push(" AND (expires_at IS NULL OR expires_at > ")
        .bind(act.at)
        .push(")");
    let live: i64 = match tx.one(sql).await? {
        Some(row) => get(&row, "live")?,
        None => 0,
    };
    let decision = decide(&KeyFacts {
        dealer_known,
        live: usize::try_from(live).unwrap_or(usize::MAX),
    })
    .map_err(Stop::Domain)?;
    let KeptKey { key, hash } = &decision.plan;
    let row = vec![
        ("id", key.id.uuid().into()),
        ("dealer_id", key.dealer.uuid().into()),
        ("name", key.name.clone().into()),
        ("rights", json!(key.rights).into()),
        ("hash", hash.as_str().into()),
        ("created_by", key.created_by.map(|user| user.uuid()).into()),
        ("created_at", key.created_at.into()),
        ("expires_at", key.expires_at.into()),
        ("version", key.version.into()),
    ];
    insert(tx, "api_keys", row).await?;
    Ok((decision.answer, decision.record))
}

async fn revoke_in(
    tx: &Tx,
    id: ApiKeyId,
    decide: Decide<'_, ApiKey, ApiKey, (), Error>,
) -> Result<((), Record), Stop<Error>> {
    let mut sql = standing(tx.sql(), id);
    if sql.is_postgres() {
        sql.push(" FOR UPDATE");
    }
    let row = tx.one(sql).await?.ok_or(Common::absent("API key"))?;
    let decision = decide(&key(&row)?).map_err(Stop::Domain)?;
    let columns = vec![
        ("revoked_at", decision.plan.revoked_at.into()),
        ("version", decision.plan.version.into()),
    ];
    update(tx, "api_keys", columns, "id", id.uuid()).await?;
    Ok(((), decision.record))
}

#[async_trait]
impl ApiKeys for SqlApiKeys {
    async fn make(
        &self,
        act: &Act,
        dealer: DealerId,
        decide: Decide<'_, KeyFacts, KeptKey, ApiKey, Error>,
    ) -> Result<Done<ApiKey>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = make_in(&tx, act, dealer, decide).await;
                (tx, result)
            })
            .await
    }

    async fn revoke(
        &self,
        act: &Act,
        key: ApiKeyId,
        decide: Decide<'_, ApiKey, ApiKey, (), Error>,
    ) -> Result<Done<()>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = revoke_in(&tx, key, decide).await;
                (tx, result)
            })
            .await
    }

    async fn find(&self, id: ApiKeyId) -> Result<Option<ApiKey>, Error> {
        let row = self.db.one(standing(self.db.sql(), id)).await?;
        let found = row.as_ref().map(key).transpose();
        Ok(found.map_err(|e| fault::common(&e))?)
    }

    async fn list(&self, dealer: DealerId, page: &PageRequest) -> Result<Page<ApiKey>, Error> {
        let query = ListQuery {
            select: KEY,
            from: "api_keys k",
            filter: |sql: &mut Sql| {
                sql.push(" AND k.revoked_at IS NULL AND k.dealer_id = ")
                    .bind(dealer.uuid());
            },
            filter_key: format!("{dealer}"),
        };
        Ok(LIST.page(&self.db, page, &query, key).await?)
    }

    async fn kept(&self, id: ApiKeyId) -> Result<Option<KeptKey>, Common> {
        let mut sql = self.db.sql();
        sql.push("SELECT ")
            .push(KEY)
            .push(", k.hash FROM api_keys k WHERE k.id = ")
            .bind(id.uuid());
        // Never from a replica: it may not know yet that the key was revoked.
        let rows = self.db.all_of_primary(sql).await?;
        let read = |row: &QueryResult| -> Result<KeptKey, DbErr> {
            Ok(KeptKey {
                key: key(row)?,
                hash: TokenHash::new(get::<String>(row, "hash")?),
            })
        };
        let found = rows.first().map(read).transpose();
        found.map_err(|e| fault::common(&e))
    }

    async fn note_use(&self, id: ApiKeyId, at: Instant) -> Result<(), Common> {
        let mut sql = self.db.sql();
        sql.push("UPDATE api_keys SET last_used_at = ")
            .bind(at)
            .push(" WHERE id = ")
            .bind(id.uuid())
            .push(" AND (last_used_at IS NULL OR last_used_at <= ")
            .bind(at - TimeDelta::seconds(USE_SECONDS))
            .push(")");
        self.db.run(sql).await.map(|_| ())
    }
}
