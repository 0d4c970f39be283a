//! What endpoints are told, and what becomes of a delivery.

use chrono::TimeDelta;
use forecourt_webhooks::Error;
use forecourt_webhooks::delivery::{DELIVER_JOB, State, Status};
use forecourt_webhooks::endpoint::{Endpoint, Off, Owner, WhyOff};
use forecourt_webhooks::pattern::Pattern;
use forecourt_webhooks::ports::{Exchange, Parcel, Reply, Settled};
use forecourt_webhooks::retry::PAUSES;
use forecourt_webhooks::rules::{self, NewIds, VERDICT_JOB, Verdict};
use kernel::act::Act;
use proptest::prelude::*;

use crate::{answered, delivery, endpoint, id, jobs, message, noon, owner, parcel, tried};

#[test]
fn an_endpoint_is_told_what_it_asks_for_and_nothing_else() {
    let asks = |events: &[&str]| Endpoint {
        events: events
            .iter()
            .map(|event| Pattern::parse(event).unwrap())
            .collect(),
        ..endpoint()
    };
    let act = Act::of_system(noon(), "job");
    let told = |endpoint: &Endpoint, event| rules::tell(&act, id(31), &message(event), endpoint).is_ok();
    assert!(told(&asks(&["booking.*", "sale.closed"]), "sale.closed"));
    assert!(!told(&asks(&["booking.*", "sale.closed"]), "sale.opened"));
    assert!(!told(
        &asks(&["*"]).switched_off(WhyOff::ByHand, noon()),
        "sale.opened"
    ));
    let hears = |owner, dealer| {
        let endpoint = Endpoint {
            owner,
            ..asks(&["*"])
        };
        endpoint.hears(dealer, "sale.opened")
    };
    let (oak, elm) = (Some(id(10)), Some(id(11)));
    let owns = Owner::Dealer(id(10));
    assert_eq!(
        [oak, elm, None].map(|dealer| hears(owns, dealer)),
        [true, false, false]
    );
    assert_eq!(
        [oak, elm, None].map(|dealer| hears(Owner::Platform, dealer)),
        [true; 3]
    );
}

#[test]
fn what_is_taken_is_delivered_and_ends_the_failing() {
    let failing = Endpoint {
        failing_since: Some(noon() - TimeDelta::days(4)),
        ..endpoint()
    };
    for status in [200, 204, 299] {
        let decision = tried(&parcel(failing.clone(), delivery()), &answered(status));
        let Settled { delivery, endpoint } = &decision.plan;
        assert_eq!(delivery.state, State::Delivered(noon()));
        assert_eq!(endpoint.as_ref().unwrap().failing_since, None);
        assert_eq!(
            endpoint.as_ref().unwrap().version,
            failing.version,
            "its owner changed nothing"
        );
        assert!(decision.record.jobs.is_empty());
    }
}

#[test]
fn what_fails_is_tried_by_the_table_and_then_given_up() {
    let mut parcel = parcel(endpoint(), delivery());
    let mut waited = Vec::new();
    for n in 0..10 {
        let before = parcel.delivery.state.instant();
        let exchange = if n % 2 == 0 {
            answered(302)
        } else {
            Exchange {
                duration_ms: 10_000,
                end: Err("timed out".to_owned()),
            }
        };
        let decision = tried(&parcel, &exchange);
        let ended = decision.plan.delivery.state.status() == Status::Failed;
        assert_eq!(jobs(&decision, DELIVER_JOB), usize::from(!ended));
        assert_eq!(
            jobs(&decision, VERDICT_JOB),
            usize::from(n == 0),
            "the first failure starts the clock"
        );
        parcel.delivery = decision.plan.delivery;
        parcel.endpoint = decision.plan.endpoint.unwrap_or(parcel.endpoint);
        if !ended {
            waited.push((parcel.delivery.state.instant() - before).num_seconds());
        }
    }
    assert_eq!(parcel.delivery.state.status(), Status::Failed);
    assert_eq!(parcel.delivery.attempts.len(), 10);
    assert_eq!(parcel.endpoint.failing_since, Some(noon()));
    for (waited, pause) in waited.iter().zip(PAUSES) {
        assert!(
            (pause..=pause + pause / 5).contains(waited),
            "{waited} for {pause}"
        );
    }
    assert_eq!(waited.len(), PAUSES.len());
}

#[test]
fn retry_after_is_honoured() {
    let busy = Exchange {
        duration_ms: 4,
        end: Ok(Reply {
            status: 503,
            retry_after: Some("600".to_owned()),
            body: String::new(),
        }),
    };
    let decision = tried(&parcel(endpoint(), delivery()), &busy);
    assert_eq!(
        decision.plan.delivery.state,
        State::Waiting(noon() + TimeDelta::seconds(600))
    );
}

