//! Somebody signs in with address and password.

use kernel::act::{Act, Audit, Decision};
use kernel::email::Email;

use super::{Identity, SignedIn};
use crate::device;
use crate::error::Error;
use crate::letters;
use crate::plan::{AccountPlan, CodeEnd, SignInFacts, SignInTarget};
use crate::ports::Verdict;
use crate::rules::{self, Factor};
use crate::secret::Secret;
use crate::throttle;

/// What a person gives to sign in.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// The address.
    pub email: String,
    /// The password.
    pub password: Secret,
    /// The device that the session is to belong to.
    pub device_id: Option<String>,
    /// A code of the second factor, or a recovery code.
    pub totp: Option<Secret>,
}

impl Identity {
    /// Opens a session. The slow comparing comes before the transaction, which then looks once more: at the counts, so
    /// that guesses sent all at once gain nothing, and at the password, which may have been changed meanwhile.
    ///
    /// An address without an account is compared with nothing, which takes as long. The second factor is asked for last, under the
    /// lock: of one code sent many times at once, one signs in. Its failures count as those of the password do.
    pub async fn sign_in(&self, act: &Act, request: &SignIn) -> Result<SignedIn, Error> {
        let Ok(email) = request.email.parse::<Email>() else {
            return Err(Error::InvalidCredentials);
        };
        let ip = act.origin.ip.as_deref();
        let mut target = SignInTarget {
            email: &email,
            ip,
            counting: false,
        };
        let before = self.accounts.look_up(&target, act.at).await?;
        let keys = rules::binding_keys(&email, ip, before.familiar);
        self.admit(&before.throttles, &keys, act.at)?;
        target.counting = before
            .account
            .as_ref()
            .is_some_and(|a| a.factor_in_force().is_some());
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
        let end = self
            .accounts
            .sign_in(act, &target, &|facts: &SignInFacts| {
                self.admit(&facts.throttles, &keys, act.at)?;
                let account = rules::proven(facts, compared.as_ref(), verdict)?;
                let user = &account.user;
                user.may_sign_in(self.policy.require_email_verification)?;
                let factor =
                    rules::second_factor(self.factors.as_ref(), account, request.totp.as_ref(), act.at)?;
                if factor == Factor::Wrong {
                    let mut plan = AccountPlan::default();
                    if self.policy.throttle {
                        plan.throttles = throttle::strike(&facts.throttles, &keys, act.at);
                    }
                    return Ok(Decision::nothing(plan, CodeEnd::Missed));
                }
                let session = self.new_session(act, &ready, user.id, request.device_id.as_deref());
                let audit = Audit::new("session.opened", "session", session.id);
                let device_id = request.device_id.as_deref();
                let notice = device::is_new(user, &facts.seen, device_id, &act.origin, act.at)
                    .then(|| letters::new_device(user, &session));
                let mut plan = AccountPlan::default().with_session(session, ready.hash.clone());
                plan.password = rehashed.clone().map(|hash| (user.id, hash));
                plan.lifted = keys.iter().filter(|key| key.is_of_account()).cloned().collect();
                plan.factor = factor.change();
                let mut decision = Decision::new(plan, CodeEnd::Held(Box::new(user.clone())), audit);
                decision.record.jobs.extend(notice);
                factor.tell(user, &mut decision.record);
                Ok(decision)
            })
            .await?
            .value;
        match end {
            CodeEnd::Held(user) => self.hand_over(user.id, ready, act.at).await,
            CodeEnd::Missed => Err(Error::TotpInvalid),
        }
    }
}
