//! How a site gives out its test drives.

use kernel::error::Violations;
use kernel::patch::Patch;
use serde::{Deserialize, Serialize};

use crate::hours::TimeOfDay;

/// The rules of a site's test drives. Each is beside its unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlotRules {
    /// The earliest start, local time.
    pub first_start: TimeOfDay,
    /// The latest start, local time.
    pub last_start: TimeOfDay,
    /// How long one lasts, in minutes.
    pub minutes: u32,
    /// From one start to the next, in minutes.
    pub step: u32,
    /// How far ahead one must be booked at least, in minutes.
    pub lead_minutes: u32,
    /// How far ahead one can be booked at most, in days.
    pub horizon_days: u32,
    /// How long before the start a customer can still cancel or move it, in minutes.
    pub cutoff_minutes: u32,
    /// Open test drives a customer at most.
    pub max_open: u32,
}

impl Default for SlotRules {
    fn default() -> Self {
        Self {
            first_start: TimeOfDay::hour(9),
            last_start: TimeOfDay::hour(16),
            minutes: 60,
            step: 60,
            lead_minutes: 60,
            horizon_days: 60,
            cutoff_minutes: 120,
            max_open: 3,
        }
    }
}

/// Changes to the rules, or the rules of a new site; `null` and absent in a new site mean the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SlotRulesPatch {
    /// `HH:MM`.
    pub first_start: Patch<String>,
    /// `HH:MM`.
    pub last_start: Patch<String>,
    /// Minutes.
    pub minutes: Patch<u32>,
    /// Minutes.
    pub step: Patch<u32>,
    /// Minutes.
    pub lead_minutes: Patch<u32>,
    /// Days.
    pub horizon_days: Patch<u32>,
    /// Minutes.
    pub cutoff_minutes: Patch<u32>,
    /// Count.
    pub max_open: Patch<u32>,
}

/// Bounds of a number.
struct Bounds {
    field: &'static str,
    least: u32,
    most: u32,
    unit: &'static str,
}

impl SlotRules {
    /// The rules after a patch, noting everything that is wrong under `pointer`. `null` sets the default again.
    pub fn patched(self, patch: SlotRulesPatch, pointer: &str, found: &mut Violations) -> Self {
        let usual = Self::default();
        let mut time = |field: &str, change: Patch<String>, now: TimeOfDay, default: TimeOfDay| match change {
            Patch::Absent => now,
            Patch::Null => default,
            Patch::Value(text) => found
                .take(&format!("{pointer}/{field}"), text.parse())
                .unwrap_or(now),
        };
        let first_start = time(
            "first_start",
            patch.first_start,
            self.first_start,
            usual.first_start,
        );
        let last_start = time("last_start", patch.last_start, self.last_start, usual.last_start);
        let mut number = |bounds: Bounds, change: Patch<u32>, now: u32, default: u32| {
            let value = match change {
                Patch::Absent => now,
                Patch::Null => default,
                Patch::Value(value) => value,
            };
            let Bounds {
                field,
                least,
                most,
                unit,
            } = bounds;
            found.check(
                (least..=most).contains(&value),
                &format!("{pointer}/{field}"),
                "out_of_range",
                || format!("{value} is out of range: {least} to {most} {unit}"),
            );
            value
        };
        let minutes = |field| Bounds {
            field,
            least: 5,
            most: 480,
            unit: "minutes",
        };
        let ahead = |field| Bounds {
            field,
            least: 0,
            most: 20_160,
            unit: "minutes",
        };
        let days = Bounds {
            field: "horizon_days",
            least: 1,
            most: 365,
            unit: "days",
        };
        let open = Bounds {
            field: "max_open",
            least: 1,
            most: 100,
            unit: "test drives",
        };
        let rules = Self {
            first_start,
            last_start,
            minutes: number(minutes("minutes"), patch.minutes, self.minutes, usual.minutes),
            step: number(minutes("step"), patch.step, self.step, usual.step),
            lead_minutes: number(
                ahead("lead_minutes"),
                patch.lead_minutes,
                self.lead_minutes,
                usual.lead_minutes,
            ),
            horizon_days: number(days, patch.horizon_days, self.horizon_days, usual.horizon_days),
            cutoff_minutes: number(
                ahead("cutoff_minutes"),
                patch.cutoff_minutes,
                self.cutoff_minutes,
                usual.cutoff_minutes,
            ),
            max_open: number(open, patch.max_open, self.max_open, usual.max_open),
        };
        found.check(
            rules.first_start <= rules.last_start,
            &format!("{pointer}/last_start"),
            "before_first_start",
            || {
                format!(
                    "{} is before first_start, {}",
                    rules.last_start, rules.first_start
                )
            },
        );
        found.check(
            rules.last_start < TimeOfDay::MIDNIGHT,
            &format!("{pointer}/last_start"),
            "out_of_range",
            || "24:00 is no start: 23:59 is the latest".to_owned(),
        );
        rules
    }
}
