//! Standings of accounts, with the dealers that need their owners.

use ::identity::plan::AccountPlan;
use ::identity::user::User;
use application::change_standing::{StandingFacts, Standings};
use application::error::Error;
use async_trait::async_trait;
use kernel::act::{Act, Decide, Decision, Done, Record};
use kernel::id::UserId;

use super::{accounts, write};
use crate::db::Db;
use crate::dealers::people;
use crate::fault::Stop;
use crate::tx::Tx;

/// Standings in a database.
#[derive(Clone)]
pub struct SqlStandings {
    db: Db,
}

impl SqlStandings {
    /// In this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

async fn change_in(
    tx: &Tx,
    user: UserId,
    decide: Decide<'_, StandingFacts, AccountPlan, User, Error>,
) -> Result<(User, Record), Stop<Error>> {
    // The dealer's lock comes before the person's, and the person says which dealer it is: so that is read, and read again.
    let first = people::owned_by(tx, user).await?;
    if let Some((dealer, _)) = first {
        tx.lock("dealers", dealer.uuid()).await?;
    }
    let account = accounts::changing(tx, user, None).await?;
    let owned = people::owned_by(tx, user).await?;
    let last_owner = match owned {
        Some((dealer, member)) => {
            if first != owned {
                // Became an owner a moment ago. Where this lock, out of its order, closes a circle, PostgreSQL ends one of the acts,
                // which then runs again.
                tx.lock("dealers", dealer.uuid()).await?;
            }
            people::other_owners(tx, dealer, member).await? == 0
        }
        None => false,
    };
    let facts = StandingFacts { account, last_owner };
    let Decision { plan, answer, record } = decide(&facts).map_err(Stop::Domain)?;
    write::account(tx, plan).await?;
    Ok((answer, record))
}

#[async_trait]
impl Standings for SqlStandings {
    async fn change(
        &self,
        act: &Act,
        user: UserId,
        decide: Decide<'_, StandingFacts, AccountPlan, User, Error>,
    ) -> Result<Done<User>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = change_in(&tx, user, decide).await;
                (tx, result)
            })
            .await
    }
}
