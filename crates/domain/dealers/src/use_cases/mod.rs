//! What can be done with dealers, documents, sites and staff. Suspending a dealer, bringing and removing documents and adding
//! staff touch other contexts as well: those acts are in the `application` crate and call the [rules](crate::rules) of this one.

mod dealers;
mod documents;
mod sites;
mod staff;

pub use dealers::DealerActs;
pub use documents::DocumentActs;
pub use sites::SiteActs;
pub use staff::StaffActs;

use kernel::act::Act;
use kernel::error::Common;
use kernel::id::DealerId;
use kernel::rights::Right;

/// The dealer that a body's `dealer_id` names, or one's own. Someone who works for none lacks the right.
pub fn acting_in_body(act: &Act, right: Right, named: Option<DealerId>) -> Result<DealerId, Common> {
    let stranger = Common::Forbidden {
        right: right.as_str(),
    };
    act.actor
        .acting_dealer(right, named, stranger)
        .map_err(|error| match error {
            Common::Invalid(_) => Common::invalid(
                "/dealer_id",
                "dealer_required",
                "an admin says which dealer is meant: give its id",
            ),
            other => other,
        })
}
