//! Somebody signed in sets a new password.

use kernel::act::{Act, Audit, Decision};
use kernel::actor::Scope;
use kernel::error::{Common, Violations};
use kernel::event::Event;
use kernel::rights::Right;

use super::{Identity, told};
use crate::error::Error;
use crate::plan::{AccountFacts, AccountPlan};
use crate::secret::Secret;
use crate::session::{EndReason, EndSessions};
use crate::throttle::ThrottleKey;
use crate::{letters, password};

impl Identity {
    /// Sets a new password, the old one given, and ends the other sessions.
    pub async fn change_password(&self, act: &Act, old: &Secret, new: &Secret) -> Result<(), Error> {
        let me = act.actor.person()?.clone();
        act.actor.may(Right::KeepAccount, Scope::Person(me.user))?;
        let user = self.profile_of(me.user).await?.user;
        let mut found = Violations::new();
        let Some(new) = found.take(
            "/new_password",
            password::judge(new.expose(), &user.known_words()),
        ) else {
            return Err(Common::Invalid(found).into());
        };
        let compared = self.prove_own(act, me.user, old).await?;
        let hash = self.hasher.hash(&new).await?;
        self.accounts
            .change(act, me.user, None, &|facts: &AccountFacts| {
                if facts.account.password.as_ref() != Some(&compared) {
                    return Err(Error::InvalidCredentials);
                }
                let user = facts.account.user.clone();
                let plan = AccountPlan {
                    password: Some((user.id, hash.clone())),
                    end_sessions: Some(EndSessions {
                        user: user.id,
                        except: Some(me.session),
                        reason: EndReason::PasswordChanged,
                        at: act.at,
                    }),
                    lifted: vec![ThrottleKey::Own(user.id)],
                    ..AccountPlan::default()
                };
                let audit = Audit::new("user.password_changed", "user", user.id);
                let event = Event::new("user.password_changed", user.id, told(&user));
                let letter = letters::password_changed(&user);
                Ok(Decision::new(plan, user, audit).telling(event).then(letter))
            })
            .await?;
        Ok(())
    }
}
