//! IANA time zones.

use std::fmt;
use std::str::FromStr;

use chrono::{LocalResult, NaiveTime, TimeDelta, TimeZone};
use serde::{Deserialize, Serialize};

use crate::error::Malformed;

/// A zone of the IANA database that this program was built with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Zone(pub chrono_tz::Tz);

impl Zone {
    /// Its name: `America/New_York`.
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// An instant as a letter says it, in this zone's wall time: `Monday, 8 June 2026, 10:00 EDT`.
    pub fn words(self, instant: crate::Instant) -> String {
        instant
            .with_timezone(&self.0)
            .format("%A, %-d %B %Y, %H:%M %Z")
            .to_string()
    }

    /// The first instant after `after` at which clocks here show `time`. Where they jump over it that day, the first minute after the
    /// jump; where they show it twice, the first of the two that is still to come.
    pub fn next(self, time: NaiveTime, after: crate::Instant) -> crate::Instant {
        let today = after.with_timezone(&self.0).date_naive();
        let moments = |wall| match self.0.from_local_datetime(&wall) {
            LocalResult::Single(moment) => [Some(moment), None],
            LocalResult::Ambiguous(first, second) => [Some(first), Some(second)],
            LocalResult::None => [None, None],
        };
        (0..=3)
            .map(|days| today.and_time(time) + TimeDelta::days(days))
            .filter_map(|wall| {
                // Zones have left out a whole day at most.
                (0..=24 * 60)
                    .map(|minutes| moments(wall + TimeDelta::minutes(minutes)))
                    .find(|found| found[0].is_some())
            })
            .flatten()
            .flatten()
            .map(|moment| moment.to_utc())
            .find(|moment| *moment > after)
            .unwrap_or(after + TimeDelta::days(1))
    }
}

impl FromStr for Zone {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self).map_err(|_| {
            Malformed::new(
                "unknown_timezone",
                format!(
                    "“{}” is not an IANA zone such as America/New_York",
                    crate::text::excerpt(text)
                ),
            )
        })
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn next(zone: &str, hour: u32, minute: u32, after: &str) -> String {
        let time = NaiveTime::from_hms_opt(hour, minute, 0).unwrap();
        let zone: Zone = zone.parse().unwrap();
        zone.next(time, after.parse().unwrap()).to_rfc3339()
    }

    #[test]
    fn a_wall_time_comes_today_or_tomorrow() {
        let new_york = |after| next("America/New_York", 8, 0, after);
        assert_eq!(new_york("2026-06-08T11:59:59Z"), "2026-06-08T12:00:00+00:00");
        assert_eq!(new_york("2026-06-08T12:00:00Z"), "2026-06-09T12:00:00+00:00");
        assert_eq!(
            next("Asia/Kathmandu", 8, 0, "2026-06-08T12:00:00Z"),
            "2026-06-09T02:15:00+00:00"
        );
    }

    #[test]
    fn eight_in_the_morning_follows_the_wall_clock_over_both_changes() {
        let new_york = |after| next("America/New_York", 8, 0, after);
        assert_eq!(
            new_york("2026-03-07T13:00:00Z"),
            "2026-03-08T12:00:00+00:00",
            "23 hours later"
        );
        assert_eq!(
            new_york("2026-10-31T12:00:00Z"),
            "2026-11-01T13:00:00+00:00",
            "25 hours later"
        );
    }

    #[test]
    fn a_time_that_is_jumped_over_or_comes_twice_is_found() {
        let new_york = |hour, minute, after| next("America/New_York", hour, minute, after);
        assert_eq!(
            new_york(2, 30, "2026-03-08T06:00:00Z"),
            "2026-03-08T07:00:00+00:00"
        );
        assert_eq!(
            new_york(1, 30, "2026-11-01T05:00:00Z"),
            "2026-11-01T05:30:00+00:00"
        );
        assert_eq!(
            new_york(1, 30, "2026-11-01T05:30:00Z"),
            "2026-11-01T06:30:00+00:00"
        );
    }
}
