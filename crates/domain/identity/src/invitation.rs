//! An invitation by e-mail to join: as an admin or a customer of the platform, or as staff of a dealer.
//!
//! The token in the mail's link is derived from the invitation's id by a keyed function; it is kept nowhere.

use kernel::Instant;
use kernel::email::Email;
use kernel::id::{DealerId, InvitationId, StaffId, UserId};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::policy::Policy;
use crate::user::PlatformRole;

/// An invitation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    /// What the token is derived from.
    pub id: InvitationId,
    /// Who is invited.
    pub email: Email,
    /// What they are to become.
    pub grant: Grant,
    /// Who invites; none for the command line.
    pub invited_by: Option<UserId>,
    /// When it was written.
    pub created_at: Instant,
    /// Not good from then on.
    pub expires_at: Instant,
    /// Where it stands.
    pub state: InvitationState,
}

/// What an invitation gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// A role on the platform.
    Platform(PlatformRole),
    /// Work for a dealer.
    Staff {
        /// The place on the staff that waits for the person, with its role and sites.
        staff: StaffId,
        /// The dealer.
        dealer: DealerId,
    },
}

/// Where an invitation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InvitationState {
    /// It may be accepted, until it expires.
    Open,
    /// It was accepted.
    Accepted {
        /// When.
        at: Instant,
        /// By whom.
        by: UserId,
    },
    /// It was taken back, or a newer one took its place.
    Withdrawn,
}

impl Invitation {
    /// A new invitation. The job that mails it is [`crate::letters::invitation`].
    pub fn new(
        id: InvitationId,
        email: Email,
        grant: Grant,
        invited_by: Option<UserId>,
        at: Instant,
        policy: &Policy,
    ) -> Self {
        Self {
            id,
            email,
            grant,
            invited_by,
            created_at: at,
            expires_at: at + policy.invitation_life(),
            state: InvitationState::Open,
        }
    }

    /// May it still be accepted?
    pub fn is_open(&self, at: Instant) -> bool {
        match self.state {
            InvitationState::Open => at < self.expires_at,
            InvitationState::Accepted { .. } | InvitationState::Withdrawn => false,
        }
    }

    /// Accepted: it is not good a second time.
    pub fn accept(mut self, by: UserId, at: Instant) -> Result<Self, Error> {
        if !self.is_open(at) {
            return Err(Error::InvitationInvalid);
        }
        self.state = InvitationState::Accepted { at, by };
        Ok(self)
    }

    /// Taken back. One that was accepted stays accepted.
    #[must_use]
    pub fn withdraw(mut self) -> Self {
        self.state = match self.state {
            InvitationState::Open | InvitationState::Withdrawn => InvitationState::Withdrawn,
            accepted @ InvitationState::Accepted { .. } => accepted,
        };
        self
    }
}
