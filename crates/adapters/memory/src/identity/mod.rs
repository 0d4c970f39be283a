//! Accounts, sessions, codes and invitations in memory.

use std::collections::{BTreeMap, HashMap};

use async_trait::async_trait;
use chrono::TimeDelta;
use dealers::staff::Person;
use identity::Error;
use identity::code::{CodeState, OneTimeCode, Purpose};
use identity::invitation::{Grant, Invitation, InvitationState};
use identity::plan::{
    AccountFacts, AccountPlan, CodeEnd, CodeFacts, CodeHolder, CodeTarget, InviteFacts, InvitePlan,
    RefreshFacts, Refreshed, RegistrationFacts, RegistrationTarget, SignInFacts, SignInTarget,
};
use identity::ports::{Accounts, Invitations, Principals, Profile, UserFilter, UserQueries};
use identity::rules::sign_in_keys;
use identity::secret::{PasswordHash, TokenHash};
use identity::session::{RefreshToken, Session, SessionState};
use identity::throttle::{Throttle, ThrottleKey};
use identity::user::{Account, PlatformRole, ReferralCode, User};
use kernel::Instant;
use kernel::act::{Act, Decide, Done};
use kernel::actor::{Membership, Principal};
use kernel::email::Email;
use kernel::error::Common;
use kernel::id::{CodeId, InvitationId, SessionId, UserId};
use kernel::paging::{Page, PageRequest};
use kernel::text::fold;

use crate::dealers::part;
use crate::{Memory, State};

/// What is kept of accounts.
#[derive(Default)]
pub(crate) struct IdentityState {
    users: BTreeMap<UserId, User>,
    passwords: BTreeMap<UserId, PasswordHash>,
    sessions: BTreeMap<SessionId, Session>,
    tokens: HashMap<TokenHash, RefreshToken>,
    codes: BTreeMap<CodeId, OneTimeCode>,
    throttles: HashMap<ThrottleKey, Throttle>,
    pub(crate) invitations: BTreeMap<InvitationId, Invitation>,
}

impl IdentityState {
    fn account(&self, user: UserId) -> Option<Account> {
        Some(Account {
            user: self.users.get(&user)?.clone(),
            password: self.passwords.get(&user).cloned(),
        })
    }

