//! What commission comes to, by example.

use chrono::NaiveDate;
use forecourt_sales::Error;
use forecourt_sales::commission::ledger::{EntryKind, MOST_LINES, Unit, earn};
use forecourt_sales::commission::plan::{Plan, PlanDetails, in_force};
use forecourt_sales::commission::shares::{Share, Shares};
use forecourt_sales::commission::terms::{Basis, Bonus, Scheme, Terms, TermsDraft, Tier};
use kernel::id::CommissionEntryId;
use kernel::money::{Currency, Money};

use crate::{id, usd};

pub(crate) fn ids() -> Vec<CommissionEntryId> {
    (1..).map(id).take(MOST_LINES).collect()
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn draft(basis: Basis, scheme: Scheme) -> TermsDraft {
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

pub(crate) fn unit(price: i64, nth: u32) -> Unit {
    Unit {
        sale: id(5),
        sold_by: id(1),
        price: usd(price),
        cost: Some(usd(1)),
        sold_on: day("2025-10-02"),
        nth,
    }
}
