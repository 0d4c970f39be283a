//! A refresh token is exchanged for a new pair.

use kernel::act::{Act, Audit, Decision};
use kernel::event::Event;
use serde_json::json;

use super::{Identity, SignedIn};
use crate::error::Error;
use crate::letters;
use crate::plan::{AccountPlan, RefreshFacts, Refreshed};
use crate::rules::ReadySession;
use crate::secret::Secret;
use crate::session::{EndReason, RefreshToken};

impl Identity {
    /// Gives a new pair, and remembers the old refresh token: whoever sends it again has a copy, or has lost one to
    /// somebody. Then nobody can tell who is who, so the whole session ends, and the user is told.
    pub async fn refresh(&self, act: &Act, token: &Secret) -> Result<SignedIn, Error> {
        let hash = self.codes.token_hash(token);
        let next = Secret::token(self.random.as_ref());
        let next_hash = self.codes.token_hash(&next);
        let done = self
            .accounts
            .refresh(act, &hash, &|facts: &RefreshFacts| {
                let unknown = Decision::nothing(AccountPlan::default(), Refreshed::Unknown);
                let (Some(presented), Some((session, user))) = (&facts.token, &facts.session) else {
                    return Ok(unknown);
                };
                if !session.is_open(act.at) || !user.active {
                    return Ok(unknown);
                }
                if presented.rotated {
                    let ended = session.clone().end(act.at, EndReason::TokenReused);
                    let plan = AccountPlan {
                        session: Some(ended),
                        ..AccountPlan::default()
                    };
                    let reason = json!({"user_id": user.id, "reason": EndReason::TokenReused});
                    let audit = Audit::new("session.ended", "session", session.id).with(reason.clone());
                    return Ok(Decision::new(plan, Refreshed::Reused, audit)
                        .telling(Event::new("session.ended", session.id, reason))
                        .then(letters::session_reused(user, session)));
                }
                if act.at >= presented.expires_at {
                    return Ok(unknown);
                }
                let session = session.clone().refreshed(act.at, &self.policy);
                let plan = AccountPlan {
                    rotated: Some(presented.hash.clone()),
                    token: Some(RefreshToken {
                        hash: next_hash.clone(),
                        session: session.id,
                        expires_at: session.expires_at,
                        rotated: false,
                    }),
                    session: Some(session.clone()),
                    ..AccountPlan::default()
                };
                // No audit line: an hourly line for each session would bury the others.
                Ok(Decision::nothing(plan, Refreshed::Rotated(session)))
            })
            .await?;
        match done.value {
            Refreshed::Rotated(session) => {
                let ready = ReadySession {
                    id: session.id,
                    token: next,
                    hash: next_hash,
                };
                self.hand_over(session.user, ready, act.at).await
            }
            Refreshed::Reused | Refreshed::Unknown => Err(Error::RefreshInvalid),
        }
    }
}
