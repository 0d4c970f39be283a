//! When to try again.

use chrono::TimeDelta;
use kernel::Instant;
use kernel::retry_after::retry_after;

/// Pauses between the tries, in seconds: what Standard Webhooks recommends (5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h).
pub const PAUSES: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
/// A pause is longer by up to so many hundredths: what failed together does not come back together.
const SPREAD: i64 = 20;

/// When to try again after `tries` failed ones, the last of which ended at `now`; none when all is tried. `chance` are any bits
/// that differ between deliveries; `asked` is the answer's `Retry-After`, which may make the pause longer.
pub fn next_try(tries: u32, now: Instant, chance: u64, asked: Option<&str>) -> Option<Instant> {
    let index = usize::try_from(tries.checked_sub(1)?).ok()?;
    let pause = PAUSES.get(index)? * 1_000;
    let share = i64::try_from(chance % 1_000).unwrap_or(0);
    let planned = now + TimeDelta::milliseconds(pause + pause * SPREAD * share / 100_000);
    let asked = asked.and_then(|text| retry_after(text, now));
    Some(asked.map_or(planned, |asked| asked.max(planned)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn now() -> Instant {
        "2026-06-08T14:00:00Z".parse().unwrap()
    }

    fn seconds(tries: u32, chance: u64, asked: Option<&str>) -> Option<i64> {
        next_try(tries, now(), chance, asked).map(|at| (at - now()).num_seconds())
    }

    #[test]
    fn the_table_is_gone_through_once() {
        let pauses: Vec<_> = (1..=10).map(|tries| seconds(tries, 0, None)).collect();
        let mut expected: Vec<_> = PAUSES.iter().copied().map(Some).collect();
        expected.push(None);
        assert_eq!(pauses, expected);
        assert_eq!(seconds(0, 0, None), None, "nothing has been tried");
        assert_eq!(seconds(u32::MAX, 0, None), None);
    }

    #[test]
    fn retry_after_makes_a_pause_longer_and_never_shorter() {
        assert_eq!(seconds(1, 0, Some("120")), Some(120));
        assert_eq!(seconds(2, 0, Some("120")), Some(300));
        assert_eq!(seconds(1, 0, Some("Mon, 08 Jun 2026 14:10:00 GMT")), Some(600));
        assert_eq!(seconds(1, 0, Some("Mon, 08 Jun 2020 14:10:00 GMT")), Some(5));
        assert_eq!(seconds(1, 0, Some("99999999999999999999999")), Some(86_400));
        assert_eq!(seconds(1, 0, Some("Fri, 08 Jun 2096 14:10:00 GMT")), Some(86_400));
        for nonsense in ["", "-5", "soon", "1.5"] {
            assert_eq!(seconds(1, 0, Some(nonsense)), Some(5), "{nonsense}");
        }
        assert_eq!(seconds(10, 0, Some("120")), None, "the table has an end");
    }

    proptest! {
        #[test]
        fn a_pause_is_its_own_and_a_fifth_at_most(tries in 1_u32..=9, chance: u64) {
            let pause = PAUSES[usize::try_from(tries - 1).unwrap()] * 1_000;
            let at = next_try(tries, now(), chance, None).unwrap();
            let waited = (at - now()).num_milliseconds();
            prop_assert!(waited >= pause && waited <= pause + pause / 5);
        }

        #[test]
        fn whatever_is_asked_for_the_pause_is_bounded(tries in 1_u32..=9, chance: u64, asked: String) {
            let at = next_try(tries, now(), chance, Some(&asked)).unwrap();
            prop_assert!(at - now() <= TimeDelta::seconds(86_400 + 86_400 / 5));
        }
    }
}
