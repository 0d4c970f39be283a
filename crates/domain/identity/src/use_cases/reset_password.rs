//! Somebody who forgot the password sets a new one, by a code.

use kernel::act::{Act, Audit, Decision};
use kernel::error::{Common, Violations};
use kernel::event::Event;

use super::request_code::address;
use super::{Identity, told};
use crate::code::Purpose;
use crate::error::Error;
use crate::plan::{AccountPlan, CodeEnd, CodeFacts, CodeHolder, CodeTarget};
use crate::secret::Secret;
use crate::session::{EndReason, EndSessions};
use crate::throttle::ThrottleKey;
use crate::{letters, password};

impl Identity {
    /// Does the code hold? A wrong one costs a try; a right one is not used up.
    pub async fn check_reset_code(&self, act: &Act, email: &str, code: &Secret) -> Result<bool, Error> {
        let email = address(email)?;
        let target = CodeTarget {
            holder: CodeHolder::Address(&email),
            purpose: Purpose::PasswordReset,
            ip: act.origin.ip.as_deref(),
            wanted: None,
        };
        let end = self
            .accounts
            .enter_code(act, &target, &|facts: &CodeFacts| {
                self.entered(act, facts, code, &|facts| {
                    let held = facts
                        .account
                        .as_ref()
                        .map(|account| CodeEnd::Held(Box::new(account.user.clone())));
                    Ok(held.map(|held| Decision::nothing(AccountPlan::default(), held)))
                })
            })
            .await?;
        Ok(matches!(end.value, CodeEnd::Held(_)))
    }

    /// Sets a new password by a code, ends every session, and lifts the wait that strangers' failures brought. The
    /// code came to the address, so that is confirmed, too.
    pub async fn reset_password(
        &self,
        act: &Act,
        email: &str,
        code: &Secret,
        new_password: &Secret,
    ) -> Result<(), Error> {
        let email = address(email)?;
        let mut found = Violations::new();
        let judged = password::judge(new_password.expose(), &[email.as_str()]);
        let Some(new) = found.take("/new_password", judged) else {
            return Err(Common::Invalid(found).into());
        };
        let hash = self.hasher.hash(&new).await?;
        let target = CodeTarget {
            holder: CodeHolder::Address(&email),
            purpose: Purpose::PasswordReset,
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
                    let user = account.user.clone().verified().changed();
                    let mut plan = AccountPlan::user(user.clone());
                    plan.password = Some((user.id, hash.clone()));
                    plan.code = Some(code.used());
                    plan.end_sessions = Some(EndSessions {
                        user: user.id,
                        except: None,
                        reason: EndReason::PasswordChanged,
                        at: act.at,
                    });
                    plan.lifted = vec![ThrottleKey::account(&user.email)];
                    let audit = Audit::new("user.password_reset", "user", user.id);
                    let event = Event::new("user.password_changed", user.id, told(&user));
                    let letter = letters::password_changed(&user);
                    let held = Decision::new(plan, CodeEnd::Held(Box::new(user)), audit);
                    Ok(Some(held.telling(event).then(letter)))
                })
            })
            .await?;
        match end.value {
            CodeEnd::Held(_) => Ok(()),
            CodeEnd::Missed => Err(Error::CodeInvalid),
        }
    }
}
