//! Documents of dealers: reviewing and looking.

use ::dealers::Error;
use ::dealers::document::{Document, DocumentStatus};
use ::dealers::ports::{DocumentFilter, DocumentQueries, Documents};
use async_trait::async_trait;
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::{DealerId, DocumentId};
use kernel::paging::{Page, PageRequest};
use sea_orm::{DbErr, QueryResult};

use super::people::locked_dealer;
use crate::db::Db;
use crate::fault::{self, Stop};
use crate::list::{Field, FieldType, ListQuery, ListSpec};
use crate::rows::{Columns, corrupt, get, id, update, word};
use crate::sql::Sql;
use crate::tx::Tx;

/// Documents of dealers in a database.
#[derive(Clone)]
pub struct SqlDocuments {
    db: Db,
}

impl SqlDocuments {
    /// In this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

/// Index: `dealer_documents_of`; a dealer has few.
const LIST: ListSpec = ListSpec {
    fields: &[Field {
        name: "uploaded_at",
        sql: "p.uploaded_at",
        of: FieldType::Instant,
    }],
    default: &[("uploaded_at", true)],
    id: "p.id",
};

/// The columns of a document, as `p`.
const DOCUMENT: &str = "p.id, p.dealer_id, p.kind, p.file_id, p.expires_on, p.status, p.reason, p.version, p.uploaded_at, p.reviewed_at";

fn document(row: &QueryResult) -> Result<Document, DbErr> {
    let missing = |column: &str| corrupt(column, "nothing");
    Ok(Document {
        id: id(row, "id")?,
        dealer: id(row, "dealer_id")?,
        kind: word(row, "kind")?.ok_or_else(|| missing("kind"))?,
        file: id(row, "file_id")?,
        expires_on: get(row, "expires_on")?,
        status: word(row, "status")?.ok_or_else(|| missing("status"))?,
        reason: get(row, "reason")?,
        version: get(row, "version")?,
        uploaded_at: get(row, "uploaded_at")?,
        reviewed_at: get(row, "reviewed_at")?,
    })
}

/// What a review changes.
fn changing(document: &Document) -> Columns {
    vec![
        ("status", document.status.as_str().into()),
        ("reason", document.reason.clone().into()),
        ("version", document.version.into()),
        ("reviewed_at", document.reviewed_at.into()),
    ]
}

/// All columns of a new document.
pub(super) fn new(document: &Document) -> Columns {
    let mut columns: Columns = vec![
        ("id", document.id.uuid().into()),
        ("dealer_id", document.dealer.uuid().into()),
        ("kind", document.kind.as_str().into()),
        ("file_id", document.file.uuid().into()),
        ("expires_on", document.expires_on.into()),
        ("uploaded_at", document.uploaded_at.into()),
    ];
    columns.extend(changing(document));
    columns
}

/// The documents of a dealer that is locked: its lock is theirs.
pub(super) async fn of_dealer(tx: &Tx, dealer: DealerId) -> Result<Vec<Document>, DbErr> {
    let mut sql = tx.sql();
    sql.push("SELECT ")
        .push(DOCUMENT)
        .push(" FROM dealer_documents p WHERE p.dealer_id = ")
        .bind(dealer.uuid())
        .push(" ORDER BY p.uploaded_at, p.id");
    tx.all(sql).await?.iter().map(document).collect()
}

fn one(mut sql: Sql, wanted: DocumentId) -> Sql {
    sql.push("SELECT ")
        .push(DOCUMENT)
        .push(" FROM dealer_documents p WHERE p.id = ")
        .bind(wanted.uuid());
    sql
}

async fn review_in(
    tx: &Tx,
    dealer: DealerId,
    wanted: DocumentId,
    decide: Decide<'_, Document, Document, Document, Error>,
) -> Result<(Document, Record), Stop<Error>> {
    locked_dealer::<Error>(tx, dealer).await?;
    let row = tx.one(one(tx.sql(), wanted)).await?;
    let found = row.as_ref().map(document).transpose()?;
    let found = found
        .filter(|found| found.dealer == dealer)
        .ok_or(Common::absent("document"))?;
    let decision = decide(&found).map_err(Stop::Domain)?;
    let columns = changing(&decision.plan);
    update(tx, "dealer_documents", columns, "id", wanted.uuid()).await?;
    Ok((decision.answer, decision.record))
}

#[async_trait]
impl Documents for SqlDocuments {
    async fn review(
        &self,
        act: &Act,
        dealer: DealerId,
        document: DocumentId,
        decide: Decide<'_, Document, Document, Document, Error>,
    ) -> Result<Done<Document>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = review_in(&tx, dealer, document, decide).await;
                (tx, result)
            })
            .await
    }
}

#[async_trait]
impl DocumentQueries for SqlDocuments {
    async fn list(&self, filter: &DocumentFilter, page: &PageRequest) -> Result<Page<Document>, Error> {
        let query = ListQuery {
            select: DOCUMENT,
            from: "dealer_documents p",
            filter: |sql: &mut Sql| {
                sql.push(" AND p.dealer_id = ").bind(filter.dealer.uuid());
                if !filter.status.is_empty() {
                    sql.push(" AND p.status IN (")
                        .bind_all(filter.status.iter().copied().map(DocumentStatus::as_str))
                        .push(")");
                }
            },
            filter_key: format!("{filter:?}"),
        };
        Ok(LIST.page(&self.db, page, &query, document).await?)
    }

    async fn find(&self, wanted: DocumentId) -> Result<Option<Document>, Error> {
        let row = self.db.one(one(self.db.sql(), wanted)).await?;
        let found = row.as_ref().map(document).transpose();
        Ok(found.map_err(|e| fault::common(&e))?)
    }
}
