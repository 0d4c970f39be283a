//! What commission promises, for any input.

use chrono::NaiveDate;
use forecourt_sales::Error;
use forecourt_sales::commission::ledger::{Entry, EntryKind, MOST_LINES, Unit, claw_back, earn};
use forecourt_sales::commission::plan::{Plan, PlanDetails, in_force};
use forecourt_sales::commission::shares::{MOST_SHARES, Share, Shares};
use forecourt_sales::commission::terms::{Basis, Bonus, Scheme, Terms, TermsDraft, Tier, WHOLE_BP};
use kernel::id::{CommissionEntryId, Id};
use kernel::money::{Currency, MAX_MINOR, Money};
use proptest::prelude::*;
use uuid::Uuid;

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

fn id<K>(n: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(n))
}

fn ids() -> Vec<CommissionEntryId> {
    (1..).map(id).take(MOST_LINES).collect()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn draft(basis: Basis, scheme: Scheme) -> TermsDraft {
    TermsDraft {
        basis,
        scheme,
        minimum: None,
        maximum: None,
        bonus: None,
    }
}

fn terms(scheme: Scheme) -> Terms {
    Terms::new(draft(Basis::Price, scheme)).unwrap()
}

fn tiers() -> Vec<Tier> {
    vec![
        Tier {
            up_to: Some(usd(100_000)),
            rate_bp: 1_000,
        },
        Tier {
            up_to: None,
            rate_bp: 500,
        },
    ]
}

#[test]
fn the_default_is_two_percent_of_the_price() {
    assert_eq!(
        Terms::default().commission(usd(1_850_000), None).unwrap(),
        usd(37_000)
    );
}

#[test]
fn it_is_rounded_once_half_to_even() {
    let half = terms(Scheme::Percentage(5_000));
    let of = |minor| half.commission(usd(minor), None).unwrap().minor();
    assert_eq!([of(1), of(3), of(5), of(7)], [0, 2, 2, 4]);
    // Two parts of 0.5 each make a whole unit: neither is rounded by itself.
    let parts = terms(Scheme::Marginal(vec![
        Tier {
            up_to: Some(usd(1)),
            rate_bp: 5_000,
        },
        Tier {
            up_to: None,
            rate_bp: 5_000,
        },
    ]));
    assert_eq!(parts.commission(usd(2), None).unwrap(), usd(1));
}

#[test]
fn a_slab_takes_the_whole_and_a_margin_each_part() {
    let of = |scheme: Scheme, minor| terms(scheme).commission(usd(minor), None).unwrap().minor();
    assert_eq!(
        of(Scheme::Slab(tiers()), 100_000),
        10_000,
        "the end belongs to its tier"
    );
    assert_eq!(of(Scheme::Slab(tiers()), 100_001), 5_000);
    assert_eq!(of(Scheme::Marginal(tiers()), 200_000), 15_000);
    assert_eq!(of(Scheme::Flat(usd(777)), 1), 777);
}

#[test]
fn a_loss_earns_nothing_but_the_minimum_and_an_unknown_cost_is_refused() {
    let flat = draft(Basis::Gross, Scheme::Flat(usd(500)));
    let least = TermsDraft {
        minimum: Some(usd(100)),
        ..flat.clone()
    };
    let flat = Terms::new(flat).unwrap();
    assert_eq!(flat.commission(usd(10), Some(usd(11))).unwrap(), usd(0));
    assert_eq!(
        flat.commission(usd(11), Some(usd(11))).unwrap(),
        usd(500),
        "no loss"
    );
    assert_eq!(
        Terms::new(least)
            .unwrap()
            .commission(usd(10), Some(usd(11)))
            .unwrap(),
        usd(100)
    );
    assert_eq!(flat.commission(usd(10), None), Err(Error::CostUnknown));
}

#[test]
fn the_bonus_starts_with_its_unit_and_is_the_sellers() {
    let terms = Terms::new(TermsDraft {
        bonus: Some(Bonus {
            from_unit: 3,
            amount: usd(25_000),
        }),
        ..draft(Basis::Price, Scheme::Percentage(100))
    })
    .unwrap();
    let lines = |nth| {
        let unit = unit(1_000_000, nth);
        earn(&ids(), &terms, &Shares::one(id(9)), &unit).unwrap().entries
    };
    assert_eq!(lines(2).len(), 1);
    let third = lines(3);
    let bonus: Vec<_> = third.iter().filter(|e| e.kind == EntryKind::Bonus).collect();
    assert_eq!(
        (bonus.len(), bonus[0].staff, bonus[0].amount),
        (1, id(1), usd(25_000))
    );
}

#[test]
fn terms_that_do_not_hold_together_are_told_all_at_once() {
    let wrong = Terms::new(TermsDraft {
        basis: Basis::Price,
        scheme: Scheme::Slab(vec![
            Tier {
                up_to: Some(usd(0)),
                rate_bp: 10_001,
            },
            Tier {
                up_to: Some(Money::new(5, Currency::parse("EUR").unwrap())),
                rate_bp: 1,
            },
        ]),
        minimum: Some(usd(2)),
        maximum: Some(usd(1)),
        bonus: Some(Bonus {
            from_unit: 0,
            amount: usd(-1),
        }),
    })
    .unwrap_err();
    let found: Vec<_> = wrong.as_slice().iter().map(|v| (&*v.pointer, &*v.code)).collect();
    for expected in [
        ("/tiers/0/rate_bp", "out_of_range"),
        ("/tiers/0/up_to", "not_rising"),
        ("/tiers/1/up_to", "open_end_needed"),
        ("/tiers/1/up_to/currency", "currency_differs"),
        ("/maximum/amount", "below_minimum"),
        ("/bonus/from_unit", "out_of_range"),
        ("/bonus/amount/amount", "negative"),
    ] {
        assert!(found.contains(&expected), "{expected:?} is missing in {found:?}");
    }
}

#[test]
fn every_tier_but_the_last_ends_above_the_one_before() {
    let told = |ends: &[Option<i64>]| -> Vec<(String, String)> {
        let tier = |end: &Option<i64>| Tier {
            up_to: end.map(usd),
            rate_bp: 100,
        };
        let scheme = Scheme::Marginal(ends.iter().map(tier).collect());
        match Terms::new(draft(Basis::Price, scheme)) {
            Ok(_) => Vec::new(),
            Err(wrong) => {
                let all = wrong.as_slice().iter();
                all.map(|v| (v.pointer.clone(), v.code.to_string())).collect()
            }
        }
    };
    let at = |n: usize, code: &str| vec![(format!("/tiers/{n}/up_to"), code.to_owned())];
    assert!(told(&[Some(1), Some(2), None]).is_empty());
    assert_eq!(told(&[None, Some(2), None]), at(0, "required"));
    assert_eq!(told(&[Some(1), None, None]), at(1, "required"));
    assert_eq!(told(&[Some(2), Some(2), None]), at(1, "not_rising"));
    assert_eq!(told(&[Some(2), Some(1), None]), at(1, "not_rising"));
}

#[test]
fn more_than_half_a_cent_is_a_cent() {
    let of = |rate, minor| {
        let terms = terms(Scheme::Percentage(rate));
        terms.commission(usd(minor), None).unwrap().minor()
    };
    assert_eq!([of(6_000, 1), of(4_000, 1)], [1, 0]);
    assert_eq!([of(5_001, 5), of(4_999, 5)], [3, 2]);
}

#[test]
fn what_is_left_over_goes_to_the_largest_fractions() {
    let share = |n: u128, share_bp| Share {
        staff: id(n),
        share_bp,
    };
    let shares = Shares::new(vec![share(1, 5_000), share(2, 3_000), share(3, 2_000)]).unwrap();
    let staff: Vec<_> = shares.as_slice().iter().map(|share| share.staff).collect();
    assert_eq!(staff, [id(1), id(2), id(3)]);
    let of = |minor| -> Vec<i64> {
        let parts = shares.part(usd(minor)).unwrap();
        parts.iter().map(|(_, amount)| amount.minor()).collect()
    };
    assert_eq!(of(3), [1, 1, 1], "1.5, 0.9 and 0.6");
    assert_eq!(of(1), [1, 0, 0], "0.5, 0.3 and 0.2");
}

#[test]
fn words_are_read_back() {
    let kinds: Vec<&str> = EntryKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(kinds, ["earned", "clawed_back", "bonus", "adjustment"]);
    for kind in EntryKind::ALL {
        assert_eq!(EntryKind::parse(kind.as_str()), Some(*kind));
    }
    assert_eq!(EntryKind::parse("given"), None);
    for (basis, word) in [(Basis::Price, "price"), (Basis::Gross, "gross")] {
        assert_eq!((basis.as_str(), Basis::parse(word)), (word, Some(basis)));
    }
    assert_eq!(Basis::parse("net"), None);
    let schemes = [
        Scheme::Flat(usd(1)),
        Scheme::Percentage(1),
        Scheme::Slab(tiers()),
        Scheme::Marginal(tiers()),
    ];
    let words = schemes.each_ref().map(Scheme::kind);
    assert_eq!(words, ["flat", "percentage", "slab", "marginal"]);
}

fn plan(n: u128, staff: Option<u128>, from: &str) -> Plan {
    Plan {
        id: id(n),
        dealer: id(1),
        details: PlanDetails {
            name: format!("plan {n}"),
            effective_from: day(from),
            staff: staff.map(id),
            terms: Terms::default(),
        },
        created_at: chrono::DateTime::UNIX_EPOCH,
        updated_at: chrono::DateTime::UNIX_EPOCH,
        version: 1,
    }
}

#[test]
fn a_name_is_kept_without_the_space_around_it() {
    let named = |name: &str| PlanDetails {
        name: name.to_owned(),
        ..plan(1, None, "2025-01-01").details
    };
    assert_eq!(named("  For all ").checked().unwrap().name, "For all");
    assert!(named("  ").checked().is_err());
}

#[test]
fn a_plan_with_amounts_is_for_sales_in_their_currency() {
    let mut flat = plan(1, None, "2025-01-01");
    flat.details.terms = terms(Scheme::Flat(usd(500)));
    let plans = [flat];
    let of = |currency| in_force(&plans, id(7), currency, day("2025-07-01")).map(|p| p.id);
    assert_eq!(of(Currency::USD), Some(id(1)));
    assert_eq!(of(Currency::parse("EUR").unwrap()), None);
}

#[test]
fn a_members_own_plan_comes_first_then_the_latest() {
    let plans = [
        plan(1, None, "2025-01-01"),
        plan(2, None, "2025-06-01"),
        plan(3, Some(7), "2025-03-01"),
    ];
    let of = |staff: u128, on: &str| in_force(&plans, id(staff), Currency::USD, day(on)).map(|p| p.id);
    assert_eq!(of(7, "2025-07-01"), Some(id(3)));
    assert_eq!(of(7, "2025-02-01"), Some(id(1)));
    assert_eq!(of(8, "2025-06-01"), Some(id(2)));
    assert_eq!(of(8, "2024-12-31"), None);
}

fn unit(price: i64, nth: u32) -> Unit {
    Unit {
        sale: id(5),
        sold_by: id(1),
        price: usd(price),
        cost: Some(usd(1)),
        sold_on: day("2025-10-02"),
        nth,
    }
}

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
