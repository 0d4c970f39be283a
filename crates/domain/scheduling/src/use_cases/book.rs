//! Booking.

use kernel::act::{Act, Done};
use kernel::error::Common;

use super::TestDrives;
use crate::booking::TestDrive;
use crate::error::Error;
use crate::ports::BookingTarget;
use crate::request::NewBooking;
use crate::rules;

impl TestDrives {
    /// Books a test drive: a customer's is `requested`, one that staff make for somebody is `approved`.
    pub async fn book(&self, act: &Act, new: NewBooking) -> Result<Done<TestDrive>, Error> {
        if act.actor == kernel::actor::Actor::Anonymous {
            return Err(Common::Unauthenticated.into());
        }
        let request = new.checked()?;
        let target = BookingTarget {
            listing: request.listing,
            customer: request.customer.user(act.actor.user()),
            start_at: request.start_at,
        };
        let id = self.ids.next();
        self.bookings
            .book(act, &target, &|facts| rules::book(act, id, &request, facts))
            .await
    }
}
