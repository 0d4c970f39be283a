//! Accounts, sessions and codes.

use async_trait::async_trait;
use content::page::Page;
use identity::Error;
use identity::code::Purpose;
use identity::plan::{
    AccountFacts, AccountPlan, CodeEnd, CodeFacts, CodeTarget, RefreshFacts, Refreshed, RegistrationFacts,
    RegistrationTarget, SignInFacts, SignInTarget,
};
use identity::ports::Accounts;
use identity::secret::TokenHash;
use identity::throttle::{Throttle, ThrottleKey};
use identity::user::{Account, TermsInForce, User};
use kernel::Instant;
use kernel::act::{Act, Decide, Done};
use kernel::id::{SessionId, UserId};

use crate::{Memory, State};

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
                    terms: state
                        .content
                        .in_force(Page::TermsAndConditions, act.at)
                        .map(|version| TermsInForce {
                            text: version.id,
                            since: version.effective_date,
                        }),
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
        decide: Decide<'_, SignInFacts, AccountPlan, CodeEnd, Error>,
    ) -> Result<Done<CodeEnd>, Error> {
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
            |state| decide(&state.identity.account_facts(user, session)?),
            State::write_account,
        )
    }

    async fn prove(
        &self,
        act: &Act,
        user: UserId,
        decide: Decide<'_, AccountFacts, AccountPlan, CodeEnd, Error>,
    ) -> Result<Done<CodeEnd>, Error> {
        self.act(
            act,
            |state| decide(&state.identity.account_facts(user, None)?),
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
