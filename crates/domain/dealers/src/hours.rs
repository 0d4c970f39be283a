//! When a site is open: a week, and days that are different.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate, NaiveTime, Weekday};
use kernel::error::{Malformed, Violations};
use kernel::patch::Patch;
use kernel::text;
use serde::{Deserialize, Serialize};

/// A time of the local day to the minute, 00:00 to 24:00. Written `HH:MM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TimeOfDay(u16);

/// Minutes of a day.
const DAY: u16 = 24 * 60;

impl TimeOfDay {
    /// The end of the day, as a closing time.
    pub const MIDNIGHT: Self = Self(DAY);

    /// Takes minutes since local midnight, up to 24:00.
    pub const fn from_minutes(minutes: u16) -> Option<Self> {
        if minutes <= DAY { Some(Self(minutes)) } else { None }
    }

    /// A full hour; beyond 24 it is 24:00.
    pub const fn hour(hour: u8) -> Self {
        let minutes = hour as u16 * 60;
        Self(if minutes > DAY { DAY } else { minutes })
    }

    /// Minutes since local midnight.
    pub const fn minutes(self) -> u16 {
        self.0
    }

    /// The wall time; 24:00 has none, as it belongs to the next day.
    pub fn wall(self) -> Option<NaiveTime> {
        NaiveTime::from_num_seconds_from_midnight_opt(u32::from(self.0) * 60, 0)
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl FromStr for TimeOfDay {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let parsed = (text.len() == 5)
            .then(|| text.split_once(':'))
            .flatten()
            .filter(|(h, m)| h.bytes().chain(m.bytes()).all(|b| b.is_ascii_digit()))
            .and_then(|(h, m)| Some((h.parse::<u16>().ok()?, m.parse::<u16>().ok()?)))
            .filter(|(h, m)| *m < 60 && (*h < 24 || (*h == 24 && *m == 0)));
        parsed.map(|(h, m)| Self(h * 60 + m)).ok_or_else(|| {
            Malformed::new(
                "malformed_time",
                format!(
                    "“{}” is not a time of day such as 09:00 (00:00 to 24:00)",
                    text::excerpt(text)
                ),
            )
        })
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

/// From opening to closing, the closing minute not included. `open < close`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The first open minute.
    pub open: TimeOfDay,
    /// The first closed minute after it.
    pub close: TimeOfDay,
}

/// The open spans of one day: in order, apart from each other. None means closed.
pub type Day = Vec<Span>;

/// The open spans of a week.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningHours {
    /// Monday.
    pub mon: Day,
    /// Tuesday.
    pub tue: Day,
    /// Wednesday.
    pub wed: Day,
    /// Thursday.
    pub thu: Day,
    /// Friday.
    pub fri: Day,
    /// Saturday.
    pub sat: Day,
    /// Sunday.
    pub sun: Day,
}

/// A date on which the week does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayException {
    /// The local date.
    pub date: NaiveDate,
    /// What holds instead; empty means closed.
    pub hours: Day,
}

impl OpeningHours {
    /// What a site has that names none: Monday to Saturday, 09:00 to 18:00.
    pub fn usual() -> Self {
        let day = vec![Span {
            open: TimeOfDay::hour(9),
            close: TimeOfDay::hour(18),
        }];
        Self {
            mon: day.clone(),
            tue: day.clone(),
            wed: day.clone(),
            thu: day.clone(),
            fri: day.clone(),
            sat: day,
            sun: Vec::new(),
        }
    }

    /// The spans of a weekday.
    pub fn of(&self, weekday: Weekday) -> &[Span] {
        match weekday {
            Weekday::Mon => &self.mon,
            Weekday::Tue => &self.tue,
            Weekday::Wed => &self.wed,
            Weekday::Thu => &self.thu,
            Weekday::Fri => &self.fri,
            Weekday::Sat => &self.sat,
            Weekday::Sun => &self.sun,
        }
    }

    /// The spans of a date, its exception taken into account.
    pub fn on<'a>(&'a self, date: NaiveDate, exceptions: &'a [DayException]) -> &'a [Span] {
        exceptions
            .iter()
            .find(|e| e.date == date)
            .map_or_else(|| self.of(date.weekday()), |e| &e.hours)
    }
}

/// One span as it comes from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SpanDraft {
    /// `HH:MM`.
    pub open: String,
    /// `HH:MM`, up to `24:00`.
    pub close: String,
}

/// A week as it comes from outside; a day that is left out is closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HoursDraft {
    /// Monday to Sunday.
    pub days: [Vec<SpanDraft>; 7],
}

/// Changes to single days, Monday to Sunday; `null` closes a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HoursPatch {
    /// Monday to Sunday.
    pub days: [Patch<Vec<SpanDraft>>; 7],
}

/// An exception as it comes from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionDraft {
    /// `YYYY-MM-DD`.
    pub date: String,
    /// Closed all day?
    pub closed: bool,
    /// Or open then.
    pub hours: Option<Vec<SpanDraft>>,
}

/// The public names of the days, Monday first.
pub const DAY_NAMES: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Exceptions of one site at most.
const MAX_EXCEPTIONS: usize = 366;
/// Spans of one day at most.
const MAX_SPANS: usize = 8;

