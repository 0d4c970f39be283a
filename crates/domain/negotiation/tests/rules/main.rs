//! The rules by example: ranges, limits, secrets, clocks.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use chrono::{DateTime, TimeDelta, Utc};
use forecourt_negotiation::error::Error;
use forecourt_negotiation::negotiation::{Buyer, Negotiation};
use forecourt_negotiation::request::{self, Price};
use forecourt_negotiation::rules::{self, MOST_OFFERS, NewIds};
use forecourt_negotiation::state::{Side, State, Status};
use forecourt_negotiation::table::{Car, CarMove, Moves, Stage, Table, Terms};
use kernel::act::{Act, Decision};
use kernel::actor::{Actor, Membership, Principal};
use kernel::error::{Common, Failure};
use kernel::id::Id;
use kernel::money::{Currency, Money};
use kernel::rights::Role;
use proptest::prelude::*;
use uuid::Uuid;

mod exploration;
mod savers;

fn id<K>(n: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(n))
}

fn start() -> DateTime<Utc> {
    "2026-06-08T14:00:00Z".parse().unwrap()
}

fn user(n: u128, staff: Option<Membership>) -> Actor {
    Actor::User(Principal {
        user: id(n),
        session: id(9),
        admin: false,
        factor_due: false,
        staff,
    })
}

fn buyer() -> Actor {
    user(10, None)
}

fn staff(role: Role) -> Actor {
    let member = Membership {
        staff: id(3),
        dealer: id(1),
        role,
        sites: Vec::new(),
    };
    user(4, Some(member))
}

fn act(actor: Actor, hours: i64) -> Act {
    Act {
        actor,
        ..Act::of_system(start() + TimeDelta::hours(hours), "test")
    }
}

fn dollars(cents: i64) -> Price {
    Price {
        amount: Money::new(cents, Currency::USD),
        message: None,
    }
}

fn table() -> Table {
    Table {
        car: Car {
            listing: id(2),
            dealer: id(1),
            asking: Money::new(2_000_000, Currency::USD),
            floor: Some(Money::new(1_700_000, Currency::USD)),
            stage: Stage::Open,
            verified: true,
        },
        terms: Terms::default(),
        talks: Vec::new(),
    }
}

fn ids(n: u128) -> NewIds {
    NewIds {
        negotiation: id(n),
        offer: id(n + 1),
    }
}

fn open(table: &Table, cents: i64) -> Result<Decision<Moves, Negotiation>, Error> {
    let who = Buyer {
        user: id(10),
        name: "Ann Buyer".to_owned(),
    };
    rules::open(&act(buyer(), 0), ids(100), &dollars(cents), who, table)
}

/// A table with one talk, opened at 18,000.
fn opened() -> Table {
    let mut table = table();
    table.talks = open(&table, 1_800_000).unwrap().plan.talks;
    table
}

fn counter(table: &Table, actor: Actor, cents: i64) -> Result<Decision<Moves, Negotiation>, Error> {
    rules::counter(&act(actor, 1), id(100), id(900), &dollars(cents), table)
}

fn after(mut table: Table, decision: Decision<Moves, Negotiation>) -> Table {
    table.talks = decision.plan.talks;
    table
}

#[test]
fn a_buyer_opens_and_the_dealer_is_asked() {
    let decision = open(&table(), 1_800_000).unwrap();
    assert_eq!(decision.answer.state.status(), Status::AwaitingDealer);
    assert_eq!(decision.answer.expires_at(), Some(start() + TimeDelta::hours(72)));
    assert_eq!(decision.plan.car, None);
    assert_eq!(decision.record.events[0].name, "negotiation.opened");
    assert_eq!(decision.record.jobs.len(), 1, "somebody looks when time is up");
}

#[test]
fn another_currency_is_named() {
    let who = Buyer {
        user: id(10),
        name: String::new(),
    };
    let euros = Price {
        amount: Money::new(100, Currency::parse("EUR").unwrap()),
        message: None,
    };
    let error = rules::open(&act(buyer(), 0), ids(100), &euros, who, &table()).unwrap_err();
    assert_eq!(error.code(), "currency_mismatch");
    assert_eq!(
        error.violations().unwrap().as_slice()[0].pointer,
        "/amount/currency"
    );
}

#[test]
fn only_the_other_side_answers() {
    let table = opened();
    let error = counter(&table, buyer(), 1_810_000).unwrap_err();
    assert_eq!(error, Error::NotYourTurn { turn: Side::Dealer });
    let error = rules::accept(&act(buyer(), 1), id(100), &table).unwrap_err();
    assert_eq!(error.code(), "not_your_turn");
}

