//! Registering and changing dealers.

use ::dealers::Error;
use ::dealers::dealer::Dealer;
use ::dealers::ports::{DealerFacts, Dealers, FounderFacts, NewDealer};
use async_trait::async_trait;
use kernel::act::{Act, Decide, Done, Record};
use kernel::error::Common;
use kernel::id::{DealerId, UserId};

use super::{people, rows};
use crate::db::Db;
use crate::fault::Stop;
use crate::rows::insert;
use crate::tx::Tx;

/// Dealers in the database.
#[derive(Clone)]
pub struct SqlDealers {
    db: Db,
}

impl SqlDealers {
    /// On a database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

#[async_trait]
impl Dealers for SqlDealers {
    async fn register(
        &self,
        act: &Act,
        founder: UserId,
        decide: Decide<'_, FounderFacts, NewDealer, Dealer, Error>,
    ) -> Result<Done<Dealer>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = register_in(&tx, founder, decide).await;
                (tx, result)
            })
            .await
    }

    async fn change(
        &self,
        act: &Act,
        dealer: DealerId,
        decide: Decide<'_, DealerFacts, Dealer, Dealer, Error>,
    ) -> Result<Done<Dealer>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = change_in(&tx, dealer, decide).await;
                (tx, result)
            })
            .await
    }
}

async fn register_in(
    tx: &Tx,
    founder: UserId,
    decide: Decide<'_, FounderFacts, NewDealer, Dealer, Error>,
) -> Result<(Dealer, Record), Stop<Error>> {
    let facts = FounderFacts {
        founder: people::locked_person(tx, founder)
            .await?
            .ok_or(Common::Unauthenticated)?,
        works_for: people::works_for(tx, founder).await?,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    let NewDealer { dealer, owner } = &decision.plan;
    insert(tx, "dealers", rows::dealer_columns(dealer)?).await?;
    insert(tx, "staff", rows::member_columns(owner)?).await?;
    Ok((decision.answer, decision.record))
}

async fn change_in(
    tx: &Tx,
    dealer: DealerId,
    decide: Decide<'_, DealerFacts, Dealer, Dealer, Error>,
) -> Result<(Dealer, Record), Stop<Error>> {
    let facts = people::dealer_facts(tx, dealer).await?;
    let decision = decide(&facts).map_err(Stop::Domain)?;
    people::write_dealer(tx, &decision.plan).await?;
    Ok((decision.answer, decision.record))
}
