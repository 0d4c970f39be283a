//! When another program says that it wants to be asked again.

use chrono::{DateTime, TimeDelta};

use crate::Instant;

/// The longest that another program can make us wait, in seconds.
const LONGEST: i64 = 86_400;

/// Reads `Retry-After` (RFC 9110, 10.2.3): seconds, or a date. At most a day from `now`; nonsense is none.
pub fn retry_after(text: &str, now: Instant) -> Option<Instant> {
    let text = text.trim();
    let latest = now + TimeDelta::seconds(LONGEST);
    if !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit()) {
        let seconds = text.parse().unwrap_or(LONGEST).min(LONGEST);
        return Some(now + TimeDelta::seconds(seconds));
    }
    let date = DateTime::parse_from_rfc2822(text).ok()?;
    Some(date.to_utc().min(latest))
}
