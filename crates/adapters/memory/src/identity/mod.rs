//! Accounts, sessions, codes and invitations in memory.

mod accounts;
mod api_keys;
mod queries;

use std::collections::{BTreeMap, HashMap};

use dealers::staff::Person;
use identity::Error;
use identity::api_key::KeptKey;
use identity::code::{CodeState, OneTimeCode, Purpose};
use identity::device::{Seen, known_since};
use identity::invitation::Invitation;
use identity::plan::{
    AccountFacts, AccountPlan, CodeFacts, CodeHolder, CodeTarget, SignInFacts, SignInTarget,
};
use identity::rules::sign_in_keys;
use identity::second_factor::{FactorChange, SecondFactor};
use identity::secret::{PasswordHash, TokenHash};
use identity::session::{EndReason, RefreshToken, Session, SessionState};
use identity::throttle::{Throttle, ThrottleKey};
use identity::user::{Account, ReferralCode, User};
use kernel::Instant;
use kernel::actor::Membership;
use kernel::email::Email;
use kernel::error::Common;
use kernel::id::{ApiKeyId, CodeId, InvitationId, SessionId, UserId};

use crate::State;

/// What is kept of accounts.
#[derive(Default)]
pub(crate) struct IdentityState {
    users: BTreeMap<UserId, User>,
    passwords: BTreeMap<UserId, PasswordHash>,
    factors: BTreeMap<UserId, SecondFactor>,
    sessions: BTreeMap<SessionId, Session>,
    tokens: HashMap<TokenHash, RefreshToken>,
    codes: BTreeMap<CodeId, OneTimeCode>,
    throttles: HashMap<ThrottleKey, Throttle>,
    api_keys: BTreeMap<ApiKeyId, KeptKey>,
    pub(crate) invitations: BTreeMap<InvitationId, Invitation>,
}

impl IdentityState {
    /// Is the account open? Those that the fake does not know are nobody's closed ones.
    pub(crate) fn may_enter(&self, user: UserId) -> bool {
        self.users.get(&user).is_none_or(|user| user.active)
    }

    fn account(&self, user: UserId) -> Option<Account> {
        Some(Account {
            user: self.users.get(&user)?.clone(),
            password: self.passwords.get(&user).cloned(),
            factor: self.factors.get(&user).cloned(),
        })
    }

    pub(crate) fn holder(&self, email: &Email) -> Option<Account> {
        let folded = email.folded();
        let user = self.users.values().find(|user| user.email.folded() == folded)?;
        self.account(user.id)
    }

    /// Is a second factor asked for?
    fn asks_factor(&self, user: UserId) -> bool {
        self.factors.get(&user).is_some_and(SecondFactor::is_in_force)
    }

    fn with_code(&self, code: &ReferralCode) -> Option<UserId> {
        let mut users = self.users.values();
        users.find(|user| user.referral_code == *code).map(|user| user.id)
    }

    pub(crate) fn free_code(&self, codes: &[ReferralCode]) -> Option<ReferralCode> {
        codes.iter().find(|code| self.with_code(code).is_none()).cloned()
    }

    fn newest_code(&self, user: UserId, purpose: Purpose) -> Option<OneTimeCode> {
        self.codes
            .values()
            .filter(|code| code.user == user && code.purpose == purpose)
            .max_by_key(|code| (code.created_at, code.id))
            .cloned()
    }

    fn counts(&self, keys: &[ThrottleKey]) -> Vec<Throttle> {
        keys.iter()
            .filter_map(|key| self.throttles.get(key))
            .cloned()
            .collect()
    }

    fn sign_in_facts(&self, target: &SignInTarget<'_>, at: Instant) -> SignInFacts {
        let account = self.holder(target.email);
        let since = known_since(at);
        let familiar = account.as_ref().is_some_and(|account| {
            self.sessions.values().any(|session| {
                session.user == account.user.id
                    && session.ip.is_some()
                    && session.ip.as_deref() == target.ip
                    && session.created_at > since
            })
        });
        let theirs = |session: &&Session| {
            let user = account.as_ref().map(|account| account.user.id);
            let thrown_out = matches!(
                session.state,
                SessionState::Ended {
                    reason: EndReason::TokenReused | EndReason::PasswordChanged,
                    ..
                }
            );
            Some(session.user) == user && session.created_at > since && !thrown_out
        };
        let seen = self.sessions.values().filter(theirs).map(|session| Seen {
            device_id: session.device_id.clone(),
            user_agent: session.user_agent.clone(),
            ip: session.ip.clone(),
        });
        SignInFacts {
            seen: seen.collect(),
            account,
            familiar,
            throttles: self.counts(&sign_in_keys(target.email, target.ip)),
        }
    }

