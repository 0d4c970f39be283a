//! Which events an endpoint asks for.

use std::sync::Arc;

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

/// The events that there are. A pattern that asks for none of them would never hear anything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventNames(Arc<[String]>);

/// How like a known name a wrong one must be to be taken for a slip; 1 is the same.
const LIKE: f64 = 0.8;
/// Names that a refusal offers.
const OFFERED: usize = 3;

impl EventNames {
    /// These.
    pub fn new<N: Into<String>>(names: impl IntoIterator<Item = N>) -> Self {
        Self(names.into_iter().map(Into::into).collect())
    }

    /// Reads a pattern that asks for at least one of them; another is refused with those that are like it.
    pub fn read(&self, text: &str) -> Result<Pattern, Malformed> {
        let pattern = Pattern::parse(text)?;
        if self.0.iter().any(|name| pattern.matches(name)) {
            return Ok(pattern);
        }
        let mut like: Vec<(f64, &str)> = self
            .0
            .iter()
            .map(|name| (strsim::normalized_damerau_levenshtein(name, text), name.as_str()))
            .filter(|(likeness, _)| *likeness >= LIKE)
            .collect();
        like.sort_by(|a, b| b.0.total_cmp(&a.0));
        let like: Vec<&str> = like.into_iter().take(OFFERED).map(|(_, name)| name).collect();
        let (resource, _) = text.split_once('.').unwrap_or((text, ""));
        let of_resource = format!("{resource}.");
        let hint = if !like.is_empty() {
            format!("did you mean {}?", like.join(", "))
        } else if self.0.iter().any(|name| name.starts_with(&of_resource)) {
            format!("{resource}.* asks for all about it")
        } else {
            let mut resources: Vec<&str> = self
                .0
                .iter()
                .filter_map(|name| name.split_once('.').map(|(resource, _)| resource))
                .collect();
            resources.dedup();
            format!("events are about {}", resources.join(", "))
        };
        Err(Malformed::new(
            "unknown_event_type",
            format!("there is no event “{}”: {hint}", excerpt(text)),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_that_no_event_fits_is_refused_with_those_that_are_like_it() {
        let names = EventNames::new(["booking.approved", "booking.declined", "sale.closed"]);
        for known in ["*", "booking.*", "sale.closed"] {
            assert_eq!(names.read(known).unwrap().as_str(), known);
        }
        let told = |text| {
            let refused = names.read(text).unwrap_err();
            assert_eq!(refused.code, "unknown_event_type");
            refused.message
        };
        assert!(told("booking.aproved").contains("did you mean booking.approved?"));
        assert!(told("booking.exploded").contains("booking.* asks for all"));
        assert!(told("weather.changed").contains("events are about booking, sale"));
        assert!(told("bookings.*").contains("no event"));
        assert_eq!(names.read("Booking").unwrap_err().code, "malformed_event_type");
    }

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
