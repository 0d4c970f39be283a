//! What can go wrong here.

use kernel::actor::Refusal;
use kernel::error::{Common, Failure, Kind};

use crate::dealer::IllegalTransition;
use crate::document::{AlreadyReviewed, MOST_DOCUMENTS};

/// A failure of an act on dealers, their documents, sites or staff.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// One that any act can meet.
    #[error(transparent)]
    Common(#[from] Common),
    /// The dealer's status does not allow the step.
    #[error(transparent)]
    IllegalTransition(#[from] IllegalTransition),
    /// The person works for another dealer.
    #[error("this person works for a dealer already; a user works for one dealer at a time")]
    WorksElsewhere,
    /// The person is a member of this dealer.
    #[error("this person is a member of the dealer already: change the member instead")]
    AlreadyMember,
    /// Without this member the dealer would have no active owner.
    #[error("this is the dealer's last active owner: make somebody else an owner first")]
    LastOwner,
    /// A document was reviewed before.
    #[error(transparent)]
    AlreadyReviewed(#[from] AlreadyReviewed),
    /// A dealer is verified by a licence.
    #[error(
        "the dealer has no licence that is approved and holds today: its owner brings one (POST /dealers/me/documents, kind licence), \
         and an admin approves it (PATCH /dealers/{{id}}/documents/{{document}})"
    )]
    LicenceMissing,
    /// The dealer's verification rests on it.
    #[error("the dealer was verified by this licence: have another one approved first")]
    LicenceNeeded,
    /// As many documents as there may be.
    #[error("the dealer has {MOST_DOCUMENTS} documents, and no more are allowed: remove one first")]
    TooManyDocuments,
}

impl Error {
    /// The error for a refusal, when `what` was asked for.
    pub fn refused(refusal: Refusal, what: &'static str) -> Self {
        Self::Common(refusal.of(what))
    }
}

impl Failure for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Common(common) => common.kind(),
            Self::IllegalTransition(_)
            | Self::WorksElsewhere
            | Self::AlreadyMember
            | Self::LastOwner
            | Self::AlreadyReviewed(_)
            | Self::LicenceMissing
            | Self::LicenceNeeded
            | Self::TooManyDocuments => Kind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Common(common) => common.code(),
            Self::IllegalTransition(_) | Self::AlreadyReviewed(_) => "illegal_transition",
            Self::WorksElsewhere => "works_elsewhere",
            Self::AlreadyMember => "already_member",
            Self::LastOwner => "last_owner",
            Self::LicenceMissing => "licence_missing",
            Self::LicenceNeeded => "licence_needed",
            Self::TooManyDocuments => "too_many_documents",
        }
    }

    fn common(&self) -> Option<&Common> {
        match self {
            Self::Common(common) => Some(common),
            Self::IllegalTransition(_)
            | Self::WorksElsewhere
            | Self::AlreadyMember
            | Self::LastOwner
            | Self::AlreadyReviewed(_)
            | Self::LicenceMissing
            | Self::LicenceNeeded
            | Self::TooManyDocuments => None,
        }
    }
}
