//! Dealers: registered, judged, changed, shown.

use forecourt_dealers::Error;
use forecourt_dealers::dealer::{DealerPatch, DealerStatus, IllegalTransition, Step};
use forecourt_dealers::ports::DealerFilter;
use forecourt_dealers::settings::SettingsPatch;
use kernel::act::Claim;
use kernel::actor::Actor;
use kernel::error::{Common, Failure, Kind};
use kernel::paging::PageRequest;
use kernel::patch::Patch;
use kernel::rights::Role;

use crate::{World, draft};

#[tokio::test]
async fn whoever_registers_a_dealer_becomes_its_owner_and_it_waits() {
    let world = World::new();
    let founder = world.person("Olga");
    let dealer = world
        .dealers
        .register(&world.customer(founder), &draft("Oak"))
        .await
        .unwrap()
        .value;
    assert_eq!(dealer.status, DealerStatus::Pending);
    let manager = world.member(dealer.id, Role::Manager);
    let staff = world
        .staff
        .list(&manager, None, Vec::new(), None, &PageRequest::default())
        .await
        .unwrap();
    let owner = staff.items.first().unwrap();
    assert_eq!(
        (owner.member.role, owner.member.user),
        (Role::Owner, Some(founder))
    );
    assert_eq!(owner.name.as_deref(), Some("Olga"));
}

#[tokio::test]
async fn one_person_founds_one_dealer() {
    let world = World::new();
    let act = world.customer(world.person("Olga"));
    world.dealers.register(&act, &draft("Oak")).await.unwrap();
    assert_eq!(
        world.dealers.register(&act, &draft("Elm")).await.unwrap_err(),
        Error::WorksElsewhere
    );
}

#[tokio::test]
async fn a_repeat_with_the_same_key_gives_the_first_answer() {
    let world = World::new();
    let mut act = world.customer(world.person("Olga"));
    act.claim = Some(Claim {
        scope: "olga POST /dealers k".to_owned(),
        fingerprint: "f".to_owned(),
    });
    let first = world.dealers.register(&act, &draft("Oak")).await.unwrap();
    let again = world.dealers.register(&act, &draft("Oak")).await.unwrap();
    assert!(again.replayed);
    assert_eq!(first.value, again.value);
}

#[tokio::test]
async fn all_that_is_wrong_with_a_draft_comes_back_at_once() {
    let world = World::new();
    let mut bad = draft(" ");
    bad.phone = "call me".to_owned();
    bad.website = Some("javascript:alert(1)".to_owned());
    bad.address.country = "USA".to_owned();
    bad.currency = "XYZ".to_owned();
    let act = world.customer(world.person("Olga"));
    let error = world.dealers.register(&act, &bad).await.unwrap_err();
    let Error::Common(Common::Invalid(found)) = error else {
        panic!("{error}")
    };
    let pointers: Vec<&str> = found.as_slice().iter().map(|v| v.pointer.as_str()).collect();
    assert_eq!(
        pointers,
        ["/name", "/phone", "/website", "/address/country", "/currency"]
    );
}

#[tokio::test]
async fn the_public_sees_verified_dealers_and_nothing_else() {
    let world = World::new();
    let dealer = world.dealer("Oak").await;
    let stranger = Actor::Anonymous;
    let absent = Error::Common(Common::absent("dealer"));
    assert_eq!(
        world.dealers.find(&stranger, dealer.id).await.unwrap_err(),
        absent
    );
    assert!(
        world
            .dealers
            .find(&world.member(dealer.id, Role::Mechanic).actor, dealer.id)
            .await
            .is_ok()
    );
    let everything = DealerFilter::default();
    let page = PageRequest::default();
    assert!(
        world
            .dealers
            .list(&stranger, everything.clone(), &page)
            .await
            .unwrap()
            .items
            .is_empty()
    );
    world.verify(&dealer).await;
    assert!(world.dealers.find(&stranger, dealer.id).await.is_ok());
    assert_eq!(
        world
            .dealers
            .list(&stranger, everything, &page)
            .await
            .unwrap()
            .items
            .len(),
        1
    );
}

