//! Suspensions in memory.

use application::error::Error;
use application::suspend_dealer::{Suspended, SuspensionFacts, Suspensions};
use async_trait::async_trait;
use dealers::dealer::Dealer;
use kernel::act::{Act, Decide, Done};
use kernel::id::DealerId;

use crate::Memory;

#[async_trait]
impl Suspensions for Memory {
    async fn change(
        &self,
        act: &Act,
        dealer: DealerId,
        decide: Decide<'_, SuspensionFacts, Suspended, Dealer, Error>,
    ) -> Result<Done<Dealer>, Error> {
        self.act(
            act,
            |state| {
                let facts = SuspensionFacts {
                    dealer: state.dealers.facts(dealer)?,
                    drives: state.scheduling.live_of(dealer),
                    talks: state.negotiation.live_of(dealer),
                    reserved: state.inventory.reserved_of(dealer),
                };
                decide(&facts)
            },
            |state, plan| {
                for drive in plan.drives {
                    state.scheduling.put(drive)?;
                }
                state.negotiation.put_all(plan.talks);
                for listing in plan.listings {
                    state.inventory.write_listing(listing);
                }
                state.dealers.dealers.insert(plan.dealer.id, plan.dealer);
                Ok(())
            },
        )
    }
}
