//! What can go wrong here.

use kernel::actor::Refusal;
use kernel::error::{Common, Failure, Kind};

use crate::dealer::IllegalTransition;

/// A failure of an act on dealers, sites or staff.
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
            Self::IllegalTransition(_) | Self::WorksElsewhere | Self::AlreadyMember | Self::LastOwner => {
                Kind::Conflict
            }
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Common(common) => common.code(),
            Self::IllegalTransition(_) => "illegal_transition",
            Self::WorksElsewhere => "works_elsewhere",
            Self::AlreadyMember => "already_member",
            Self::LastOwner => "last_owner",
        }
    }

    fn common(&self) -> Option<&Common> {
        match self {
            Self::Common(common) => Some(common),
            Self::IllegalTransition(_) | Self::WorksElsewhere | Self::AlreadyMember | Self::LastOwner => None,
        }
    }
}
