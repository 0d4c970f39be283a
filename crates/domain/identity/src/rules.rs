//! Pure decisions on accounts: facts in, plan out.

use kernel::Instant;
use kernel::act::Record;
use kernel::email::Email;
use kernel::event::Event;
use kernel::id::{CodeId, SessionId, UserId};

use crate::code::{OneTimeCode, Purpose};
use crate::error::Error;
use crate::letters;
use crate::plan::{AccountPlan, SignInFacts};
use crate::policy::Policy;
use crate::ports::{Codes, SecondFactors, Verdict};
use crate::second_factor::{FactorChange, Proof, SecondFactor};
use crate::secret::{PasswordHash, Secret, TokenHash};
use crate::session::{EndReason, EndSessions};
use crate::throttle::ThrottleKey;
use crate::use_cases::told;
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

/// What the second factor says to a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Factor {
    /// None is asked for.
    NotAsked,
    /// The code was right: the factor as it then is.
    Right(SecondFactor, Proof),
    /// The code was wrong, or used before.
    Wrong,
}

impl Factor {
    /// What is to be written of it: its code is used up.
    pub fn change(&self) -> Option<FactorChange> {
        match self {
            Self::Right(factor, _) => Some(FactorChange::Kept(factor.clone())),
            Self::NotAsked | Self::Wrong => None,
        }
    }

    /// Who signed in by a recovery code is told, and how many are left.
    pub fn tell(&self, user: &User, record: &mut Record) {
        let Self::Right(_, Proof::Recovery(left)) = self else {
            return;
        };
        record
            .events
            .push(Event::new("user.recovery_code_used", user.id, told(user)));
        record.jobs.push(letters::recovery_code_used(user, *left));
    }
}

/// Judges the code of a second factor. Refuses where one is asked for and none was given: ask only when the password was right,
/// as it tells that there is an account.
pub fn second_factor(
    factors: &dyn SecondFactors,
    account: &Account,
    given: Option<&Secret>,
    at: Instant,
) -> Result<Factor, Error> {
    let Some(factor) = account.factor_in_force() else {
        return Ok(Factor::NotAsked);
    };
    let given = given.ok_or(Error::TotpRequired)?;
    Ok(match factor.take(factors, given, at)? {
        Some((factor, proof)) => Factor::Right(factor, proof),
        None => Factor::Wrong,
    })
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
/// have been made by somebody else: it goes on only with the newcomer's names and password, without the second factor, and its
/// sessions end.
pub fn welcome(
    holder: Option<&Account>,
    newcomer: &Result<Newcomer, Error>,
    role: Option<PlatformRole>,
    at: Instant,
) -> Result<(User, AccountPlan), Error> {
    let raised = |user: User| User {
        platform_role: match (role, user.platform_role) {
            (Some(PlatformRole::Admin), _) => PlatformRole::Admin,
            (Some(PlatformRole::Customer) | None, held) => held,
        },
        ..user.verified()
    };
    let Some(holder) = holder else {
        let newcomer = newcomer.clone()?;
        let user = raised(newcomer.user);
        let plan = AccountPlan {
            new_user: Some(user.clone()),
            password: Some((user.id, newcomer.password)),
            ..AccountPlan::default()
        };
        return Ok((user, plan));
    };
    if !holder.user.active {
        return Err(Error::AccountInactive);
    }
    if holder.user.email_verified {
        let user = raised(holder.user.clone()).changed();
        return Ok((user.clone(), AccountPlan::user(user)));
    }
    let newcomer = newcomer.clone()?;
    let user = raised(User {
        first_name: newcomer.user.first_name,
        last_name: newcomer.user.last_name,
        ..holder.user.clone()
    })
    .changed();
    let plan = AccountPlan {
        password: Some((user.id, newcomer.password)),
        kill_codes: Some((user.id, Purpose::VerifyEmail)),
        factor: holder.factor.as_ref().map(|_| FactorChange::Dropped(user.id)),
        end_sessions: Some(EndSessions {
            user: user.id,
            except: None,
            reason: EndReason::PasswordChanged,
            at,
        }),
        ..AccountPlan::user(user.clone())
    };
    Ok((user, plan))
}
