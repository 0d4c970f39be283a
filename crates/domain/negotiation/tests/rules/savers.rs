//! A dealer's offer to those who saved its listing.

use chrono::TimeDelta;
use forecourt_negotiation::error::Error;
use forecourt_negotiation::negotiation::Buyer;
use forecourt_negotiation::rules::NewIds;
use forecourt_negotiation::savers::{HowMuch, OfferToSavers, Reached, SaversFacts, offer};
use forecourt_negotiation::state::{Side, Status};
use forecourt_negotiation::table::{Car, Stage, Table};
use kernel::actor::Actor;
use kernel::error::{Common, Failure};
use kernel::money::{Currency, Money};
use kernel::rights::Role;
use proptest::prelude::*;

use crate::{act, id, ids, staff, start, table, user};

fn usd(cents: i64) -> HowMuch {
    HowMuch::Price(Money::new(cents, Currency::USD))
}

fn wish(how_much: HowMuch) -> OfferToSavers {
    OfferToSavers {
        how_much,
        hours: None,
        counter_allowed: true,
        message: None,
    }
}

/// So many who saved it, at a table.
fn saved(table: Table, savers: u128) -> SaversFacts {
    let buyer = |n: u128| Buyer {
        user: id(1_000 + n),
        name: format!("Saver {n}"),
    };
    SaversFacts {
        table,
        savers: (0..savers).map(buyer).collect(),
        left: 7,
    }
}

fn names(savers: u128) -> Vec<NewIds> {
    (0..savers).map(|n| ids(5_000 + 2 * n)).collect()
}

fn offered(wish: &OfferToSavers, facts: &SaversFacts) -> Result<Reached, Error> {
    let done = offer(&act(staff(Role::Sales), 0), &names(3), wish, facts);
    done.map(|decision| decision.answer)
}

fn car(change: impl FnOnce(&mut Car)) -> SaversFacts {
    let mut table = table();
    change(&mut table.car);
    saved(table, 1)
}

#[test]
fn each_saver_gets_a_talk_of_their_own_and_the_word() {
    let generous = OfferToSavers {
        hours: Some(48),
        message: Some("For you".to_owned()),
        ..wish(usd(1_900_000))
    };
    let facts = saved(table(), 3);
    let done = offer(&act(staff(Role::Sales), 0), &names(3), &generous, &facts).unwrap();
    assert_eq!(done.answer, Reached { opened: 3, left: 7 });
    let talks = &done.plan.talks;
    let buyers: Vec<_> = talks.iter().map(|talk| talk.buyer.user).collect();
    assert_eq!(buyers, [id(1_000), id(1_001), id(1_002)]);
    for talk in talks {
        assert_eq!(talk.state.status(), Status::AwaitingBuyer);
        assert_eq!(talk.expires_at(), Some(start() + TimeDelta::hours(48)));
        let first = talk.offers.first().unwrap();
        assert_eq!((first.side, first.amount.minor()), (Side::Dealer, 1_900_000));
        assert_eq!(first.message.as_deref(), Some("For you"));
    }
    let told = done
        .record
        .events
        .iter()
        .filter(|event| event.name == "negotiation.opened");
    assert_eq!(told.count(), 3);
    let audit = done.record.audit.unwrap();
    assert_eq!(
        (audit.action, audit.dealer),
        ("listing.offered_to_savers", Some(id(1)))
    );
}

#[test]
fn without_a_word_of_it_the_offer_holds_as_long_as_the_dealers_others() {
    let done = offer(
        &act(staff(Role::Sales), 0),
        &names(1),
        &wish(usd(1_900_000)),
        &saved(table(), 1),
    );
    let talks = done.unwrap().plan.talks;
    let hours = i64::from(table().terms.answer_hours);
    assert_eq!(talks[0].expires_at(), Some(start() + TimeDelta::hours(hours)));
}

#[test]
fn nobody_else_offers_in_the_dealers_name() {
    let by = |actor: Actor| {
        offer(
            &act(actor, 0),
            &names(1),
            &wish(usd(1_900_000)),
            &saved(table(), 1),
        )
        .map(|_| ())
    };
    assert_eq!(by(staff(Role::Manager)), Ok(()));
    assert_eq!(by(staff(Role::Mechanic)).unwrap_err().code(), "forbidden");
    assert_eq!(
        by(user(10, None)).unwrap_err(),
        Error::Common(Common::absent("listing"))
    );
    assert_eq!(
        by(Actor::Anonymous).unwrap_err(),
        Error::Common(Common::Unauthenticated)
    );
}