#[test]
fn a_dealers_counter_lies_between_the_offer_and_the_price() {
    let table = opened();
    for (cents, fits) in [
        (1_799_999, false),
        (1_800_000, true),
        (2_000_000, true),
        (2_000_001, false),
    ] {
        let result = counter(&table, staff(Role::Sales), cents);
        assert_eq!(result.is_ok(), fits, "{cents}");
        if let Err(error) = result {
            assert_eq!(error.code(), "offer_out_of_range");
        }
    }
}

#[test]
fn a_buyers_counter_above_the_dealers_would_be_an_acceptance() {
    let table = opened();
    let decision = counter(&table, staff(Role::Sales), 1_900_000).unwrap();
    let table = after(table, decision);
    let error = counter(&table, buyer(), 1_900_001).unwrap_err();
    assert_eq!(error.code(), "offer_out_of_range");
    assert!(error.to_string().contains("accept that one"), "{error}");
    assert!(counter(&table, buyer(), 1_900_000).is_ok());
}

#[test]
fn ten_offers_a_side_and_no_more() {
    let mut table = opened();
    for n in 0..MOST_OFFERS - 1 {
        let cents = 1_900_000 - i64::try_from(n).unwrap();
        let decision = counter(&table, staff(Role::Sales), cents).unwrap();
        table = after(table, decision);
        let decision = counter(&table, buyer(), 1_800_000).unwrap();
        table = after(table, decision);
    }
    let decision = counter(&table, staff(Role::Sales), 1_850_000).unwrap();
    table = after(table, decision);
    let error = counter(&table, buyer(), 1_800_000).unwrap_err();
    assert_eq!(error.code(), "offer_limit");
    assert_eq!(table.talks[0].offers.len(), 2 * MOST_OFFERS);
}

#[test]
fn an_offer_holds_for_72_hours_and_a_counter_starts_them_anew() {
    let table = opened();
    let late = rules::accept(&act(staff(Role::Sales), 72), id(100), &table).unwrap_err();
    assert_eq!(late.code(), "offer_expired");
    let countered = rules::counter(
        &act(staff(Role::Sales), 71),
        id(100),
        id(900),
        &dollars(1_900_000),
        &table,
    );
    let table = after(table, countered.unwrap());
    assert_eq!(
        table.talks[0].expires_at(),
        Some(start() + TimeDelta::hours(71 + 72))
    );
    let early = rules::due(&act(Actor::System, 142), id(100), &table).unwrap();
    assert!(early.plan.talks.is_empty());
    let due = rules::due(&act(Actor::System, 143), id(100), &table).unwrap();
    assert_eq!(due.answer.state, State::Expired);
}

#[test]
fn an_agreement_keeps_the_car_and_stops_the_other_clocks() {
    let mut table = opened();
    let rival = Buyer {
        user: id(11),
        name: "Bob".to_owned(),
    };
    let opened = rules::open(
        &act(user(11, None), 24),
        ids(200),
        &dollars(1_750_000),
        rival,
        &table,
    )
    .unwrap();
    table.talks.extend(opened.plan.talks);
    let agreed = rules::accept(&act(staff(Role::Sales), 48), id(100), &table).unwrap();
    assert_eq!(agreed.plan.car, Some(CarMove::Reserve));
    assert_eq!(
        agreed.answer.reserved_until,
        Some(start() + TimeDelta::hours(120))
    );
    let mut table = after(table, agreed);
    assert_eq!(table.talks[1].state, State::OnHold(Side::Dealer));
    assert_eq!(table.talks[1].seconds_left, Some(48 * 3600));

    table.car.stage = Stage::Reserved;
    let lapsed = rules::due(&act(Actor::System, 120), id(100), &table).unwrap();
    assert_eq!(lapsed.answer.state, State::Lapsed);
    assert_eq!(lapsed.plan.car, Some(CarMove::Release));
    let woken = &lapsed.plan.talks[1];
    assert_eq!(woken.state, State::Awaiting(Side::Dealer));
    assert_eq!(woken.expires_at(), Some(start() + TimeDelta::hours(168)));
}

#[test]
fn what_was_said_beforehand_acts_as_the_dealer_and_tells_no_threshold() {
    let mut table = table();
    table.terms.decline_below_bp = Some(8_000);
    table.terms.accept_from_bp = Some(9_500);
    let declined = open(&table, 1_599_999).unwrap();
    assert_eq!(declined.answer.state, State::Rejected);
    assert_eq!(
        open(&table, 1_600_000).unwrap().answer.state,
        State::Awaiting(Side::Dealer)
    );
    let accepted = open(&table, 1_900_000).unwrap();
    assert_eq!(accepted.answer.state, State::Accepted);
    assert_eq!(accepted.plan.car, Some(CarMove::Reserve));
    assert_eq!(
        open(&table, 1_899_999).unwrap().answer.state,
        State::Awaiting(Side::Dealer)
    );
    let told = format!(
        "{} {:?}",
        serde_json::to_string(&declined.answer).unwrap(),
        declined.record
    );
    for secret in ["1600000", "16000", "8000", "1700000", "17000"] {
        assert!(!told.contains(secret), "{secret} in {told}");
    }
}

