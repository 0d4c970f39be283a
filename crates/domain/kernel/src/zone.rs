//! IANA time zones.

use std::fmt;
use std::str::FromStr;

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
