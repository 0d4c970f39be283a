//! What contracts of documents play on: an office that files and documents are brought to.

use std::sync::Arc;

use application::dealer_documents::KeepDocuments;
use application::error::Error;
use dealers::dealer::Dealer;
use dealers::document::{Document, DocumentDraft, DocumentKind, Verdict};
use dealers::use_cases::DocumentActs;
use forecourt_database::dealers::{SqlDealerPapers, SqlDealerQueries, SqlDocuments};
use forecourt_database::media::SqlFiles;
use kernel::act::Act;
use kernel::id::{DealerId, FileId};
use media::file_type::FileType;
use media::ports::Files;
use media::purpose::Purpose;
use media::request::CheckedFile;
use media::rules as file_rules;

use crate::office::Office;
use crate::world::World;

/// The use cases on the world's ports.
pub(crate) struct Registry {
    pub(crate) office: Office,
    pub(crate) documents: DocumentActs,
    pub(crate) papers: KeepDocuments,
    pub(crate) files: Arc<dyn Files>,
}

impl Registry {
    pub(crate) fn of(world: World) -> Self {
        let ids = world.ids.clone();
        match world.database().cloned() {
            None => {
                let port = Arc::new(world.memory.clone());
                Self {
                    documents: DocumentActs {
                        documents: port.clone(),
                        queries: port.clone(),
                        dealers: port.clone(),
                    },
                    papers: KeepDocuments {
                        papers: port.clone(),
                        ids,
                    },
                    files: port,
                    office: Office::of(world),
                }
            }
            Some(db) => {
                let documents = Arc::new(SqlDocuments::new(db.clone()));
                Self {
                    documents: DocumentActs {
                        documents: documents.clone(),
                        queries: documents,
                        dealers: Arc::new(SqlDealerQueries::new(db.clone())),
                    },
                    papers: KeepDocuments {
                        papers: Arc::new(SqlDealerPapers::new(db.clone())),
                        ids,
                    },
                    files: Arc::new(SqlFiles::new(db)),
                    office: Office::of(world),
                }
            }
        }
    }

    /// A whole file, brought by who acts for their dealer.
    pub(crate) async fn file(&self, act: &Act) -> FileId {
        let new = CheckedFile {
            name: "licence.pdf".to_owned(),
            of: FileType::Pdf,
            size: 2_000,
            purpose: Purpose::DealerDocument,
            sha256: None,
            dealer: None,
        };
        let dealer = file_rules::dealer_of(&act.actor, new.purpose, None).unwrap();
        let (by, id) = (act.actor.user().unwrap(), self.office.world.ids.next());
        let announced = self
            .files
            .announce(act, by, dealer, &|facts| {
                file_rules::announce(act, id, &new, dealer, facts)
            })
            .await;
        announced.unwrap();
        let complete = self
            .files
            .change(act, id, &|file| file_rules::complete(act, 2_000, None, file))
            .await;
        complete.unwrap().value.id
    }

    pub(crate) async fn add(&self, act: &Act, kind: DocumentKind, file: FileId) -> Result<Document, Error> {
        let draft = DocumentDraft {
            kind,
            file,
            expires_on: Some("2030-12-31".parse().unwrap()),
        };
        Ok(self.papers.add(act, None, draft).await?.value)
    }

    /// A licence that the dealer's owner brought, approved.
    pub(crate) async fn licence(&self, dealer: DealerId) -> Document {
        let owner = self.office.by_member(dealer).await;
        let file = self.file(&owner).await;
        let licence = self.add(&owner, DocumentKind::Licence, file).await.unwrap();
        self.review(&licence, Verdict::Approve).await.unwrap()
    }

    pub(crate) async fn review(
        &self,
        document: &Document,
        verdict: Verdict,
    ) -> Result<Document, dealers::Error> {
        let done = self
            .documents
            .review(
                &self.office.world.act(),
                document.dealer,
                document.id,
                verdict,
                Some("Seen"),
            )
            .await?;
        Ok(done.value)
    }

    /// A dealer that was verified by its licence.
    pub(crate) async fn verify(&self, dealer: DealerId) -> Result<Dealer, dealers::Error> {
        let act = self.office.world.act();
        Ok(self.office.dealers.verify(&act, dealer, None).await?.value)
    }
}
