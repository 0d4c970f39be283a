//! Staff: added, changed, and the owner who is never missing.

use forecourt_dealers::Error;
use forecourt_dealers::dealer::{Dealer, DealerStatus};
use forecourt_dealers::ports::AddFacts;
use forecourt_dealers::rules::staff::{self, Added, StaffDraft, StaffPatch};
use forecourt_dealers::staff::{Person, StaffMember};
use kernel::error::{Failure, Kind};
use kernel::id::SiteId;
use kernel::paging::PageRequest;
use kernel::patch::Patch;
use kernel::rights::Role;

use crate::{World, now};

async fn owner_of(world: &World, dealer: &Dealer) -> StaffMember {
    let manager = world.member(dealer.id, Role::Manager);
    let all = world
        .staff
        .list(&manager, None, vec![Role::Owner], None, &PageRequest::default())
        .await
        .unwrap();
    all.items.into_iter().next().unwrap().member
}

fn role(word: &str) -> StaffPatch {
    StaffPatch {
        role: Patch::Value(word.to_owned()),
        ..StaffPatch::default()
    }
}

fn ann(world: &World) -> Person {
    Person {
        user: world.ids.next(),
        name: "Ann".to_owned(),
        email: "ann@example.com".parse().unwrap(),
        active: true,
    }
}

fn facts(dealer: &Dealer, person: Option<Person>) -> AddFacts {
    AddFacts {
        dealer: Dealer {
            status: DealerStatus::Verified,
            ..dealer.clone()
        },
        sites: Vec::new(),
        person,
        works_for: None,
        known: None,
    }
}

fn by_email(role: &str) -> StaffDraft {
    StaffDraft {
        email: Some("ann@example.com".to_owned()),
        role: role.to_owned(),
        ..StaffDraft::default()
    }
}

#[tokio::test]
async fn the_last_owner_can_neither_leave_nor_be_demoted() {
    let world = World::new();
    let dealer = world.dealer("Oak").await;
    let owner = owner_of(&world, &dealer).await;
    let act = world.member(dealer.id, Role::Owner);
    let leave = StaffPatch {
        active: Patch::Value(false),
        ..StaffPatch::default()
    };
    for patch in [role("manager"), leave] {
        let error = world.staff.change(&act, owner.id, &patch).await.unwrap_err();
        assert_eq!(error, Error::LastOwner);
    }
}

#[tokio::test]
async fn a_manager_can_neither_make_nor_touch_an_owner() {
    let world = World::new();
    let dealer = world.dealer("Oak").await;
    let owner = owner_of(&world, &dealer).await;
    let manager = world.member(dealer.id, Role::Manager);
    let error = world
        .staff
        .change(&manager, owner.id, &role("sales"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Forbidden);
    let error = staff::add(
        &manager,
        world.ids.next(),
        &by_email("owner"),
        &facts(&dealer, Some(ann(&world))),
    );
    assert_eq!(error.unwrap_err().kind(), Kind::Forbidden);
}

#[tokio::test]
async fn another_dealers_member_is_absent() {
    let world = World::new();
    let dealer = world.dealer("Oak").await;
    let other = world.dealer("Elm").await;
    let owner = owner_of(&world, &dealer).await;
    let stranger = world.member(other.id, Role::Owner);
    let error = world
        .staff
        .change(&stranger, owner.id, &role("sales"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Absent);
    let error = world.staff.find(&stranger, owner.id).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Absent);
}

#[tokio::test]
async fn a_member_sees_themselves_and_a_manager_all() {
    let world = World::new();
    let dealer = world.dealer("Oak").await;
    let owner = owner_of(&world, &dealer).await;
    let oneself = world.member_as(owner.id, dealer.id, Role::Sales);
    assert!(world.staff.find(&oneself, owner.id).await.is_ok());
    let colleague = world.member(dealer.id, Role::Sales);
    let error = world.staff.find(&colleague, owner.id).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Forbidden);
}

#[tokio::test]
async fn an_existing_user_joins_and_a_stranger_is_invited() {
    let world = World::new();
    let dealer = world.dealer("Oak").await;
    let manager = world.member(dealer.id, Role::Manager);
    let person = ann(&world);
    let user = person.user;
    let draft = by_email("sales");
    let joined = staff::add(&manager, world.ids.next(), &draft, &facts(&dealer, Some(person))).unwrap();
    assert!(matches!(&joined, Added::Joined(m) if m.working() && m.user == Some(user)));
    let invited = staff::add(&manager, world.ids.next(), &draft, &facts(&dealer, None)).unwrap();
    let Added::Invited(member) = invited else {
        panic!("{invited:?}")
    };
    assert!(member.invited() && !member.working());
    let accepted = staff::accept(member.clone(), user, None, now()).unwrap();
    assert!(accepted.working());
    assert_eq!(
        staff::accept(member, user, Some(world.ids.next()), now()),
        Err(Error::WorksElsewhere)
    );
}

#[tokio::test]
async fn a_dealer_that_is_not_verified_invites_whoever_it_names_by_an_address() {
    let world = World::new();
    let dealer = world.dealer("Oak").await;
    let manager = world.member(dealer.id, Role::Manager);
    let (open, person) = (world.ids.next(), ann(&world));
    let closed = Person {
        active: false,
        ..person.clone()
    };
    let elsewhere = Some(world.ids.next());
    for status in [
        DealerStatus::Pending,
        DealerStatus::Rejected,
        DealerStatus::Suspended,
    ] {
        let added = |person: Option<Person>, works_for| {
            let mut facts = facts(&dealer, person);
            (facts.dealer.status, facts.works_for) = (status, works_for);
            staff::add(&manager, open, &by_email("sales"), &facts)
        };
        let stranger = added(None, None).unwrap();
        assert!(
            matches!(&stranger, Added::Invited(m) if m.invited()),
            "{status:?}"
        );
        for (person, works_for) in [(&person, None), (&person, elsewhere), (&closed, None)] {
            assert_eq!(
                added(Some(person.clone()), works_for).unwrap(),
                stranger,
                "{status:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_user_works_for_one_dealer_at_a_time() {
    let world = World::new();
    let dealer = world.dealer("Oak").await;
    let manager = world.member(dealer.id, Role::Manager);
    let mut facts = facts(&dealer, Some(ann(&world)));
    facts.works_for = Some(world.ids.next());
    let add = |facts: &AddFacts| staff::add(&manager, world.ids.next(), &by_email("sales"), facts);
    assert_eq!(add(&facts).unwrap_err(), Error::WorksElsewhere);
    facts.works_for = Some(dealer.id);
    assert_eq!(add(&facts).unwrap_err(), Error::AlreadyMember);
}

#[tokio::test]
async fn roles_sites_and_people_that_do_not_exist_are_refused_together() {
    let world = World::new();
    let dealer = world.dealer("Oak").await;
    let manager = world.member(dealer.id, Role::Manager);
    let draft = StaffDraft {
        user_id: Some(world.ids.next()),
        role: "customer".to_owned(),
        site_ids: vec![world.ids.next::<kernel::id::kind::Site>()] as Vec<SiteId>,
        ..StaffDraft::default()
    };
    let error = staff::add(&manager, world.ids.next(), &draft, &facts(&dealer, None)).unwrap_err();
    let text = error.to_string();
    for pointer in ["/role", "/site_ids/0", "/user_id"] {
        assert!(text.contains(pointer), "{text}");
    }
}
