//! What commission promises, for any input.

use forecourt_sales::commission::ledger::{Entry, EntryKind, claw_back, earn};
use forecourt_sales::commission::shares::{MOST_SHARES, Share, Shares};
use forecourt_sales::commission::terms::{Basis, Bonus, Scheme, Terms, TermsDraft, Tier, WHOLE_BP};
use kernel::money::{MAX_MINOR, Money};
use proptest::prelude::*;

use crate::commission::{day, draft, ids, unit};
use crate::{id, usd};

fn any_tiers() -> impl Strategy<Value = Vec<Tier>> {
    let ends = prop::collection::btree_set(1..MAX_MINOR, 0..6);
    (ends, prop::collection::vec(0..=WHOLE_BP, 7)).prop_map(|(ends, rates)| {
        let ends = ends.into_iter().map(|end| Some(usd(end))).chain([None]);
        let tiers = ends.zip(rates).map(|(up_to, rate_bp)| Tier { up_to, rate_bp });
        tiers.collect()
    })
}

fn any_scheme() -> impl Strategy<Value = Scheme> {
    prop_oneof![
        (0..MAX_MINOR).prop_map(|minor| Scheme::Flat(usd(minor))),
        (0..=WHOLE_BP).prop_map(Scheme::Percentage),
        any_tiers().prop_map(Scheme::Slab),
        any_tiers().prop_map(Scheme::Marginal),
    ]
}

fn any_terms() -> impl Strategy<Value = Terms> {
    let basis = prop::sample::select(Basis::ALL);
    let bounds = prop::option::of((0..MAX_MINOR, 0..MAX_MINOR));
    let bonus = prop::option::of((1_u32..5, 0..MAX_MINOR));
    (basis, any_scheme(), bounds, bonus).prop_map(|(basis, scheme, bounds, bonus)| {
        let bounds = bounds.map(|(a, b)| (usd(a.min(b)), usd(a.max(b))));
        let bonus = bonus.map(|(from_unit, amount)| Bonus {
            from_unit,
            amount: usd(amount),
        });
        Terms::new(TermsDraft {
            basis,
            scheme,
            minimum: bounds.map(|(least, _)| least),
            maximum: bounds.map(|(_, most)| most),
            bonus,
        })
        .unwrap()
    })
}

fn any_shares() -> impl Strategy<Value = Shares> {
    prop::collection::btree_set(1..WHOLE_BP, 0..MOST_SHARES).prop_map(|cuts| {
        let ends: Vec<u32> = cuts.into_iter().chain([WHOLE_BP]).collect();
        let mut from = 0;
        let part = |(n, end): (usize, u32)| {
            let share_bp = end - from;
            from = end;
            Share {
                staff: id(100 + n as u128),
                share_bp,
            }
        };
        Shares::new(ends.into_iter().enumerate().map(part).collect()).unwrap()
    })
}

fn sum(entries: &[Entry]) -> i64 {
    entries.iter().map(|entry| entry.amount.minor()).sum()
}

proptest! {
    #[test]
    fn percentages_and_margins_rise_with_the_price(
        scheme in prop_oneof![(0..=WHOLE_BP).prop_map(Scheme::Percentage), any_tiers().prop_map(Scheme::Marginal)],
        basis in prop::sample::select(Basis::ALL),
        cost in 1..MAX_MINOR,
        prices in (1..MAX_MINOR, 1..MAX_MINOR),
    ) {
        let terms = Terms::new(draft(basis, scheme)).unwrap();
        let of = |price| terms.commission(usd(price), Some(usd(cost))).unwrap().minor();
        let (low, high) = (prices.0.min(prices.1), prices.0.max(prices.1));
        prop_assert!(of(low) <= of(high));
    }

    #[test]
    fn never_below_the_minimum_nor_above_the_maximum(
        terms in any_terms(), price in 1..=MAX_MINOR, cost in 1..=MAX_MINOR,
    ) {
        let earned = terms.commission(usd(price), Some(usd(cost))).unwrap().minor();
        prop_assert!(earned >= terms.minimum().map_or(0, Money::minor));
        prop_assert!(earned <= terms.maximum().map_or(MAX_MINOR, Money::minor));
    }

    #[test]
    fn the_parts_make_up_the_whole(shares in any_shares(), whole in -MAX_MINOR..=MAX_MINOR) {
        let parts = shares.part(usd(whole)).unwrap();
        prop_assert_eq!(parts.iter().map(|(_, part)| part.minor()).sum::<i64>(), whole);
        for (share, (_, part)) in shares.as_slice().iter().zip(&parts) {
            let exact = i128::from(whole) * i128::from(share.share_bp);
            let off = (i128::from(part.minor()) * i128::from(WHOLE_BP) - exact).abs();
            prop_assert!(off < i128::from(WHOLE_BP), "a part is less than a minor unit off");
        }
    }

    #[test]
    fn a_void_brings_the_balance_back_to_the_cent(
        terms in any_terms(), shares in any_shares(), price in 1..=MAX_MINOR, nth in 1_u32..5,
    ) {
        let earned = earn(&ids(), &terms, &shares, &unit(price, nth)).unwrap();
        let parts: Vec<Entry> = earned.entries.iter().copied().filter(|e| e.kind == EntryKind::Earned).collect();
        prop_assert_eq!(sum(&parts), earned.commission.minor());
        let back = claw_back(&ids(), &earned.entries, day("2025-11-01")).unwrap();
        prop_assert_eq!(sum(&earned.entries) + sum(&back), 0);
        let members = shares.as_slice().iter().map(|share| share.staff).chain([id(1)]);
        for member in members {
            let own = |entries: &[Entry]| -> i64 {
                let own = entries.iter().filter(|entry| entry.staff == member);
                own.map(|entry| entry.amount.minor()).sum()
            };
            prop_assert_eq!(own(&earned.entries) + own(&back), 0, "of each member");
        }
        prop_assert!(back.iter().all(|entry| entry.kind == EntryKind::ClawedBack));
    }
}
