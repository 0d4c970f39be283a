//! Pure decisions on accounts: facts in, plan out.

use kernel::Instant;
use kernel::email::Email;
use kernel::id::{CodeId, SessionId, UserId};

use crate::code::{OneTimeCode, Purpose};
use crate::error::Error;
use crate::plan::{AccountPlan, SignInFacts};
use crate::policy::Policy;
use crate::ports::{Codes, Verdict};
use crate::secret::{PasswordHash, Secret, TokenHash};
use crate::throttle::ThrottleKey;
use crate::user::{Account, PlatformRole, User};

/// The counts that a sign-in looks at.
pub fn sign_in_keys(email: &Email, ip: Option<&str>) -> Vec<ThrottleKey> {
    let mut keys = vec![ThrottleKey::account(email)];
    if let Some(ip) = ip {
        keys.push(ThrottleKey::address(ip));
        keys.push(ThrottleKey::pair(email, ip));
    }
    keys.sort();
    keys
}

/// The counts that hold for this caller: a familiar address is not made to wait for what strangers did.
pub fn binding_keys(email: &Email, ip: Option<&str>, familiar: bool) -> Vec<ThrottleKey> {
    match ip {
        Some(ip) if familiar => vec![ThrottleKey::address(ip), ThrottleKey::pair(email, ip)],
        Some(ip) => vec![ThrottleKey::account(email), ThrottleKey::address(ip)],
        None => vec![ThrottleKey::account(email)],
    }
}

/// The account, if the password that was compared is still its password.
pub fn proven<'a>(
    facts: &'a SignInFacts,
    compared: Option<&PasswordHash>,
    verdict: Verdict,
) -> Result<&'a Account, Error> {
    match verdict {
        Verdict::Wrong => Err(Error::InvalidCredentials),
        Verdict::Right | Verdict::Outdated => facts
            .account
            .as_ref()
            .filter(|account| account.password.is_some() && account.password.as_ref() == compared)
            .ok_or(Error::InvalidCredentials),
    }
}

/// Does `given` match the live code?
pub fn code_holds(codes: &dyn Codes, code: Option<&OneTimeCode>, given: &str, at: Instant) -> bool {
    code.is_some_and(|code| code.is_live(at) && codes.code(code.id).is(given.trim()))
}

/// The code to send, unless the last one is too recent.
pub fn next_code(
    id: CodeId,
    user: UserId,
    purpose: Purpose,
    to: &Email,
    last: Option<&OneTimeCode>,
    at: Instant,
    policy: &Policy,
) -> Option<OneTimeCode> {
    let recent = last.is_some_and(|code| code.is_recent(at, policy));
    (!recent).then(|| OneTimeCode::new(id, user, purpose, to.clone(), at, policy))
}

/// A session's id and refresh token, made before the decision.
#[derive(Clone, Debug)]
pub struct ReadySession {
    /// Of the session.
    pub id: SessionId,
    /// The token.
    pub token: Secret,
    /// What is kept of it.
    pub hash: TokenHash,
}

/// What an invited person brings, where there is no account yet.
#[derive(Clone, Debug)]
pub struct Newcomer {
    /// The account to make.
    pub user: User,
    /// Its password, hashed.
    pub password: PasswordHash,
}

/// The user's half of accepting an invitation: the account as it is afterwards, and what to write.
///
/// The link came to the address, so the address counts as confirmed. An account whose address was never confirmed may
/// have been made by somebody else: it goes on only with the newcomer's names and password, and its sessions end.
pub fn welcome(
    holder: Option<&Account>,
    newcomer: Option<Newcomer>,
    role: Option<PlatformRole>,
    at: Instant,
) -> Result<(User, AccountPlan), Error> {
    use crate::session::{EndReason, EndSessions};
    let with_role = |mut user: User| {
        user.platform_role = role.unwrap_or(user.platform_role);
        user.verified()
    };
    match (holder, newcomer) {
        (Some(holder), _) if !holder.user.active => Err(Error::AccountInactive),
        (Some(holder), _) if holder.user.email_verified => {
            let user = with_role(holder.user.clone()).changed();
            Ok((user.clone(), AccountPlan::user(user)))
        }
        (Some(holder), Some(newcomer)) => {
            let user = with_role(User {
                first_name: newcomer.user.first_name,
                last_name: newcomer.user.last_name,
                ..holder.user.clone()
            })
            .changed();
            let mut plan = AccountPlan::user(user.clone());
            plan.password = Some((user.id, newcomer.password));
            plan.kill_codes = Some((user.id, Purpose::VerifyEmail));
            plan.end_sessions = Some(EndSessions {
                user: user.id,
                except: None,
                reason: EndReason::PasswordChanged,
                at,
            });
            Ok((user, plan))
        }
        (None, Some(newcomer)) => {
            let user = with_role(newcomer.user);
            let plan = AccountPlan {
                new_user: Some(user.clone()),
                password: Some((user.id, newcomer.password)),
                ..AccountPlan::default()
            };
            Ok((user, plan))
        }
        (_, None) => Err(password_needed()),
    }
}

fn password_needed() -> Error {
    kernel::error::Common::invalid(
        "/password",
        "required",
        "is needed: there is no confirmed account with this address yet",
    )
    .into()
}