    pub(crate) fn holder(&self, email: &Email) -> Option<Account> {
        let folded = email.folded();
        let user = self.users.values().find(|user| user.email.folded() == folded)?;
        self.account(user.id)
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
        let since = at - TimeDelta::days(90);
        let familiar = account.as_ref().is_some_and(|account| {
            self.sessions.values().any(|session| {
                session.user == account.user.id
                    && session.ip.is_some()
                    && session.ip.as_deref() == target.ip
                    && session.created_at > since
            })
        });
        SignInFacts {
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

#[async_trait]
impl Accounts for Memory {
    async fn register(
        &self,
        act: &Act,
        target: &RegistrationTarget<'_>,
        decide: Decide<'_, RegistrationFacts, AccountPlan, Option<User>, Error>,
    ) -> Result<Done<Option<User>>, Error> {
        self.act(
            act,
            |state| {
                let kept = &state.identity;
                let holder = kept.holder(target.email);
                let user = holder.as_ref().map(|holder| holder.user.id);
                decide(&RegistrationFacts {
                    holder_signed_in: kept.sessions.values().any(|session| Some(session.user) == user),
                    code: user.and_then(|user| kept.newest_code(user, Purpose::VerifyEmail)),
                    free_code: kept.free_code(target.codes),
                    referrer: target.referrer.and_then(|code| kept.with_code(code)),
                    holder,
                })
            },
            State::write_account,
        )
    }

    async fn look_up(&self, target: &SignInTarget<'_>, at: Instant) -> Result<SignInFacts, Error> {
        Ok(self.lock().identity.sign_in_facts(target, at))
    }

    async fn sign_in(
        &self,
        act: &Act,
        target: &SignInTarget<'_>,
        decide: Decide<'_, SignInFacts, AccountPlan, User, Error>,
    ) -> Result<Done<User>, Error> {
        self.act(
            act,
            |state| decide(&state.identity.sign_in_facts(target, act.at)),
            State::write_account,
        )
    }

    async fn strike(
        &self,
        act: &Act,
        keys: &[ThrottleKey],
        decide: Decide<'_, Vec<Throttle>, Vec<Throttle>, (), Error>,
    ) -> Result<(), Error> {
        self.act(
            act,
            |state| decide(&state.identity.counts(keys)),
            |state, throttles| {
                state.write_account(AccountPlan {
                    throttles,
                    ..AccountPlan::default()
                })
            },
        )?;
        Ok(())
    }

    async fn refresh(
        &self,
        act: &Act,
        token: &TokenHash,
        decide: Decide<'_, RefreshFacts, AccountPlan, Refreshed, Error>,
    ) -> Result<Done<Refreshed>, Error> {
        self.act(
            act,
            |state| {
                let kept = &state.identity;
                let token = kept.tokens.get(token).cloned();
                let session = token.as_ref().and_then(|token| kept.sessions.get(&token.session));
                let session = session.and_then(|s| Some((s.clone(), kept.users.get(&s.user)?.clone())));
                decide(&RefreshFacts { token, session })
            },
            State::write_account,
        )
    }

    async fn request_code(
        &self,
        act: &Act,
        target: &CodeTarget<'_>,
        decide: Decide<'_, CodeFacts, AccountPlan, (), Error>,
    ) -> Result<Done<()>, Error> {
        self.act(
            act,
            |state| decide(&state.identity.code_facts(target)),
            State::write_account,
        )
    }

    async fn enter_code(
        &self,
        act: &Act,
        target: &CodeTarget<'_>,
        decide: Decide<'_, CodeFacts, AccountPlan, CodeEnd, Error>,
    ) -> Result<Done<CodeEnd>, Error> {
        self.act(
            act,
            |state| decide(&state.identity.code_facts(target)),
            State::write_account,
        )
    }

    async fn change(
        &self,
        act: &Act,
        user: UserId,
        session: Option<SessionId>,
        decide: Decide<'_, AccountFacts, AccountPlan, User, Error>,
    ) -> Result<Done<User>, Error> {
        self.act(
            act,
            |state| {
                let kept = &state.identity;
                let session = session.and_then(|id| kept.sessions.get(&id));
                decide(&AccountFacts {
                    account: kept.account(user).ok_or(Common::absent("user"))?,
                    session: session.filter(|session| session.user == user).cloned(),
                    throttles: kept.counts(&[ThrottleKey::Own(user)]),
                })
            },
            State::write_account,
        )
    }

    async fn find(&self, user: UserId) -> Result<Option<Account>, Error> {
        Ok(self.lock().identity.account(user))
    }

    async fn throttles(&self, keys: &[ThrottleKey]) -> Result<Vec<Throttle>, Error> {
        Ok(self.lock().identity.counts(keys))
    }
}

#[async_trait]
impl Invitations for Memory {
    async fn invite(
        &self,
        act: &Act,
        email: &Email,
        decide: Decide<'_, InviteFacts, InvitePlan, Invitation, Error>,
    ) -> Result<Done<Invitation>, Error> {
        self.act(
            act,
            |state| {
                let holder = state.identity.holder(email).map(|account| account.user);
                decide(&InviteFacts { holder })
            },
            |state, plan| {
                let invitations = &mut state.identity.invitations;
                for earlier in invitations.values_mut() {
                    if earlier.email.folded() == email.folded()
                        && matches!(earlier.grant, Grant::Platform(_))
                        && earlier.state == InvitationState::Open
                    {
                        *earlier = earlier.clone().withdraw();
                    }
                }
                invitations.insert(plan.invitation.id, plan.invitation);
                Ok(())
            },
        )
    }

    async fn find(&self, id: InvitationId) -> Result<Option<Invitation>, Error> {
        Ok(self.lock().identity.invitations.get(&id).cloned())
    }
}

#[async_trait]
impl Principals for Memory {
    async fn principal(&self, session: SessionId, at: Instant) -> Result<Option<Principal>, Common> {
        let state = self.lock();
        let open = state
            .identity
            .sessions
            .get(&session)
            .filter(|session| session.is_open(at));
        let user = open.and_then(|session| state.identity.users.get(&session.user));
        Ok(user.filter(|user| user.active).map(|user| Principal {
            user: user.id,
            session,
            admin: user.platform_role == PlatformRole::Admin,
            staff: state.membership(user.id),
        }))
    }
}

#[async_trait]
impl UserQueries for Memory {
    async fn profile(&self, user: UserId) -> Result<Option<Profile>, Error> {
        let state = self.lock();
        Ok(state.identity.users.get(&user).map(|found| Profile {
            user: found.clone(),
            staff: state.membership(user),
        }))
    }

    async fn sessions(&self, user: UserId, at: Instant) -> Result<Vec<Session>, Error> {
        let state = self.lock();
        let mut open: Vec<Session> = state
            .identity
            .sessions
            .values()
            .filter(|session| {
                session.user == user && session.state == SessionState::Open && session.is_open(at)
            })
            .cloned()
            .collect();
        open.sort_by_key(|session| std::cmp::Reverse((session.last_used_at, session.id)));
        Ok(open)
    }

    async fn search(&self, filter: &UserFilter, page: &PageRequest) -> Result<Page<Profile>, Error> {
        let state = self.lock();
        let holds = |user: &User, q: &String| {
            fold(&format!("{} {} {}", user.first_name, user.last_name, user.email)).contains(&fold(q))
        };
        let mut found: Vec<Profile> = state
            .identity
            .users
            .values()
            .map(|user| Profile {
                user: user.clone(),
                staff: state.membership(user.id),
            })
            .filter(|profile| filter.q.as_ref().is_none_or(|q| holds(&profile.user, q)))
            .filter(|profile| filter.active.is_none_or(|active| profile.user.active == active))
            .filter(|profile| {
                filter
                    .platform_role
                    .is_none_or(|role| profile.user.platform_role == role)
            })
            .filter(|profile| {
                let works_for = profile.staff.as_ref().map(|member| member.dealer);
                filter.dealer.is_none_or(|dealer| works_for == Some(dealer))
            })
            .collect();
        found.sort_by_key(|profile| std::cmp::Reverse((profile.user.created_at, profile.user.id)));
        Ok(part(found, page))
    }
}
