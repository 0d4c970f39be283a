//! Listings with their test drives and negotiations: what is taken down ends them in the same transaction.

use ::inventory::listing::Listed;
use application::error::Error;
use application::remove_listing::{OfferFacts, OfferPlan, OfferTarget, Removals};
use async_trait::async_trait;
use kernel::act::{Act, Decide, Done, Record};

use super::rows::{locked_listing, update_listing};
use crate::db::Db;
use crate::fault::Stop;
use crate::negotiation;
use crate::scheduling::{live_of_listing, write_next};
use crate::tx::Tx;

/// Listings with their test drives, in a database.
#[derive(Clone)]
pub struct SqlRemovals {
    db: Db,
}

impl SqlRemovals {
    /// In this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }
}

async fn change_in(
    tx: &Tx,
    act: &Act,
    targets: &[OfferTarget],
    decide: Decide<'_, Vec<Option<OfferFacts>>, Vec<OfferPlan>, Vec<Listed>, Error>,
) -> Result<(Vec<Listed>, Record), Stop<Error>> {
    let mut in_order: Vec<_> = targets.iter().map(|t| t.listing.uuid()).collect();
    in_order.sort_unstable();
    for listing in in_order {
        tx.lock("listings", listing).await?;
    }
    let mut facts = Vec::with_capacity(targets.len());
    for target in targets {
        facts.push(match locked_listing(tx, target.listing, target.site).await? {
            Some(listing) => Some(OfferFacts {
                listing,
                drives: live_of_listing(tx, target.listing, act.at).await?,
                talks: negotiation::live_of_listing(tx, target.listing).await?,
            }),
            None => None,
        });
    }
    let decision = decide(&facts).map_err(Stop::Domain)?;
    for plan in &decision.plan {
        if let Some(listing) = &plan.listing {
            update_listing(tx, listing).await?;
        }
        for drive in &plan.drives {
            write_next(tx, drive).await?;
        }
        negotiation::write(tx, &plan.talks).await?;
    }
    Ok((decision.answer, decision.record))
}

#[async_trait]
impl Removals for SqlRemovals {
    async fn change(
        &self,
        act: &Act,
        targets: &[OfferTarget],
        decide: Decide<'_, Vec<Option<OfferFacts>>, Vec<OfferPlan>, Vec<Listed>, Error>,
    ) -> Result<Done<Vec<Listed>>, Error> {
        self.db
            .act(act, |tx| async move {
                let result = change_in(&tx, act, targets, decide).await;
                (tx, result)
            })
            .await
    }
}
