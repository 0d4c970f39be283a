//! A test drive, and what can be done with it.

use chrono::{NaiveDate, TimeDelta};
use kernel::Instant;
use kernel::email::Email;
use kernel::id::{BookingId, DealerId, ListingId, SiteId, StaffId, UserId, VehicleId};
use kernel::phone::Phone;
use kernel::zone::Zone;
use serde::{Deserialize, Serialize};

use crate::error::{Error, rfc3339};
pub use crate::state::{Status, Step, TRANSITIONS};

/// Minutes before the start by which a request has to be decided.
pub const DECIDE_AHEAD_MINUTES: i64 = 120;
/// Minutes that the dealer has at least to decide a request, unless the drive starts before.
pub const DECIDE_AT_LEAST_MINUTES: i64 = 30;

/// From when to when: `start_at` is in, `end_at` is out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Slot {
    /// When it starts.
    pub start_at: Instant,
    /// When it is over.
    pub end_at: Instant,
}

impl Slot {
    /// Do the two share any moment? One that ends as the other starts does not.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start_at < other.end_at && other.start_at < self.end_at
    }
}

/// Who drives: a user, or somebody who called and has no account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The user; none for a caller.
    pub user: Option<UserId>,
    /// Full name.
    pub name: String,
    /// Number to call.
    pub phone: Option<Phone>,
    /// Address to write to.
    pub email: Option<Email>,
}

/// Who takes a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The customer.
    Customer,
    /// The dealer; the member, unless it is an admin.
    Staff(Option<StaffId>),
    /// The product, because of something else that happened.
    House,
}

/// A test drive. Made by [`crate::rules::book`], changed by its own consuming transitions, read back by adapters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestDrive {
    /// Its id.
    pub id: BookingId,
    /// The listing it was booked from.
    pub listing: ListingId,
    /// The car.
    pub vehicle: VehicleId,
    /// The dealer.
    pub dealer: DealerId,
    /// The showroom.
    pub site: SiteId,
    /// Who drives.
    pub customer: Customer,
    /// Where it stands.
    pub status: Status,
    /// From when to when.
    pub slot: Slot,
    /// The showroom's clock.
    pub zone: Zone,
    /// What the customer wrote.
    pub note: Option<String>,
    /// Why it was declined or cancelled.
    pub reason: Option<String>,
    /// The member who decided it last.
    pub staff: Option<StaffId>,
    /// Until when the customer may cancel or move it.
    pub cancel_until: Instant,
    /// When the dealer was asked (again, after the customer moved it).
    pub requested_at: Instant,
    /// When it was made.
    pub created_at: Instant,
    /// When it last changed.
    pub updated_at: Instant,
    /// Counts its changes, from 1.
    pub version: i64,
}

impl TestDrive {
    /// When an undecided request expires: 2 h before the start, or 30 min after it was made if that is later, and at the
    /// start at the latest.
    pub fn decide_by(&self) -> Instant {
        let ahead = self.slot.start_at - TimeDelta::minutes(DECIDE_AHEAD_MINUTES);
        let grace = self.requested_at + TimeDelta::minutes(DECIDE_AT_LEAST_MINUTES);
        ahead.max(grace).min(self.slot.start_at)
    }

    /// The day it starts on, by the showroom's calendar.
    pub fn local_date(&self) -> NaiveDate {
        self.slot.start_at.with_timezone(&self.zone.0).date_naive()
    }

    /// Is it still to come, or under way?
    pub fn is_open(&self, at: Instant) -> bool {
        self.status.is_live() && at < self.slot.end_at
    }

    /// The dealer says yes. Only while the request has not expired.
    pub fn approve(self, staff: Option<StaffId>, at: Instant) -> Result<Self, Error> {
        let status = self.status.after(Step::Approve)?;
        let until = self.decide_by();
        if at >= until {
            return Err(self.status.refuses(
                Step::Approve,
                format!("the request expired at {}", rfc3339(until)),
            ));
        }
        Ok(Self {
            staff: staff.or(self.staff),
            ..self.stepped(status, at)
        })
    }

    /// The dealer says no, with a reason.
    pub fn decline(self, staff: Option<StaffId>, reason: String, at: Instant) -> Result<Self, Error> {
        let status = self.status.after(Step::Decline)?;
        Ok(Self {
            staff: staff.or(self.staff),
            reason: Some(reason),
            ..self.stepped(status, at)
        })
    }

    /// Nobody decided in time. Refused before [`TestDrive::decide_by`].
    pub fn expire(self, at: Instant) -> Result<Self, Error> {
        let status = self.status.after(Step::Decline)?;
        let due = self.decide_by();
        if at < due {
            return Err(self
                .status
                .refuses(Step::Decline, format!("it expires at {}", rfc3339(due))));
        }
        Ok(Self {
            reason: Some("the dealer did not answer in time".to_owned()),
            ..self.stepped(status, at)
        })
    }

    /// Calls it off: the customer until the cut-off, the dealer and the house until the start.
    pub fn cancel(self, by: By, reason: Option<String>, at: Instant) -> Result<Self, Error> {
        let status = self.status.after(Step::Cancel)?;
        self.still_in_time(by, Step::Cancel, at)?;
        Ok(Self {
            reason,
            staff: member(by).or(self.staff),
            ..self.stepped(status, at)
        })
    }

    /// Moves it. `slot` is one of the site's, free, and `cancel_until` its cut-off.
    pub fn reschedule(self, slot: Slot, cancel_until: Instant, by: By, at: Instant) -> Result<Self, Error> {
        let step = match by {
            By::Customer => Step::MoveByCustomer,
            By::Staff(_) | By::House => Step::MoveByStaff,
        };
        let status = self.status.after(step)?;
        self.still_in_time(by, step, at)?;
        let asked_again = by == By::Customer;
        Ok(Self {
            slot,
            cancel_until,
            requested_at: if asked_again { at } else { self.requested_at },
            staff: member(by).or(self.staff),
            ..self.stepped(status, at)
        })
    }

    /// It was driven: once it has started.
    pub fn complete(self, staff: Option<StaffId>, at: Instant) -> Result<Self, Error> {
        self.finish(Step::Complete, staff, at)
    }

    /// Nobody came: once it should have started.
    pub fn no_show(self, staff: Option<StaffId>, at: Instant) -> Result<Self, Error> {
        self.finish(Step::NoShow, staff, at)
    }

    fn finish(self, step: Step, staff: Option<StaffId>, at: Instant) -> Result<Self, Error> {
        let status = self.status.after(step)?;
        let start = self.slot.start_at;
        if at < start {
            return Err(self
                .status
                .refuses(step, format!("only after its start, {}", rfc3339(start))));
        }
        Ok(Self {
            staff: staff.or(self.staff),
            ..self.stepped(status, at)
        })
    }

    fn still_in_time(&self, by: By, step: Step, at: Instant) -> Result<(), Error> {
        let start = self.slot.start_at;
        if by == By::Customer && at > self.cancel_until {
            return Err(Error::CutoffPassed {
                cancel_until: self.cancel_until,
            });
        }
        if at >= start {
            return Err(self
                .status
                .refuses(step, format!("it was to start at {}", rfc3339(start))));
        }
        Ok(())
    }

    fn stepped(self, status: Status, at: Instant) -> Self {
        Self {
            status,
            updated_at: at,
            version: self.version + 1,
            ..self
        }
    }
}

const fn member(by: By) -> Option<StaffId> {
    match by {
        By::Staff(staff) => staff,
        By::Customer | By::House => None,
    }
}
