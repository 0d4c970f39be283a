use chrono::{NaiveDate, TimeDelta};
use kernel::Instant;
use kernel::actor::{Actor, Principal};
use kernel::error::{Failure, Kind};
use kernel::id::Id;
use kernel::patch::Patch;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::request::{MOST_CHARACTERS, VersionChanges};
use crate::version::in_force;

fn now() -> Instant {
    "2026-06-05T12:00:00Z".parse().unwrap()
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn act_of(admin: bool) -> Act {
    Act {
        actor: Actor::User(Principal {
            user: Id::from_uuid(Uuid::from_u128(1)),
            session: Id::from_uuid(Uuid::from_u128(2)),
            admin,
            factor_due: false,
            staff: None,
        }),
        ..Act::of_system(now(), "test")
    }
}

fn new(content: &str, day: Option<&str>) -> NewVersion {
    NewVersion {
        content: content.to_owned(),
        effective_date: day.map(date),
    }
}

fn written(day: &str) -> Version {
    let act = Act::of_system(now(), "test");
    let id = Id::from_uuid(Uuid::from_u128(3));
    write(&act, id, Page::AboutUs, &new("Words", Some(day)))
        .unwrap()
        .plan
}

#[test]
fn without_a_day_it_takes_effect_today() {
    let decision = write(
        &act_of(true),
        Id::from_uuid(Uuid::nil()),
        Page::AboutUs,
        &new(" Hi \n", None),
    );
    let version = decision.unwrap().plan;
    assert_eq!(version.effective_date, date("2026-06-05"));
    assert_eq!(version.content, "Hi");
    assert!(version.has_been_in_force(now()));
    assert_eq!(version.in_force_from(), now(), "not before it was written");
}

#[test]
fn only_admins_write() {
    let id = Id::from_uuid(Uuid::nil());
    let customer = write(&act_of(false), id, Page::AboutUs, &new("Hi", None)).unwrap_err();
    assert_eq!(customer.kind(), Kind::Forbidden);
    let stranger = Act {
        actor: Actor::Anonymous,
        ..act_of(false)
    };
    let stranger = write(&stranger, id, Page::AboutUs, &new("Hi", None)).unwrap_err();
    assert_eq!(stranger.kind(), Kind::Unauthenticated);
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let id = Id::from_uuid(Uuid::nil());
    let wrong = write(&act_of(true), id, Page::AboutUs, &new(" \n ", Some("2026-06-04"))).unwrap_err();
    let codes: Vec<&str> = wrong
        .violations()
        .unwrap()
        .as_slice()
        .iter()
        .map(|v| v.code.as_ref())
        .collect();
    assert_eq!(codes, ["blank", "date_passed"]);
    let long = "x".repeat(MOST_CHARACTERS + 1);
    assert!(write(&act_of(true), id, Page::AboutUs, &new(&long, None)).is_err());
}

#[test]
fn what_is_to_come_can_be_changed_and_what_was_in_force_never() {
    let act = act_of(true);
    let before = written("2026-06-06");
    let changes = VersionChanges {
        effective_date: Patch::Null,
        ..VersionChanges::default()
    };
    let check = || changes.check(day(act.at));
    let after = change(&act, Page::AboutUs, &before, check).unwrap().plan;
    assert_eq!((after.effective_date, after.version), (date("2026-06-05"), 2));
    assert_eq!(after.content, "Words", "what is not named stays");
    assert_eq!(
        change(&act, Page::AboutUs, &after, check).unwrap_err(),
        Error::KeptForEver
    );
    assert_eq!(
        erase(&act, Page::AboutUs, &after).unwrap_err(),
        Error::KeptForEver
    );
    assert!(erase(&act, Page::AboutUs, &before).is_ok());
}

#[test]
fn a_version_is_not_there_under_another_page() {
    let act = act_of(true);
    let refused = erase(&act, Page::PrivacyPolicy, &written("2026-06-06")).unwrap_err();
    assert_eq!(refused.kind(), Kind::Absent);
}

#[test]
fn a_stale_version_is_refused_before_anything_is_checked() {
    let act = Act {
        expected_version: Some(7),
        ..act_of(true)
    };
    let refused = change(&act, Page::AboutUs, &written("2026-06-06"), || unreachable!()).unwrap_err();
    assert_eq!(refused.kind(), Kind::Stale);
}

proptest! {
    /// Whatever is written and dated in whatever order: at each instant one version is in force, and later acts change nothing of
    /// what was in force before them.
    #[test]
    fn what_was_in_force_stays_what_was_in_force(acts in prop::collection::vec((0i64..20, 0i64..10, any::<bool>()), 1..30)) {
        let mut versions: Vec<Version> = Vec::new();
        let mut clock = now();
        let mut history: Vec<(Instant, Option<ContentVersionId>)> = Vec::new();
        for (n, (hours, ahead, fresh)) in acts.into_iter().enumerate() {
            history.push((clock, in_force(&versions, clock).map(|v| v.id)));
            clock += TimeDelta::hours(hours) + TimeDelta::seconds(1);
            let act = Act::of_system(clock, "test");
            let target = day(clock) + TimeDelta::days(ahead);
            if versions.iter().any(|v| v.effective_date == target) {
                continue;
            }
            let last = versions.len().checked_sub(1);
            if let (false, Some(last)) = (fresh, last) {
                let changes = VersionChanges { effective_date: Patch::Value(target), ..VersionChanges::default() };
                let before = versions[last].clone();
                if let Ok(decision) = change(&act, Page::AboutUs, &before, || changes.check(day(clock))) {
                    versions[last] = decision.plan;
                }
            } else {
                let id = Id::from_uuid(Uuid::from_u128(n as u128 + 10));
                let new = NewVersion { content: "x".into(), effective_date: Some(target) };
                versions.push(write(&act, id, Page::AboutUs, &new).unwrap().plan);
            }
            for (then, known) in &history {
                prop_assert_eq!(in_force(&versions, *then).map(|v| v.id), *known);
            }
        }
    }
}
