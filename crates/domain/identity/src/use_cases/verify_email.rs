//! Somebody enters the code that confirms the address of a new account.

use kernel::act::{Act, Audit, Decision};
use kernel::event::Event;

use super::request_code::address;
use super::{Identity, SignedIn, told};
use crate::code::Purpose;
use crate::error::Error;
use crate::plan::{AccountPlan, CodeEnd, CodeFacts, CodeHolder, CodeTarget};
use crate::rules::{self, Factor};
use crate::secret::Secret;
use crate::throttle::{self, ThrottleKey};

/// What becomes of an entered code.
type Verdict = Decision<AccountPlan, CodeEnd>;

impl Identity {
    /// Confirms an address, and signs its holder in. An account that has a second factor already asks for it here, too; a wrong one
    /// counts as a wrong code.
    pub async fn verify_email(
        &self,
        act: &Act,
        email: &str,
        code: &Secret,
        device_id: Option<&str>,
        totp: Option<&Secret>,
    ) -> Result<SignedIn, Error> {
        let email = address(email)?;
        let ready = self.ready_session();
        let target = CodeTarget {
            holder: CodeHolder::Address(&email),
            purpose: Purpose::VerifyEmail,
            ip: act.origin.ip.as_deref(),
            wanted: None,
        };
        let end = self
            .accounts
            .enter_code(act, &target, &|facts: &CodeFacts| {
                self.entered(act, facts, code, &|facts| {
                    let Some((account, code)) = facts.account.as_ref().zip(facts.code.clone()) else {
                        return Ok(None);
                    };
                    let factor = rules::second_factor(self.factors.as_ref(), account, totp, act.at)?;
                    if factor == Factor::Wrong {
                        return Ok(None);
                    }
                    let user = account.user.clone().verified().changed();
                    let session = self.new_session(act, &ready, user.id, device_id);
                    let mut plan = AccountPlan::user(user.clone()).with_session(session, ready.hash.clone());
                    plan.code = Some(code.used());
                    let audit = Audit::new("user.verified", "user", user.id);
                    let event = Event::new("user.verified", user.id, told(&user));
                    plan.factor = factor.change();
                    let held = CodeEnd::Held(Box::new(user.clone()));
                    let mut decision = Decision::new(plan, held, audit).telling(event);
                    factor.tell(&user, &mut decision.record);
                    Ok(Some(decision))
                })
            })
            .await?;
        match end.value {
            CodeEnd::Held(user) => self.hand_over(user.id, ready, act.at).await,
            CodeEnd::Missed => Err(Error::CodeInvalid),
        }
    }

    /// Judges an entered code. `held` makes the plan for a right one (of an open account); a wrong one costs a try, and
    /// is counted for the caller's address.
    pub(super) fn entered(
        &self,
        act: &Act,
        facts: &CodeFacts,
        given: &Secret,
        held: &dyn Fn(&CodeFacts) -> Result<Option<Verdict>, Error>,
    ) -> Result<Verdict, Error> {
        let keys: Vec<ThrottleKey> = act.origin.ip.iter().map(|ip| ThrottleKey::address(ip)).collect();
        self.admit(&facts.throttles, &keys, act.at)?;
        let open = facts.account.as_ref().is_some_and(|account| account.user.active);
        if open
            && rules::code_holds(self.codes.as_ref(), facts.code.as_ref(), given.expose(), act.at)
            && let Some(decision) = held(facts)?
        {
            return Ok(decision);
        }
        let mut plan = AccountPlan {
            code: facts.code.clone().map(|code| code.missed(&self.policy)),
            ..AccountPlan::default()
        };
        if self.policy.throttle {
            plan.throttles = throttle::strike(&facts.throttles, &keys, act.at);
        }
        Ok(Decision::nothing(plan, CodeEnd::Missed))
    }
}