    fn code_facts(&self, target: &CodeTarget<'_>) -> CodeFacts {
        let account = match target.holder {
            CodeHolder::Address(email) => self.holder(email),
            CodeHolder::User(user) => self.account(user),
        };
        let user = account.as_ref().map(|account| account.user.id);
        let code = user.and_then(|user| self.newest_code(user, target.purpose));
        let wanted = match (target.purpose, target.wanted) {
            (Purpose::EmailChange, Some(wanted)) => Some(wanted.clone()),
            (Purpose::EmailChange, None) => code.as_ref().map(|code| code.sent_to.clone()),
            (Purpose::VerifyEmail | Purpose::PasswordReset, _) => None,
        };
        let rival = wanted
            .and_then(|email| self.holder(&email))
            .map(|account| account.user)
            .filter(|rival| Some(rival.id) != user);
        let keys: Vec<ThrottleKey> = target.ip.iter().map(|ip| ThrottleKey::address(ip)).collect();
        CodeFacts {
            account,
            code,
            rival,
            throttles: self.counts(&keys),
        }
    }

    pub(crate) fn account_facts(
        &self,
        user: UserId,
        session: Option<SessionId>,
    ) -> Result<AccountFacts, Error> {
        let session = session.and_then(|id| self.sessions.get(&id));
        Ok(AccountFacts {
            account: self.account(user).ok_or(Common::absent("user"))?,
            session: session.filter(|session| session.user == user).cloned(),
            throttles: self.counts(&[ThrottleKey::Own(user)]),
        })
    }

    fn is_taken(&self, user: &User) -> bool {
        self.holder(&user.email)
            .is_some_and(|holder| holder.user.id != user.id)
    }
}

impl State {
    fn membership(&self, user: UserId) -> Option<Membership> {
        let staff = &self.dealers.staff;
        let member = staff.values().find(|m| m.working() && m.user == Some(user))?;
        Some(Membership {
            staff: member.id,
            dealer: member.dealer,
            role: member.role,
            sites: member.sites.clone(),
        })
    }

    /// Writes what a plan says of an account, in the plan's order.
    pub(crate) fn write_account(&mut self, plan: AccountPlan) -> Result<(), Error> {
        let kept = &mut self.identity;
        for user in plan.new_user.into_iter().chain(plan.user) {
            if kept.is_taken(&user) {
                return Err(Error::EmailTaken);
            }
            let person = Person {
                user: user.id,
                name: format!("{} {}", user.first_name, user.last_name),
                email: user.email.clone(),
                active: user.active,
            };
            self.dealers.people.insert(user.id, person);
            kept.users.insert(user.id, user);
        }
        kept.passwords.extend(plan.password);
        match plan.factor {
            Some(FactorChange::Kept(factor)) => _ = kept.factors.insert(factor.user, factor),
            Some(FactorChange::Dropped(user)) => _ = kept.factors.remove(&user),
            None => {}
        }
        if let Some((user, purpose)) = plan.kill_codes {
            for code in kept.codes.values_mut() {
                if code.user == user
                    && code.purpose == purpose
                    && matches!(code.state, CodeState::Live { .. })
                {
                    code.state = CodeState::Killed;
                }
            }
        }
        kept.codes.extend(plan.code.map(|code| (code.id, code)));
        if let Some(ending) = plan.end_sessions {
            for session in kept.sessions.values_mut() {
                if session.user == ending.user && Some(session.id) != ending.except {
                    *session = session.clone().end(ending.at, ending.reason);
                }
            }
        }
        kept.sessions
            .extend(plan.session.map(|session| (session.id, session)));
        kept.tokens
            .extend(plan.token.map(|token| (token.hash.clone(), token)));
        if let Some(token) = plan.rotated.and_then(|hash| kept.tokens.get_mut(&hash)) {
            token.rotated = true;
        }
        kept.throttles
            .extend(plan.throttles.into_iter().map(|count| (count.key.clone(), count)));
        for key in plan.lifted {
            kept.throttles.remove(&key);
        }
        Ok(())
    }
}
