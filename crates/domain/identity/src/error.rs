//! How acts on accounts fail.

use kernel::actor::Refusal;
use kernel::error::{Common, Failure, Kind};

/// Every failure of this crate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// A failure that any act can meet.
    #[error(transparent)]
    Common(#[from] Common),
    /// Wrong password or unknown address: the caller can't tell which.
    #[error("the e-mail address or the password is wrong")]
    InvalidCredentials,
    /// Right password, but the address was never confirmed.
    #[error("confirm your e-mail address first: enter the code that was sent to it, or ask for a new one")]
    EmailUnverified,
    /// Right password, but an admin closed the account.
    #[error("this account is deactivated: ask the platform's support")]
    AccountInactive,
    /// A one-time code that is wrong, used, killed or too old: the caller can't tell which.
    #[error("the code is wrong or no longer valid: ask for a new one")]
    CodeInvalid,
    /// Right password, but a second factor is asked for and none was given.
    #[error(
        "this account has a second factor: send the code that the authenticator shows, or a recovery code, as `totp`"
    )]
    TotpRequired,
    /// A code of a second factor that is wrong or was used before: the caller can't tell which.
    #[error(
        "the code is wrong or was used before: give the one that the authenticator shows now, or a recovery code"
    )]
    TotpInvalid,
    /// A second factor is in force already.
    #[error("a second factor is in force already: take it away first (DELETE /me/totp)")]
    TotpEnabled,
    /// A refresh token that is unknown, used before or too old.
    #[error("the refresh token is not valid any more: sign in again")]
    RefreshInvalid,
    /// Another account holds the address.
    #[error("there is an account with this e-mail address already: sign in, or reset its password")]
    EmailTaken,
    /// An invitation that is unknown, used, withdrawn or too old.
    #[error("the invitation is not valid any more: ask for a new one")]
    InvitationInvalid,
    /// Admins can't change their own standing: a platform without admins could not be helped.
    #[error("you can't deactivate your own account or change your own platform role: ask another admin")]
    OwnAccount,
    /// As many keys as a dealer may have.
    #[error("a dealer has {limit} API keys at most: revoke one that is used no more")]
    TooManyApiKeys {
        /// So many.
        limit: usize,
    },
    /// Admins can't close their account: a platform without admins could not be helped.
    #[error("an admin's account can't be closed: have another admin take the platform role away first")]
    AdminAccount,
    /// What its holder closed stays closed.
    #[error("this account was closed by its holder, and can't be changed any more")]
    AccountClosed,
    /// The invited person has what the invitation would give.
    #[error("the holder of this address has that platform role already")]
    RoleHeld,
}

impl Failure for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Common(common) => common.kind(),
            Self::InvalidCredentials | Self::RefreshInvalid | Self::TotpRequired => Kind::Unauthenticated,
            Self::EmailUnverified | Self::AccountInactive => Kind::Forbidden,
            Self::CodeInvalid | Self::TotpInvalid | Self::InvitationInvalid => Kind::Invalid,
            Self::EmailTaken
            | Self::OwnAccount
            | Self::AdminAccount
            | Self::AccountClosed
            | Self::RoleHeld
            | Self::TotpEnabled
            | Self::TooManyApiKeys { .. } => Kind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Common(common) => common.code(),
            Self::InvalidCredentials => "invalid_credentials",
            Self::EmailUnverified => "email_unverified",
            Self::AccountInactive => "account_inactive",
            Self::CodeInvalid | Self::TotpInvalid => "code_invalid",
            Self::TotpRequired => "totp_required",
            Self::TotpEnabled => "totp_enabled",
            Self::RefreshInvalid => "refresh_token_invalid",
            Self::EmailTaken => "email_taken",
            Self::InvitationInvalid => "invitation_invalid",
            Self::OwnAccount => "own_account",
            Self::AdminAccount => "admin_account",
            Self::AccountClosed => "account_closed",
            Self::RoleHeld => "role_held",
            Self::TooManyApiKeys { .. } => "too_many_api_keys",
        }
    }

    fn common(&self) -> Option<&Common> {
        match self {
            Self::Common(common) => Some(common),
            _ => None,
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Common(refusal.of("user"))
    }
}
