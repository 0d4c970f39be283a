//! One-time codes: six digits that prove that somebody reads the mail of an address.
//!
//! A code is never kept: it is derived from the id of its record by a keyed function ([`crate::ports::Codes`]). So no
//! job, event or backup holds one, and the sender of the mail derives it anew.

use kernel::Instant;
use kernel::email::Email;
use kernel::id::{CodeId, UserId};

use crate::policy::Policy;

/// The record of a code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneTimeCode {
    /// What the digits are derived from.
    pub id: CodeId,
    /// Whose.
    pub user: UserId,
    /// What it is good for.
    pub purpose: Purpose,
    /// The address that it was sent to.
    pub sent_to: Email,
    /// When it was made.
    pub created_at: Instant,
    /// Not good from then on.
    pub expires_at: Instant,
    /// Where it stands.
    pub state: CodeState,
}

/// What a code is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Confirming the address of a new account.
    VerifyEmail,
    /// Setting a new password.
    PasswordReset,
    /// Moving the account to the address that the code was sent to.
    EmailChange,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: &[Self] = &[Self::VerifyEmail, Self::PasswordReset, Self::EmailChange];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::VerifyEmail => "verify_email",
            Self::PasswordReset => "password_reset",
            Self::EmailChange => "email_change",
        }
    }
}

/// Where a code stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeState {
    /// It may be entered, until it expires.
    Live {
        /// How often a wrong one was entered in its stead.
        wrong_tries: u32,
    },
    /// It was entered.
    Used,
    /// Too many wrong tries, or a newer one took its place.
    Killed,
}

impl OneTimeCode {
    /// A fresh code.
    pub fn new(
        id: CodeId,
        user: UserId,
        purpose: Purpose,
        sent_to: Email,
        at: Instant,
        policy: &Policy,
    ) -> Self {
        Self {
            id,
            user,
            purpose,
            sent_to,
            created_at: at,
            expires_at: at + policy.code_life(),
            state: CodeState::Live { wrong_tries: 0 },
        }
    }

    /// May it still be entered?
    pub fn is_live(&self, at: Instant) -> bool {
        match self.state {
            CodeState::Live { .. } => at < self.expires_at,
            CodeState::Used | CodeState::Killed => false,
        }
    }

    /// Is it too soon for another?
    pub fn is_recent(&self, at: Instant, policy: &Policy) -> bool {
        at < self.created_at + policy.resend_pause()
    }

    /// Somebody entered something else: one try less; the last one kills it.
    #[must_use]
    pub fn missed(mut self, policy: &Policy) -> Self {
        self.state = match self.state {
            CodeState::Live { wrong_tries } if wrong_tries + 1 < policy.code_tries => CodeState::Live {
                wrong_tries: wrong_tries + 1,
            },
            CodeState::Live { .. } | CodeState::Killed => CodeState::Killed,
            CodeState::Used => CodeState::Used,
        };
        self
    }

    /// It was entered: it is not good a second time.
    #[must_use]
    pub fn used(mut self) -> Self {
        self.state = match self.state {
            CodeState::Live { .. } | CodeState::Used => CodeState::Used,
            CodeState::Killed => CodeState::Killed,
        };
        self
    }
}
