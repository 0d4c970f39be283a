//! Opening hours, exceptions and the rules of test drives.

use ::dealers::hours::{DayException, ExceptionDraft, HoursDraft, HoursPatch, OpeningHours, Span, SpanDraft};
use ::dealers::slot_rules::{SlotRules, SlotRulesPatch};
use kernel::patch::Patch;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// From opening to closing, local time.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"open": "09:00", "close": "18:00"}))]
pub(super) struct SpanDto {
    /// `HH:MM`.
    #[schema(pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    open: String,
    /// `HH:MM`, up to `24:00`.
    #[schema(pattern = "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]
    close: String,
}

impl From<&Span> for SpanDto {
    fn from(span: &Span) -> Self {
        Self {
            open: span.open.to_string(),
            close: span.close.to_string(),
        }
    }
}

impl From<SpanDto> for SpanDraft {
    fn from(dto: SpanDto) -> Self {
        Self {
            open: dto.open,
            close: dto.close,
        }
    }
}

fn spans(day: &[Span]) -> Vec<SpanDto> {
    day.iter().map(Into::into).collect()
}

fn drafts(day: Vec<SpanDto>) -> Vec<SpanDraft> {
    day.into_iter().map(Into::into).collect()
}

/// The open spans of a week. In a new site a day that is left out is closed.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HoursDto {
    #[serde(default)]
    #[schema(max_items = 8)]
    mon: Vec<SpanDto>,
    #[serde(default)]
    #[schema(max_items = 8)]
    tue: Vec<SpanDto>,
    #[serde(default)]
    #[schema(max_items = 8)]
    wed: Vec<SpanDto>,
    #[serde(default)]
    #[schema(max_items = 8)]
    thu: Vec<SpanDto>,
    #[serde(default)]
    #[schema(max_items = 8)]
    fri: Vec<SpanDto>,
    #[serde(default)]
    #[schema(max_items = 8)]
    sat: Vec<SpanDto>,
    #[serde(default)]
    #[schema(max_items = 8)]
    sun: Vec<SpanDto>,
}

impl From<&OpeningHours> for HoursDto {
    fn from(hours: &OpeningHours) -> Self {
        Self {
            mon: spans(&hours.mon),
            tue: spans(&hours.tue),
            wed: spans(&hours.wed),
            thu: spans(&hours.thu),
            fri: spans(&hours.fri),
            sat: spans(&hours.sat),
            sun: spans(&hours.sun),
        }
    }
}

impl From<HoursDto> for HoursDraft {
    fn from(dto: HoursDto) -> Self {
        Self {
            days: [dto.mon, dto.tue, dto.wed, dto.thu, dto.fri, dto.sat, dto.sun].map(drafts),
        }
    }
}

/// Changes to single days; `null` closes a day.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct HoursPatchDto {
    #[serde(default)]
    #[schema(value_type = Option<Vec<SpanDto>>)]
    mon: Patch<Vec<SpanDto>>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<SpanDto>>)]
    tue: Patch<Vec<SpanDto>>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<SpanDto>>)]
    wed: Patch<Vec<SpanDto>>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<SpanDto>>)]
    thu: Patch<Vec<SpanDto>>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<SpanDto>>)]
    fri: Patch<Vec<SpanDto>>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<SpanDto>>)]
    sat: Patch<Vec<SpanDto>>,
    #[serde(default)]
    #[schema(value_type = Option<Vec<SpanDto>>)]
    sun: Patch<Vec<SpanDto>>,
}

impl From<HoursPatchDto> for HoursPatch {
    fn from(dto: HoursPatchDto) -> Self {
        let days = [dto.mon, dto.tue, dto.wed, dto.thu, dto.fri, dto.sat, dto.sun];
        Self {
            days: days.map(|day| day.map(drafts)),
        }
    }
}

/// A date that is different: closed, or open at these hours.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"date": "2026-12-25", "closed": true, "hours": null}))]
pub(super) struct ExceptionDto {
    /// The local date.
    #[schema(format = Date)]
    date: String,
    /// Closed all day.
    #[serde(default)]
    closed: bool,
    /// Open then.
    #[serde(default)]
    #[schema(max_items = 8)]
    hours: Option<Vec<SpanDto>>,
}

impl From<&DayException> for ExceptionDto {
    fn from(exception: &DayException) -> Self {
        let closed = exception.hours.is_empty();
        Self {
            date: exception.date.to_string(),
            closed,
            hours: (!closed).then(|| spans(&exception.hours)),
        }
    }
}

impl From<ExceptionDto> for ExceptionDraft {
    fn from(dto: ExceptionDto) -> Self {
        Self {
            date: dto.date,
            closed: dto.closed,
            hours: dto.hours.map(drafts),
        }
    }
}

/// How a site gives out its test drives.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(super) struct SlotRulesDto {
    /// The earliest start, local time.
    first_start: String,
    /// The latest start, local time.
    last_start: String,
    /// How long one lasts.
    minutes: u32,
    /// From one start to the next, in minutes.
    step: u32,
    /// How far ahead one must be booked at least, in minutes.
    lead_minutes: u32,
    /// How far ahead one can be booked at most, in days.
    horizon_days: u32,
    /// How long before the start a customer can still cancel or move it, in minutes.
    cutoff_minutes: u32,
    /// Open test drives a customer at most.
    max_open: u32,
}

impl From<SlotRules> for SlotRulesDto {
    fn from(rules: SlotRules) -> Self {
        Self {
            first_start: rules.first_start.to_string(),
            last_start: rules.last_start.to_string(),
            minutes: rules.minutes,
            step: rules.step,
            lead_minutes: rules.lead_minutes,
            horizon_days: rules.horizon_days,
            cutoff_minutes: rules.cutoff_minutes,
            max_open: rules.max_open,
        }
    }
}

/// Rules of test drives: what is left out stays (in a new site: is the default), `null` sets the default.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SlotRulesPatchDto {
    /// The earliest start, local time. Default 09:00.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    first_start: Patch<String>,
    /// The latest start, local time. Default 16:00.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    last_start: Patch<String>,
    /// How long one lasts. Default 60.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 5, maximum = 480)]
    minutes: Patch<u32>,
    /// From one start to the next, in minutes. Default 60.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 5, maximum = 480)]
    step: Patch<u32>,
    /// How far ahead one must be booked at least, in minutes. Default 60.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 0, maximum = 20_160)]
    lead_minutes: Patch<u32>,
    /// How far ahead one can be booked at most, in days. Default 60.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 365)]
    horizon_days: Patch<u32>,
    /// How long before the start a customer can still cancel or move it, in minutes. Default 120.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 0, maximum = 20_160)]
    cutoff_minutes: Patch<u32>,
    /// Open test drives a customer at most. Default 3.
    #[serde(default)]
    #[schema(value_type = Option<u32>, minimum = 1, maximum = 100)]
    max_open: Patch<u32>,
}

impl From<SlotRulesPatchDto> for SlotRulesPatch {
    fn from(dto: SlotRulesPatchDto) -> Self {
        Self {
            first_start: dto.first_start,
            last_start: dto.last_start,
            minutes: dto.minutes,
            step: dto.step,
            lead_minutes: dto.lead_minutes,
            horizon_days: dto.horizon_days,
            cutoff_minutes: dto.cutoff_minutes,
            max_open: dto.max_open,
        }
    }
}
