//! What was done to a car, never who owned it.

use chrono::{NaiveDate, NaiveTime, TimeDelta};
use kernel::Instant;
use kernel::distance::Distance;
use kernel::id::{ListingId, ServiceRecordId};
use serde::{Deserialize, Serialize};

use crate::service_record::{RecordStatus, ServiceRecord};
use crate::vehicle::Vehicle;

/// One line of a vehicle's timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryEntry {
    /// When. A day without a time is its first instant in UTC; a purchase is of the instant of the sale, where that is known.
    pub at: Instant,
    /// What happened.
    pub happened: Happened,
}

/// What happened to a vehicle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Happened {
    /// Its present owner bought it.
    Bought,
    /// The odometer was read.
    Odometer {
        /// What it showed.
        reading: Distance,
    },
    /// A wrong reading was put right.
    OdometerCorrected {
        /// What had been noted.
        from: Distance,
        /// What it really shows.
        to: Distance,
        /// Why, in the owner's words.
        reason: String,
    },
    /// It was offered for sale.
    Listed {
        /// The offer.
        listing: ListingId,
    },
    /// It changed hands.
    Sold,
    /// That was taken back.
    SaleVoided,
    /// Work was done on it.
    Serviced {
        /// The entry of the log.
        record: ServiceRecordId,
        /// What was done.
        description: String,
        /// What the odometer showed.
        odometer: Option<Distance>,
    },
}

impl Happened {
    /// The word for what happened.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Bought => "bought",
            Self::Odometer { .. } => "odometer",
            Self::OdometerCorrected { .. } => "odometer_corrected",
            Self::Listed { .. } => "listed",
            Self::Sold => "sold",
            Self::SaleVoided => "sale_voided",
            Self::Serviced { .. } => "serviced",
        }
    }
}

/// One timeline, oldest first: the vehicle's own lines, its purchase, and the completed entries of its log.
pub fn timeline(vehicle: &Vehicle, lines: Vec<HistoryEntry>, log: &[ServiceRecord]) -> Vec<HistoryEntry> {
    let mut all = lines;
    if let Some(day) = vehicle.details.date_of_purchase {
        all.push(HistoryEntry {
            at: sold_on(day, &all).unwrap_or_else(|| midnight(day)),
            happened: Happened::Bought,
        });
    }
    all.extend(
        log.iter()
            .filter(|record| record.status == RecordStatus::Completed)
            .map(|record| HistoryEntry {
                at: record.completion_date.map_or(record.created_at, midnight),
                happened: Happened::Serviced {
                    record: record.id,
                    description: record.description.clone(),
                    odometer: record.odometer,
                },
            }),
    );
    all.sort_by_key(|entry| entry.at); // stable: what happened at the same instant stays in the order it was written
    all
}

fn midnight(day: NaiveDate) -> Instant {
    day.and_time(NaiveTime::MIN).and_utc()
}

/// When the car changed hands on that day, wherever it was that day: a purchase is of the same instant as its sale.
fn sold_on(day: NaiveDate, lines: &[HistoryEntry]) -> Option<Instant> {
    let begins = midnight(day) - TimeDelta::hours(14); // on Kiritimati
    let ends = midnight(day) + TimeDelta::hours(36); // on Baker Island
    lines
        .iter()
        .filter(|line| line.happened == Happened::Sold && (begins..ends).contains(&line.at))
        .map(|line| line.at)
        .max()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(at: &str, happened: Happened) -> HistoryEntry {
        HistoryEntry {
            at: at.parse().unwrap(),
            happened,
        }
    }

    #[test]
    fn a_purchase_comes_with_its_sale_and_else_with_its_day() {
        let day: NaiveDate = "2026-06-08".parse().unwrap();
        let evening: Instant = "2026-06-09T01:30:00Z".parse().unwrap();
        let lines = [
            line("2026-06-01T09:00:00Z", Happened::Sold),
            line("2026-06-08T13:00:00Z", Happened::Sold),
            line("2026-06-08T14:00:00Z", Happened::SaleVoided),
            line("2026-06-09T01:30:00Z", Happened::Sold),
        ];
        assert_eq!(
            sold_on(day, &lines),
            Some(evening),
            "it is the 8th in New York still"
        );
        assert_eq!(sold_on(day, &lines[..1]), None);
    }
}
