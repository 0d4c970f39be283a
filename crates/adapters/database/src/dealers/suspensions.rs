//! Stopping a dealer and letting it go on, with its test drives, negotiations and reservations.

use ::dealers::dealer::Dealer;
use application::error::Error;
use application::suspend_dealer::{Suspended, SuspensionFacts, Suspensions};
use async_trait::async_trait;
use kernel::act::{Act, Decide, Done, Record};
use kernel::id::DealerId;

use super::people;
use crate::db::Db;
use crate::fault::Stop;
use crate::inventory::{reserved_of_dealer, update_listing};
use crate::negotiation;
use crate::scheduling::{live_of_dealer, write_next};
use crate::tx::Tx;

/// Suspensions in the database.
#[derive(Clone)]
pub struct SqlSuspensions {
    db: Db,
}

impl SqlSuspensions {
    /// On a database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

#[async_trait]
impl Suspensions for SqlSuspensions {
    async fn change(
        &self,
        act: &Act,
        dealer: DealerId,
        decide: Decide<'_, SuspensionFacts, Suspended, Dealer, Error>,
    ) -> Result<Done<Dealer>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = change_in(&tx, act, dealer, decide).await;
                (tx, result)
            })
            .await
    }
}

async fn change_in(
    tx: &Tx,
    act: &Act,
    dealer: DealerId,
    decide: Decide<'_, SuspensionFacts, Suspended, Dealer, Error>,
) -> Result<(Dealer, Record), Stop<Error>> {
    let dealer_facts = people::dealer_facts(tx, dealer).await?;
    let facts = SuspensionFacts {
        dealer: dealer_facts,
        reserved: reserved_of_dealer(tx, dealer).await?,
        drives: live_of_dealer(tx, dealer, act.at).await?,
        talks: negotiation::live_of_dealer(tx, dealer).await?,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    for drive in &decision.plan.drives {
        write_next(tx, drive).await?;
    }
    negotiation::write(tx, &decision.plan.talks).await?;
    for listing in &decision.plan.listings {
        update_listing(tx, listing).await?;
    }
    people::write_dealer(tx, &decision.plan.dealer).await?;
    Ok((decision.answer, decision.record))
}
