//! The slot calculus: opening hours, exceptions, zone, duration, granularity, first and last start, lead, horizon and
//! capacity in; slots out. It knows no car and no customer, and touches neither clock nor database.
//!
//! Starts lie on a grid of **wall time**, so they follow the showroom's clock across daylight-saving changes: a local
//! time that does not exist is no slot, one that occurs twice is one slot (its first occurrence). Durations are exact.

use std::collections::BTreeMap;
use std::num::NonZeroU16;

use chrono::{Datelike, LocalResult, NaiveDate, NaiveTime, TimeDelta, TimeZone, Timelike, Weekday};
use kernel::Instant;
use kernel::error::{Common, Malformed};
use kernel::zone::Zone;
use serde::{Deserialize, Serialize};

use crate::booking::Slot;
use crate::error::{Error, rfc3339};

/// Minutes of a whole day.
const DAY: u16 = 1440;

/// Open from one minute of the day to another: `0 <= open < close <= 1440`, where 1440 is midnight at the end of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "(u16, u16)", into = "(u16, u16)")]
pub struct Opening {
    open: u16,
    close: u16,
}

impl Opening {
    /// Open from minute `open` of the day to minute `close`.
    pub fn new(open: u16, close: u16) -> Result<Self, Malformed> {
        if open < close && close <= DAY {
            Ok(Self { open, close })
        } else {
            Err(Malformed::new(
                "malformed_hours",
                format!("from minute {open} to minute {close}: opening comes before closing, within one day"),
            ))
        }
    }

    /// Minute of the day at which it opens.
    pub const fn open(self) -> u16 {
        self.open
    }

    /// Minute of the day at which it closes.
    pub const fn close(self) -> u16 {
        self.close
    }
}

impl TryFrom<(u16, u16)> for Opening {
    type Error = Malformed;

    fn try_from((open, close): (u16, u16)) -> Result<Self, Malformed> {
        Self::new(open, close)
    }
}

impl From<Opening> for (u16, u16) {
    fn from(opening: Opening) -> Self {
        (opening.open, opening.close)
    }
}

/// When a place is open, by its own clock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendar {
    /// The clock on its wall.
    pub zone: Zone,
    /// Monday to Sunday; an empty day is a closed one.
    pub week: [Vec<Opening>; 7],
    /// Days that differ from the week; an empty one is closed.
    pub exceptions: BTreeMap<NaiveDate, Vec<Opening>>,
}

impl Calendar {
    /// The same hours on each of the given days.
    pub fn weekly(zone: Zone, days: &[Weekday], hours: &[Opening]) -> Self {
        let mut week: [Vec<Opening>; 7] = Default::default();
        for day in days {
            if let Some(slot) = week.get_mut(day.num_days_from_monday() as usize) {
                slot.extend_from_slice(hours);
            }
        }
        Self {
            zone,
            week,
            exceptions: BTreeMap::new(),
        }
    }

    /// The hours of one day.
    pub fn on(&self, date: NaiveDate) -> &[Opening] {
        self.exceptions
            .get(&date)
            .or_else(|| self.week.get(date.weekday().num_days_from_monday() as usize))
            .map_or(&[], Vec::as_slice)
    }
}

/// How a place cuts its day into slots. A first start after the last one means: no slots.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotRules {
    /// Minute of the day of the first start.
    pub first_start: u16,
    /// Minute of the day of the last start.
    pub last_start: u16,
    /// How long a slot is.
    pub minutes: NonZeroU16,
    /// Minutes from one start to the next.
    pub step: NonZeroU16,
    /// A slot starts at least so many minutes ahead.
    pub lead_minutes: u32,
    /// The last day that can be booked is so many days after today, by the place's calendar.
    pub horizon_days: u16,
    /// A customer may cancel or move it until so many minutes before the start.
    pub cutoff_minutes: u32,
    /// Open drives that one customer may have.
    pub max_open: u16,
}

impl Default for SlotRules {
    /// One hour, on the hour from 09:00 to 16:00, an hour to 60 days ahead, cut-off 2 h, 3 open drives.
    fn default() -> Self {
        const HOUR: NonZeroU16 = NonZeroU16::MIN.saturating_add(59);
        Self {
            first_start: 9 * 60,
            last_start: 16 * 60,
            minutes: HOUR,
            step: HOUR,
            lead_minutes: 60,
            horizon_days: 60,
            cutoff_minutes: 120,
            max_open: 3,
        }
    }
}

impl SlotRules {
    /// How long before the start the customer may still cancel or move it.
    pub fn cutoff(&self) -> TimeDelta {
        TimeDelta::minutes(i64::from(self.cutoff_minutes))
    }

    fn starts(&self) -> impl Iterator<Item = u16> {
        (self.first_start..=self.last_start.min(DAY - 1)).step_by(usize::from(self.step.get()))
    }

    fn length(&self) -> TimeDelta {
        TimeDelta::minutes(i64::from(self.minutes.get()))
    }
}