/// Reads the spans of one day, noting what is wrong under `pointer`.
fn read_day(drafts: Vec<SpanDraft>, pointer: &str, found: &mut Violations) -> Day {
    let mut day = Day::new();
    found.check(drafts.len() <= MAX_SPANS, pointer, "too_many", || {
        format!("has {} spans; a day takes at most {MAX_SPANS}", drafts.len())
    });
    for (n, draft) in drafts.into_iter().enumerate().take(MAX_SPANS) {
        let open = found.take(&format!("{pointer}/{n}/open"), draft.open.parse::<TimeOfDay>());
        let close = found.take(&format!("{pointer}/{n}/close"), draft.close.parse::<TimeOfDay>());
        let (Some(open), Some(close)) = (open, close) else {
            continue;
        };
        if open >= close {
            found.add(
                format!("{pointer}/{n}"),
                "empty_span",
                format!("opens at {open} and closes at {close}: closing must be later on the same day (24:00 at most)"),
            );
        } else {
            day.push(Span { open, close });
        }
    }
    day.sort_by_key(|span| span.open);
    for pair in day.windows(2) {
        if let [first, second] = pair
            && second.open < first.close
        {
            found.add(
                pointer,
                "overlapping_hours",
                format!(
                    "{}–{} and {}–{} overlap: join them or keep them apart",
                    first.open, first.close, second.open, second.close
                ),
            );
        }
    }
    day
}

impl HoursDraft {
    /// Reads a week, noting everything that is wrong under `pointer`.
    pub fn read(self, pointer: &str, found: &mut Violations) -> OpeningHours {
        let mut days = self
            .days
            .into_iter()
            .zip(DAY_NAMES)
            .map(|(spans, name)| read_day(spans, &format!("{pointer}/{name}"), found));
        let mut next = || days.next().unwrap_or_default();
        OpeningHours {
            mon: next(),
            tue: next(),
            wed: next(),
            thu: next(),
            fri: next(),
            sat: next(),
            sun: next(),
        }
    }

    /// The week after a patch.
    #[must_use]
    pub fn patched(self, patch: HoursPatch) -> Self {
        let mut days = self.days;
        for (day, change) in days.iter_mut().zip(patch.days) {
            *day = change.apply(Some(std::mem::take(day))).unwrap_or_default();
        }
        Self { days }
    }
}

/// A day as a draft.
fn drafts(day: &[Span]) -> Vec<SpanDraft> {
    day.iter()
        .map(|span| SpanDraft {
            open: span.open.to_string(),
            close: span.close.to_string(),
        })
        .collect()
}

impl From<&OpeningHours> for HoursDraft {
    fn from(hours: &OpeningHours) -> Self {
        Self {
            days: [
                drafts(&hours.mon),
                drafts(&hours.tue),
                drafts(&hours.wed),
                drafts(&hours.thu),
                drafts(&hours.fri),
                drafts(&hours.sat),
                drafts(&hours.sun),
            ],
        }
    }
}

impl From<&DayException> for ExceptionDraft {
    fn from(exception: &DayException) -> Self {
        Self {
            date: exception.date.to_string(),
            closed: exception.hours.is_empty(),
            hours: (!exception.hours.is_empty()).then(|| drafts(&exception.hours)),
        }
    }
}

/// Reads the exceptions of a site, in the order of their dates, noting what is wrong under `pointer`.
pub fn read_exceptions(
    drafts: Vec<ExceptionDraft>,
    pointer: &str,
    found: &mut Violations,
) -> Vec<DayException> {
    found.check(drafts.len() <= MAX_EXCEPTIONS, pointer, "too_many", || {
        format!(
            "has {} dates; a site takes at most {MAX_EXCEPTIONS}",
            drafts.len()
        )
    });
    let mut exceptions: Vec<DayException> = Vec::new();
    for (n, draft) in drafts.into_iter().enumerate().take(MAX_EXCEPTIONS) {
        let at = format!("{pointer}/{n}");
        let date = found.take(&format!("{at}/date"), read_date(&draft.date));
        let open = draft.hours.as_ref().is_some_and(|hours| !hours.is_empty());
        found.check(draft.closed != open, &at, "closed_or_hours", || {
            "says both or neither: give either closed: true or hours".to_owned()
        });
        let hours = read_day(draft.hours.unwrap_or_default(), &format!("{at}/hours"), found);
        let Some(date) = date else { continue };
        if exceptions.iter().any(|e| e.date == date) {
            found.add(
                format!("{at}/date"),
                "duplicate_date",
                format!("{date} is named twice: give one exception for each date"),
            );
        } else {
            exceptions.push(DayException { date, hours });
        }
    }
    exceptions.sort_by_key(|e| e.date);
    exceptions
}

/// Reads `YYYY-MM-DD`.
fn read_date(text: &str) -> Result<NaiveDate, Malformed> {
    text.parse::<NaiveDate>()
        .ok()
        .filter(|_| text.len() == 10)
        .ok_or_else(|| {
            Malformed::new(
                "malformed_date",
                format!("“{}” is not a date such as 2026-12-24", text::excerpt(text)),
            )
        })
}
