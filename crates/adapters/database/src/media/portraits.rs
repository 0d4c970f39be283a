//! The pictures of people, cars and dealers.

use ::media::Error;
use ::media::portrait::{Subject, Whose};
use ::media::ports::{PortraitFacts, PortraitPlan, Portraits};
use async_trait::async_trait;
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::{FileId, Id};
use sea_orm::{DbErr, QueryResult};
use uuid::Uuid;

use super::rows;
use crate::db::Db;
use crate::fault::{self, Stop};
use crate::rows::{corrupt, get, id, update};
use crate::sql::Sql;
use crate::tx::Tx;

/// Pictures of people, cars and dealers in a database.
#[derive(Clone)]
pub struct SqlPortraits {
    db: Db,
}

impl SqlPortraits {
    /// In this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

/// Where a thing's row is: its table, and its id.
const fn place(subject: Subject) -> (&'static str, Uuid) {
    match subject {
        Subject::User(user) => ("users", user.uuid()),
        Subject::Vehicle(vehicle) => ("vehicles", vehicle.uuid()),
        Subject::Dealer(dealer) => ("dealers", dealer.uuid()),
    }
}

fn whose(subject: Subject, row: &QueryResult) -> Result<Whose, DbErr> {
    match subject {
        Subject::User(user) => Ok(Whose::Person(user)),
        Subject::Dealer(dealer) => Ok(Whose::Dealer(dealer)),
        Subject::Vehicle(_) => match get::<String>(row, "owner_kind")?.as_str() {
            "user" => Ok(Whose::Person(id(row, "owner_id")?)),
            "dealer" => Ok(Whose::Dealer(id(row, "owner_id")?)),
            other => Err(corrupt("owner_kind", other)),
        },
    }
}

fn select(mut sql: Sql, subject: Subject) -> Sql {
    let (table, key) = place(subject);
    sql.push("SELECT picture_file_id, version");
    if let Subject::Vehicle(_) = subject {
        sql.push(", owner_kind, owner_id");
    }
    sql.push(" FROM ").push(table).push(" WHERE id = ").bind(key);
    sql
}

async fn change_in(
    tx: &Tx,
    subject: Subject,
    file: Option<FileId>,
    decide: Decide<'_, PortraitFacts, Option<PortraitPlan>, Option<FileId>, Error>,
) -> Result<(Option<FileId>, Record), Stop<Error>> {
    let (table, key) = place(subject);
    if !tx.lock(table, key).await? {
        return Err(Common::absent(subject.kind()).into());
    }
    let row = tx
        .one(select(tx.sql(), subject))
        .await?
        .ok_or(Common::absent(subject.kind()))?;
    let facts = PortraitFacts {
        whose: whose(subject, &row)?,
        version: get(&row, "version")?,
        current: get::<Option<Uuid>>(&row, "picture_file_id")?.map(Id::from_uuid),
        file: match file {
            Some(file) => rows::locked_file(tx, file).await?,
            None => None,
        },
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    if let Some(plan) = &decision.plan {
        let mut columns = vec![
            (
                "picture_file_id",
                plan.attached.as_ref().map(|file| file.id.uuid()).into(),
            ),
            ("version", facts.version.saturating_add(1).into()),
        ];
        if !matches!(subject, Subject::User(_)) {
            columns.push(("updated_at", plan.at.into()));
        }
        update(tx, table, columns, "id", key).await?;
        rows::attach(tx, plan.attached.as_ref(), plan.discarded).await?;
    }
    Ok((decision.answer, decision.record))
}

#[async_trait]
impl Portraits for SqlPortraits {
    async fn whose(&self, subject: Subject) -> Result<Option<Whose>, Error> {
        let row = self.db.one_of_primary(select(self.db.sql(), subject)).await?;
        let found = row.as_ref().map(|row| whose(subject, row)).transpose();
        Ok(found.map_err(|e| fault::common(&e))?)
    }

    async fn change(
        &self,
        act: &Act,
        subject: Subject,
        file: Option<FileId>,
        decide: Decide<'_, PortraitFacts, Option<PortraitPlan>, Option<FileId>, Error>,
    ) -> Result<Done<Option<FileId>>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = change_in(&tx, subject, file, decide).await;
                (tx, result)
            })
            .await
    }
}