#[tokio::test]
async fn only_admins_list_by_another_status() {
    let world = World::new();
    let pending = DealerFilter {
        status: vec![DealerStatus::Pending],
        q: None,
    };
    world.dealer("Oak").await;
    let page = PageRequest::default();
    let customer = world.customer(world.person("Carl"));
    let refused = world
        .dealers
        .list(&customer.actor, pending.clone(), &page)
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), Kind::Forbidden);
    let refused = world
        .dealers
        .list(&Actor::Anonymous, pending.clone(), &page)
        .await
        .unwrap_err();
    assert_eq!(refused.kind(), Kind::Unauthenticated);
    let seen = world
        .dealers
        .list(&world.admin().actor, pending, &page)
        .await
        .unwrap();
    assert_eq!(seen.count, Some(1));
}

#[tokio::test]
async fn a_rejection_has_a_reason_reaches_the_owner_and_can_be_answered() {
    let world = World::new();
    let dealer = world.dealer("Oak").await;
    let admin = world.admin();
    let error = world
        .dealers
        .reject(&admin, dealer.id, Some("  "))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    let rejected = world
        .dealers
        .reject(&admin, dealer.id, Some("No licence"))
        .await
        .unwrap()
        .value;
    assert_eq!(rejected.status, DealerStatus::Rejected);
    assert_eq!(rejected.status_reason.as_deref(), Some("No licence"));
    let told = world.memory.events().pop().unwrap();
    assert_eq!(told.name, "dealer.rejected");
    assert!(
        !told.payload.to_string().contains("licence"),
        "events hold no text that somebody wrote"
    );
    let owner = world.member(dealer.id, Role::Owner);
    let again = world.dealers.resubmit(&owner, None).await.unwrap().value;
    assert_eq!((again.status, again.status_reason), (DealerStatus::Pending, None));
}

#[tokio::test]
async fn only_admins_judge() {
    let world = World::new();
    let dealer = world.dealer("Oak").await;
    for role in [Role::Owner, Role::Manager, Role::Sales] {
        let act = world.member(dealer.id, role);
        let error = world.dealers.verify(&act, dealer.id, None).await.unwrap_err();
        assert_eq!(error.kind(), Kind::Forbidden);
    }
}

#[tokio::test]
async fn a_step_that_does_not_start_here_names_what_does() {
    let world = World::new();
    let dealer = world.dealer("Oak").await;
    let error = world
        .dealers
        .reinstate(&world.admin(), dealer.id, None)
        .await
        .unwrap_err();
    assert_eq!(
        error,
        Error::IllegalTransition(IllegalTransition {
            from: DealerStatus::Pending,
            step: Step::Reinstate
        })
    );
    assert_eq!(
        error.to_string(),
        "the dealer is pending: it can't reinstate now; possible: verify, reject"
    );
}

#[tokio::test]
async fn the_owner_alone_changes_the_record_and_a_stale_version_is_refused() {
    let world = World::new();
    let dealer = world.dealer("Oak").await;
    let patch = DealerPatch {
        description: Patch::Value("Cars since 1950".to_owned()),
        website: Patch::Null,
        settings: Patch::Value(SettingsPatch {
            strict_vin: Patch::Value(true),
            ..SettingsPatch::default()
        }),
        ..DealerPatch::default()
    };
    let manager = world.member(dealer.id, Role::Manager);
    let refused = world.dealers.change(&manager, None, &patch).await.unwrap_err();
    assert_eq!(refused.kind(), Kind::Forbidden);
    let mut owner = world.member(dealer.id, Role::Owner);
    let changed = world.dealers.change(&owner, None, &patch).await.unwrap().value;
    assert_eq!(changed.details.description.as_deref(), Some("Cars since 1950"));
    assert_eq!(changed.details.website, None);
    assert!(changed.settings.strict_vin);
    owner.expected_version = Some(1);
    let stale = world.dealers.change(&owner, None, &patch).await.unwrap_err();
    assert_eq!(stale, Error::Common(Common::Stale { current: 2 }));
}

#[tokio::test]
async fn my_dealer_is_absent_to_a_customer_and_must_be_named_by_an_admin() {
    let world = World::new();
    let dealer = world.dealer("Oak").await;
    let other = world.dealer("Elm").await;
    let customer = world.customer(world.person("Carl"));
    let error = world.dealers.mine(&customer.actor, None).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Absent);
    let admin = world.admin();
    let error = world.dealers.mine(&admin.actor, None).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    assert!(world.dealers.mine(&admin.actor, Some(dealer.id)).await.is_ok());
    let member = world.member(dealer.id, Role::Sales);
    let error = world
        .dealers
        .mine(&member.actor, Some(other.id))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), Kind::Absent);
}
