//! Somebody signs in with address and password.

use kernel::act::{Act, Audit, Decision};
use kernel::email::Email;

use super::{Identity, SignedIn};
use crate::error::Error;
use crate::plan::{AccountPlan, SignInFacts, SignInTarget};
use crate::ports::Verdict;
use crate::rules;
use crate::secret::Secret;

/// What a person gives to sign in.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// The address.
    pub email: String,
    /// The password.
    pub password: Secret,
    /// The device that the session is to belong to.
    pub device_id: Option<String>,
}

impl Identity {
    /// Opens a session. The slow comparing comes before the transaction, which then looks once more: at the counts, so
    /// that guesses sent all at once gain nothing, and at the password, which may have been changed meanwhile.
    ///
    /// An address without an account is compared with nothing, which takes as long.
    pub async fn sign_in(&self, act: &Act, request: &SignIn) -> Result<SignedIn, Error> {
        let Ok(email) = request.email.parse::<Email>() else {
            return Err(Error::InvalidCredentials);
        };
        let ip = act.origin.ip.as_deref();
        let target = SignInTarget { email: &email, ip };
        let before = self.accounts.look_up(&target, act.at).await?;
        let keys = rules::binding_keys(&email, ip, before.familiar);
        self.admit(&before.throttles, &keys, act.at)?;
        let compared = before.account.and_then(|account| account.password);
        let verdict = self.hasher.verify(&request.password, compared.as_ref()).await?;
        let rehashed = match verdict {
            Verdict::Wrong => {
                self.strike(act, &keys).await?;
                return Err(Error::InvalidCredentials);
            }
            Verdict::Right => None,
            Verdict::Outdated => Some(self.hasher.hash(&request.password).await?),
        };
        let ready = self.ready_session();
        let user = self
            .accounts
            .sign_in(act, &target, &|facts: &SignInFacts| {
                self.admit(&facts.throttles, &keys, act.at)?;
                let user = &rules::proven(facts, compared.as_ref(), verdict)?.user;
                user.may_sign_in(self.policy.require_email_verification)?;
                let session = self.new_session(act, &ready, user.id, request.device_id.as_deref());
                let audit = Audit::new("session.opened", "session", session.id);
                let mut plan = AccountPlan::default().with_session(session, ready.hash.clone());
                plan.password = rehashed.clone().map(|hash| (user.id, hash));
                plan.lifted = keys.iter().filter(|key| key.is_of_account()).cloned().collect();
                Ok(Decision::new(plan, user.clone(), audit))
            })
            .await?
            .value;
        self.hand_over(user.id, ready, act.at).await
    }
}
