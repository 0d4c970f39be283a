//! One sign-in, kept alive by refresh tokens that are good once.

use kernel::Instant;
use kernel::act::Origin;
use kernel::id::{SessionId, UserId};
use serde::{Deserialize, Serialize};

use crate::device;
use crate::policy::Policy;
use crate::secret::TokenHash;

/// One sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Names it; access tokens carry it.
    pub id: SessionId,
    /// Whose.
    pub user: UserId,
    /// The device it belongs to, as the caller named it.
    pub device_id: Option<String>,
    /// Network address of the sign-in.
    pub ip: Option<String>,
    /// The program of the sign-in.
    pub user_agent: Option<String>,
    /// The sign-in.
    pub created_at: Instant,
    /// The last refresh.
    pub last_used_at: Instant,
    /// When it ends by itself, unless it is refreshed.
    pub expires_at: Instant,
    /// Where it stands.
    pub state: SessionState,
}

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// Its tokens count, until it expires.
    Open,
    /// Its tokens count no more.
    Ended {
        /// Since when.
        at: Instant,
        /// Why.
        reason: EndReason,
    },
}

/// Why a session ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// The person signed out, here or from another session.
    SignedOut,
    /// A refresh token came a second time: somebody has a copy.
    TokenReused,
    /// The password was changed or reset.
    PasswordChanged,
    /// An admin deactivated the account.
    Deactivated,
    /// The holder closed the account.
    AccountClosed,
}

impl EndReason {
    /// Every reason.
    pub const ALL: &[Self] = &[
        Self::SignedOut,
        Self::TokenReused,
        Self::PasswordChanged,
        Self::Deactivated,
        Self::AccountClosed,
    ];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedOut => "signed_out",
            Self::TokenReused => "token_reused",
            Self::PasswordChanged => "password_changed",
            Self::Deactivated => "deactivated",
            Self::AccountClosed => "account_closed",
        }
    }
}

impl Session {
    /// A new sign-in.
    pub fn open(
        id: SessionId,
        user: UserId,
        device_id: Option<String>,
        origin: &Origin,
        at: Instant,
        policy: &Policy,
    ) -> Self {
        Self {
            id,
            user,
            device_id,
            ip: origin.ip.clone(),
            user_agent: origin
                .user_agent
                .as_deref()
                .map(|text| text.chars().take(300).collect()),
            created_at: at,
            last_used_at: at,
            expires_at: at + policy.refresh_life(),
            state: SessionState::Open,
        }
    }

    /// What people call the device that it was opened with.
    pub fn device(&self) -> String {
        device::name(self.user_agent.as_deref())
    }

    /// Do its tokens count?
    pub fn is_open(&self, at: Instant) -> bool {
        match self.state {
            SessionState::Open => at < self.expires_at,
            SessionState::Ended { .. } => false,
        }
    }

    /// Lives on for another term.
    #[must_use]
    pub fn refreshed(mut self, at: Instant, policy: &Policy) -> Self {
        self.last_used_at = at;
        self.expires_at = at + policy.refresh_life();
        self
    }

    /// Ends. One that has ended keeps its first reason.
    #[must_use]
    pub fn end(mut self, at: Instant, reason: EndReason) -> Self {
        self.state = match self.state {
            SessionState::Open => SessionState::Ended { at, reason },
            ended @ SessionState::Ended { .. } => ended,
        };
        self
    }
}

/// A refresh token as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefreshToken {
    /// Hash of the token.
    pub hash: TokenHash,
    /// The session that it keeps alive.
    pub session: SessionId,
    /// Not good from then on.
    pub expires_at: Instant,
    /// True once it was exchanged for the next.
    pub rotated: bool,
}

/// Which open sessions of a person to end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EndSessions {
    /// Whose.
    pub user: UserId,
    /// All but this one.
    pub except: Option<SessionId>,
    /// Why.
    pub reason: EndReason,
    /// When.
    pub at: Instant,
}
