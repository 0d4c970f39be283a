//! Versions under lock.

use ::content::Error;
use ::content::ports::Versions;
use ::content::version::Version;
use async_trait::async_trait;
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::ContentVersionId;

use super::rows;
use crate::db::Db;
use crate::fault::Stop;
use crate::rows::{Columns, insert, update};
use crate::tx::Tx;

/// Versions in a database.
#[derive(Clone)]
pub struct SqlVersions {
    db: Db,
}

impl SqlVersions {
    /// In this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

async fn write_in(
    tx: &Tx,
    decide: Decide<'_, (), Version, Version, Error>,
) -> Result<(Version, Record), Stop<Error>> {
    // The unique index is the queue: of two versions of one day the second waits for the first.
    let decision = decide(&()).map_err(Stop::Domain)?;
    let version = &decision.plan;
    let mut row: Columns = vec![
        ("id", version.id.uuid().into()),
        ("page", version.page.as_str().into()),
        ("written_by", version.written_by.map(|user| user.uuid()).into()),
        ("created_at", version.created_at.into()),
    ];
    row.extend(rows::columns(version));
    insert(tx, "content_versions", row).await?;
    Ok((decision.answer, decision.record))
}

/// Locks a version and reads it; it comes after all of the written order.
async fn locked(tx: &Tx, id: ContentVersionId) -> Result<Version, Stop<Error>> {
    let mut sql = tx.sql();
    sql.push("SELECT ")
        .push(rows::VERSION)
        .push(" FROM content_versions c WHERE c.id = ")
        .bind(id.uuid());
    if sql.is_postgres() {
        sql.push(" FOR UPDATE");
    }
    let row = tx.one(sql).await?.ok_or(Common::absent("version"))?;
    Ok(rows::version(&row)?)
}

async fn change_in(
    tx: &Tx,
    id: ContentVersionId,
    decide: Decide<'_, Version, Version, Version, Error>,
) -> Result<(Version, Record), Stop<Error>> {
    let decision = decide(&locked(tx, id).await?).map_err(Stop::Domain)?;
    let columns = rows::columns(&decision.plan);
    update(tx, "content_versions", columns, "id", id.uuid()).await?;
    Ok((decision.answer, decision.record))
}

async fn erase_in(
    tx: &Tx,
    act: &Act,
    id: ContentVersionId,
    decide: Decide<'_, Version, (), (), Error>,
) -> Result<((), Record), Stop<Error>> {
    let decision = decide(&locked(tx, id).await?).map_err(Stop::Domain)?;
    // The database lets a row go that an act took out before its day: the change tells it the instant.
    let withdrawn: Columns = vec![("withdrawn", true.into()), ("updated_at", act.at.into())];
    update(tx, "content_versions", withdrawn, "id", id.uuid()).await?;
    let mut sql = tx.sql();
    sql.push("DELETE FROM content_versions WHERE id = ")
        .bind(id.uuid());
    tx.run(sql).await?;
    Ok(((), decision.record))
}

#[async_trait]
impl Versions for SqlVersions {
    async fn write(
        &self,
        act: &Act,
        decide: Decide<'_, (), Version, Version, Error>,
    ) -> Result<Done<Version>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = write_in(&tx, decide).await;
                (tx, result)
            })
            .await
    }

    async fn change(
        &self,
        act: &Act,
        id: ContentVersionId,
        decide: Decide<'_, Version, Version, Version, Error>,
    ) -> Result<Done<Version>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = change_in(&tx, id, decide).await;
                (tx, result)
            })
            .await
    }

    async fn erase(
        &self,
        act: &Act,
        id: ContentVersionId,
        decide: Decide<'_, Version, (), (), Error>,
    ) -> Result<Done<()>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = erase_in(&tx, act, id, decide).await;
                (tx, result)
            })
            .await
    }
}
