//! Hours in which nothing may ring, in the person's own zone.

use chrono::{LocalResult, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Timelike};
use kernel::Instant;
use kernel::error::Common;
use kernel::zone::Zone;
use serde::{Deserialize, Serialize};

/// Minutes that a day must leave free for what has waited.
const LEAST_AWAKE: i64 = 4 * 60;

/// From one wall time to another, over midnight where the second comes before the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    from: NaiveTime,
    until: NaiveTime,
    zone: Zone,
}

impl QuietHours {
    /// Quiet from `from` until `until`, the last minute not included. At most 20 hours, so that each day has time for what waited.
    pub fn new(from: NaiveTime, until: NaiveTime, zone: Zone) -> Result<Self, Common> {
        let whole = |time: NaiveTime| time.with_second(0).and_then(|t| t.with_nanosecond(0)) == Some(time);
        if !whole(from) || !whole(until) {
            let told = "quiet hours begin and end at a full minute, such as 22:00";
            return Err(Common::invalid("/quiet_hours", "malformed_time", told));
        }
        let quiet = (until - from).num_minutes().rem_euclid(24 * 60);
        if quiet == 0 || quiet > 24 * 60 - LEAST_AWAKE {
            let told = format!(
                "quiet hours from {} until {}: they must leave at least {} hours of the day",
                from.format("%H:%M"),
                until.format("%H:%M"),
                LEAST_AWAKE / 60
            );
            return Err(Common::invalid("/quiet_hours", "too_long", told));
        }
        Ok(Self { from, until, zone })
    }

    /// The first quiet minute of the day.
    pub const fn from(&self) -> NaiveTime {
        self.from
    }

    /// The first minute after them.
    pub const fn until(&self) -> NaiveTime {
        self.until
    }

    /// Whose wall time it is.
    pub const fn zone(&self) -> Zone {
        self.zone
    }

    /// Is it quiet at an instant?
    pub fn hold(&self, at: Instant) -> bool {
        let time = at.with_timezone(&self.zone.0).time();
        if self.from < self.until {
            self.from <= time && time < self.until
        } else {
            self.from <= time || time < self.until
        }
    }

    /// When they end, if they hold at `at`. Where clocks jump over the end, the first instant after the jump; where the end comes
    /// twice, the next of the two.
    pub fn end_after(&self, at: Instant) -> Option<Instant> {
        if !self.hold(at) {
            return None;
        }
        let local = at.with_timezone(&self.zone.0).naive_local();
        let today = local.date().and_time(self.until);
        let end = if local < today {
            today
        } else {
            // Earlier today, but clocks were put back since: it comes once more.
            match self.instant(today).filter(|end| *end > at) {
                Some(end) => return Some(end),
                None => today + TimeDelta::days(1),
            }
        };
        self.first_after(end, at)
    }

    /// The later instant with this wall time, if it has two.
    fn instant(&self, wall: NaiveDateTime) -> Option<Instant> {
        self.zone
            .0
            .from_local_datetime(&wall)
            .latest()
            .map(|t| t.to_utc())
    }

    /// The first instant after `at` whose wall time is `wall`, or later where that wall time was left out.
    fn first_after(&self, wall: NaiveDateTime, at: Instant) -> Option<Instant> {
        // Zones have left out a whole day at most.
        (0..=24 * 60).find_map(|minutes| {
            let wall = wall + TimeDelta::minutes(minutes);
            match self.zone.0.from_local_datetime(&wall) {
                LocalResult::Single(moment) => Some(moment.to_utc()),
                LocalResult::Ambiguous(first, second) => {
                    [first.to_utc(), second.to_utc()].into_iter().find(|t| *t > at)
                }
                LocalResult::None => None,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quiet(from: (u32, u32), until: (u32, u32), zone: &str) -> QuietHours {
        let time = |(h, m)| NaiveTime::from_hms_opt(h, m, 0).unwrap();
        QuietHours::new(time(from), time(until), zone.parse().unwrap()).unwrap()
    }

    fn end(quiet: QuietHours, at: &str) -> Option<String> {
        let at: Instant = at.parse().unwrap();
        quiet.end_after(at).map(|end| end.to_rfc3339())
    }

    #[test]
    fn a_night_ends_in_the_morning() {
        let night = quiet((22, 0), (7, 0), "America/New_York");
        assert_eq!(end(night, "2026-06-09T01:59:00Z"), None, "21:59 is not quiet");
        let morning = Some("2026-06-09T11:00:00+00:00".to_owned());
        assert_eq!(end(night, "2026-06-09T02:00:00Z"), morning);
        assert_eq!(end(night, "2026-06-09T10:59:00Z"), morning);
        assert_eq!(
            end(night, "2026-06-09T11:00:00Z"),
            None,
            "07:00 is not quiet any more"
        );
    }

    #[test]
    fn the_night_of_the_change_ends_by_the_wall_clock() {
        let night = quiet((22, 0), (7, 0), "America/New_York");
        // Clocks go forward on 8 March 2026 and back on 1 November: 07:00 is at 11:00 UTC, then at 12:00 UTC.
        let after = |at| end(night, at).unwrap();
        assert_eq!(after("2026-03-08T04:00:00Z"), "2026-03-08T11:00:00+00:00");
        assert_eq!(after("2026-11-01T03:00:00Z"), "2026-11-01T12:00:00+00:00");
    }

    #[test]
    fn an_end_that_clocks_jump_over_is_the_jump() {
        let short = quiet((1, 0), (2, 30), "America/New_York");
        assert_eq!(
            end(short, "2026-03-08T06:30:00Z").unwrap(),
            "2026-03-08T07:00:00+00:00",
            "02:30 does not exist: 03:00 follows 01:59"
        );
    }

    #[test]
    fn an_end_that_comes_twice_is_the_next_one() {
        let short = quiet((0, 0), (1, 30), "America/New_York");
        let (first, second) = ("2026-11-01T05:30:00+00:00", "2026-11-01T06:30:00+00:00");
        assert_eq!(end(short, "2026-11-01T05:10:00Z").unwrap(), first);
        assert_eq!(
            end(short, "2026-11-01T06:10:00Z").unwrap(),
            second,
            "01:10 for the second time"
        );
    }

    #[test]
    fn a_whole_day_is_refused() {
        let time = |h| NaiveTime::from_hms_opt(h, 0, 0).unwrap();
        let zone = "Europe/Berlin".parse().unwrap();
        assert!(QuietHours::new(time(7), time(7), zone).is_err());
        assert!(QuietHours::new(time(7), time(6), zone).is_err());
        assert!(QuietHours::new(time(7), time(3), zone).is_ok());
    }
}
