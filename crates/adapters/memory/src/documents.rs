//! Documents of dealers in memory, with the files behind them.

use application::dealer_documents::{DealerPapers, NewPaper, PaperFacts};
use application::error::Error;
use async_trait::async_trait;
use dealers::document::{Document, DocumentKind, DocumentStatus};
use dealers::ports::{DealerFacts, DocumentFilter, DocumentQueries, Documents};
use kernel::Instant;
use kernel::act::{Act, Decide, Done};
use kernel::error::Common;
use kernel::id::{DealerId, DocumentId, FileId};
use kernel::paging::{Page, PageRequest};
use kernel::ports::Ids;

use crate::Memory;
use crate::dealers::{DealersState, part};

impl DealersState {
    /// A dealer with its documents.
    pub(crate) fn facts(&self, dealer: DealerId) -> Result<DealerFacts, dealers::Error> {
        let documents = self.documents.values().filter(|d| d.dealer == dealer);
        Ok(DealerFacts {
            dealer: self.dealer(dealer)?.clone(),
            documents: documents.cloned().collect(),
        })
    }
}

impl Memory {
    /// Gives a dealer a document, whatever file is behind it.
    pub fn given_document(&self, document: Document) {
        self.lock().dealers.documents.insert(document.id, document);
    }

    /// Gives a dealer an approved licence that holds for ever: what a verification rests on.
    pub fn given_licence(&self, ids: &Ids, dealer: DealerId, at: Instant) -> Document {
        let licence = Document {
            id: ids.next(),
            dealer,
            kind: DocumentKind::Licence,
            file: ids.next(),
            expires_on: None,
            status: DocumentStatus::Approved,
            reason: None,
            version: 2,
            uploaded_at: at,
            reviewed_at: Some(at),
        };
        self.given_document(licence.clone());
        licence
    }
}

#[async_trait]
impl Documents for Memory {
    async fn review(
        &self,
        act: &Act,
        dealer: DealerId,
        document: DocumentId,
        decide: Decide<'_, Document, Document, Document, dealers::Error>,
    ) -> Result<Done<Document>, dealers::Error> {
        self.act(
            act,
            |state| {
                state.dealers.dealer(dealer)?;
                let found = state.dealers.documents.get(&document);
                let found = found.filter(|found| found.dealer == dealer);
                decide(found.ok_or(Common::absent("document"))?)
            },
            |state, document| {
                state.dealers.documents.insert(document.id, document);
                Ok(())
            },
        )
    }
}

#[async_trait]
impl DocumentQueries for Memory {
    async fn list(
        &self,
        filter: &DocumentFilter,
        page: &PageRequest,
    ) -> Result<Page<Document>, dealers::Error> {
        let state = self.lock();
        let mut found: Vec<Document> = state
            .dealers
            .documents
            .values()
            .filter(|d| d.dealer == filter.dealer)
            .filter(|d| filter.status.is_empty() || filter.status.contains(&d.status))
            .cloned()
            .collect();
        found.sort_by_key(|d| std::cmp::Reverse((d.uploaded_at, d.id)));
        Ok(part(found, page))
    }

    async fn find(&self, document: DocumentId) -> Result<Option<Document>, dealers::Error> {
        Ok(self.lock().dealers.documents.get(&document).cloned())
    }
}

#[async_trait]
impl DealerPapers for Memory {
    async fn add(
        &self,
        act: &Act,
        dealer: DealerId,
        file: FileId,
        decide: Decide<'_, PaperFacts, NewPaper, Document, Error>,
    ) -> Result<Done<Document>, Error> {
        self.act(
            act,
            |state| {
                let facts = PaperFacts {
                    dealer: state.dealers.facts(dealer)?,
                    file: state.media.files.get(&file).cloned(),
                };
                decide(&facts)
            },
            |state, plan| {
                state.media.files.insert(plan.file.id, plan.file);
                state.dealers.documents.insert(plan.document.id, plan.document);
                Ok(())
            },
        )
    }

    async fn remove(
        &self,
        act: &Act,
        document: DocumentId,
        decide: Decide<'_, DealerFacts, Document, (), Error>,
    ) -> Result<Done<()>, Error> {
        self.act(
            act,
            |state| {
                let found = state.dealers.documents.get(&document);
                let dealer = found.ok_or(Common::absent("document"))?.dealer;
                decide(&state.dealers.facts(dealer)?)
            },
            |state, gone| {
                state.dealers.documents.remove(&gone.id);
                state.media.discard(gone.file);
                Ok(())
            },
        )
    }
}
