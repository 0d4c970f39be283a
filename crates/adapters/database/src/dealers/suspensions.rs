//! Suspending a dealer, with its test drives.

use ::dealers::dealer::Dealer;
use application::suspend_dealer::{Error, Suspended, SuspensionFacts, Suspensions};
use async_trait::async_trait;
use kernel::act::{Act, Decide, Done, Record};
use kernel::id::DealerId;

use super::people;
use crate::db::Db;
use crate::fault::Stop;
use crate::scheduling::{live_of_dealer, write_next};
use crate::tx::{Begun, Tries, Tx};

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
    async fn suspend(
        &self,
        act: &Act,
        dealer: DealerId,
        decide: Decide<'_, SuspensionFacts, Suspended, Dealer, Error>,
    ) -> Result<Done<Dealer>, Error> {
        let mut tries = Tries::default();
        loop {
            let tx = match self.db.begin(act).await? {
                Begun::Fresh(tx) => tx,
                Begun::Replayed(done) => return Ok(done),
            };
            let result = suspend_in(&tx, act, dealer, decide).await;
            if let Some(end) = tx.finish(act, &mut tries, result).await {
                return end;
            }
        }
    }
}

async fn suspend_in(
    tx: &Tx,
    act: &Act,
    dealer: DealerId,
    decide: Decide<'_, SuspensionFacts, Suspended, Dealer, Error>,
) -> Result<(Dealer, Record), Stop<Error>> {
    let facts = SuspensionFacts {
        dealer: people::dealer_facts(tx, dealer).await?,
        drives: live_of_dealer(tx, dealer, act.at).await?,
    };
    let decision = decide(&facts).map_err(Stop::Domain)?;
    for drive in &decision.plan.drives {
        write_next(tx, drive).await?;
    }
    people::write_dealer(tx, &decision.plan.dealer).await?;
    Ok((decision.answer, decision.record))
}
