//! Is it a good price? A rating that anyone can check: it names what it compared with.

use kernel::id::ListingId;
use kernel::money::Money;
use serde::{Deserialize, Serialize};

/// Comparables that a rating against the market needs at least.
pub const LEAST_COMPARABLES: usize = 8;
/// Comparables that are named, and counted, at most: those with the nearest mileage.
pub const MOST_COMPARABLES: usize = 24;
/// Years to either side that still compare.
pub const YEARS: i32 = 1;

/// The verdict, from the cheapest to the dearest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// At least 15 % below.
    Great,
    /// At least 10 % below.
    Good,
    /// At least 5 % below.
    Fair,
    /// Less than 5 % below: above a fair price.
    Above,
    /// Over the reference itself.
    High,
}

/// What the price was held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The median asking price of comparable open and sold listings.
    Comparables,
    /// The maker's suggested retail price.
    Msrp,
}

/// A listing like the one that is rated: same make and model, year ± 1, mileage in the band, same currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparable {
    /// Which.
    pub listing_id: ListingId,
    /// Its model year.
    pub year: i32,
    /// Its mileage, in metres.
    pub metres: i64,
    /// What is asked for it, or was when it was sold.
    pub asking_price: Money,
    /// Whether it is sold.
    pub sold: bool,
}

/// The rating.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DealRating {
    /// The verdict.
    pub verdict: Verdict,
    /// Against what.
    pub basis: Basis,
    /// The price that it was held against.
    pub reference: Money,
    /// How far the asking price lies below the reference, in hundredths of a percent; negative when above.
    pub below_basis_points: i64,
    /// The comparables that the median was taken of; empty for [`Basis::Msrp`].
    pub comparables: Vec<Comparable>,
}

/// The mileages that compare with `metres`: 20 % to either side, and 15,000 km at least.
pub fn mileage_band(metres: i64) -> (i64, i64) {
    let reach = (metres / 5).max(15_000_000);
    (metres.saturating_sub(reach).max(0), metres.saturating_add(reach))
}

/// Rates an asking price against comparables, else against the MSRP, else not at all.
/// `comparables` may hold more than are needed; the ones with the nearest mileage count, older ids first among equals.
pub fn rate(
    asking: Money,
    metres: i64,
    msrp: Option<Money>,
    mut comparables: Vec<Comparable>,
) -> Option<DealRating> {
    comparables.retain(|c| c.asking_price.currency() == asking.currency() && c.asking_price.minor() > 0);
    comparables.sort_by_key(|c| (c.metres.abs_diff(metres), c.listing_id));
    comparables.truncate(MOST_COMPARABLES);
    let (basis, reference) = if comparables.len() >= LEAST_COMPARABLES {
        (Basis::Comparables, median(&comparables)?)
    } else {
        comparables.clear();
        let msrp = msrp.filter(|m| m.currency() == asking.currency() && m.minor() > 0)?;
        (Basis::Msrp, msrp.minor())
    };
    let below = basis_points_below(asking.minor(), reference);
    Some(DealRating {
        verdict: verdict(asking.minor(), reference),
        basis,
        reference: Money::new(reference, asking.currency()),
        below_basis_points: below,
        comparables,
    })
}

/// The share that `asking` lies below `reference`, in hundredths of a percent, rounded toward zero.
pub fn basis_points_below(asking: i64, reference: i64) -> i64 {
    if reference <= 0 {
        return 0;
    }
    let points = (i128::from(reference) - i128::from(asking)) * 10_000 / i128::from(reference);
    i64::try_from(points).unwrap_or(i64::MIN)
}

/// Compares in whole numbers, so that 15 % is 15 % to the cent.
fn verdict(asking: i64, reference: i64) -> Verdict {
    let below =
        |percent: i128| (i128::from(reference) - i128::from(asking)) * 100 >= percent * i128::from(reference);
    if below(15) {
        Verdict::Great
    } else if below(10) {
        Verdict::Good
    } else if below(5) {
        Verdict::Fair
    } else if below(0) {
        Verdict::Above
    } else {
        Verdict::High
    }
}

