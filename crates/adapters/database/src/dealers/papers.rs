//! Documents of dealers with the files behind them.

use ::dealers::document::Document;
use ::dealers::ports::DealerFacts;
use application::dealer_documents::{DealerPapers, NewPaper, PaperFacts};
use application::error::Error;
use async_trait::async_trait;
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::{DealerId, DocumentId, FileId};

use super::{documents, people};
use crate::db::Db;
use crate::fault::Stop;
use crate::media::{attach, locked_file};
use crate::rows::{id, insert};
use crate::tx::Tx;

/// Documents with their files in a database.
#[derive(Clone)]
pub struct SqlDealerPapers {
    db: Db,
}

impl SqlDealerPapers {
    /// In this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

async fn add_in(
    tx: &Tx,
    dealer: DealerId,
    file: FileId,
    decide: Decide<'_, PaperFacts, NewPaper, Document, Error>,
) -> Result<(Document, Record), Stop<Error>> {
    let facts = PaperFacts {
        dealer: people::dealer_facts(tx, dealer).await?,
        file: locked_file(tx, file).await?,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    let NewPaper { document, file } = &decision.plan;
    attach(tx, Some(file), None).await?;
    insert(tx, "dealer_documents", documents::new(document)).await?;
    Ok((decision.answer, decision.record))
}

async fn remove_in(
    tx: &Tx,
    document: DocumentId,
    decide: Decide<'_, DealerFacts, Document, (), Error>,
) -> Result<((), Record), Stop<Error>> {
    // A document never moves to another dealer, so what is read before the lock still holds under it.
    let mut sql = tx.sql();
    sql.push("SELECT dealer_id FROM dealer_documents WHERE id = ")
        .bind(document.uuid());
    let row = tx.one(sql).await?.ok_or(Common::absent("document"))?;
    let facts = people::dealer_facts(tx, id(&row, "dealer_id")?).await?;
    let decision = decide(&facts).map_err(Stop::Domain)?;
    let mut sql = tx.sql();
    sql.push("DELETE FROM dealer_documents WHERE id = ")
        .bind(decision.plan.id.uuid());
    tx.run(sql).await?;
    attach(tx, None, Some(decision.plan.file)).await?;
    Ok((decision.answer, decision.record))
}

#[async_trait]
impl DealerPapers for SqlDealerPapers {
    async fn add(
        &self,
        act: &Act,
        dealer: DealerId,
        file: FileId,
        decide: Decide<'_, PaperFacts, NewPaper, Document, Error>,
    ) -> Result<Done<Document>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = add_in(&tx, dealer, file, decide).await;
                (tx, result)
            })
            .await
    }

    async fn remove(
        &self,
        act: &Act,
        document: DocumentId,
        decide: Decide<'_, DealerFacts, Document, (), Error>,
    ) -> Result<Done<()>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = remove_in(&tx, document, decide).await;
                (tx, result)
            })
            .await
    }
}
