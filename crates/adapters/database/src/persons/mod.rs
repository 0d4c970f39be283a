//! All that is kept of a person, wherever it is kept.

mod erase;
mod holdings;
mod tell;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use ::identity::user::User;
use application::close_account::{Departing, Dossier, ErasureFacts, Persons};
use application::error::Error;
use async_trait::async_trait;
use kernel::Instant;
use kernel::act::{Act, Decide, Decision, Record};
use kernel::error::Common;
use kernel::id::{FileId, UserId};
use kernel::job::Job;
use sea_orm::{DbErr, QueryResult};
use tokio::sync::Semaphore;

use self::holdings::{GOING_RECEIPTS, THEIR_DRIVES, holdings};
use crate::db::Db;
use crate::fault::{self, Stop};
use crate::identity::{locked_user, user_of_primary};
use crate::rows::{get, id};
use crate::sql::Sql;
use crate::tx::Tx;

/// People, in a database.
#[derive(Clone)]
pub struct SqlPersons {
    db: Db,
    /// How many dossiers are read at once: each is held as a whole.
    dossiers: Arc<Semaphore>,
}

/// Dossiers that are read at once.
const DOSSIERS: usize = 2;

impl SqlPersons {
    /// In this database.
    pub fn new(db: Db) -> Self {
        Self {
            db,
            dossiers: Arc::new(Semaphore::new(DOSSIERS)),
        }
    }

    async fn ids<K>(&self, sql: Sql) -> Result<Vec<kernel::id::Id<K>>, Common> {
        let rows = self.db.all_of_primary(sql).await?;
        let ids = rows.iter().map(|row| id(row, "id")).collect::<Result<_, _>>();
        ids.map_err(|e| fault::common(&e))
    }
}

/// When a person was erased, if they were.
async fn erased(tx: &Tx, user: UserId) -> Result<bool, DbErr> {
    let mut sql = tx.sql();
    sql.push("SELECT erased_at FROM users WHERE id = ")
        .bind(user.uuid());
    let row = tx.one(sql).await?;
    let at = row
        .map(|row| get::<Option<Instant>>(&row, "erased_at"))
        .transpose()?;
    Ok(at.flatten().is_some())
}

/// Their pictures, those of their cars, what is behind entries of their logs, and what they brought and nothing uses.
async fn files(tx: &Tx, user: UserId) -> Result<Vec<FileId>, DbErr> {
    let mut sql = tx.sql();
    sql.push("SELECT id FROM files WHERE status <> 'discarded' AND ((uploaded_by = ")
        .bind(user.uuid())
        .push(" AND attached_at IS NULL) OR id IN (SELECT picture_file_id FROM users WHERE id = ")
        .bind(user.uuid())
        .push(") OR id IN (SELECT picture_file_id FROM vehicles WHERE owner_kind = 'user' AND owner_id = ")
        .bind(user.uuid())
        .push(") OR id IN (SELECT file_id FROM service_receipts WHERE ");
    tell::theirs(&mut sql, GOING_RECEIPTS, user);
    sql.push(")) ORDER BY id");
    let read = |row: &QueryResult| id(row, "id");
    tx.all(sql).await?.iter().map(read).collect()
}

async fn erase_in(
    tx: &Tx,
    act: &Act,
    user: UserId,
    decide: Decide<'_, ErasureFacts, bool, (), Error>,
) -> Result<((), Record), Stop<Error>> {
    let user: User = locked_user(tx, user).await?.ok_or(Common::absent("user"))?;
    let facts = ErasureFacts {
        erased: erased(tx, user.id).await?,
        files: files(tx, user.id).await?,
        user,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    if decision.plan {
        erase::all(tx, &facts.user, &facts.files, act.at).await?;
    }
    Ok((decision.answer, decision.record))
}

#[async_trait]
impl Persons for SqlPersons {
    async fn departing(&self, user: UserId, at: Instant) -> Result<Option<Departing>, Error> {
        let mut sql = self.db.sql();
        sql.push("SELECT id FROM users WHERE closed_at IS NOT NULL AND erased_at IS NULL AND id = ")
            .bind(user.uuid());
        if self.db.one_of_primary(sql).await?.is_none() {
            return Ok(None);
        }
        let Some(person) = user_of_primary(&self.db, user).await? else {
            return Ok(None);
        };
        let mut drives = self.db.sql();
        drives
            .push("SELECT id FROM bookings WHERE status IN ('requested', 'approved') AND start_at > ")
            .bind(at)
            .push(" AND (");
        tell::theirs(&mut drives, THEIR_DRIVES, user);
        drives.push(") ORDER BY start_at, id");
        let mut talks = self.db.sql();
        talks
            .push("SELECT id FROM negotiations WHERE status IN ('awaiting_dealer', 'awaiting_buyer', 'on_hold', 'accepted') AND buyer_id = ")
            .bind(user.uuid())
            .push(" ORDER BY id");
        let mentions = erase::mentions(self.db.sql(), &person);
        let mentioned = self.db.one_of_primary(mentions).await?;
        Ok(Some(Departing {
            user: person,
            drives: self.ids(drives).await?,
            talks: self.ids(talks).await?,
            mentioned: mentioned.is_some(),
        }))
    }

    async fn postpone(&self, act: &Act, job: Job) -> Result<(), Error> {
        let job = &job;
        let done = self.db.act(act, |tx| async move {
            let record = Decision::nothing((), ()).then(job.clone()).record;
            (tx, Ok::<_, Stop<Error>>(((), record)))
        });
        done.await?;
        Ok(())
    }

    async fn erase(
        &self,
        act: &Act,
        user: UserId,
        decide: Decide<'_, ErasureFacts, bool, (), Error>,
    ) -> Result<(), Error> {
        let done = self.db.act(act, |tx| async move {
            let result = erase_in(&tx, act, user, decide).await;
            (tx, result)
        });
        done.await?;
        Ok(())
    }

    async fn dossier(&self, user: UserId) -> Result<Dossier, Common> {
        let place = self.dossiers.acquire().await;
        let _place = place.map_err(|e| Common::internal(e.to_string()))?;
        let mut parts = Vec::new();
        for holding in holdings().filter(|holding| !holding.told.is_empty()) {
            let rows = self.db.all(tell::query(self.db.sql(), holding, user)).await?;
            let told = rows
                .iter()
                .map(|row| tell::row(holding, row))
                .collect::<Result<_, _>>();
            parts.push((holding.name, told.map_err(|e| fault::common(&e))?));
        }
        Ok(Dossier { parts })
    }
}
