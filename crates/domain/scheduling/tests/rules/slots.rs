//! The slot calculus: by example on the days when clocks change, by property everywhere else.

use chrono::{DateTime, Datelike, NaiveDate, TimeDelta, Timelike, Utc, Weekday};
use forecourt_scheduling::booking::Slot;
use forecourt_scheduling::slots::{Calendar, Opening, SlotRules, free, slot_at, slots_on};
use kernel::error::Failure;
use kernel::zone::Zone;
use proptest::prelude::*;

const WEEK: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];

fn zone(name: &str) -> Zone {
    name.parse().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn round_the_clock(name: &str) -> (Calendar, SlotRules) {
    let calendar = Calendar::weekly(zone(name), &WEEK, &[Opening::new(0, 1440).unwrap()]);
    let rules = SlotRules {
        first_start: 0,
        last_start: 23 * 60,
        ..SlotRules::default()
    };
    (calendar, rules)
}

fn hours(name: &str, date: &str) -> Vec<String> {
    let (calendar, rules) = round_the_clock(name);
    let date = day(date);
    let now = date.and_hms_opt(0, 0, 0).unwrap().and_utc() - TimeDelta::days(10);
    slots_on(&calendar, &rules, date, now)
        .iter()
        .map(|slot| {
            slot.start_at
                .with_timezone(&calendar.zone.0)
                .format("%H:%M")
                .to_string()
        })
        .collect()
}

#[test]
fn a_plain_day_has_eight_slots_from_nine_to_sixteen() {
    let calendar = Calendar::weekly(
        zone("America/New_York"),
        &WEEK,
        &[Opening::new(9 * 60, 18 * 60).unwrap()],
    );
    let slots = slots_on(
        &calendar,
        &SlotRules::default(),
        day("2026-12-07"),
        at("2026-12-01T12:00:00Z"),
    );
    assert_eq!(slots.len(), 8);
    assert_eq!(slots[0].start_at, at("2026-12-07T14:00:00Z"));
    assert_eq!(slots[7].end_at, at("2026-12-07T22:00:00Z"));
}

#[test]
fn the_hour_that_is_skipped_is_no_slot() {
    for (name, date, gone) in [
        ("America/New_York", "2026-03-08", "02:00"),
        ("Europe/London", "2026-03-29", "01:00"),
        ("Australia/Sydney", "2026-10-04", "02:00"),
    ] {
        let starts = hours(name, date);
        assert_eq!(starts.len(), 23, "{name}");
        assert!(!starts.iter().any(|s| s == gone), "{name}");
    }
}

#[test]
fn the_hour_that_occurs_twice_is_one_slot() {
    for (name, date, twice) in [
        ("America/New_York", "2026-11-01", "01:00"),
        ("Europe/London", "2026-10-25", "01:00"),
        ("Australia/Sydney", "2026-04-05", "02:00"),
    ] {
        let starts = hours(name, date);
        assert_eq!(starts.len(), 24, "{name}");
        assert_eq!(starts.iter().filter(|s| *s == twice).count(), 1, "{name}");
    }
}

#[test]
fn the_same_wall_time_is_another_instant_after_the_change() {
    let (calendar, rules) = round_the_clock("America/New_York");
    let now = at("2026-03-01T00:00:00Z");
    let nine = |date| {
        slots_on(&calendar, &rules, day(date), now)
            .into_iter()
            .find(|s| s.start_at.with_timezone(&calendar.zone.0).hour() == 9)
            .unwrap()
            .start_at
    };
    assert_eq!(nine("2026-03-07"), at("2026-03-07T14:00:00Z"));
    assert_eq!(nine("2026-03-08"), at("2026-03-08T13:00:00Z"));
}

#[test]
fn lead_horizon_and_the_past_close_a_day() {
    let (calendar, rules) = round_the_clock("UTC");
    let now = at("2026-06-10T10:30:00Z");
    let first = slots_on(&calendar, &rules, day("2026-06-10"), now)[0];
    assert_eq!(first.start_at, at("2026-06-10T12:00:00Z"));
    assert!(slots_on(&calendar, &rules, day("2026-06-09"), now).is_empty());
    assert_eq!(slots_on(&calendar, &rules, day("2026-08-09"), now).len(), 24);
    assert!(slots_on(&calendar, &rules, day("2026-08-10"), now).is_empty());
    assert!(slots_on(&calendar, &rules, NaiveDate::MAX, now).is_empty());
    assert!(slots_on(&calendar, &rules, NaiveDate::MIN, now).is_empty());
}

#[test]
fn a_slot_ends_before_the_doors_close_and_pauses_are_kept() {
    let mut calendar = Calendar::weekly(
        zone("Europe/London"),
        &WEEK,
        &[
            Opening::new(9 * 60, 12 * 60 + 30).unwrap(),
            Opening::new(14 * 60, 16 * 60).unwrap(),
        ],
    );
    calendar.exceptions.insert(day("2026-06-13"), Vec::new());
    calendar
        .exceptions
        .insert(day("2026-06-14"), vec![Opening::new(10 * 60, 11 * 60).unwrap()]);
    let now = at("2026-06-10T00:00:00Z");
    let starts = |date| {
        slots_on(&calendar, &SlotRules::default(), day(date), now)
            .iter()
            .map(|s| s.start_at.with_timezone(&calendar.zone.0).hour())
            .collect::<Vec<_>>()
    };
    assert_eq!(starts("2026-06-12"), [9, 10, 11, 14, 15]);
    assert!(starts("2026-06-13").is_empty());
    assert_eq!(starts("2026-06-14"), [10]);
}

#[test]
fn off_the_grid_is_named_not_a_slot() {
    let (calendar, rules) = round_the_clock("UTC");
    let now = at("2026-06-10T10:30:00Z");
    for wrong in [
        "2026-06-11T10:30:00Z",
        "2026-06-11T10:00:01Z",
        "2026-06-10T11:00:00Z",
        "2020-01-01T10:00:00Z",
        "2026-12-24T10:00:00Z",
    ] {
        let error = slot_at(&calendar, &rules, at(wrong), now).unwrap_err();
        assert_eq!(error.code(), "not_a_slot", "{wrong}");
    }
    assert!(slot_at(&calendar, &rules, at("2026-06-11T10:00:00Z"), now).is_ok());
}

#[test]
fn capacity_counts_the_busiest_moment() {
    let slot = |from: i64, to: i64| Slot {
        start_at: at("2026-06-10T00:00:00Z") + TimeDelta::minutes(from),
        end_at: at("2026-06-10T00:00:00Z") + TimeDelta::minutes(to),
    };
    // Two short ones after each other take one place; two at once take two.
    let taken = [slot(0, 30), slot(30, 60), slot(60, 90), slot(60, 120)];
    assert!(free(&[slot(0, 60)], &taken, 1).is_empty());
    assert_eq!(free(&[slot(0, 60)], &taken, 2).len(), 1);
    assert!(free(&[slot(60, 120)], &taken, 2).is_empty());
    assert_eq!(free(&[slot(120, 180)], &taken, 1).len(), 1);
    assert!(free(&[slot(120, 180)], &taken, 0).is_empty());
}

prop_compose! {
    fn any_site()(
        tz in 0..chrono_tz::TZ_VARIANTS.len(),
        ordinal in 0_i64..2557, // 2024-01-01 to 2030-12-31
        open in 0_u16..1380,
        long in 30_u16..720,
        first in 0_u16..1440,
        span in 0_u16..1440,
        minutes in prop::sample::select(vec![15_u16, 30, 45, 60, 90]),
        step in prop::sample::select(vec![15_u16, 30, 60]),
    ) -> (Calendar, SlotRules, NaiveDate) {
        let hours = Opening::new(open, (open + long).min(1440)).unwrap();
        let calendar = Calendar::weekly(Zone(chrono_tz::TZ_VARIANTS[tz]), &WEEK, &[hours]);
        let rules = SlotRules {
            first_start: first,
            last_start: first.saturating_add(span).min(1439),
            minutes: minutes.try_into().unwrap(),
            step: step.try_into().unwrap(),
            ..SlotRules::default()
        };
        (calendar, rules, day("2024-01-01") + TimeDelta::days(ordinal))
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn in_any_zone_on_any_day_slots_are_on_the_grid_and_inside_the_hours((calendar, rules, date) in any_site()) {
        let now = date.and_hms_opt(0, 0, 0).unwrap().and_utc() - TimeDelta::days(3);
        let slots = slots_on(&calendar, &rules, date, now);
        for slot in &slots {
            let start = slot.start_at.with_timezone(&calendar.zone.0);
            let minute = u16::try_from(start.hour() * 60 + start.minute()).unwrap();
            prop_assert_eq!(start.date_naive(), date);
            prop_assert_eq!(start.second(), 0);
            prop_assert!(minute >= rules.first_start && minute <= rules.last_start);
            prop_assert_eq!((minute - rules.first_start) % rules.step.get(), 0);
            prop_assert_eq!(slot.end_at - slot.start_at, TimeDelta::minutes(i64::from(rules.minutes.get())));
            let hours = calendar.on(date)[0];
            prop_assert!(minute >= hours.open());
            let end = slot.end_at.with_timezone(&calendar.zone.0);
            let last = if end.date_naive() == date {
                u16::try_from(end.hour() * 60 + end.minute()).unwrap()
            } else { 1440 };
            // On a day when clocks go forward the doors close at the end of the skipped time.
            let skipped = calendar.zone.0.name() != "UTC" && last > hours.close();
            prop_assert!(last <= hours.close() || skipped && last - hours.close() <= 120);
            prop_assert_eq!(slot_at(&calendar, &rules, slot.start_at, now).unwrap(), *slot);
        }
        let mut sorted = slots.clone();
        sorted.sort_unstable();
        sorted.dedup();
        prop_assert_eq!(sorted, slots);
    }

    #[test]
    fn every_existing_wall_time_of_the_grid_is_a_slot_exactly_once((calendar, rules, date) in any_site()) {
        use chrono::TimeZone;
        let calendar = Calendar::weekly(calendar.zone, &WEEK, &[Opening::new(0, 1440).unwrap()]);
        let now = date.and_hms_opt(0, 0, 0).unwrap().and_utc() - TimeDelta::days(3);
        let slots = slots_on(&calendar, &rules, date, now);
        let midnight = date.and_hms_opt(0, 0, 0).unwrap();
        let mut minute = rules.first_start;
        while minute <= rules.last_start {
            let wall = midnight + TimeDelta::minutes(i64::from(minute));
            let seen = slots.iter()
                .filter(|s| s.start_at.with_timezone(&calendar.zone.0).naive_local() == wall)
                .count();
            let exists = calendar.zone.0.from_local_datetime(&wall).earliest().is_some();
            let fits = minute + rules.minutes.get() <= 1440 - 120;
            prop_assert!(seen <= 1);
            if !exists { prop_assert_eq!(seen, 0); }
            if exists && fits { prop_assert_eq!(seen, 1, "{} {}", wall, calendar.zone); }
            minute += rules.step.get();
        }
    }

    #[test]
    fn slots_as_long_as_their_step_never_overlap((calendar, rules, date) in any_site()) {
        let rules = SlotRules { step: rules.minutes, ..rules };
        let now = date.and_hms_opt(0, 0, 0).unwrap().and_utc() - TimeDelta::days(3);
        let slots = slots_on(&calendar, &rules, date, now);
        for pair in slots.windows(2) {
            prop_assert!(!pair[0].overlaps(&pair[1]), "{:?}", pair);
        }
        prop_assert_eq!(free(&slots, &slots, 1), Vec::new());
        prop_assert_eq!(free(&slots, &[], 1), slots);
        prop_assert!(date.year() >= 2024);
    }
}
