//! Listings with their test drives and negotiations, in memory.

use ::inventory::listing::Listed;
use application::error::Error;
use application::remove_listing::{OfferFacts, OfferPlan, OfferTarget, Removals};
use async_trait::async_trait;
use kernel::act::{Act, Decide, Done};

use crate::{Memory, State};

fn facts(state: &State, target: OfferTarget) -> Option<OfferFacts> {
    let listing = state.inventory.listing_facts(target.listing, target.site)?;
    let mut drives = state.scheduling.live_of(listing.listed.listing.dealer);
    drives.retain(|filed| filed.drive.listing == target.listing);
    Some(OfferFacts {
        listing,
        drives,
        talks: state.negotiation.live_about(target.listing),
    })
}

#[async_trait]
impl Removals for Memory {
    async fn change(
        &self,
        act: &Act,
        targets: &[OfferTarget],
        decide: Decide<'_, Vec<Option<OfferFacts>>, Vec<OfferPlan>, Vec<Listed>, Error>,
    ) -> Result<Done<Vec<Listed>>, Error> {
        self.act(
            act,
            |state| decide(&targets.iter().map(|target| facts(state, *target)).collect()),
            |state, plans: Vec<OfferPlan>| {
                for plan in plans {
                    for drive in plan.drives {
                        state.scheduling.put(drive)?;
                    }
                    state.negotiation.put_all(plan.talks);
                    if let Some(listing) = plan.listing {
                        state.inventory.write_listing(listing);
                    }
                }
                Ok(())
            },
        )
    }
}
