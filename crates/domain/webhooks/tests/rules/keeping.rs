//! Who keeps endpoints, and how many.

use forecourt_webhooks::Error;
use forecourt_webhooks::endpoint::{Endpoint, MOST_ENDPOINTS, Owner, WhyOff};
use forecourt_webhooks::ports::KeepFacts;
use forecourt_webhooks::request::{NewWebhook, WebhookChanges};
use forecourt_webhooks::rules::{self};
use kernel::act::Act;
use kernel::actor::Actor;
use kernel::error::Failure;
use kernel::id::DealerId;
use kernel::patch::Patch;
use kernel::rights::Role;
use kernel::target::Reach;

use crate::{endpoint, facts, id, names, noon, owner, person, registration, wish};

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
