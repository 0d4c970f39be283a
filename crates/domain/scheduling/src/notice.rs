//! What is told when a test drive takes a step: an event, letters to the customer and the dealer, a line of the audit log.

use kernel::act::{Audit, Decision};
use kernel::email::Email;
use kernel::event::Event;
use kernel::job::Job;
use kernel::letter::Letter;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::booking::{Status, TestDrive};

/// What letters and calendars say about a drive, beside the drive itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Details {
    /// The car in words: `2021 Ford F-150 XLT`.
    pub vehicle: String,
    /// The dealer's name.
    pub dealer: String,
    /// Where the dealer reads its mail.
    pub dealer_email: Option<Email>,
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
        }
    }

    /// Templates of the letters: to the customer, to the dealer. After the drive nothing is sent.
    pub const fn templates(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Requested => Some(("booking_requested", "booking_requested_dealer")),
            Self::Approved => Some(("booking_approved", "booking_approved_dealer")),
            Self::Declined => Some(("booking_declined", "booking_declined_dealer")),
            Self::Cancelled => Some(("booking_cancelled", "booking_cancelled_dealer")),
            Self::Rescheduled => Some(("booking_rescheduled", "booking_rescheduled_dealer")),
            Self::Expired => Some(("booking_expired", "booking_expired_dealer")),
            Self::Completed | Self::NoShow => None,
        }
    }
}

/// What goes out when a drive takes a step.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    /// For whoever listens.
    pub event: Event,
    /// Letters, and the expiry to come.
    pub jobs: Vec<Job>,
    /// For the audit log.
    pub audit: Audit,
}

impl Notice {
    /// What goes out on this occasion, for the drive as it now is.
    pub fn of(occasion: Occasion, drive: &TestDrive, details: &Details) -> Self {
        let event = Event::new(occasion.name(), drive.id, payload(drive)).for_dealer(drive.dealer);
        let mut jobs = letters(occasion, drive, details);
        let asked = matches!(occasion, Occasion::Requested | Occasion::Rescheduled);
        if asked && drive.status == Status::Requested {
            jobs.push(expiry(drive));
        }
        let audit = Audit::new(occasion.name(), "booking", drive.id)
            .for_dealer(drive.dealer)
            .with(json!({
                "status": drive.status,
                "start_at": drive.slot.start_at,
                "reason": drive.reason,
            }));
        Self { event, jobs, audit }
    }

    /// A decision that tells this.
    pub fn deciding<P, T>(self, plan: P, answer: T) -> Decision<P, T> {
        Decision::new(plan, answer, self.audit)
            .telling(self.event)
            .then_all(self.jobs)
    }
}

/// The kind of the jobs that expire requests.
pub const EXPIRY_JOB: &str = "booking_expiry";

/// What the expiry job knows. It looks again at the drive before it does anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expiry {
    /// The drive that may have to expire.
    pub booking_id: kernel::id::BookingId,
}

fn expiry(drive: &TestDrive) -> Job {
    Job::new(EXPIRY_JOB, &Expiry { booking_id: drive.id })
        .at(drive.decide_by())
        .once(format!("{}:{}", drive.id, drive.version))
}

fn letters(occasion: Occasion, drive: &TestDrive, details: &Details) -> Vec<Job> {
    let Some((to_customer, to_dealer)) = occasion.templates() else {
        return Vec::new();
    };
    let customer = drive
        .customer
        .email
        .as_ref()
        .map(|to| Letter::job(to, to_customer, params(drive, details)));
    let dealer = details
        .dealer_email
        .as_ref()
        .map(|to| Letter::job(to, to_dealer, params(drive, details)));
    customer.into_iter().chain(dealer).collect()
}

/// The parameters of every letter about a drive; `when` and `cancel_until` are in the showroom's wall time.
fn params(drive: &TestDrive, details: &Details) -> Value {
    json!({
        "booking_id": drive.id,
        "name": drive.customer.name,
        "phone": drive.customer.phone,
        "vehicle": details.vehicle,
        "dealer": details.dealer,
        "site": details.site,
        "address": details.address,
        "status": drive.status,
        "when": wall(drive, drive.slot.start_at),
        "start_at": drive.slot.start_at,
        "end_at": drive.slot.end_at,
        "timezone": drive.zone,
        "cancel_until": wall(drive, drive.cancel_until),
        "note": drive.note,
        "reason": drive.reason,
    })
}

fn wall(drive: &TestDrive, instant: kernel::Instant) -> String {
    instant
        .with_timezone(&drive.zone.0)
        .format("%A, %-d %B %Y, %H:%M %Z")
        .to_string()
}

/// The payload of every `booking.*` event, version 1. No name, address or number in it.
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
        "reason": drive.reason,
        "version": drive.version,
    })
}
