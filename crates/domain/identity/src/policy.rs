//! The figures that configuration can change.

use chrono::TimeDelta;

/// Figures of accounts, sessions and codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Must an address be confirmed before its holder can sign in?
    pub require_email_verification: bool,
    /// Are failed sign-ins slowed down? Off only for load tests.
    pub throttle: bool,
    /// Must admins have a second factor? Until they have one, they have no rights of an admin.
    pub admin_totp: bool,
    /// Life of an access token, in seconds.
    pub access_seconds: u32,
    /// Life of a refresh token, in days.
    pub refresh_days: u32,
    /// Life of a one-time code, in minutes.
    pub code_minutes: u32,
    /// Wrong tries that kill a code.
    pub code_tries: u32,
    /// Seconds between two codes of one purpose for one account.
    pub resend_seconds: u32,
    /// Life of an invitation, in days.
    pub invitation_days: u32,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            require_email_verification: true,
            throttle: true,
            admin_totp: false,
            access_seconds: 3_600,
            refresh_days: 7,
            code_minutes: 15,
            code_tries: 5,
            resend_seconds: 60,
            invitation_days: 7,
        }
    }
}

impl Policy {
    /// Life of a refresh token, and so of a session that is not used.
    pub fn refresh_life(&self) -> TimeDelta {
        TimeDelta::days(i64::from(self.refresh_days))
    }

    /// Life of an access token.
    pub fn access_life(&self) -> TimeDelta {
        TimeDelta::seconds(i64::from(self.access_seconds))
    }

    /// Life of a one-time code.
    pub fn code_life(&self) -> TimeDelta {
        TimeDelta::minutes(i64::from(self.code_minutes))
    }

    /// Pause between two codes.
    pub fn resend_pause(&self) -> TimeDelta {
        TimeDelta::seconds(i64::from(self.resend_seconds))
    }

    /// Life of an invitation.
    pub fn invitation_life(&self) -> TimeDelta {
        TimeDelta::days(i64::from(self.invitation_days))
    }
}
