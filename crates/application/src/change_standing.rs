//! An admin changes somebody's standing: deactivates the account, opens it again, sets the platform role.
//!
//! Identity has the account, dealers the rule that a dealer always has an active owner: one port locks what both need to know, so
//! that of two owners who are deactivated at once one stays.

use std::sync::Arc;

use async_trait::async_trait;
use identity::Identity;
use identity::plan::{AccountFacts, AccountPlan};
use identity::ports::Profile;
use identity::use_cases::UserPatch;
use identity::user::User;
use kernel::act::{Act, Decide, Decision, Done};
use kernel::id::UserId;

use crate::error::Error;

/// What is known, under lock, when a standing is changed.
#[derive(Clone, Debug)]
pub struct StandingFacts {
    /// The account.
    pub account: AccountFacts,
    /// Does the person own a dealer that has no other active owner?
    pub last_owner: bool,
}

/// Standings, under lock.
#[async_trait]
pub trait Standings: Send + Sync {
    /// Locks the dealer that the person is an owner of, if there is one (so that the count of its owners holds), then the account;
    /// writes all of the plan, or nothing. Absent when there is no such user.
    async fn change(
        &self,
        act: &Act,
        user: UserId,
        decide: Decide<'_, StandingFacts, AccountPlan, User, Error>,
    ) -> Result<Done<User>, Error>;
}

/// The act.
#[derive(Clone)]
pub struct ChangeStanding {
    /// Its port.
    pub standings: Arc<dyn Standings>,
    /// Accounts.
    pub identity: Identity,
}

impl ChangeStanding {
    /// Activates, deactivates, sets the platform role. Deactivating an account ends its sessions; its holder is told. Refused for the
    /// last active owner of a dealer.
    pub async fn change(&self, act: &Act, user: UserId, patch: &UserPatch) -> Result<Profile, Error> {
        self.identity.may_manage_users(act)?;
        self.standings
            .change(act, user, &|facts| decide(act, patch, facts))
            .await?;
        Ok(self.identity.user(act, user).await?)
    }
}

fn decide(act: &Act, patch: &UserPatch, facts: &StandingFacts) -> Result<Decision<AccountPlan, User>, Error> {
    let decision = patch.decide(act, &facts.account)?;
    let deactivated = facts.account.account.user.active && !decision.answer.active;
    if deactivated && facts.last_owner {
        return Err(dealers::Error::LastOwner.into());
    }
    Ok(decision)
}
