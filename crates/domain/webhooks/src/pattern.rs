//! Which events an endpoint asks for.

use kernel::error::Malformed;
use kernel::text::excerpt;
use serde::{Deserialize, Serialize};

/// All events (`*`), those of one resource (`booking.*`), or one (`booking.approved`).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pattern(String);

impl Pattern {
    /// Longest pattern, in characters.
    pub const MOST: usize = 100;

    /// Reads one.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let word = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        let fits = text.len() <= Self::MOST
            && (text == "*"
                || text
                    .split_once('.')
                    .is_some_and(|(resource, verb)| word(resource) && (verb == "*" || word(verb))));
        if fits {
            return Ok(Self(text.to_owned()));
        }
        Err(Malformed::new(
            "malformed_event_type",
            format!(
                "“{}” is no event type: write *, booking.* or booking.approved",
                excerpt(text)
            ),
        ))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Does it ask for the event of this name?
    pub fn matches(&self, event: &str) -> bool {
        match self.0.strip_suffix('*') {
            Some(start) => event.starts_with(start),
            None => event == self.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_asks_for_all_for_a_resource_or_for_one() {
        let matches = |pattern: &str, event: &str| Pattern::parse(pattern).unwrap().matches(event);
        assert!(matches("*", "booking.approved"));
        assert!(matches("booking.*", "booking.approved"));
        assert!(!matches("booking.*", "bookings.approved"));
        assert!(matches("booking.approved", "booking.approved"));
        assert!(!matches("booking.approved", "booking.approved_late"));
    }

    #[test]
    fn what_is_no_event_type_is_refused() {
        let long = format!("a.{}", "b".repeat(Pattern::MOST));
        for text in [
            "",
            "booking",
            "*.approved",
            "Booking.*",
            "a.b.c",
            "a.",
            ".b",
            "a .b",
            "a.*b",
            &long,
        ] {
            assert_eq!(
                Pattern::parse(text).unwrap_err().code,
                "malformed_event_type",
                "{text}"
            );
        }
    }
}
