//! What is told when a test drive takes a step: an event, by which both sides are told, and a line of the audit log.

use kernel::act::{Audit, Decision};
use kernel::event::Event;
use kernel::id::ListingId;
use kernel::job::Job;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::booking::{Slot, Status, TestDrive};
use crate::reminder;

/// What letters and calendars say about a drive, beside the drive itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// The car in words: `2021 Ford F-150 XLT`.
    pub vehicle: String,
    /// The dealer's name.
    pub dealer: String,
    /// The showroom's name.
    pub site: String,
    /// The showroom's address in one line.
    pub address: String,
}

/// A drive with what letters and calendars say about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filed {
    /// The drive.
    pub drive: TestDrive,
    /// What goes with it.
    pub details: Details,
    /// False once the customer's account is closed or switched off; a caller has none.
    pub customer_active: bool,
}

/// Something that happened to a drive, and that both sides hear of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// A customer asked.
    Requested,
    /// The dealer said yes, or booked it for a caller.
    Approved,
    /// The dealer said no.
    Declined,
    /// Either side, or the house, called it off.
    Cancelled,
    /// It was moved.
    Rescheduled,
    /// It was driven.
    Completed,
    /// Nobody came.
    NoShow,
    /// Nobody decided in time.
    Expired,
    /// The customer is reminded of it: the drive is as it was.
    Reminder,
}

impl Occasion {
    /// Every occasion.
    pub const ALL: &[Self] = &[
        Self::Requested,
        Self::Approved,
        Self::Declined,
        Self::Cancelled,
        Self::Rescheduled,
        Self::Completed,
        Self::NoShow,
        Self::Expired,
        Self::Reminder,
    ];

    /// Name of the event, and of the audit line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Requested => "booking.requested",
            Self::Approved => "booking.approved",
            Self::Declined => "booking.declined",
            Self::Cancelled => "booking.cancelled",
            Self::Rescheduled => "booking.rescheduled",
            Self::Completed => "booking.completed",
            Self::NoShow => "booking.no_show",
            Self::Expired => "booking.expired",
            Self::Reminder => "booking.reminder",
        }
    }
}

/// What goes out when a drive takes a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// For whoever listens.
    pub event: Event,
    /// The expiry to come.
    pub jobs: Vec<Job>,
    /// For the audit log.
    pub audit: Audit,
}

impl Notice {
    /// What goes out when a drive is made.
    pub fn made(occasion: Occasion, drive: &TestDrive) -> Self {
        Self::telling(occasion, drive, |audit| audit.with(logged(drive)))
    }

    /// What goes out when a drive has become another.
    pub fn of(occasion: Occasion, before: &TestDrive, drive: &TestDrive) -> Self {
        Self::telling(occasion, drive, |audit| {
            audit.between(&logged(before), &logged(drive))
        })
    }

    fn telling(occasion: Occasion, drive: &TestDrive, detailed: impl FnOnce(Audit) -> Audit) -> Self {
        let event = Event::new(occasion.name(), drive.id, payload(drive)).for_dealer(drive.dealer);
        let mut jobs = Vec::new();
        let asked = matches!(occasion, Occasion::Requested | Occasion::Rescheduled);
        if asked && drive.status == Status::Requested {
            jobs.push(expiry(drive));
        }
        if matches!(drive.status, Status::Declined | Status::Cancelled) {
            jobs.push(freed(drive));
        }
        if matches!(occasion, Occasion::Approved | Occasion::Rescheduled) {
            jobs.extend(reminder::ahead(drive));
        }
        let audit = Audit::new(occasion.name(), "booking", drive.id).for_dealer(drive.dealer);
        let audit = detailed(audit).because(drive.reason.clone());
        Self { event, jobs, audit }
    }

    /// A decision that tells this.
    pub fn deciding<P, T>(self, plan: P, answer: T) -> Decision<P, T> {
        Decision::new(plan, answer, self.audit)
            .telling(self.event)
            .then_all(self.jobs)
    }
}

/// What the audit log shows of a drive: nothing of who drives, and nothing that somebody wrote.
fn logged(drive: &TestDrive) -> Value {
    json!({
        "status": drive.status,
        "start_at": drive.slot.start_at,
        "end_at": drive.slot.end_at,
        "timezone": drive.zone,
        "site_id": drive.site,
        "staff_id": drive.staff,
    })
}

/// A slot that was called off is free again: by this its customer is told, who may book it anew.
pub fn free_again(drive: &TestDrive) -> Event {
    Event::new("booking.slot_free_again", drive.id, payload(drive)).for_dealer(drive.dealer)
}

/// The kind of the jobs that expire requests.
pub const EXPIRY_JOB: &str = "booking_expiry";

/// What the expiry job knows. It looks again at the drive before it does anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expiry {
    /// The drive that may have to expire.
    pub booking_id: kernel::id::BookingId,
}

/// The kind of the jobs that look whose turn it is in a line.
pub const TURN_JOB: &str = "waitlist_turn";

/// What a turn job knows: a slot that may be free now. It looks again at everything before it does anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Turn {
    /// Of which listing.
    pub listing_id: ListingId,
    /// From when to when.
    pub slot: Slot,
}

impl Turn {
    /// The job.
    pub fn job(&self) -> Job {
        Job::new(TURN_JOB, self)
    }
}

/// Whoever waits for the slot of this drive gets a turn.
pub(crate) fn freed(drive: &TestDrive) -> Job {
    let turn = Turn {
        listing_id: drive.listing,
        slot: drive.slot,
    };
    turn.job().once(format!("{}:{}", drive.id, drive.version))
}

fn expiry(drive: &TestDrive) -> Job {
    Job::new(EXPIRY_JOB, &Expiry { booking_id: drive.id })
        .at(drive.decide_by())
        .once(format!("{}:{}", drive.id, drive.version))
}

/// The parameters of every letter about a drive; `when` and `cancel_until` are in the showroom's wall time. Who has a zone of their
/// own reads `own_time` beside them.
pub fn params(drive: &TestDrive, details: &Details) -> Value {
    json!({
        "booking_id": drive.id,
        "customer_id": drive.customer.user,
        "listing_id": drive.listing,
        "name": drive.customer.name,
        "phone": drive.customer.phone,
        "vehicle": details.vehicle,
        "dealer": details.dealer,
        "site": details.site,
        "address": details.address,
        "status": drive.status,
        "when": drive.zone.words(drive.slot.start_at),
        "start_at": drive.slot.start_at,
        "end_at": drive.slot.end_at,
        "timezone": drive.zone,
        "cancel_until": drive.zone.words(drive.cancel_until),
        "note": drive.note,
        "reason": drive.reason,
    })
}

/// The payload of every `booking.*` event, version 1. No name, address or number in it, and nothing that somebody wrote.
fn payload(drive: &TestDrive) -> Value {
    json!({
        "id": drive.id,
        "listing_id": drive.listing,
        "vehicle_id": drive.vehicle,
        "dealer_id": drive.dealer,
        "site_id": drive.site,
        "customer_id": drive.customer.user,
        "staff_id": drive.staff,
        "status": drive.status,
        "start_at": drive.slot.start_at,
        "end_at": drive.slot.end_at,
        "timezone": drive.zone,
        "version": drive.version,
    })
}
