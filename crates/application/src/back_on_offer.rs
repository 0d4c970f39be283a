//! A car that comes back on offer: a sale was voided, a reservation fell through, a dealer was reinstated, a listing published again.
//! Whoever waits in line for one of its slots gets a turn, since the slot may be free now.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::Instant;
use kernel::error::{Common, Failure};
use kernel::id::{DealerId, Id, ListingId};
use scheduling::ports::Waitlist;

use crate::relay::{Effects, Reader, Told};

/// Events after which a car that could not be driven can be.
const OF_LISTINGS: [&str; 3] = ["listing.published", "listing.released", "listing.relisted"];
/// The same for all cars of a dealer.
const OF_DEALERS: [&str; 1] = ["dealer.reinstated"];

/// The reader.
pub struct BackOnOffer {
    /// The lines.
    pub lists: Arc<dyn Waitlist>,
}

#[async_trait]
impl Reader for BackOnOffer {
    fn name(&self) -> &'static str {
        "back_on_offer"
    }

    fn wants(&self, event: &str) -> bool {
        OF_LISTINGS.contains(&event) || OF_DEALERS.contains(&event)
    }

    async fn read(&self, events: &[Told], now: Instant) -> Result<Effects, Common> {
        let (mut listings, mut dealers) = (Vec::<ListingId>::new(), Vec::<DealerId>::new());
        for told in events {
            if OF_DEALERS.contains(&told.event.name.as_str()) {
                dealers.push(Id::from_uuid(told.event.subject));
            } else {
                listings.push(Id::from_uuid(told.event.subject));
            }
        }
        let found = self.lists.waited_for(&listings, &dealers, now).await;
        let found = found.map_err(|error| {
            let common = error.common().cloned();
            common.unwrap_or_else(|| Common::internal(error.to_string()))
        })?;
        let mut effects = Effects::of(self.name());
        for told in events {
            let subject = told.event.subject;
            for (dealer, turn) in &found {
                if turn.listing_id.uuid() == subject || dealer.uuid() == subject {
                    let part = format!("{}:{}", turn.listing_id, turn.slot.start_at.timestamp());
                    effects.job(told, &part, turn.job());
                }
            }
        }
        Ok(effects)
    }
}
