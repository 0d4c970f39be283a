//! Where somebody is signed in, and ending it.

use kernel::act::{Act, Audit, Decision};
use kernel::actor::Scope;
use kernel::error::Common;
use kernel::event::Event;
use kernel::id::SessionId;
use kernel::rights::Right;
use serde_json::json;

use super::Identity;
use crate::error::Error;
use crate::plan::{AccountFacts, AccountPlan};
use crate::session::{EndReason, Session};

impl Identity {
    /// The person's open sessions, the one used last first.
    pub async fn sessions(&self, act: &Act) -> Result<Vec<Session>, Error> {
        let me = act.actor.person()?.user;
        act.actor.may(Right::KeepAccount, Scope::Person(me))?;
        self.queries.sessions(me, act.at).await
    }

    /// Ends the session that carries the call.
    pub async fn sign_out(&self, act: &Act) -> Result<(), Error> {
        let session = act.actor.person()?.session;
        self.end_session(act, session).await
    }

    /// Ends one of the person's sessions. Absent when it is somebody else's, or has ended.
    pub async fn end_session(&self, act: &Act, session: SessionId) -> Result<(), Error> {
        let me = act.actor.person()?.user;
        self.accounts
            .change(act, me, Some(session), &|facts: &AccountFacts| {
                act.actor.may(Right::KeepAccount, Scope::Person(me))?;
                let open = facts.session.clone().filter(|session| session.is_open(act.at));
                let ended = open
                    .ok_or(Common::absent("session"))?
                    .end(act.at, EndReason::SignedOut);
                let reason = json!({"user_id": me, "reason": EndReason::SignedOut});
                let audit = Audit::new("session.ended", "session", session).with(reason.clone());
                let plan = AccountPlan {
                    session: Some(ended),
                    ..AccountPlan::default()
                };
                Ok(
                    Decision::new(plan, facts.account.user.clone(), audit).telling(Event::new(
                        "session.ended",
                        session,
                        reason,
                    )),
                )
            })
            .await?;
        Ok(())
    }
}
