//! What becomes of a listing by what happens elsewhere: an offer is accepted, an agreement falls through, a sale is closed
//! or voided. For the acts that cross contexts; whether they may is decided there.

use kernel::Instant;
use kernel::event::Event;

use crate::error::Error;
use crate::listing::{Listed, Step};
use crate::listing_rules::event;
use crate::ports::ListingPlan;

/// The listing after a step that is not the dealer's own word, with what is told of it.
pub fn after(listed: &Listed, step: Step, at: Instant) -> Result<(ListingPlan, Event), Error> {
    let before = &listed.listing;
    let to = before.status.after(step).ok_or(Error::IllegalStep {
        from: before.status,
        step,
    })?;
    let mut listing = before.clone();
    listing.status = to;
    listing.version += 1;
    listing.updated_at = at;
    let next = Listed {
        listing: listing.clone(),
        vehicle: listed.vehicle.clone(),
    };
    let name = match step {
        Step::Reserve => "listing.reserved",
        Step::Release => "listing.released",
        Step::Sell => "listing.sold",
        Step::Void => "listing.relisted",
        Step::Publish => "listing.published",
        Step::Remove => "listing.removed",
        Step::Redraft => "listing.redrafted",
    };
    let told = event(name, &next, Some(before));
    let plan = ListingPlan {
        listing,
        price: None,
        history: Vec::new(),
    };
    Ok((plan, told))
}
