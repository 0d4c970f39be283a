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
        let new = judge(new_password, &[email.as_str()])?;
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
                    // Judged by the name, too, now that the code was right: before, the refusal would tell that there is an account.
                    // A refusal writes nothing, so the code holds for another password.
                    judge(new_password, &account.user.known_words())?;
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

fn judge(password: &Secret, known_words: &[&str]) -> Result<Secret, Common> {
    let mut found = Violations::new();
    let judged = password::judge(password.expose(), known_words);
    found.take("/new_password", judged).ok_or(Common::Invalid(found))
}
