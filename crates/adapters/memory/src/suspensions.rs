//! Suspensions in memory.

use application::suspend_dealer::{Error, Suspended, SuspensionFacts, Suspensions};
use async_trait::async_trait;
use dealers::dealer::Dealer;
use dealers::ports::DealerFacts;
use kernel::act::{Act, Decide, Done};
use kernel::id::DealerId;

use crate::Memory;

#[async_trait]
impl Suspensions for Memory {
    async fn suspend(
        &self,
        act: &Act,
        dealer: DealerId,
        decide: Decide<'_, SuspensionFacts, Suspended, Dealer, Error>,
    ) -> Result<Done<Dealer>, Error> {
        self.act(
            act,
            |state| {
                let facts = SuspensionFacts {
                    dealer: DealerFacts {
                        dealer: state.dealers.dealer(dealer)?.clone(),
                        owners: state.dealers.owners(dealer),
                    },
                    drives: state.scheduling.live_of(dealer),
                };
                decide(&facts)
            },
            |state, plan| {
                for drive in plan.drives {
                    state.scheduling.put(drive)?;
                }
                state.dealers.dealers.insert(plan.dealer.id, plan.dealer);
                Ok(())
            },
        )
    }
}
