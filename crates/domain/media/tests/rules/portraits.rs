//! The one picture of a person, a car, a dealer.

use forecourt_media::error::Error;
use forecourt_media::file::File;
use forecourt_media::portrait::{Subject, Whose};
use forecourt_media::ports::PortraitFacts;
use forecourt_media::purpose::Purpose;
use forecourt_media::rules::{REMOVE_JOB, remove_portrait, set_portrait};
use kernel::actor::Actor;
use kernel::error::{Common, Failure};
use kernel::id::FileId;
use kernel::rights::Role;

use crate::{act, at, file, id, somebody};

fn facts(whose: Whose, current: Option<FileId>, file: Option<File>) -> PortraitFacts {
    PortraitFacts {
        whose,
        version: 2,
        current,
        file,
    }
}

#[test]
fn a_new_picture_takes_the_place_of_the_one_before() {
    let me = act(somebody(id(2), None));
    let (person, own) = (Subject::User(id(2)), Whose::Person(id(2)));
    let first = set_portrait(&me, person, &facts(own, None, Some(file(Purpose::Avatar)))).unwrap();
    assert_eq!(first.answer, Some(id(1)));
    let plan = first.plan.unwrap();
    assert_eq!(plan.attached.unwrap().attached_at, Some(at()));
    assert_eq!(plan.discarded, None);
    assert!(first.record.jobs.is_empty());
    let next = facts(own, Some(id(50)), Some(file(Purpose::Avatar)));
    let next = set_portrait(&me, person, &next).unwrap();
    assert_eq!(next.plan.unwrap().discarded, Some(id(50)));
    let kinds: Vec<&str> = next.record.jobs.iter().map(|job| job.kind).collect();
    assert_eq!(kinds, [REMOVE_JOB]);
    let audit = next.record.audit.unwrap();
    assert_eq!(
        (audit.action, audit.subject_kind, audit.dealer),
        ("picture.set", "user", None)
    );
}

#[test]
fn removing_a_picture_twice_is_removing_it_once() {
    let me = act(somebody(id(2), None));
    let (person, own) = (Subject::User(id(2)), Whose::Person(id(2)));
    let gone = remove_portrait(&me, person, &facts(own, Some(id(50)), None)).unwrap();
    assert_eq!((gone.answer, gone.plan.unwrap().discarded), (None, Some(id(50))));
    assert_eq!(gone.record.jobs.len(), 1);
    let again = remove_portrait(&me, person, &facts(own, None, None)).unwrap();
    assert_eq!((again.plan, again.record.audit), (None, None));
    assert!(again.record.jobs.is_empty());
}

#[test]
fn each_thing_has_its_own_people_and_its_own_kind_of_file() {
    let dealers = Whose::Dealer(id(3));
    let set = |actor: Actor, subject: Subject, whose: Whose| {
        let facts = facts(whose, None, Some(file(subject.purpose())));
        set_portrait(&act(actor), subject, &facts).map(|decision| decision.record.audit.unwrap().dealer)
    };
    let works = |role| somebody(id(2), Some((id(3), role)));
    let (car, dealer) = (Subject::Vehicle(id(20)), Subject::Dealer(id(3)));
    assert_eq!(set(works(Role::Sales), car, dealers), Ok(Some(id(3))));
    assert_eq!(set(works(Role::Owner), dealer, dealers), Ok(Some(id(3))));
    assert_eq!(
        set(works(Role::Sales), dealer, dealers).unwrap_err().code(),
        "forbidden"
    );
    assert_eq!(set(somebody(id(2), None), car, Whose::Person(id(2))), Ok(None));
    let others = set(somebody(id(2), None), car, Whose::Person(id(6))).unwrap_err();
    assert_eq!(others, Error::Common(Common::absent("vehicle")));
    let rival = set(somebody(id(2), Some((id(4), Role::Owner))), dealer, dealers).unwrap_err();
    assert_eq!(rival, Error::Common(Common::absent("dealer")));
}

#[test]
fn what_is_missing_stale_or_meant_for_something_else_is_told() {
    let me = || act(somebody(id(2), None));
    let (person, own) = (Subject::User(id(2)), Whose::Person(id(2)));
    let none = set_portrait(&me(), person, &facts(own, None, None)).unwrap_err();
    assert_eq!(none, Error::Common(Common::absent("file")));
    let other = facts(own, None, Some(file(Purpose::DealerLogo)));
    let other = set_portrait(&me(), person, &other).unwrap_err();
    assert_eq!(other.code(), "other_purpose");
    let mut late = me();
    late.expected_version = Some(1);
    let stale = remove_portrait(&late, person, &facts(own, Some(id(50)), None)).unwrap_err();
    assert_eq!(stale, Error::Common(Common::Stale { current: 2 }));
}
