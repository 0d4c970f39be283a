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

impl Identity {
    /// A page of users.
    pub async fn users(
        &self,
        act: &Act,
        filter: &UserFilter,
        page: &PageRequest,
    ) -> Result<Page<Profile>, Error> {
        act.actor.may(Right::ManageUsers, Scope::Platform)?;
        self.queries.search(filter, page).await
    }

    /// One user.
    pub async fn user(&self, act: &Act, user: UserId) -> Result<Profile, Error> {
        act.actor.may(Right::ManageUsers, Scope::Platform)?;
        self.profile_of(user).await
    }

    /// Activates, deactivates, sets the platform role. Closing an account ends its sessions; its holder is told.
    pub async fn change_user(&self, act: &Act, user: UserId, patch: &UserPatch) -> Result<Profile, Error> {
        act.actor.may(Right::ManageUsers, Scope::Platform)?;
        self.accounts
            .change(act, user, None, &|facts: &AccountFacts| {
                let before = &facts.account.user;
                act.expect_version(before.version)?;
                if before.closed_at.is_some() {
                    return Err(Error::AccountClosed);
                }
                let after = patched(before, patch)?;
                let standing = |user: &User| (user.active, user.platform_role);
                if standing(before) == standing(&after) {
                    return Ok(Decision::nothing(AccountPlan::default(), before.clone()));
                }
                if act.actor.user() == Some(user) {
                    return Err(Error::OwnAccount);
                }
                let after = after.changed();
                let mut plan = AccountPlan::user(after.clone());
                if before.active && !after.active {
                    plan.end_sessions = Some(EndSessions {
                        user,
                        except: None,
                        reason: EndReason::Deactivated,
                        at: act.at,
                    });
                }
                let letter = (before.active != after.active).then(|| letters::standing_changed(&after));
                let audit =
                    Audit::new("user.standing_changed", "user", user).between(&told(before), &told(&after));
                let event = Event::new("user.standing_changed", user, told(&after));
                Ok(Decision::new(plan, after, audit).telling(event).then_all(letter))
            })
            .await?;
        self.profile_of(user).await
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
