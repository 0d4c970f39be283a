//! An endpoint: where events of one dealer, or of all, are told.

use std::str::FromStr;

use chrono::TimeDelta;
use kernel::Instant;
use kernel::error::Malformed;
use kernel::id::{DealerId, UserId, WebhookId};
use serde::{Deserialize, Serialize};

use crate::pattern::Pattern;
use kernel::target::Target;

/// Endpoints that a dealer keeps at most; an admin keeps as many of the platform's.
pub const MOST_ENDPOINTS: usize = 20;
/// Event types that one endpoint names at most.
pub const MOST_PATTERNS: usize = 50;
/// How long a secret counts after the next one was made, in hours.
const OVERLAP_HOURS: i64 = 24;
/// Secrets that sign at the same time at most: who rotates more often than that within a day loses the oldest early.
const MOST_SECRETS: usize = 5;

/// Whose events it hears of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// One dealer's.
    Dealer(DealerId),
    /// All, of every dealer and of none: an admin's.
    Platform,
}

impl Owner {
    /// The dealer, if it is one's.
    pub const fn dealer(self) -> Option<DealerId> {
        match self {
            Self::Dealer(dealer) => Some(dealer),
            Self::Platform => None,
        }
    }
}

/// Why nothing is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhyOff {
    /// Its owner switched it off.
    ByHand,
    /// It answered 410: there is nothing any more.
    Gone,
    /// It had five days without one success.
    Failing,
}

impl WhyOff {
    /// Every reason.
    pub const ALL: &[Self] = &[Self::ByHand, Self::Gone, Self::Failing];

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ByHand => "by_hand",
            Self::Gone => "gone",
            Self::Failing => "failing",
        }
    }
}

impl FromStr for WhyOff {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        kernel::text::one_of(Self::ALL, Self::as_str, "unknown_reason", text)
    }
}

/// Since when it is off, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Off {
    /// Why.
    pub why: WhyOff,
    /// Since when.
    pub since: Instant,
}

/// A secret, by its number: the secret itself is derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretNumber {
    /// Counts from 1 on.
    pub n: u32,
    /// Until when it counts; the newest has no end.
    pub until: Option<Instant>,
}

/// The secrets that count, the newest first; never none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretNumbers(Vec<SecretNumber>);

impl Default for SecretNumbers {
    /// The first one.
    fn default() -> Self {
        Self(vec![SecretNumber { n: 1, until: None }])
    }
}

impl SecretNumbers {
    /// The newest.
    pub fn newest(&self) -> u32 {
        self.0.first().map_or(1, |secret| secret.n)
    }

    /// Those that sign at this instant, the newest first.
    pub fn valid_at(&self, at: Instant) -> impl Iterator<Item = u32> {
        let counts = move |secret: &&SecretNumber| secret.until.is_none_or(|until| at < until);
        self.0.iter().filter(counts).map(|secret| secret.n)
    }

    /// Until when the one before the newest counts, if there is one.
    pub fn overlap_until(&self) -> Option<Instant> {
        self.0.get(1).and_then(|secret| secret.until)
    }

    /// A new one; the one before counts for a day more.
    #[must_use]
    pub fn rotated(&self, at: Instant) -> Self {
        let until = at + TimeDelta::hours(OVERLAP_HOURS);
        let newest = SecretNumber {
            n: self.newest().saturating_add(1),
            until: None,
        };
        let before = self.0.iter().map(|secret| SecretNumber {
            n: secret.n,
            until: secret.until.or(Some(until)),
        });
        let before = before.filter(|secret| secret.until.is_some_and(|until| at < until));
        Self(std::iter::once(newest).chain(before).take(MOST_SECRETS).collect())
    }
}

/// Where events are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Its id.
    pub id: WebhookId,
    /// Whose events.
    pub owner: Owner,
    /// Who registered it; none where a program of the dealer's did.
    pub created_by: Option<UserId>,
    /// Where to.
    pub url: Target,
    /// Which events; one of them must match.
    pub events: Vec<Pattern>,
    /// What its owner says of it.
    pub description: Option<String>,
    /// Why nothing is sent; none while it is on.
    pub off: Option<Off>,
    /// The first failure after which there was no success.
    pub failing_since: Option<Instant>,
    /// The secrets that sign.
    pub secrets: SecretNumbers,
    /// When it was registered.
    pub created_at: Instant,
    /// When its owner changed it, or it was switched off.
    pub updated_at: Instant,
    /// Counts its owner's changes, and its being switched off.
    pub version: i64,
}

impl Endpoint {
    /// Is it on, and does it ask for an event of this name?
    pub fn wants(&self, event: &str) -> bool {
        self.off.is_none() && self.events.iter().any(|pattern| pattern.matches(event))
    }

    /// Is it to be told of an event of this name that concerns this dealer?
    pub fn hears(&self, dealer: Option<DealerId>, event: &str) -> bool {
        let meant = match self.owner {
            Owner::Dealer(own) => dealer == Some(own),
            Owner::Platform => true,
        };
        meant && self.wants(event)
    }

    /// Off, as of now.
    #[must_use]
    pub fn switched_off(self, why: WhyOff, at: Instant) -> Self {
        Self {
            off: Some(Off { why, since: at }),
            ..self.touched(at)
        }
    }

    /// On, with a clean record.
    #[must_use]
    pub fn switched_on(self, at: Instant) -> Self {
        Self {
            off: None,
            failing_since: None,
            ..self.touched(at)
        }
    }

    /// With another version.
    #[must_use]
    pub fn touched(self, at: Instant) -> Self {
        Self {
            updated_at: at,
            version: self.version.saturating_add(1),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hours: i64) -> Instant {
        "2026-06-08T14:00:00Z".parse::<Instant>().unwrap() + TimeDelta::hours(hours)
    }

    fn valid(secrets: &SecretNumbers, hours: i64) -> Vec<u32> {
        secrets.valid_at(at(hours)).collect()
    }

    #[test]
    fn a_secret_counts_for_a_day_beside_the_next_one() {
        let secrets = SecretNumbers::default();
        assert_eq!(valid(&secrets, 1_000), [1]);
        let secrets = secrets.rotated(at(0));
        assert_eq!(valid(&secrets, 23), [2, 1]);
        assert_eq!(valid(&secrets, 24), [2]);
        assert_eq!(secrets.overlap_until(), Some(at(24)));
        let twice = secrets.rotated(at(12));
        assert_eq!(valid(&twice, 13), [3, 2, 1], "a second rotation shortens no time");
        assert_eq!(valid(&twice, 24), [3, 2]);
        assert_eq!(valid(&twice, 36), [3]);
    }

    #[test]
    fn no_more_than_five_secrets_sign() {
        let secrets = (0..20).fold(SecretNumbers::default(), |secrets, _| secrets.rotated(at(0)));
        assert_eq!(valid(&secrets, 1), [21, 20, 19, 18, 17]);
        assert_eq!(secrets.rotated(at(25)).overlap_until(), Some(at(49)));
    }
}