#[test]
fn nothing_is_accepted_by_itself_below_the_floor() {
    let mut table = table();
    table.terms.accept_from_bp = Some(5_000);
    assert_eq!(
        open(&table, 1_699_999).unwrap().answer.state,
        State::Awaiting(Side::Dealer)
    );
    assert_eq!(open(&table, 1_700_000).unwrap().answer.state, State::Accepted);
    table.terms.decline_below_floor = true;
    assert_eq!(open(&table, 1_699_999).unwrap().answer.state, State::Rejected);
}

#[test]
fn nobody_negotiates_with_their_own_dealer_and_strangers_see_nothing() {
    let who = Buyer {
        user: id(4),
        name: String::new(),
    };
    let own = rules::open(
        &act(staff(Role::Mechanic), 0),
        ids(100),
        &dollars(1),
        who,
        &table(),
    );
    assert_eq!(own.unwrap_err(), Error::OwnDealer);
    let table = opened();
    let absent = Error::Common(Common::absent("negotiation"));
    assert_eq!(
        rules::accept(&act(user(77, None), 1), id(100), &table).unwrap_err(),
        absent
    );
    let unsigned = rules::accept(&act(Actor::Anonymous, 1), id(100), &table).unwrap_err();
    assert_eq!(unsigned, Common::Unauthenticated.into());
    let mechanic = rules::accept(&act(staff(Role::Mechanic), 1), id(100), &table).unwrap_err();
    assert_eq!(mechanic.code(), "forbidden");
}

#[test]
fn a_dealer_without_verification_answers_nothing_and_its_buyer_may_withdraw() {
    let mut table = opened();
    table.car.verified = false;
    for refused in [
        counter(&table, staff(Role::Sales), 1_900_000),
        rules::accept(&act(staff(Role::Sales), 1), id(100), &table),
        rules::reject(&act(staff(Role::Sales), 1), id(100), "no", &table),
    ] {
        assert_eq!(refused.unwrap_err(), Error::DealerNotVerified);
    }
    let withdrawn = rules::cancel(&act(buyer(), 1), id(100), None, &table).unwrap();
    assert_eq!(withdrawn.answer.state, State::Cancelled);
}

#[test]
fn the_version_that_was_seen_must_be_the_version_that_is() {
    let table = opened();
    let mut act = act(staff(Role::Sales), 1);
    act.expected_version = Some(7);
    let stale = rules::accept(&act, id(100), &table).unwrap_err();
    assert_eq!(stale, Common::Stale { current: 1 }.into());
}

#[test]
fn a_dealer_says_no_with_a_reason_and_a_buyer_may_go_without_one() {
    for blank in ["", "   ", "\n\t"] {
        let Err(Common::Invalid(wrong)) = request::reason(blank) else {
            panic!("{blank:?} is no reason");
        };
        let [violation] = wrong.as_slice() else {
            panic!("one violation: {wrong:?}");
        };
        assert_eq!(
            (violation.pointer.as_str(), &*violation.code),
            ("/reason", "blank")
        );
        assert_eq!(request::optional_reason(Some(blank)).unwrap(), None);
    }
    assert_eq!(request::reason(" sold  ").unwrap(), "sold");
}

proptest! {
    #[test]
    fn what_is_said_beforehand_is_exact(asking in 1_i64..1_000_000_000_000, amount in 1_i64..1_000_000_000_000, bp in 1_u16..=10_000) {
        let mut table = table();
        table.car.asking = Money::new(asking, Currency::USD);
        table.car.floor = None;
        table.terms.accept_from_bp = Some(bp);
        let state = open(&table, amount).unwrap().answer.state;
        let taken = i128::from(amount) * 10_000 >= i128::from(asking) * i128::from(bp);
        prop_assert_eq!(state == State::Accepted, taken);
    }

    #[test]
    fn a_clock_that_was_stopped_goes_on_with_what_was_left(before in 0_i64..72 * 60, stopped in 0_i64..100_000) {
        let talk = opened().talks.remove(0);
        let until = talk.expires_at().unwrap();
        let at = start() + TimeDelta::minutes(before);
        let (held, _) = rules::suspend(&talk, "stopped", at).unwrap();
        prop_assert_eq!(held.expires_at(), None);
        let (woken, _) = rules::wake(&held, at + TimeDelta::minutes(stopped)).unwrap();
        prop_assert_eq!(woken.expires_at(), Some(until + TimeDelta::minutes(stopped)));
    }
}
