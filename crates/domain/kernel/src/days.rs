//! Days that lists and figures are narrowed to.

use chrono::NaiveDate;

use crate::error::Common;

/// Refuses a last day (`to`) that comes before the first (`from`): nothing can lie between them, and figures of nothing look like
/// figures of somebody who did nothing. Both days count; where one is not given, there is no such bound.
pub fn in_order(from: Option<NaiveDate>, to: Option<NaiveDate>) -> Result<(), Common> {
    match from.zip(to) {
        Some((from, to)) if to < from => Err(Common::invalid(
            "to",
            "to_before_from",
            format!("{to} comes before {from}, the first day: give that day or a later one"),
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Failure as _;

    #[test]
    fn the_last_day_is_no_earlier_than_the_first() {
        let day = |n| NaiveDate::from_ymd_opt(2026, 6, n);
        for (from, to) in [
            (None, None),
            (day(2), None),
            (None, day(1)),
            (day(1), day(2)),
            (day(2), day(2)),
        ] {
            assert_eq!(in_order(from, to), Ok(()));
        }
        let refused = in_order(day(2), day(1)).unwrap_err();
        let told = format!("{:?}", refused.violations());
        assert!(
            told.contains("2026-06-01") && told.contains("2026-06-02"),
            "{told}"
        );
    }
}