#[test]
fn who_says_gone_is_switched_off_and_told() {
    let decision = tried(&parcel(endpoint(), delivery()), &answered(410));
    assert_eq!(decision.plan.delivery.state.status(), Status::Failed);
    let off = decision.plan.endpoint.as_ref().unwrap();
    assert_eq!(
        off.off,
        Some(Off {
            why: WhyOff::Gone,
            since: noon()
        })
    );
    let told = decision.record.events.first().unwrap();
    assert_eq!(
        (told.name.as_str(), told.payload["why"].as_str()),
        ("webhook.switched_off", Some("gone"))
    );
    assert_eq!(jobs(&decision, DELIVER_JOB), 0);
}

#[test]
fn five_days_without_a_success_switch_off_and_a_success_between_does_not() {
    let failing = Endpoint {
        failing_since: Some(noon()),
        ..endpoint()
    };
    let verdict = Verdict {
        webhook_id: failing.id,
        failing_since: noon(),
    };
    let act = Act::of_system(noon() + TimeDelta::days(5), "job");
    let judge = |endpoint: Endpoint| rules::judge(&act, verdict, &endpoint);
    let decision = judge(failing.clone());
    assert_eq!(
        decision.plan.unwrap().off.map(|off| off.why),
        Some(WhyOff::Failing)
    );
    let told = decision.record.events.first().unwrap();
    assert_eq!(
        (told.name.as_str(), told.dealer),
        ("webhook.switched_off", failing.owner.dealer())
    );
    for other in [None, Some(noon() + TimeDelta::days(1))] {
        let endpoint = Endpoint {
            failing_since: other,
            ..failing.clone()
        };
        assert_eq!(judge(endpoint).plan, None);
    }
}

#[test]
fn a_test_is_tried_once_and_held_against_nobody() {
    let ids = NewIds {
        delivery: id(40),
        message: id(41),
    };
    let sent = rules::test(&owner(), ids, &endpoint()).unwrap();
    assert_eq!(sent.record.jobs.len(), 1);
    let decision = tried(&parcel(endpoint(), sent.answer), &answered(500));
    assert_eq!(decision.plan.delivery.state.status(), Status::Failed);
    assert_eq!(decision.plan.endpoint, None);
    assert!(decision.record.jobs.is_empty());
    let off = endpoint().switched_off(WhyOff::ByHand, noon());
    assert_eq!(rules::test(&owner(), ids, &off).unwrap_err(), Error::Off);
}

#[test]
fn sent_again_it_keeps_its_id_and_begins_the_table_anew() {
    let mut parcel = parcel(endpoint(), delivery());
    for _ in 0..10 {
        parcel.delivery = tried(&parcel, &answered(500)).plan.delivery;
    }
    let before = parcel.delivery.clone();
    let decision = rules::redeliver(&owner(), &parcel).unwrap();
    let again = decision.answer.clone();
    assert_eq!(
        (again.message, again.body.as_str()),
        (before.message, before.body.as_str())
    );
    assert_eq!(
        (again.round, again.tries, again.state),
        (2, 0, State::Waiting(noon()))
    );
    assert!(
        !again.awaits(before.due()),
        "a job of the first round does nothing"
    );
    parcel.endpoint = endpoint().switched_off(WhyOff::Failing, noon());
    assert_eq!(rules::redeliver(&owner(), &parcel).unwrap_err(), Error::Off);
}

#[test]
fn what_falls_due_while_the_endpoint_is_off_is_not_sent() {
    let off = parcel(endpoint().switched_off(WhyOff::ByHand, noon()), delivery());
    let act = Act::of_system(noon(), "job");
    let cancelled = rules::cancel(&act, off.delivery.due(), &off).plan.delivery;
    assert_eq!(cancelled.state, State::Cancelled(noon()));
    let on = parcel(endpoint(), delivery());
    assert_eq!(
        rules::cancel(&act, on.delivery.due(), &on).plan.delivery,
        on.delivery
    );
}

proptest! {
    #[test]
    fn a_try_counts_once_whatever_came_of_it(statuses in prop::collection::vec(100_u16..600, 1..40)) {
        let mut parcel = parcel(endpoint(), delivery());
        for status in statuses {
            let due = parcel.delivery.due();
            let decision = tried(&parcel, &answered(status));
            let repeated = Parcel { delivery: decision.plan.delivery.clone(), ..parcel.clone() };
            let act = Act::of_system(noon(), "job");
            let second = rules::settle(&act, due, noon(), &answered(status), &repeated);
            prop_assert_eq!(&second.plan.delivery, &repeated.delivery);
            prop_assert!(second.record.jobs.is_empty());
            parcel = repeated;
            prop_assert!(parcel.delivery.attempts.len() <= 20);
            if !matches!(parcel.delivery.state, State::Waiting(_)) {
                parcel.delivery = parcel.delivery.again(noon());
            }
        }
    }
}