/// The middle price; the mean of the two middle ones, rounded down, for an even number.
fn median(comparables: &[Comparable]) -> Option<i64> {
    let mut prices: Vec<i64> = comparables.iter().map(|c| c.asking_price.minor()).collect();
    prices.sort_unstable();
    let half = prices.len() / 2;
    let upper = *prices.get(half)?;
    if prices.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *prices.get(half.checked_sub(1)?)?;
    Some(lower.midpoint(upper))
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::money::Currency;
    use proptest::prelude::*;

    fn usd(minor: i64) -> Money {
        Money::new(minor, Currency::USD)
    }

    fn comparables(prices: &[i64]) -> Vec<Comparable> {
        prices
            .iter()
            .enumerate()
            .map(|(n, price)| Comparable {
                listing_id: format!("00000000-0000-7000-8000-{n:012}").parse().unwrap(),
                year: 2020,
                metres: 50_000_000 + i64::try_from(n).unwrap(),
                asking_price: usd(*price),
                sold: n % 2 == 0,
            })
            .collect()
    }

    #[test]
    fn eight_comparables_outweigh_the_msrp() {
        let rated = rate(usd(8_500), 50_000_000, Some(usd(1)), comparables(&[10_000; 8])).unwrap();
        assert_eq!((rated.basis, rated.verdict), (Basis::Comparables, Verdict::Great));
        assert_eq!((rated.below_basis_points, rated.comparables.len()), (1_500, 8));
    }

    #[test]
    fn fewer_fall_back_to_the_msrp_and_name_none() {
        let rated = rate(usd(9_000), 0, Some(usd(10_000)), comparables(&[1; 7])).unwrap();
        assert_eq!((rated.basis, rated.verdict), (Basis::Msrp, Verdict::Good));
        assert!(rated.comparables.is_empty());
    }

    #[test]
    fn nothing_to_compare_with_no_rating() {
        assert_eq!(rate(usd(9_000), 0, None, Vec::new()), None);
        let euro = Money::new(10_000, Currency::parse("EUR").unwrap());
        assert_eq!(rate(usd(9_000), 0, Some(euro), Vec::new()), None);
    }

    #[test]
    fn the_steps_are_exact() {
        let msrp = Some(usd(10_000));
        let at = |asking| rate(usd(asking), 0, msrp, Vec::new()).unwrap().verdict;
        assert_eq!(at(8_500), Verdict::Great);
        assert_eq!(at(8_501), Verdict::Good);
        assert_eq!(at(9_000), Verdict::Good);
        assert_eq!(at(9_001), Verdict::Fair);
        assert_eq!(at(9_500), Verdict::Fair);
        assert_eq!(at(9_501), Verdict::Above);
        assert_eq!(at(10_000), Verdict::Above);
        assert_eq!(at(10_001), Verdict::High);
    }

    #[test]
    fn the_nearest_mileages_count() {
        let mut many = comparables(&[20_000; 30]);
        for far in many.iter_mut().skip(MOST_COMPARABLES) {
            far.asking_price = usd(1);
        }
        let rated = rate(usd(20_000), 50_000_000, None, many).unwrap();
        assert_eq!(
            (rated.reference, rated.comparables.len()),
            (usd(20_000), MOST_COMPARABLES)
        );
    }

    proptest! {
        #[test]
        fn a_higher_price_is_never_a_better_deal(a in 1..10_000_000_i64, b in 1..10_000_000_i64, msrp in 1..10_000_000_i64) {
            let rated = |price| rate(usd(price), 0, Some(usd(msrp)), Vec::new()).unwrap().verdict;
            prop_assert!((a <= b) == (a <= b && rated(a) <= rated(b)));
        }

        #[test]
        fn the_band_holds_its_own_mileage(metres in 0..50_000_000_000_i64) {
            let (low, high) = mileage_band(metres);
            prop_assert!(low <= metres && metres <= high);
        }
    }
}
