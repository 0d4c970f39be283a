//! Approving, declining, completing, marking as no-show.

use kernel::act::{Act, Done};
use kernel::id::BookingId;

use super::TestDrives;
use crate::booking::TestDrive;
use crate::error::Error;
use crate::request;
use crate::rules::{self, Verdict};

impl TestDrives {
    /// Says yes to a request.
    pub async fn approve(&self, act: &Act, id: BookingId) -> Result<Done<TestDrive>, Error> {
        self.judge(act, id, &Verdict::Approve).await
    }

    /// Says no to a request, with a reason that the customer reads.
    pub async fn decline(&self, act: &Act, id: BookingId, reason: &str) -> Result<Done<TestDrive>, Error> {
        self.judge(act, id, &Verdict::Decline(request::reason(reason)?))
            .await
    }

    /// It was driven.
    pub async fn complete(&self, act: &Act, id: BookingId) -> Result<Done<TestDrive>, Error> {
        self.judge(act, id, &Verdict::Complete).await
    }

    /// Nobody came.
    pub async fn no_show(&self, act: &Act, id: BookingId) -> Result<Done<TestDrive>, Error> {
        self.judge(act, id, &Verdict::NoShow).await
    }

    async fn judge(&self, act: &Act, id: BookingId, verdict: &Verdict) -> Result<Done<TestDrive>, Error> {
        self.bookings
            .transition(act, id, &|filed| rules::judge(act, verdict, filed))
            .await
    }
}
