//! The papers that show that a dealer is one.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use kernel::Instant;
use kernel::error::{Common, Malformed, Violations};
use kernel::id::{DealerId, DocumentId, FileId};
use serde::{Deserialize, Serialize};

/// Documents of one dealer at most.
pub const MOST_DOCUMENTS: usize = 50;

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// Leave to trade: what a verification rests on.
    Licence,
    /// The dealer as its register has it.
    Registration,
    /// What the tax office says of it.
    Tax,
    /// Anything else that an admin asks for.
    Other,
}

impl DocumentKind {
    /// Every kind.
    pub const ALL: &[Self] = &[Self::Licence, Self::Registration, Self::Tax, Self::Other];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Licence => "licence",
            Self::Registration => "registration",
            Self::Tax => "tax",
            Self::Other => "other",
        }
    }
}

impl FromStr for DocumentKind {
    type Err = Malformed;

    fn from_str(word: &str) -> Result<Self, Malformed> {
        kernel::text::one_of(Self::ALL, Self::as_str, "unknown_document_kind", word)
    }
}

/// Where a document stands. It is reviewed once: who was refused brings another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentStatus {
    /// Waits for an admin.
    Pending,
    /// An admin found it good.
    Approved,
    /// An admin did not, and said why.
    Refused,
}

impl DocumentStatus {
    /// Every status.
    pub const ALL: &[Self] = &[Self::Pending, Self::Approved, Self::Refused];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Refused => "refused",
        }
    }
}

impl fmt::Display for DocumentStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for DocumentStatus {
    type Err = Malformed;

    fn from_str(word: &str) -> Result<Self, Malformed> {
        kernel::text::one_of(Self::ALL, Self::as_str, "unknown_document_status", word)
    }
}

/// What an admin finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is good.
    Approve,
    /// It is not.
    Refuse,
}

impl Verdict {
    /// Where it leads.
    pub const fn leads_to(self) -> DocumentStatus {
        match self {
            Self::Approve => DocumentStatus::Approved,
            Self::Refuse => DocumentStatus::Refused,
        }
    }
}

/// The document was reviewed before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the document is {status}: only a pending one is reviewed; its owner may bring another")]
pub struct AlreadyReviewed {
    /// Where it stands.
    pub status: DocumentStatus,
}

/// A document as it comes from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentDraft {
    /// What it is.
    pub kind: DocumentKind,
    /// Its file.
    pub file: FileId,
    /// The last day on which it holds.
    pub expires_on: Option<NaiveDate>,
}

/// A paper that shows that a dealer is one. Its bytes are private.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// Whose it is.
    pub dealer: DealerId,
    /// What it is.
    pub kind: DocumentKind,
    /// Its file.
    pub file: FileId,
    /// The last day on which it holds; none where it holds for ever.
    pub expires_on: Option<NaiveDate>,
    /// Where it stands.
    pub status: DocumentStatus,
    /// Why, in the words of the admin who reviewed it.
    pub reason: Option<String>,
    /// Rises with each change.
    pub version: i64,
    /// When it was brought.
    pub uploaded_at: Instant,
    /// When it was reviewed.
    pub reviewed_at: Option<Instant>,
}

impl Document {
    /// A document that was just brought; one that holds no more is refused.
    pub fn brought(
        id: DocumentId,
        dealer: DealerId,
        draft: DocumentDraft,
        at: Instant,
    ) -> Result<Self, Common> {
        let today = at.date_naive();
        let mut found = Violations::new();
        let holds = draft.expires_on.is_none_or(|last| last >= today);
        found.check(holds, "/expires_on", "expired", || {
            format!("is over: today is {today} by UTC; bring a document that still holds")
        });
        found.into_result()?;
        Ok(Self {
            id,
            dealer,
            kind: draft.kind,
            file: draft.file,
            expires_on: draft.expires_on,
            status: DocumentStatus::Pending,
            reason: None,
            version: 1,
            uploaded_at: at,
            reviewed_at: None,
        })
    }

    /// The document after its review.
    pub fn reviewed(
        self,
        verdict: Verdict,
        reason: Option<String>,
        at: Instant,
    ) -> Result<Self, AlreadyReviewed> {
        match self.status {
            DocumentStatus::Pending => {}
            DocumentStatus::Approved | DocumentStatus::Refused => {
                return Err(AlreadyReviewed { status: self.status });
            }
        }
        Ok(Self {
            status: verdict.leads_to(),
            reason,
            version: self.version + 1,
            reviewed_at: Some(at),
            ..self
        })
    }

    /// Is it a licence that an admin approved?
    pub fn is_approved_licence(&self) -> bool {
        self.kind == DocumentKind::Licence && self.status == DocumentStatus::Approved
    }

    /// Does it show, on a day, that the dealer may trade?
    pub fn licenses_on(&self, day: NaiveDate) -> bool {
        self.is_approved_licence() && self.expires_on.is_none_or(|last| last >= day)
    }
}
