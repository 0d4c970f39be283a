//! Reading and reviewing documents.

use std::sync::Arc;

use kernel::act::{Act, Done};
use kernel::actor::Actor;
use kernel::error::Common;
use kernel::id::{DealerId, DocumentId};
use kernel::paging::{Page, PageRequest};
use kernel::rights::Right;

use crate::Error;
use crate::document::{Document, DocumentStatus, Verdict};
use crate::ports::{DealerQueries, DocumentFilter, DocumentQueries, Documents};
use crate::rules::documents as rules;

/// Acts on documents. Bringing and removing them takes files: see the `application` crate.
#[derive(Clone)]
pub struct DocumentActs {
    /// Documents, under lock.
    pub documents: Arc<dyn Documents>,
    /// Documents, to read.
    pub queries: Arc<dyn DocumentQueries>,
    /// Dealers, to read.
    pub dealers: Arc<dyn DealerQueries>,
}

impl DocumentActs {
    /// The documents of one's own dealer, or of the one that an admin names.
    pub async fn mine(
        &self,
        actor: &Actor,
        named: Option<DealerId>,
        status: Vec<DocumentStatus>,
        page: &PageRequest,
    ) -> Result<Page<Document>, Error> {
        let dealer = actor.acting_dealer(Right::EditDealer, named, Common::absent("dealer"))?;
        self.queries.list(&DocumentFilter { dealer, status }, page).await
    }

    /// The documents of a dealer, for its owners and for admins.
    pub async fn of_dealer(
        &self,
        actor: &Actor,
        dealer: DealerId,
        status: Vec<DocumentStatus>,
        page: &PageRequest,
    ) -> Result<Page<Document>, Error> {
        rules::may_keep(actor, dealer, "dealer")?;
        let found = self
            .queries
            .list(&DocumentFilter { dealer, status }, page)
            .await?;
        if found.items.is_empty() {
            // Who sees all dealers is told of one that there is not.
            let known = self.dealers.find(dealer).await?;
            known.ok_or(Common::absent("dealer"))?;
        }
        Ok(found)
    }

    /// One document of a dealer, for its owners and for admins.
    pub async fn find(
        &self,
        actor: &Actor,
        dealer: DealerId,
        document: DocumentId,
    ) -> Result<Document, Error> {
        rules::may_keep(actor, dealer, "document")?;
        let found = self.queries.find(document).await?;
        let found = found.filter(|found| found.dealer == dealer);
        Ok(found.ok_or(Common::absent("document"))?)
    }

    /// An admin approves a document of a dealer, or refuses it and says why.
    pub async fn review(
        &self,
        act: &Act,
        dealer: DealerId,
        document: DocumentId,
        verdict: Verdict,
        reason: Option<&str>,
    ) -> Result<Done<Document>, Error> {
        rules::may_judge(act)?;
        let decide = |found: &_| rules::review(act, verdict, reason, found);
        self.documents.review(act, dealer, document, &decide).await
    }
}
