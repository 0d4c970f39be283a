//! Somebody closes the own account.

use chrono::TimeDelta;
use kernel::Instant;
use kernel::act::{Act, Audit, Decision};
use kernel::actor::Scope;
use kernel::event::Event;
use kernel::id::UserId;
use kernel::job::{Job, Lane};
use kernel::rights::Right;
use serde::{Deserialize, Serialize};

use super::{Identity, told};
use crate::error::Error;
use crate::plan::{AccountFacts, AccountPlan};
use crate::session::{EndReason, EndSessions};
use crate::user::{PlatformRole, User};

/// The kind of the jobs that erase a person.
pub const ERASE_JOB: &str = "erase_person";
/// Seconds from closing to erasing: longer than any node takes to know that the sessions are over, so that nothing new is begun
/// behind the eraser's back.
const PAUSE_SECONDS: i64 = 10;

/// Who is to be erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    /// The person.
    pub user: UserId,
}

impl Identity {
    /// Refuses where [`Identity::close_account`] would.
    pub async fn may_close(&self, act: &Act) -> Result<(), Error> {
        closable(act, &self.me(act).await?.user)
    }

    /// Closes the account: its sessions end, nobody signs in any more, and its holder is erased soon after.
    pub async fn close_account(&self, act: &Act) -> Result<(), Error> {
        let me = act.actor.person()?.user;
        self.accounts
            .change(act, me, None, &|facts: &AccountFacts| {
                act.actor.may(Right::KeepAccount, Scope::Person(me))?;
                let before = &facts.account.user;
                closable(act, before)?;
                let after = User {
                    active: false,
                    closed_at: Some(act.at),
                    ..before.clone()
                }
                .changed();
                let plan = AccountPlan {
                    end_sessions: Some(EndSessions {
                        user: me,
                        except: None,
                        reason: EndReason::AccountClosed,
                        at: act.at,
                    }),
                    ..AccountPlan::user(after.clone())
                };
                let audit = Audit::new("user.closed", "user", me);
                let event = Event::new("user.closed", me, told(&after));
                let erase = erase_job(me, act.at);
                Ok(Decision::new(plan, after, audit).telling(event).then(erase))
            })
            .await?;
        Ok(())
    }
}

/// The job that erases a person, after a pause.
pub fn erase_job(user: UserId, at: Instant) -> Job {
    Job::new(ERASE_JOB, &Erasure { user })
        .at(at + TimeDelta::seconds(PAUSE_SECONDS))
        .in_lane(Lane::Long)
}

fn closable(act: &Act, user: &User) -> Result<(), Error> {
    act.expect_version(user.version)?;
    match user.platform_role {
        PlatformRole::Admin => Err(Error::AdminAccount),
        PlatformRole::Customer => Ok(()),
    }
}