#[test]
fn what_is_not_on_sale_is_offered_to_nobody() {
    let good = wish(usd(1_900_000));
    let refused = |change: fn(&mut Car)| offered(&good, &car(change)).unwrap_err();
    assert_eq!(refused(|car| car.verified = false), Error::DealerNotVerified);
    let reserved = Error::NotNegotiable {
        why: "it is reserved",
    };
    assert_eq!(refused(|car| car.stage = Stage::Reserved), reserved);
    let closed = Error::NotNegotiable {
        why: "it is not on sale",
    };
    assert_eq!(refused(|car| car.stage = Stage::Closed), closed);
}

#[test]
fn an_offer_is_at_most_what_the_listing_asks_and_above_zero() {
    let at = |how_much: HowMuch| offered(&wish(how_much), &saved(table(), 1)).map(|reached| reached.opened);
    assert_eq!(at(usd(2_000_000)), Ok(1));
    assert_eq!(at(usd(1)), Ok(1));
    for cents in [2_000_001, 0, -5] {
        let refused = at(usd(cents)).unwrap_err();
        let wrong = refused.violations().unwrap().as_slice();
        assert_eq!(
            (wrong[0].pointer.as_str(), wrong[0].code.as_ref()),
            ("/price/amount", "offer_out_of_range")
        );
    }
    let euros = HowMuch::Price(Money::new(100, Currency::parse("EUR").unwrap()));
    let refused = at(euros).unwrap_err();
    assert_eq!(
        refused.violations().unwrap().as_slice()[0].pointer,
        "/price/currency"
    );
}

#[test]
fn percents_come_off_to_the_nearest_cent_and_half_a_cent_is_the_buyers() {
    let after = |asking: i64, percent: u8| {
        let facts = car(|car| car.asking = Money::new(asking, Currency::USD));
        let done = offer(
            &act(staff(Role::Sales), 0),
            &names(1),
            &wish(HowMuch::PercentOff(percent)),
            &facts,
        );
        done.unwrap().plan.talks[0].offers[0].amount.minor()
    };
    assert_eq!(after(2_000_000, 10), 1_800_000);
    assert_eq!(after(150, 1), 148, "148.5");
    assert_eq!(after(151, 1), 149, "149.49");
    assert_eq!(after(149, 1), 148, "147.51");
    assert_eq!(after(i64::MAX, 99), 92_233_720_368_547_758);
}

#[test]
fn everything_wrong_with_the_wish_is_told_at_once() {
    let told = |wish: OfferToSavers| -> Vec<String> {
        match wish.checked() {
            Ok(_) => Vec::new(),
            Err(refused) => {
                let wrong = refused.violations().unwrap().as_slice();
                wrong.iter().map(|violation| violation.pointer.clone()).collect()
            }
        }
    };
    let bad = OfferToSavers {
        how_much: HowMuch::PercentOff(100),
        hours: Some(721),
        counter_allowed: false,
        message: Some("x".repeat(100_000)),
    };
    assert_eq!(told(bad), ["/percent", "/duration_hours", "/message"]);
    assert_eq!(told(wish(usd(0))), ["/price/amount"]);
    assert_eq!(told(wish(HowMuch::PercentOff(0))), ["/percent"]);
    for good in [HowMuch::PercentOff(1), HowMuch::PercentOff(99), usd(1)] {
        assert!(told(wish(good)).is_empty(), "{good:?}");
    }
    for (hours, right) in [(0, false), (1, true), (720, true)] {
        let wish = OfferToSavers {
            hours: Some(hours),
            ..wish(usd(1))
        };
        assert_eq!(told(wish).is_empty(), right, "{hours} hours");
    }
}

proptest! {
    #[test]
    fn whatever_comes_off_the_offer_lies_between_zero_and_the_asking_price(
        asking in 2_i64..=i64::MAX, percent in 1_u8..=99
    ) {
        let facts = car(|car| car.asking = Money::new(asking, Currency::USD));
        let wish = wish(HowMuch::PercentOff(percent));
        match offer(&act(staff(Role::Sales), 0), &names(1), &wish, &facts) {
            Ok(done) => {
                let offered = done.plan.talks[0].offers[0].amount.minor();
                let exact = i128::from(asking) * i128::from(100 - percent);
                prop_assert!(1 <= offered && offered <= asking);
                prop_assert!((i128::from(offered) * 100 - exact).abs() <= 50);
            }
            // Of a few cents nearly all may come off.
            Err(refused) => {
                prop_assert_eq!(refused.code(), "offer_out_of_range");
                prop_assert!(asking < 100);
            }
        }
    }
}
