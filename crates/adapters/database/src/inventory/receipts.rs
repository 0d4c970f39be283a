//! Receipts behind entries of the log, with their files.

use ::inventory::error::Error as Refusal;
use ::inventory::ports::{ReceiptFacts, ReceiptQueries};
use ::inventory::receipt::Receipt;
use ::inventory::vehicle::Owner;
use application::error::Error;
use application::service_receipts::{BroughtFacts, NewReceipt, ServiceReceipts};
use async_trait::async_trait;
use kernel::act::{Act, Decide, Done, Record};
use kernel::id::{FileId, ReceiptId, ServiceRecordId};
use kernel::paging::{Page, PageRequest};
use sea_orm::{DbErr, QueryResult};

use super::rows::owner;
use super::service_records;
use crate::db::Db;
use crate::fault::{self, Stop};
use crate::list::{Field, FieldType, ListQuery, ListSpec};
use crate::media::{attach, discard, locked_file};
use crate::rows::{Columns, get, id, insert};
use crate::sql::Sql;
use crate::tx::Tx;

/// Receipts in a database.
#[derive(Clone)]
pub struct SqlReceipts {
    db: Db,
}

impl SqlReceipts {
    /// In this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

/// The columns of a receipt, as `r`.
const RECEIPT: &str = "r.id, r.record_id, r.owner_kind, r.owner_id, r.file_id, r.brought_at";

/// Index: `service_receipts_of`; an entry has few.
const LIST: ListSpec = ListSpec {
    fields: &[Field {
        name: "brought_at",
        sql: "r.brought_at",
        of: FieldType::Instant,
    }],
    default: &[("brought_at", true)],
    id: "r.id",
};

fn receipt(row: &QueryResult) -> Result<Receipt, DbErr> {
    Ok(Receipt {
        id: id(row, "id")?,
        record: id(row, "record_id")?,
        owner: owner(row)?,
        file: id(row, "file_id")?,
        brought_at: get(row, "brought_at")?,
    })
}

fn columns(receipt: &Receipt) -> Columns {
    vec![
        ("id", receipt.id.uuid().into()),
        ("record_id", receipt.record.uuid().into()),
        ("owner_kind", receipt.owner.kind().into()),
        ("owner_id", receipt.owner.uuid().into()),
        ("file_id", receipt.file.uuid().into()),
        ("brought_at", receipt.brought_at.into()),
    ]
}

/// Locks the entry's vehicle, and reads what is behind the entry: the vehicle's lock is the receipts' lock.
async fn facts(tx: &Tx, record: ServiceRecordId) -> Result<ReceiptFacts, Stop<Error>> {
    let (vehicle, record) = service_records::locked(tx, record).await?;
    let mut sql = tx.sql();
    sql.push("SELECT ")
        .push(RECEIPT)
        .push(" FROM service_receipts r WHERE r.record_id = ")
        .bind(record.id.uuid())
        .push(" ORDER BY r.brought_at, r.id");
    let receipts = tx.all(sql).await?;
    Ok(ReceiptFacts {
        vehicle,
        receipts: receipts.iter().map(receipt).collect::<Result<_, _>>()?,
        record,
    })
}

async fn add_in(
    tx: &Tx,
    record: ServiceRecordId,
    file: FileId,
    decide: Decide<'_, BroughtFacts, NewReceipt, Receipt, Error>,
) -> Result<(Receipt, Record), Stop<Error>> {
    let facts = BroughtFacts {
        entry: facts(tx, record).await?,
        file: locked_file(tx, file).await?,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    attach(tx, Some(&decision.plan.file), None).await?;
    insert(tx, "service_receipts", columns(&decision.plan.receipt)).await?;
    Ok((decision.answer, decision.record))
}

async fn remove_in(
    tx: &Tx,
    record: ServiceRecordId,
    decide: Decide<'_, ReceiptFacts, Receipt, (), Error>,
) -> Result<((), Record), Stop<Error>> {
    let decision = decide(&facts(tx, record).await?).map_err(Stop::Domain)?;
    let mut sql = tx.sql();
    sql.push("DELETE FROM service_receipts WHERE id = ")
        .bind(decision.plan.id.uuid());
    tx.run(sql).await?;
    attach(tx, None, Some(decision.plan.file)).await?;
    Ok((decision.answer, decision.record))
}

/// Removes the receipts behind these entries, which go too, whosever they are; lets go of their files. `entries` writes the
/// condition on `s`.
pub(super) async fn remove_behind(
    tx: &Tx,
    entries: impl Fn(&mut Sql),
    record: &mut Record,
) -> Result<(), DbErr> {
    let mut sql = tx.sql();
    sql.push("DELETE FROM service_receipts WHERE record_id IN (SELECT s.id FROM service_records s WHERE ");
    entries(&mut sql);
    sql.push(") RETURNING file_id");
    let gone = tx.all(sql).await?;
    let files: Vec<FileId> = gone
        .iter()
        .map(|row| id(row, "file_id"))
        .collect::<Result<_, _>>()?;
    discard(tx, &files, record).await
}

#[async_trait]
impl ServiceReceipts for SqlReceipts {
    async fn add(
        &self,
        act: &Act,
        record: ServiceRecordId,
        file: FileId,
        decide: Decide<'_, BroughtFacts, NewReceipt, Receipt, Error>,
    ) -> Result<Done<Receipt>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = add_in(&tx, record, file, decide).await;
                (tx, result)
            })
            .await
    }

    async fn remove(
        &self,
        act: &Act,
        record: ServiceRecordId,
        decide: Decide<'_, ReceiptFacts, Receipt, (), Error>,
    ) -> Result<Done<()>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = remove_in(&tx, record, decide).await;
                (tx, result)
            })
            .await
    }
}

#[async_trait]
impl ReceiptQueries for SqlReceipts {
    async fn list(
        &self,
        record: ServiceRecordId,
        owners: &[Owner],
        page: &PageRequest,
    ) -> Result<Page<Receipt>, Refusal> {
        let query = ListQuery {
            select: RECEIPT,
            from: "service_receipts r",
            filter: |sql: &mut Sql| {
                sql.push(" AND r.record_id = ")
                    .bind(record.uuid())
                    .push(" AND (1 = 0");
                for owner in owners {
                    sql.push(" OR (r.owner_kind = ").bind(owner.kind());
                    sql.push(" AND r.owner_id = ").bind(owner.uuid()).push(")");
                }
                sql.push(")");
            },
            filter_key: format!("{record} {owners:?}"),
        };
        Ok(LIST.page(&self.db, page, &query, receipt).await?)
    }

    async fn find(&self, wanted: ReceiptId) -> Result<Option<Receipt>, Refusal> {
        let mut sql = self.db.sql();
        sql.push("SELECT ")
            .push(RECEIPT)
            .push(" FROM service_receipts r WHERE r.id = ")
            .bind(wanted.uuid());
        let row = self.db.one(sql).await?;
        let found = row.as_ref().map(receipt).transpose();
        Ok(found.map_err(|e| fault::common(&e))?)
    }
}
