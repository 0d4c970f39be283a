//! What follows from tries, and who may.
#![expect(clippy::unwrap_used, reason = "tests")]

use chrono::TimeDelta;
use forecourt_webhooks::Error;
use forecourt_webhooks::delivery::{DELIVER_JOB, Delivery, State, Status};
use forecourt_webhooks::endpoint::{Endpoint, MOST_ENDPOINTS, Off, Owner, WhyOff};
use forecourt_webhooks::message::Message;
use forecourt_webhooks::pattern::EventNames;
use forecourt_webhooks::pattern::Pattern;
use forecourt_webhooks::ports::{Exchange, KeepFacts, Parcel, Reply, Settled};
use forecourt_webhooks::request::{NewWebhook, WebhookChanges};
use forecourt_webhooks::retry::PAUSES;
use forecourt_webhooks::rules::{self, NewIds, Registration, VERDICT_JOB, Verdict};
use kernel::Instant;
use kernel::act::{Act, Decision};
use kernel::actor::{Actor, Membership, Principal};
use kernel::error::Failure;
use kernel::id::{DealerId, Id};
use kernel::patch::Patch;
use kernel::rights::Role;
use kernel::target::Reach;
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

fn id<K>(n: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(n))
}

fn noon() -> Instant {
    "2026-06-08T12:00:00Z".parse().unwrap()
}

fn person(admin: bool, staff: Option<(DealerId, Role)>) -> Actor {
    Actor::User(Principal {
        user: id(1),
        session: id(2),
        admin,
        factor_due: false,
        staff: staff.map(|(dealer, role)| Membership {
            staff: id(3),
            dealer,
            role,
            sites: Vec::new(),
        }),
    })
}

fn by(actor: Actor, at: Instant) -> Act {
    Act {
        actor,
        ..Act::of_system(at, "test")
    }
}

fn owner() -> Act {
    by(person(false, Some((id(10), Role::Owner))), noon())
}

fn wish() -> NewWebhook {
    NewWebhook {
        url: "https://hooks.example.com/in".to_owned(),
        events: vec!["booking.*".to_owned(), "*".to_owned(), "booking.*".to_owned()],
        description: Some("our books".to_owned()),
    }
}

fn names() -> EventNames {
    EventNames::new(["booking.approved", "booking.declined", "sale.closed"])
}

fn registration(owner: Owner) -> Registration {
    Registration {
        id: id(20),
        owner,
        by: Some(id(1)),
        with: wish().check(Reach::Public, &names()).unwrap(),
    }
}

fn facts(kept: usize) -> KeepFacts {
    KeepFacts {
        owner_known: true,
        kept,
    }
}

fn endpoint() -> Endpoint {
    let new = registration(Owner::Dealer(id(10)));
    rules::register(&owner(), &new, &facts(0)).unwrap().answer
}

fn message(event: &str) -> Message {
    Message {
        id: id(30),
        event: event.to_owned(),
        at: noon(),
        actor: None,
        data: json!({ "id": 1 }),
    }
}

fn delivery() -> Delivery {
    let act = Act::of_system(noon(), "job");
    rules::tell(&act, id(31), &message("booking.approved"), &endpoint())
        .unwrap()
        .answer
}

fn parcel(endpoint: Endpoint, delivery: Delivery) -> Parcel {
    Parcel { endpoint, delivery }
}

fn answered(status: u16) -> Exchange {
    Exchange {
        duration_ms: 40,
        end: Ok(Reply {
            status,
            retry_after: None,
            body: "said".to_owned(),
        }),
    }
}

/// What follows from the try that is to be made, at its time.
fn tried(parcel: &Parcel, exchange: &Exchange) -> Decision<Settled, ()> {
    let at = parcel.delivery.state.instant();
    let act = Act::of_system(at, "job");
    rules::settle(&act, parcel.delivery.due(), at, exchange, parcel)
}

fn jobs(decision: &Decision<Settled, ()>, kind: &str) -> usize {
    decision.record.jobs.iter().filter(|job| job.kind == kind).count()
}

#[test]
fn staff_mean_their_dealer_and_an_admin_the_platform_or_who_is_named() {
    let (oak, elm): (DealerId, DealerId) = (id(10), id(11));
    let admin = person(true, None);
    assert_eq!(rules::owner(&admin, None), Ok(Owner::Platform));
    assert_eq!(rules::owner(&admin, Some(elm)), Ok(Owner::Dealer(elm)));
    let boss = person(false, Some((oak, Role::Owner)));
    assert_eq!(rules::owner(&boss, None), Ok(Owner::Dealer(oak)));
    assert_eq!(rules::owner(&boss, Some(elm)).unwrap_err().code(), "not_found");
    for actor in [person(false, None), person(false, Some((oak, Role::Manager)))] {
        assert_eq!(rules::owner(&actor, None).unwrap_err().code(), "forbidden");
    }
    assert_eq!(
        rules::owner(&Actor::Anonymous, None).unwrap_err().code(),
        "unauthenticated"
    );
}