/// The slots that start on `date`, seen from `now`, in order. A day that is past, closed or too far ahead has none.
pub fn slots_on(calendar: &Calendar, rules: &SlotRules, date: NaiveDate, now: Instant) -> Vec<Slot> {
    let today = now.with_timezone(&calendar.zone.0).date_naive();
    let ahead = date.signed_duration_since(today).num_days();
    if !(0..=i64::from(rules.horizon_days)).contains(&ahead) {
        return Vec::new();
    }
    let open: Vec<(Instant, Instant)> = calendar
        .on(date)
        .iter()
        .filter_map(|hours| {
            let from = clock_strikes(calendar.zone, date, hours.open, Twice::First)?;
            let to = clock_strikes(calendar.zone, date, hours.close, Twice::Second)?;
            Some((from, to))
        })
        .collect();
    let earliest = now + TimeDelta::minutes(i64::from(rules.lead_minutes));
    rules
        .starts()
        .filter_map(|minute| wall_time(calendar.zone, date, minute))
        .map(|start_at| Slot {
            start_at,
            end_at: start_at + rules.length(),
        })
        .filter(|slot| slot.start_at >= earliest)
        .filter(|slot| {
            open.iter()
                .any(|(from, to)| *from <= slot.start_at && slot.end_at <= *to)
        })
        .collect()
}

/// The slot that starts at `start_at`, or `not_a_slot` with the starts of that day that would do.
pub fn slot_at(
    calendar: &Calendar,
    rules: &SlotRules,
    start_at: Instant,
    now: Instant,
) -> Result<Slot, Error> {
    let wall = start_at.with_timezone(&calendar.zone.0);
    let day = slots_on(calendar, rules, wall.date_naive(), now);
    if let Some(slot) = day.iter().find(|slot| slot.start_at == start_at) {
        return Ok(*slot);
    }
    let hint = match (day.first(), day.last()) {
        (Some(first), Some(last)) => format!(
            "that day has slots every {} min, the first at {}, the last at {}",
            rules.step,
            rfc3339(first.start_at),
            rfc3339(last.start_at),
        ),
        _ => "that day has no slots left: it is past, closed, too soon or too far ahead".to_owned(),
    };
    Err(Error::NotASlot(Common::invalid(
        "/start_at",
        "not_a_slot",
        format!(
            "{} ({} {}) is not the start of a slot: {hint}",
            rfc3339(start_at),
            wall.format("%Y-%m-%d %H:%M"),
            calendar.zone,
        ),
    )))
}

/// The slots that still have room: at no moment of one are more than `capacity - 1` of `taken` under way.
pub fn free(slots: &[Slot], taken: &[Slot], capacity: u16) -> Vec<Slot> {
    slots
        .iter()
        .copied()
        .filter(|slot| busiest(slot, taken) < usize::from(capacity))
        .collect()
}

/// How many of `taken` are under way at the busiest moment of `slot`. That moment is the slot's start, or the start of one of them.
fn busiest(slot: &Slot, taken: &[Slot]) -> usize {
    let touching = || taken.iter().filter(|other| other.overlaps(slot));
    touching()
        .map(|other| other.start_at.max(slot.start_at))
        .map(|moment| {
            touching()
                .filter(|other| other.start_at <= moment && moment < other.end_at)
                .count()
        })
        .max()
        .unwrap_or(0)
}

/// Which of two moments with the same wall time.
#[derive(Clone, Copy)]
enum Twice {
    First,
    Second,
}

/// The moment at which the wall shows this minute of the day; none where it never does; the first where it does twice.
fn wall_time(zone: Zone, date: NaiveDate, minute: u16) -> Option<Instant> {
    let time = NaiveTime::from_num_seconds_from_midnight_opt(u32::from(minute) * 60, 0)?;
    match zone.0.from_local_datetime(&date.and_time(time)) {
        LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _) => Some(moment.to_utc()),
        LocalResult::None => None,
    }
}

/// The moment at which the wall shows this minute of the day **or later**: doors open and close also when clocks skip the hour.
fn clock_strikes(zone: Zone, date: NaiveDate, minute: u16, twice: Twice) -> Option<Instant> {
    let midnight = date.and_time(NaiveTime::MIN);
    // Clocks have never skipped more than a day.
    (minute..=minute.saturating_add(DAY)).find_map(|minute| {
        let local = midnight.checked_add_signed(TimeDelta::minutes(i64::from(minute)))?;
        match (zone.0.from_local_datetime(&local), twice) {
            (LocalResult::Single(moment) | LocalResult::Ambiguous(moment, _), Twice::First)
            | (LocalResult::Single(moment) | LocalResult::Ambiguous(_, moment), Twice::Second) => {
                Some(moment.to_utc())
            }
            (LocalResult::None, _) => None,
        }
    })
}

/// Minute of the day of a wall time; seconds are dropped.
pub fn minute_of_day(time: NaiveTime) -> u16 {
    u16::try_from(time.num_seconds_from_midnight() / 60).unwrap_or(0)
}
