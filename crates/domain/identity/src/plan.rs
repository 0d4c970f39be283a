//! What acts on accounts know, and what they have written. One plan for all of them, so that an adapter has one writer.

use kernel::email::Email;
use kernel::id::UserId;
use serde::{Deserialize, Serialize};

use crate::code::{OneTimeCode, Purpose};
#[cfg(doc)]
use crate::device::KNOWN_DAYS;
use crate::device::Seen;
use crate::invitation::Invitation;
use crate::second_factor::FactorChange;
use crate::secret::{PasswordHash, TokenHash};
use crate::session::{EndSessions, RefreshToken, Session};
use crate::throttle::{Throttle, ThrottleKey};
use crate::user::{Account, ReferralCode, TermsInForce, User};

/// What is to be written of an account, in this order; all or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountPlan {
    /// A new user.
    pub new_user: Option<User>,
    /// A user whose record changed.
    pub user: Option<User>,
    /// The password that the user has from now on.
    pub password: Option<(UserId, PasswordHash)>,
    /// What becomes of a second factor.
    pub factor: Option<FactorChange>,
    /// All live codes of this purpose die.
    pub kill_codes: Option<(UserId, Purpose)>,
    /// A code, new or changed.
    pub code: Option<OneTimeCode>,
    /// These open sessions end.
    pub end_sessions: Option<EndSessions>,
    /// A session, new or changed.
    pub session: Option<Session>,
    /// A new refresh token.
    pub token: Option<RefreshToken>,
    /// A refresh token that is not good any more, but remembered.
    pub rotated: Option<TokenHash>,
    /// Counts of failures, new or changed.
    pub throttles: Vec<Throttle>,
    /// Counts to forget.
    pub lifted: Vec<ThrottleKey>,
}

impl AccountPlan {
    /// Writes a changed user.
    pub fn user(user: User) -> Self {
        Self {
            user: Some(user),
            ..Self::default()
        }
    }

    /// Sends `code` in the stead of its forerunners.
    #[must_use]
    pub fn with_code(mut self, code: OneTimeCode) -> Self {
        self.kill_codes = Some((code.user, code.purpose));
        self.code = Some(code);
        self
    }

    /// Opens a session with its first refresh token.
    #[must_use]
    pub fn with_session(mut self, session: Session, hash: TokenHash) -> Self {
        self.token = Some(RefreshToken {
            hash,
            session: session.id,
            expires_at: session.expires_at,
            rotated: false,
        });
        self.session = Some(session);
        self
    }
}

/// Whom a registration concerns.
#[derive(Clone, Debug)]
pub struct RegistrationTarget<'a> {
    /// The address.
    pub email: &'a Email,
    /// Codes made for the new user; the first that nobody has is taken.
    pub codes: &'a [ReferralCode],
    /// The code that the new user entered.
    pub referrer: Option<&'a ReferralCode>,
}

/// What is known when somebody registers.
#[derive(Clone, Debug)]
pub struct RegistrationFacts {
    /// Who has the address.
    pub holder: Option<Account>,
    /// Did the holder ever sign in?
    pub holder_signed_in: bool,
    /// The holder's newest code for confirming the address.
    pub code: Option<OneTimeCode>,
    /// The first of the target's codes that nobody has.
    pub free_code: Option<ReferralCode>,
    /// Whose code was entered.
    pub referrer: Option<UserId>,
    /// The terms that are in force. None where none are published.
    pub terms: Option<TermsInForce>,
}

/// Whom a sign-in concerns.
#[derive(Clone, Debug)]
pub struct SignInTarget<'a> {
    /// The address.
    pub email: &'a Email,
    /// Where the caller is.
    pub ip: Option<&'a str>,
    /// Will a second factor be judged? Its failures are counted by the very act.
    pub counting: bool,
}

/// What is known when somebody signs in.
#[derive(Clone, Debug, Default)]
pub struct SignInFacts {
    /// The account.
    pub account: Option<Account>,
    /// Did its holder sign in from the caller's address in the last 90 days?
    pub familiar: bool,
    /// What the holder's sign-ins of the last [`KNOWN_DAYS`] days came from, each once. Known under the lock alone.
    pub seen: Vec<Seen>,
    /// The counts of failures for [`crate::rules::sign_in_keys`], as far as there are any.
    pub throttles: Vec<Throttle>,
}

/// What is known when a refresh token comes.
#[derive(Clone, Debug)]
pub struct RefreshFacts {
    /// The token; none when it was never given out, or is forgotten.
    pub token: Option<RefreshToken>,
    /// Its session and the session's user.
    pub session: Option<(Session, User)>,
}

/// How a refresh ended. Both ends are written, so reuse is no error inside the act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Refreshed {
    /// The session lives on.
    Rotated(Session),
    /// The token had been used before: the session has ended.
    Reused,
    /// The token says nothing.
    Unknown,
}

/// Whose code.
#[derive(Clone, Copy, Debug)]
pub enum CodeHolder<'a> {
    /// The account with this address.
    Address(&'a Email),
    /// Somebody signed in.
    User(UserId),
}

/// Which code an act concerns.
#[derive(Clone, Copy, Debug)]
pub struct CodeTarget<'a> {
    /// Whose.
    pub holder: CodeHolder<'a>,
    /// What for.
    pub purpose: Purpose,
    /// Where the caller is.
    pub ip: Option<&'a str>,
    /// The address that the account is to move to, where one was given now. Else that of the code counts.
    pub wanted: Option<&'a Email>,
}

/// What is known when a code is asked for or entered.
#[derive(Clone, Debug)]
pub struct CodeFacts {
    /// The account.
    pub account: Option<Account>,
    /// Its newest code of the purpose.
    pub code: Option<OneTimeCode>,
    /// Who has the address that the account is to move to (the target's, or the code's), if it is another account.
    pub rival: Option<User>,
    /// The caller's count of failures.
    pub throttles: Vec<Throttle>,
}

/// How entering a code ended, one that was sent or one of the second factor. Both ends are written, so a miss is no error inside the
/// act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CodeEnd {
    /// It was right; the user as they are now.
    Held(Box<User>),
    /// It was wrong, or there is none.
    Missed,
}

/// What is known when an account changes.
#[derive(Clone, Debug)]
pub struct AccountFacts {
    /// The account.
    pub account: Account,
    /// The session that the change is about.
    pub session: Option<Session>,
    /// Count of the holder's failures to give the own password.
    pub throttles: Vec<Throttle>,
}

/// What is known when somebody is invited to the platform.
#[derive(Clone, Debug)]
pub struct InviteFacts {
    /// Who has the address.
    pub holder: Option<User>,
}

/// What an invitation to the platform writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvitePlan {
    /// The invitation. Open ones of the address for a platform role are withdrawn.
    pub invitation: Invitation,
}
