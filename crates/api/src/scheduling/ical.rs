//! Test drives in iCalendar (RFC 5545). Everything that the library would take from the clock or from chance is given.

use icalendar::{Calendar, Component, Event, EventLike, EventStatus, Property};
use scheduling::booking::{Status, TestDrive};
use scheduling::notice::Filed;
use scheduling::ports::SiteCalendar;

/// Names this product in calendars (RFC 5545, 3.7.3).
const PRODUCT: &str = "-//Forecourt//Test drives//EN";

/// A calendar of one drive, for its customer and its staff.
pub(super) fn one(filed: &Filed) -> String {
    let mut calendar = empty();
    calendar.push(event(filed, &format!("Test drive: {}", filed.details.vehicle)));
    calendar.to_string()
}

/// A site's calendar, for its staff: who drives what.
pub(super) fn site(found: &SiteCalendar) -> String {
    let mut calendar = empty();
    calendar.name(&format!("{}: test drives", found.name));
    for filed in &found.drives {
        let title = format!("{}: {}", filed.drive.customer.name, filed.details.vehicle);
        calendar.push(event(filed, &title));
    }
    calendar.to_string()
}

fn empty() -> Calendar {
    let mut calendar = Calendar::empty();
    for (name, value) in [
        ("VERSION", "2.0"),
        ("PRODID", PRODUCT),
        ("CALSCALE", "GREGORIAN"),
        ("METHOD", "PUBLISH"),
    ] {
        calendar.append_property(Property::new(name, value));
    }
    calendar
}

fn event(filed: &Filed, title: &str) -> Event {
    let Filed { drive, details, .. } = filed;
    let mut event = Event::new();
    event
        .uid(&format!("{}@forecourt", drive.id))
        .sequence(u32::try_from(drive.version - 1).unwrap_or(0))
        .timestamp(drive.updated_at)
        .starts(drive.slot.start_at)
        .ends(drive.slot.end_at)
        .summary(&plain(title))
        .location(&plain(&format!("{}, {}", details.site, details.address)))
        .description(&plain(&description(filed)))
        .status(match drive.status {
            Status::Requested => EventStatus::Tentative,
            Status::Approved | Status::Completed | Status::NoShow => EventStatus::Confirmed,
            Status::Declined | Status::Cancelled => EventStatus::Cancelled,
        });
    event.done()
}

fn description(filed: &Filed) -> String {
    let Filed { drive, details, .. } = filed;
    let mut lines = vec![
        format!("{} at {}: {}", details.vehicle, details.dealer, drive.status),
        contact(drive),
    ];
    lines.extend(drive.note.iter().map(|note| format!("Note: {note}")));
    lines.extend(drive.reason.iter().map(|reason| format!("Reason: {reason}")));
    lines.join("\n")
}

fn contact(drive: &TestDrive) -> String {
    let phone = drive.customer.phone.as_ref().map(ToString::to_string);
    let words = [Some(drive.customer.name.clone()), phone];
    words.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Line breaks as the library escapes them; a lone carriage return would end a content line.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

#[cfg(test)]
mod tests {
    use kernel::id::Id;
    use scheduling::booking::{Customer, Slot};
    use scheduling::notice::Details;
    use uuid::Uuid;

    use super::*;

    fn filed() -> Filed {
        let at = |text: &str| text.parse().unwrap();
        Filed {
            drive: TestDrive {
                id: Id::from_uuid(Uuid::from_u128(1)),
                listing: Id::from_uuid(Uuid::from_u128(2)),
                vehicle: Id::from_uuid(Uuid::from_u128(3)),
                dealer: Id::from_uuid(Uuid::from_u128(4)),
                site: Id::from_uuid(Uuid::from_u128(5)),
                customer: Customer {
                    user: None,
                    name: "Ann; Buyer".to_owned(),
                    phone: None,
                    email: None,
                },
                status: Status::Approved,
                slot: Slot {
                    start_at: at("2026-06-08T13:00:00Z"),
                    end_at: at("2026-06-08T14:00:00Z"),
                },
                zone: "America/New_York".parse().unwrap(),
                note: Some("two,\r\nlines\rBEGIN:VEVENT".to_owned()),
                reason: None,
                staff: None,
                cancel_until: at("2026-06-08T11:00:00Z"),
                requested_at: at("2026-06-05T12:00:00Z"),
                created_at: at("2026-06-05T12:00:00Z"),
                updated_at: at("2026-06-05T13:00:00Z"),
                version: 3,
            },
            details: Details {
                vehicle: "2021 Ford F-150".to_owned(),
                dealer: "Empire Motors".to_owned(),
                site: "Main Street".to_owned(),
                address: "1 Main Street, New York".to_owned(),
            },
            customer_active: false,
        }
    }

    #[test]
    fn a_drive_has_one_identity_and_rising_sequence_and_nothing_of_the_clock() {
        let text = one(&filed());
        assert_eq!(text, one(&filed()));
        for line in [
            "UID:00000000-0000-0000-0000-000000000001@forecourt\r\n",
            "SEQUENCE:2\r\n",
            "DTSTAMP:20260605T130000Z\r\n",
            "DTSTART:20260608T130000Z\r\n",
            "DTEND:20260608T140000Z\r\n",
            "STATUS:CONFIRMED\r\n",
            "VERSION:2.0\r\n",
            "PRODID:-//Forecourt//Test drives//EN\r\n",
        ] {
            assert!(text.contains(line), "{line:?} in {text}");
        }
        assert_eq!(text.matches("DTSTAMP").count(), 1);
        assert_eq!(text.matches("UID").count(), 1);
    }

    #[test]
    fn a_note_can_not_add_lines_of_its_own() {
        let text = one(&filed());
        assert_eq!(text.matches("\r\nBEGIN:VEVENT").count(), 1);
        assert_eq!(text.matches('\r').count(), text.matches("\r\n").count());
        assert!(text.contains("two\\,\\nlines\\nBEGIN:VEVENT"), "{text}");
    }

    #[test]
    fn a_cancelled_drive_is_cancelled_in_calendars() {
        let mut cancelled = filed();
        cancelled.drive.status = Status::Cancelled;
        assert!(one(&cancelled).contains("STATUS:CANCELLED\r\n"));
    }
}
