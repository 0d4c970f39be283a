//! Slowing down those who guess passwords and codes, without locking anybody out for good.
//!
//! Failures are counted for the caller's network address, and for the account. The account's count holds only for
//! callers from addresses where its holder never signed in: from a known address the pair of both is counted. So an
//! attacker who fails all day makes strangers wait, not the holder; and the holder can reset the password at any time,
//! which clears the count. A refused try is not counted, so a wait always ends.

use chrono::TimeDelta;
use kernel::Instant;
use kernel::email::Email;
use kernel::error::Common;
use kernel::id::UserId;

/// Whose failures are counted.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ThrottleKey {
    /// Those of a caller's network address, whatever the account.
    Address(String),
    /// Those for an account (there need not be one), from addresses it was never used from.
    Account(String),
    /// Those for an account, from one address it was used from.
    Pair(String, String),
    /// Those of somebody signed in who gives the own password once more.
    Own(UserId),
}

impl ThrottleKey {
    /// For a caller's address.
    pub fn address(ip: &str) -> Self {
        Self::Address(ip.to_owned())
    }

    /// For an account.
    pub fn account(email: &Email) -> Self {
        Self::Account(email.folded())
    }

    /// For an account from an address that is known to be its holder's.
    pub fn pair(email: &Email, ip: &str) -> Self {
        Self::Pair(email.folded(), ip.to_owned())
    }

    /// Does it count what happens to one account? A successful sign-in clears such a count.
    pub const fn is_of_account(&self) -> bool {
        match self {
            Self::Account(_) | Self::Pair(..) | Self::Own(_) => true,
            Self::Address(_) => false,
        }
    }

    /// One text, as adapters keep it.
    pub fn text(&self) -> String {
        match self {
            Self::Address(ip) => format!("address:{ip}"),
            Self::Account(email) => format!("account:{email}"),
            Self::Pair(email, ip) => format!("pair:{ip}:{email}"),
            Self::Own(user) => format!("own:{user}"),
        }
    }

    /// Failures without consequence; after each further one the wait doubles.
    const fn free(&self) -> u32 {
        match self {
            Self::Address(_) => 50, // an office, a school, a mobile network
            Self::Account(_) | Self::Pair(..) | Self::Own(_) => 5,
        }
    }

    /// Seconds after which one failure is forgiven.
    const fn forgiven_each(&self) -> i64 {
        match self {
            Self::Address(_) => 60,
            Self::Account(_) | Self::Pair(..) | Self::Own(_) => 900,
        }
    }
}

/// The longest wait, in seconds.
pub const LONGEST_WAIT: i64 = 900;

/// A count of failures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Throttle {
    /// Whose.
    pub key: ThrottleKey,
    /// How many, after forgiveness.
    pub failures: u32,
    /// The last one.
    pub last: Instant,
}

impl Throttle {
    /// Seconds to wait before the next try, if any.
    pub fn wait(&self, at: Instant) -> Option<u64> {
        let over = self.failures.checked_sub(self.key.free())?;
        let pause = 1i64
            .checked_shl(over.min(20))
            .unwrap_or(LONGEST_WAIT)
            .min(LONGEST_WAIT);
        let left = (self.last + TimeDelta::seconds(pause) - at).num_milliseconds();
        u64::try_from(left)
            .ok()
            .filter(|ms| *ms > 0)
            .map(|ms| ms.div_ceil(1000))
    }

    /// The count after another failure.
    pub fn failed(before: Option<&Self>, key: &ThrottleKey, at: Instant) -> Self {
        let left = before.map_or(0, |throttle| {
            let forgiven = (at - throttle.last).num_seconds().max(0) / key.forgiven_each();
            throttle
                .failures
                .saturating_sub(u32::try_from(forgiven).unwrap_or(u32::MAX))
        });
        Self {
            key: key.clone(),
            failures: left.saturating_add(1),
            last: at,
        }
    }

    /// From then on the count says nothing any more, and need not be kept.
    pub fn forgotten_at(&self) -> Instant {
        self.last + TimeDelta::seconds(i64::from(self.failures) * self.key.forgiven_each() + LONGEST_WAIT)
    }
}

/// Refuses while one of the counts for `keys` asks to wait.
pub fn admit(throttles: &[Throttle], keys: &[ThrottleKey], at: Instant) -> Result<(), Common> {
    let longest = throttles
        .iter()
        .filter(|throttle| keys.contains(&throttle.key))
        .filter_map(|throttle| throttle.wait(at))
        .max();
    match longest {
        Some(retry_after) => Err(Common::TooMany { retry_after }),
        None => Ok(()),
    }
}

/// The counts for `keys` after another failure.
pub fn strike(throttles: &[Throttle], keys: &[ThrottleKey], at: Instant) -> Vec<Throttle> {
    keys.iter()
        .map(|key| Throttle::failed(throttles.iter().find(|throttle| throttle.key == *key), key, at))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn start() -> Instant {
        "2026-11-21T08:00:00Z".parse().unwrap()
    }

    fn after(failures: u32, key: &ThrottleKey) -> Throttle {
        let mut throttle = None;
        for _ in 0..failures {
            throttle = Some(Throttle::failed(throttle.as_ref(), key, start()));
        }
        throttle.unwrap()
    }

    #[test]
    fn waits_double_after_the_free_tries() {
        let key = ThrottleKey::Account("ann@example.com".to_owned());
        let waits: Vec<_> = (4..9).map(|n| after(n, &key).wait(start())).collect();
        assert_eq!(waits, [None, Some(1), Some(2), Some(4), Some(8)]);
    }

    #[test]
    fn failures_are_forgiven_with_time() {
        let key = ThrottleKey::Account("ann@example.com".to_owned());
        let full = after(8, &key);
        let later = Throttle::failed(Some(&full), &key, start() + TimeDelta::seconds(4 * 900));
        assert_eq!(later.failures, 5);
    }

    proptest! {
        #[test]
        fn a_wait_always_ends(failures in 1u32..2_000) {
            let throttle = after(failures, &ThrottleKey::Account("ann@example.com".to_owned()));
            prop_assert!(throttle.wait(start()).unwrap_or(0) <= 900);
            prop_assert_eq!(throttle.wait(start() + TimeDelta::seconds(LONGEST_WAIT)), None);
            prop_assert!(throttle.forgotten_at() > start() + TimeDelta::seconds(LONGEST_WAIT));
        }
    }
}