#[test]
fn to_other_dealers_an_endpoint_is_not_there() {
    let code = |actor: Actor, endpoint: &Endpoint| {
        rules::keeper(&actor, endpoint).map_or_else(|error| error.code(), |()| "may")
    };
    let ours = endpoint();
    let platforms = Endpoint {
        owner: Owner::Platform,
        ..endpoint()
    };
    let (oak, elm) = (id(10), id(11));
    for (actor, own, general) in [
        (person(true, None), "may", "may"),
        (person(false, Some((oak, Role::Owner))), "may", "not_found"),
        (
            person(false, Some((oak, Role::Manager))),
            "forbidden",
            "not_found",
        ),
        (person(false, Some((elm, Role::Owner))), "not_found", "not_found"),
        (person(false, None), "not_found", "not_found"),
        (Actor::Anonymous, "unauthenticated", "unauthenticated"),
    ] {
        assert_eq!(code(actor.clone(), &ours), own, "{actor:?}");
        assert_eq!(code(actor.clone(), &platforms), general, "{actor:?}");
    }
}

#[test]
fn an_owner_keeps_twenty() {
    let new = registration(Owner::Dealer(id(10)));
    assert!(rules::register(&owner(), &new, &facts(MOST_ENDPOINTS - 1)).is_ok());
    let full = rules::register(&owner(), &new, &facts(MOST_ENDPOINTS)).unwrap_err();
    assert_eq!(
        full,
        Error::TooMany {
            limit: MOST_ENDPOINTS
        }
    );
    let nobody = KeepFacts {
        owner_known: false,
        kept: 0,
    };
    assert_eq!(
        rules::register(&owner(), &new, &nobody).unwrap_err().code(),
        "not_found"
    );
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let wrong = NewWebhook {
        url: "http://10.0.0.1".to_owned(),
        events: vec!["*".to_owned(), "nonsense".to_owned()],
        description: Some(" ".to_owned()),
    };
    let error = wrong.check(Reach::Public, &names()).unwrap_err();
    let pointers: Vec<_> = error
        .violations()
        .unwrap()
        .as_slice()
        .iter()
        .map(|v| v.pointer.clone())
        .collect();
    assert_eq!(pointers, ["/url", "/events/1", "/description"]);
    let none = NewWebhook {
        events: Vec::new(),
        ..wish()
    };
    assert!(none.check(Reach::Public, &names()).is_err());
    let kept: Vec<_> = wish()
        .check(Reach::Public, &names())
        .unwrap()
        .events
        .into_iter()
        .map(|p| p.as_str().to_owned())
        .collect();
    assert_eq!(kept, ["*", "booking.*"], "each once");
    let cleared = WebhookChanges {
        url: Patch::Null,
        active: Patch::Null,
        ..WebhookChanges::default()
    };
    let error = cleared.check(Reach::Public, &names()).unwrap_err();
    assert_eq!(error.violations().unwrap().as_slice().len(), 2);
}

#[test]
fn switching_on_wipes_the_slate_and_a_stale_version_changes_nothing() {
    let failing = Endpoint {
        failing_since: Some(noon()),
        ..endpoint()
    };
    let active = |on| WebhookChanges {
        active: Patch::Value(on),
        ..WebhookChanges::default()
    };
    let change = |changes: &WebhookChanges, before: &Endpoint| {
        rules::change(&owner(), changes, (Reach::Public, &names()), before)
            .unwrap()
            .answer
    };
    let off = change(&active(false), &failing);
    assert_eq!(off.off.map(|off| off.why), Some(WhyOff::ByHand));
    let on = change(&active(true), &off);
    assert_eq!((on.off, on.failing_since, on.version), (None, None, 3));
    assert_eq!(
        change(&active(true), &failing).failing_since,
        Some(noon()),
        "it was on"
    );
    let elsewhere = WebhookChanges {
        url: Patch::Value("https://example.org/".to_owned()),
        ..WebhookChanges::default()
    };
    assert_eq!(change(&elsewhere, &failing).failing_since, None);
    let stale = Act {
        expected_version: Some(7),
        ..owner()
    };
    let error = rules::change(&stale, &active(false), (Reach::Public, &names()), &failing).unwrap_err();
    assert_eq!(error.code(), "stale_version");
}

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
