//! Somebody moves the account to another address, which counts when its code came back.

use kernel::act::{Act, Audit, Decision};
use kernel::actor::Scope;
use kernel::event::Event;
use kernel::rights::Right;

use super::request_code::address;
use super::{Identity, told};
use crate::code::Purpose;
use crate::error::Error;
use crate::plan::{AccountPlan, CodeEnd, CodeFacts, CodeHolder, CodeTarget};
use crate::ports::Profile;
use crate::secret::Secret;
use crate::{letters, rules};

impl Identity {
    /// Sends a code to the new address, the password given. An address that another account has gets no code; its
    /// holder is told instead, and the answer is the same.
    pub async fn change_email(&self, act: &Act, email: &str, password: &Secret) -> Result<(), Error> {
        let me = act.actor.person()?.user;
        act.actor.may(Right::KeepAccount, Scope::Person(me))?;
        let email = address(email)?;
        let compared = self.prove_own(act, me, password).await?;
        let id = self.ids.next();
        let target = CodeTarget {
            holder: CodeHolder::User(me),
            purpose: Purpose::EmailChange,
            ip: act.origin.ip.as_deref(),
            wanted: Some(&email),
        };
        self.accounts
            .request_code(act, &target, &|facts: &CodeFacts| {
                let account = facts
                    .account
                    .as_ref()
                    .ok_or(kernel::error::Common::Unauthenticated)?;
                if account.password.as_ref() != Some(&compared) {
                    return Err(Error::InvalidCredentials);
                }
                let audit = Audit::new("user.email_change_requested", "user", me);
                let last = facts.code.as_ref();
                let Some(code) =
                    rules::next_code(id, me, Purpose::EmailChange, &email, last, act.at, &self.policy)
                else {
                    return Ok(Decision::new(AccountPlan::default(), (), audit));
                };
                // A rival's address gets a record as well, so that the pause tells nothing; its code is never sent.
                let letter = match &facts.rival {
                    Some(rival) => letters::address_taken(rival, act.at),
                    None => letters::code(&code, &account.user.first_name),
                };
                Ok(Decision::new(AccountPlan::default().with_code(code), (), audit).then(letter))
            })
            .await
            .map(|done| done.value)
    }

    /// Moves the account to the address that the code was sent to, and tells the former one.
    pub async fn confirm_email_change(&self, act: &Act, code: &Secret) -> Result<Profile, Error> {
        let me = act.actor.person()?.user;
        act.actor.may(Right::KeepAccount, Scope::Person(me))?;
        let target = CodeTarget {
            holder: CodeHolder::User(me),
            purpose: Purpose::EmailChange,
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
                    if facts.rival.is_some() {
                        return Ok(None);
                    }
                    let mut user = account.user.clone().verified().changed();
                    let former = std::mem::replace(&mut user.email, code.sent_to.clone());
                    let mut plan = AccountPlan::user(user.clone());
                    plan.code = Some(code.used());
                    let audit = Audit::new("user.email_changed", "user", user.id);
                    let event = Event::new("user.email_changed", user.id, told(&user));
                    let letter = letters::email_changed(&user, &former);
                    let held = Decision::new(plan, CodeEnd::Held(Box::new(user)), audit);
                    Ok(Some(held.telling(event).then(letter)))
                })
            })
            .await?;
        match end.value {
            CodeEnd::Held(user) => self.profile_of(user.id).await,
            CodeEnd::Missed => Err(Error::CodeInvalid),
        }
    }
}
