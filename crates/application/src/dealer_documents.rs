//! Bringing and removing a dealer's documents: dealers has the document, media the file behind it.
//!
//! Each takes its own transition on the facts that one port locked, and one transaction writes both: no document without its file,
//! and no file that is kept for a document that is gone.

use std::sync::Arc;

use async_trait::async_trait;
use dealers::document::{Document, DocumentDraft};
use dealers::ports::DealerFacts;
use dealers::rules::documents as document_rules;
use dealers::use_cases::acting_in_body;
use kernel::act::{Act, Decide, Decision, Done};
use kernel::error::Common;
use kernel::id::{DealerId, DocumentId, FileId};
use kernel::ports::Ids;
use kernel::rights::Right;
use media::file::File;
use media::purpose::Purpose;
use media::rules as file_rules;

use crate::error::Error;

/// What is known, under lock, when a document is brought.
#[derive(Clone, Debug)]
pub struct PaperFacts {
    /// The dealer with its documents.
    pub dealer: DealerFacts,
    /// The file that was named, if there is one.
    pub file: Option<File>,
}

/// What is written.
#[derive(Clone, Debug)]
pub struct NewPaper {
    /// The document.
    pub document: Document,
    /// Its file, in use from now on.
    pub file: File,
}

/// Documents with their files, under lock.
#[async_trait]
pub trait DealerPapers: Send + Sync {
    /// Locks the dealer (so that the count of its documents holds), then the file; writes both, or nothing. Absent when there is no
    /// such dealer. [`media::Error::InUse`] also when the database finds the file behind another document.
    async fn add(
        &self,
        act: &Act,
        dealer: DealerId,
        file: FileId,
        decide: Decide<'_, PaperFacts, NewPaper, Document, Error>,
    ) -> Result<Done<Document>, Error>;

    /// Locks the document's dealer (so that a verification sees either what was before, or what is after), removes the document and
    /// discards its file; all, or nothing. Absent when there is no such document.
    async fn remove(
        &self,
        act: &Act,
        document: DocumentId,
        decide: Decide<'_, DealerFacts, Document, (), Error>,
    ) -> Result<Done<()>, Error>;
}

/// The acts.
#[derive(Clone)]
pub struct KeepDocuments {
    /// Their port.
    pub papers: Arc<dyn DealerPapers>,
    /// Makes ids.
    pub ids: Ids,
}

impl KeepDocuments {
    /// Makes a file that the actor brought a document of their dealer, or of the one that an admin names.
    pub async fn add(
        &self,
        act: &Act,
        named: Option<DealerId>,
        draft: DocumentDraft,
    ) -> Result<Done<Document>, Error> {
        let dealer = acting_in_body(act, Right::EditDealer, named)?;
        let id = self.ids.next();
        self.papers
            .add(act, dealer, draft.file, &|facts| added(act, id, draft, facts))
            .await
    }

    /// Removes a document; its bytes go soon after.
    pub async fn remove(&self, act: &Act, document: DocumentId) -> Result<Done<()>, Error> {
        self.papers
            .remove(act, document, &|facts| removed(act, document, facts))
            .await
    }
}

fn added(
    act: &Act,
    id: DocumentId,
    draft: DocumentDraft,
    facts: &PaperFacts,
) -> Result<Decision<NewPaper, Document>, Error> {
    let Decision {
        plan: document,
        answer,
        record,
    } = document_rules::add(act, id, draft, &facts.dealer)?;
    let by = act.actor.person()?.user;
    let file = facts.file.as_ref().ok_or(Common::absent("file"))?;
    let file = file.attached_for(document.dealer, by, Purpose::DealerDocument, act.at)?;
    Ok(Decision {
        plan: NewPaper { document, file },
        answer,
        record,
    })
}

fn removed(act: &Act, id: DocumentId, facts: &DealerFacts) -> Result<Decision<Document, ()>, Error> {
    let decision = document_rules::remove(act, id, facts)?;
    let removal = file_rules::removal(decision.plan.file);
    Ok(decision.then(removal))
}
