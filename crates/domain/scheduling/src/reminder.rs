//! Reminders of test drives to come: a day and two hours ahead, each exactly once.
//!
//! A job is put in for each when a drive is approved, or moved while it is. It looks at the drive again when its time has come: one that
//! was called off, moved or asked for anew in the meantime is passed over. Its act claims the reminder's own key, so that a job that
//! is run again after a crash tells nothing twice.

use chrono::TimeDelta;
use kernel::Instant;
use kernel::act::{Act, Claim};
use kernel::id::BookingId;
use kernel::job::Job;
use serde::{Deserialize, Serialize};

use crate::booking::{Status, TestDrive};
use crate::notice::{Filed, Notice, Occasion};
use crate::rules::Next;

/// The kind of the jobs that remind.
pub const REMINDER_JOB: &str = "booking_reminder";
/// Minutes before the start at which the customer is reminded, in exact time: clocks that change meanwhile change nothing.
pub const LEADS_MINUTES: [i64; 2] = [24 * 60, 2 * 60];

/// One reminder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reminder {
    /// Of which drive.
    pub booking_id: BookingId,
    /// When the drive starts: of another start it says nothing.
    pub start_at: Instant,
    /// How many minutes before.
    pub lead_minutes: i64,
}

impl Reminder {
    /// What tells it from every other.
    fn key(&self) -> String {
        format!(
            "{}:{}:{}",
            self.booking_id,
            self.start_at.timestamp(),
            self.lead_minutes
        )
    }

    /// The act that does it, and can do it once.
    pub fn act(&self, at: Instant, request_id: &str) -> Act {
        Act {
            claim: Some(Claim {
                scope: format!("reminder {}", self.key()),
                fingerprint: String::new(),
            }),
            ..Act::of_system(at, request_id)
        }
    }

    fn due(&self) -> Instant {
        self.start_at - TimeDelta::minutes(self.lead_minutes)
    }

    /// When it is too late for this one: at the start, or when the next one is due.
    fn until(&self) -> Instant {
        let later = LEADS_MINUTES.into_iter().filter(|lead| *lead < self.lead_minutes);
        self.start_at - TimeDelta::minutes(later.max().unwrap_or(0))
    }
}

/// The jobs for what is to come of an approved drive, as it stood when it last changed.
pub fn ahead(drive: &TestDrive) -> impl Iterator<Item = Job> {
    LEADS_MINUTES
        .into_iter()
        .map(|lead_minutes| Reminder {
            booking_id: drive.id,
            start_at: drive.slot.start_at,
            lead_minutes,
        })
        .filter(|reminder| drive.status == Status::Approved && drive.updated_at <= reminder.due())
        .map(|reminder| {
            Job::new(REMINDER_JOB, &reminder)
                .at(reminder.due())
                .once(reminder.key())
        })
}

/// Reminds the customer of a drive that is still on.
pub fn remind(act: &Act, reminder: &Reminder, filed: &Filed) -> Next {
    let drive = &filed.drive;
    let on = drive.status == Status::Approved && drive.slot.start_at == reminder.start_at;
    let in_time = (reminder.due()..reminder.until()).contains(&act.at);
    if on && in_time {
        Notice::of(Occasion::Reminder, drive, drive).deciding(None, drive.clone())
    } else {
        Next::nothing(None, drive.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reminder(start: &str, lead_minutes: i64) -> Reminder {
        Reminder {
            booking_id: "01900000-0000-7000-8000-000000000000".parse().unwrap(),
            start_at: start.parse().unwrap(),
            lead_minutes,
        }
    }

    #[test]
    fn a_day_ahead_is_24_hours_also_when_clocks_change() {
        // Ten in New York on the day on which summer time ends, and on the day on which it begins.
        let autumn = reminder("2026-11-01T15:00:00Z", 1440);
        assert_eq!(autumn.due().to_rfc3339(), "2026-10-31T15:00:00+00:00");
        let spring = reminder("2027-03-14T14:00:00Z", 1440);
        assert_eq!(spring.due().to_rfc3339(), "2027-03-13T14:00:00+00:00");
    }

    #[test]
    fn a_reminder_ends_where_the_next_begins() {
        let day = reminder("2026-06-09T13:00:00Z", 1440);
        let hours = reminder("2026-06-09T13:00:00Z", 120);
        assert_eq!(day.until(), hours.due());
        assert_eq!(hours.until(), hours.start_at);
    }
}
