//! Standings of accounts in memory.

use application::change_standing::{StandingFacts, Standings};
use application::error::Error;
use async_trait::async_trait;
use identity::plan::AccountPlan;
use identity::user::User;
use kernel::act::{Act, Decide, Done};
use kernel::id::UserId;

use crate::{Memory, State};

/// Does the person own a dealer that has no other active owner?
fn last_owner(state: &State, user: UserId) -> bool {
    let owners = || state.dealers.staff.values().filter(|m| m.acts_as_owner());
    let own = owners().find(|m| m.user == Some(user));
    own.is_some_and(|own| state.dealers.other_owners(own) == 0)
}

#[async_trait]
impl Standings for Memory {
    async fn change(
        &self,
        act: &Act,
        user: UserId,
        decide: Decide<'_, StandingFacts, AccountPlan, User, Error>,
    ) -> Result<Done<User>, Error> {
        self.act(
            act,
            |state| {
                decide(&StandingFacts {
                    account: state.identity.account_facts(user, None)?,
                    last_owner: last_owner(state, user),
                })
            },
            |state, plan| Ok(state.write_account(plan)?),
        )
    }
}
