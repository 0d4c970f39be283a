//! Shapes of documents.

use ::dealers::document::{Document, DocumentDraft, DocumentKind, DocumentStatus, Verdict};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::id::{DealerId, Id};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// What a document is.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum DocumentKindDto {
    /// Leave to trade: what a verification rests on.
    Licence,
    /// The dealer as its register has it.
    Registration,
    /// What the tax office says of it.
    Tax,
    /// Anything else that an admin asks for.
    Other,
}

impl From<DocumentKind> for DocumentKindDto {
    fn from(kind: DocumentKind) -> Self {
        match kind {
            DocumentKind::Licence => Self::Licence,
            DocumentKind::Registration => Self::Registration,
            DocumentKind::Tax => Self::Tax,
            DocumentKind::Other => Self::Other,
        }
    }
}

impl From<DocumentKindDto> for DocumentKind {
    fn from(kind: DocumentKindDto) -> Self {
        match kind {
            DocumentKindDto::Licence => Self::Licence,
            DocumentKindDto::Registration => Self::Registration,
            DocumentKindDto::Tax => Self::Tax,
            DocumentKindDto::Other => Self::Other,
        }
    }
}

/// Where a document stands.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum DocumentStatusDto {
    /// Waits for an admin.
    Pending,
    /// An admin found it good.
    Approved,
    /// An admin did not, and said why.
    Refused,
}

impl From<DocumentStatus> for DocumentStatusDto {
    fn from(status: DocumentStatus) -> Self {
        match status {
            DocumentStatus::Pending => Self::Pending,
            DocumentStatus::Approved => Self::Approved,
            DocumentStatus::Refused => Self::Refused,
        }
    }
}

impl From<DocumentStatusDto> for DocumentStatus {
    fn from(status: DocumentStatusDto) -> Self {
        match status {
            DocumentStatusDto::Pending => Self::Pending,
            DocumentStatusDto::Approved => Self::Approved,
            DocumentStatusDto::Refused => Self::Refused,
        }
    }
}

/// A paper that shows that a dealer is one.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DocumentDto {
    id: Uuid,
    dealer_id: Uuid,
    kind: DocumentKindDto,
    /// Its file: `GET /files/{id}` leads to the bytes, for its owners and for admins.
    file_id: Uuid,
    /// The last day on which it holds, by UTC; `null` where it holds for ever.
    expires_on: Option<NaiveDate>,
    status: DocumentStatusDto,
    /// Why, in the words of the admin who reviewed it.
    reason: Option<String>,
    uploaded_at: DateTime<Utc>,
    reviewed_at: Option<DateTime<Utc>>,
    version: i64,
}

impl From<&Document> for DocumentDto {
    fn from(document: &Document) -> Self {
        Self {
            id: document.id.uuid(),
            dealer_id: document.dealer.uuid(),
            kind: document.kind.into(),
            file_id: document.file.uuid(),
            expires_on: document.expires_on,
            status: document.status.into(),
            reason: document.reason.clone(),
            uploaded_at: document.uploaded_at,
            reviewed_at: document.reviewed_at,
            version: document.version,
        }
    }
}

impl From<Document> for DocumentDto {
    fn from(document: Document) -> Self {
        Self::from(&document)
    }
}

/// A document to bring.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "kind": "licence", "file_id": "0197a6c2-7c00-7000-8000-000000000031", "expires_on": "2030-12-31"
}))]
pub(super) struct NewDocumentDto {
    /// The dealer that is meant: for admins, who work for none.
    #[serde(default)]
    dealer_id: Option<Uuid>,
    kind: DocumentKindDto,
    /// A file of the caller's that was brought as `dealer_document`, is complete, and is used by nothing yet.
    file_id: Uuid,
    /// The last day on which it holds, by UTC; none where it holds for ever.
    #[serde(default)]
    expires_on: Option<NaiveDate>,
}

impl NewDocumentDto {
    pub(super) fn dealer(&self) -> Option<DealerId> {
        self.dealer_id.map(DealerId::from_uuid)
    }

    pub(super) fn read(&self) -> DocumentDraft {
        DocumentDraft {
            kind: self.kind.into(),
            file: Id::from_uuid(self.file_id),
            expires_on: self.expires_on,
        }
    }
}

/// What an admin finds.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum VerdictDto {
    /// It is good.
    Approved,
    /// It is not.
    Refused,
}

/// A review: a merge patch of a document.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "status": "refused", "reason": "The second page is missing." }))]
pub(super) struct ReviewDto {
    status: VerdictDto,
    /// In words that the owner reads. A refusal needs one.
    #[serde(default)]
    #[schema(max_length = 2_000)]
    pub(super) reason: Option<String>,
}

impl ReviewDto {
    pub(super) fn verdict(&self) -> Verdict {
        match self.status {
            VerdictDto::Approved => Verdict::Approve,
            VerdictDto::Refused => Verdict::Refuse,
        }
    }
}

/// Which documents to list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DocumentFilterDto {
    /// Of any of these.
    #[serde(default)]
    #[param(inline)]
    status: Vec<DocumentStatusDto>,
}

impl DocumentFilterDto {
    pub(super) fn read(self) -> Vec<DocumentStatus> {
        self.status.into_iter().map(Into::into).collect()
    }
}
