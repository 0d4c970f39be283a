//! Admins look after users.

use kernel::act::{Act, Audit, Decision};
use kernel::actor::Scope;
use kernel::error::{Common, Violations};
use kernel::event::Event;
use kernel::id::UserId;
use kernel::paging::{Page, PageRequest};
use kernel::patch::Patch;
use kernel::rights::Right;

use super::{Identity, told};
use crate::error::Error;
use crate::letters;
use crate::plan::{AccountFacts, AccountPlan};
use crate::ports::{Profile, UserFilter};
use crate::session::{EndReason, EndSessions};
use crate::user::{PlatformRole, User};

/// Changes to a user's standing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserPatch {
    /// `false` closes the account.
    pub active: Patch<bool>,
    /// What the person is to the platform.
    pub platform_role: Patch<PlatformRole>,
}

impl UserPatch {
    /// The account's half of a change of standing: it is activated, deactivated, given a platform role. Closing an account ends its
    /// sessions; its holder is told. Whether somebody else can spare the person is for the act that crosses to say.
    pub fn decide(&self, act: &Act, facts: &AccountFacts) -> Result<Decision<AccountPlan, User>, Error> {
        act.actor.may(Right::ManageUsers, Scope::Platform)?;
        let before = &facts.account.user;
        act.expect_version(before.version)?;
        if before.closed_at.is_some() {
            return Err(Error::AccountClosed);
        }
        let after = patched(before, self)?;
        let standing = |user: &User| (user.active, user.platform_role);
        if standing(before) == standing(&after) {
            return Ok(Decision::nothing(AccountPlan::default(), before.clone()));
        }
        if act.actor.user() == Some(before.id) {
            return Err(Error::OwnAccount);
        }
        let after = after.changed();
        let mut plan = AccountPlan::user(after.clone());
        if before.active && !after.active {
            plan.end_sessions = Some(EndSessions {
                user: after.id,
                except: None,
                reason: EndReason::Deactivated,
                at: act.at,
            });
        }
        let letter = (before.active != after.active).then(|| letters::standing_changed(&after));
        let audit =
            Audit::new("user.standing_changed", "user", after.id).between(&told(before), &told(&after));
        let event = Event::new("user.standing_changed", after.id, told(&after));
        Ok(Decision::new(plan, after, audit).telling(event).then_all(letter))
    }
}

impl Identity {
    /// A page of users.
    pub async fn users(
        &self,
        act: &Act,
        filter: &UserFilter,
        page: &PageRequest,
    ) -> Result<Page<Profile>, Error> {
        self.may_manage_users(act)?;
        self.queries.search(filter, page).await
    }

    /// One user.
    pub async fn user(&self, act: &Act, user: UserId) -> Result<Profile, Error> {
        self.may_manage_users(act)?;
        self.profile_of(user).await
    }

    /// Refuses who may not look after users.
    pub fn may_manage_users(&self, act: &Act) -> Result<(), Error> {
        Ok(act.actor.may(Right::ManageUsers, Scope::Platform)?)
    }
}

fn patched(before: &User, patch: &UserPatch) -> Result<User, Error> {
    let mut found = Violations::new();
    found.check(patch.active != Patch::Null, "/active", "required", || {
        "can't be null: give true or false".to_owned()
    });
    found.check(
        patch.platform_role != Patch::Null,
        "/platform_role",
        "required",
        || "can't be null: give customer or admin".to_owned(),
    );
    if !found.is_empty() {
        return Err(Common::Invalid(found).into());
    }
    Ok(User {
        active: patch.active.value().copied().unwrap_or(before.active),
        platform_role: patch
            .platform_role
            .value()
            .copied()
            .unwrap_or(before.platform_role),
        ..before.clone()
    })
}
