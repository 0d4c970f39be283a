//! Dealers, sites and staff.

use std::sync::Arc;

use dealers::Error;
use dealers::dealer::{DealerPatch, DealerStatus};
use dealers::ports::{DealerFilter, SiteFilter};
use dealers::rules::staff::{StaffDraft, StaffPatch};
use dealers::settings::SettingsPatch;
use dealers::site::SitePatch;
use kernel::act::Claim;
use kernel::actor::Actor;
use kernel::id::{DealerId, StaffId};
use kernel::letter::LETTER_JOB;
use kernel::paging::{PageRequest, Position, Sort};
use kernel::patch::Patch;
use kernel::rights::Role;

use crate::office::{Office, any_site, draft, site_draft};
use crate::registry::Registry;
use crate::world::World;

pub(crate) async fn a_dealer_and_its_site_are_read_as_they_were_written(world: World) {
    let office = Office::of(world);
    let dealer = office.dealer("Oak").await;
    let entry = office
        .dealers
        .mine(&office.owner(dealer.id).actor, None)
        .await
        .unwrap();
    assert_eq!(entry.dealer, dealer);
    let act = office.owner(dealer.id);
    let site = office
        .sites
        .create(&act, None, &site_draft("Downtown"))
        .await
        .unwrap()
        .value;
    assert_eq!(office.sites.find(&act.actor, site.id).await.unwrap(), site);
    let patch = SitePatch {
        latitude: Patch::Null,
        longitude: Patch::Null,
        phone: Patch::Null,
        ..SitePatch::default()
    };
    let changed = office.sites.change(&act, site.id, &patch).await.unwrap().value;
    assert_eq!((changed.version, changed.details.coordinates), (2, None));
    assert_eq!(office.sites.find(&act.actor, site.id).await.unwrap(), changed);
    let patch = DealerPatch {
        settings: Patch::Value(SettingsPatch {
            strict_vin: Patch::Value(true),
            ..SettingsPatch::default()
        }),
        description: Patch::Null,
        ..DealerPatch::default()
    };
    let changed = office.dealers.change(&act, None, &patch).await.unwrap().value;
    let entry = office.dealers.mine(&act.actor, None).await.unwrap();
    assert_eq!(entry.dealer, changed);
    assert_eq!(entry.sites.len(), 1);
}

pub(crate) async fn one_person_founding_often_at_once_founds_one_dealer(world: World) {
    let office = Arc::new(Office::of(world));
    let founder = office.person("Olga").await;
    let calls: Vec<_> = (0..20)
        .map(|n| {
            let office = Arc::clone(&office);
            tokio::spawn(async move {
                let name = format!("Dealer {n}");
                office.dealers.register(&office.by(founder), &draft(&name)).await
            })
        })
        .collect();
    let mut made = 0;
    for call in calls {
        match call.await.unwrap() {
            Ok(_) => made += 1,
            Err(error) => assert_eq!(error, Error::WorksElsewhere),
        }
    }
    assert_eq!(made, 1);
}

pub(crate) async fn a_registration_sent_twice_under_one_key_makes_one_dealer(world: World) {
    let office = Office::of(world);
    let mut act = office.by(office.person("Olga").await);
    act.claim = Some(Claim {
        scope: "olga POST /dealers k".to_owned(),
        fingerprint: "f".to_owned(),
    });
    let first = office.dealers.register(&act, &draft("Oak")).await.unwrap();
    let again = office.dealers.register(&act, &draft("Oak")).await.unwrap();
    assert!(!first.replayed && again.replayed);
    assert_eq!(first.value, again.value);
}

pub(crate) async fn two_owners_who_leave_at_once_leave_one_behind(world: World) {
    let office = Arc::new(Office::of(world));
    let dealer = office.dealer("Oak").await;
    let second = office.person("Otto").await;
    office.hire(dealer.id, second, "owner").await.unwrap();
    let owners: Vec<StaffId> = office.members(dealer.id).await.iter().map(|m| m.id).collect();
    assert_eq!(owners.len(), 2);
    let calls: Vec<_> = owners
        .into_iter()
        .map(|member| {
            let office = Arc::clone(&office);
            tokio::spawn(async move {
                let leave = StaffPatch {
                    active: Patch::Value(false),
                    ..StaffPatch::default()
                };
                office
                    .staff
                    .change(&office.owner(dealer.id), member, &leave)
                    .await
            })
        })
        .collect();
    let mut ends = Vec::new();
    for call in calls {
        ends.push(call.await.unwrap().map(|_| ()));
    }
    assert!(ends.contains(&Ok(())), "{ends:?}");
    assert!(ends.contains(&Err(Error::LastOwner)), "{ends:?}");
    let staying = office.members(dealer.id).await;
    assert_eq!(staying.iter().filter(|m| m.acts_as_owner()).count(), 1);
}

pub(crate) async fn two_dealers_hiring_one_person_at_once_share_nobody(world: World) {
    let office = Arc::new(Office::of(world));
    let mut dealers = Vec::new();
    for n in 0..6 {
        dealers.push(office.dealer(&format!("Dealer{n}")).await.id);
    }
    let sam = office.person("Sam").await;
    let calls: Vec<_> = dealers
        .into_iter()
        .map(|dealer| {
            let office = Arc::clone(&office);
            tokio::spawn(async move { office.hire(dealer, sam, "sales").await })
        })
        .collect();
    let mut hired = 0;
    for call in calls {
        match call.await.unwrap() {
            Ok(_) => hired += 1,
            Err(error) => assert_eq!(error, Error::WorksElsewhere),
        }
    }
    assert_eq!(hired, 1);
}

pub(crate) async fn whoever_left_can_join_another_dealer_and_come_back_as_the_same_member(world: World) {
    let office = Office::of(world);
    let (oak, elm) = (office.dealer("Oak").await, office.dealer("Elm").await);
    let sam = office.person("Sam").await;
    let first = office.hire(oak.id, sam, "sales").await.unwrap().member;
    assert_eq!(office.hire(oak.id, sam, "sales").await, Err(Error::AlreadyMember));
    assert_eq!(
        office.hire(elm.id, sam, "sales").await,
        Err(Error::WorksElsewhere)
    );
    let set = |active| StaffPatch {
        active: Patch::Value(active),
        ..StaffPatch::default()
    };
    let change = async |dealer: DealerId, member: StaffId, active: bool| {
        office
            .staff
            .change(&office.owner(dealer), member, &set(active))
            .await
    };
    change(oak.id, first.id, false).await.unwrap();
    let second = office.hire(elm.id, sam, "manager").await.unwrap().member;
    assert_eq!(change(oak.id, first.id, true).await, Err(Error::WorksElsewhere));
    change(elm.id, second.id, false).await.unwrap();
    let back = office.hire(oak.id, sam, "advisor").await.unwrap();
    assert_eq!((back.member.id, back.member.role), (first.id, Role::Advisor));
    assert_eq!(back.name.as_deref(), Some("Sam Test"));
}

pub(crate) async fn an_address_without_account_is_invited_and_keeps_its_place(world: World) {
    let registry = Registry::of(world);
    let office = &registry.office;
    let dealer = office.dealer("Oak").await;
    let act = office.by_member(dealer.id).await;
    let draft = |role: &str| StaffDraft {
        email: Some("New@Example.com".to_owned()),
        role: role.to_owned(),
        ..StaffDraft::default()
    };
    let first = office
        .invite
        .add(&act, None, &draft("sales"))
        .await
        .unwrap()
        .value;
    assert!(first.member.invited() && first.name.is_none());
    let again = office
        .invite
        .add(&act, None, &draft("manager"))
        .await
        .unwrap()
        .value;
    assert_eq!(again.member.id, first.member.id);
    assert_eq!(again.member.role, Role::Manager);
    let shown = office.staff.find(&act, first.member.id).await.unwrap();
    assert_eq!(shown, again);
    if office.world.database().is_none() {
        let letters = office.world.memory.jobs();
        assert_eq!(letters.iter().filter(|j| j.kind == LETTER_JOB).count(), 2);
    }
    // Who has an account is invited all the same, until the dealer is verified.
    office.person("New").await;
    let unseen = office.invite.add(&act, None, &draft("manager")).await;
    let unseen = unseen.unwrap().value;
    assert!(unseen.member.invited() && unseen.name.is_none());
    assert_eq!(unseen.member.id, first.member.id);
    registry.licence(dealer.id).await;
    registry.verify(dealer.id).await.unwrap();
    let joined = office
        .invite
        .add(&act, None, &draft("sales"))
        .await
        .unwrap()
        .value;
    assert_eq!(joined.member.id, first.member.id);
    assert!(joined.member.working());
}

pub(crate) async fn the_directory_filters_orders_and_pages(world: World) {
    let registry = Registry::of(world);
    let office = &registry.office;
    for name in ["Ärgo", "beta 10%", "Alfa", "Gamma"] {
        office.dealer(name).await;
    }
    let admin = Actor::System;
    let page = |size, position| PageRequest {
        size,
        position,
        ..PageRequest::default()
    };
    let all = office
        .dealers
        .list(&admin, DealerFilter::default(), &page(10, Position::Page(1)))
        .await
        .unwrap();
    let names: Vec<&str> = all.items.iter().map(|e| e.dealer.details.name.as_str()).collect();
    assert_eq!(names, ["Alfa", "Ärgo", "beta 10%", "Gamma"]);
    let by = |q: &str| DealerFilter {
        q: Some(q.to_owned()),
        ..DealerFilter::default()
    };
    for (q, count) in [("ARG", 1), ("a", 4), ("10%", 1), ("1_%", 0), ("%", 1)] {
        let found = office
            .dealers
            .list(&admin, by(q), &page(10, Position::Page(1)))
            .await
            .unwrap();
        assert_eq!(found.count, Some(count), "{q}");
    }
    let verified = all.items.first().unwrap().dealer.id;
    registry.licence(verified).await;
    registry.verify(verified).await.unwrap();
    let public = office
        .dealers
        .list(
            &Actor::Anonymous,
            DealerFilter::default(),
            &page(10, Position::Page(1)),
        )
        .await
        .unwrap();
    assert_eq!(public.count, Some(1));
    let pending = DealerFilter {
        status: vec![DealerStatus::Pending],
        q: None,
    };
    let mut position = Position::Cursor(String::new());
    let mut seen = Vec::new();
    loop {
        let part = office
            .dealers
            .list(&admin, pending.clone(), &page(2, position))
            .await
            .unwrap();
        seen.extend(part.items.into_iter().map(|e| e.dealer.details.name));
        match part.next {
            Some(next) => position = next,
            None => break,
        }
    }
    assert_eq!(seen, ["Ärgo", "beta 10%", "Gamma"]);
}

pub(crate) async fn lists_of_dealers_know_their_orders(world: World) {
    let office = Office::of(world);
    office.dealer("Oak").await;
    office.dealer("Elm").await;
    let sorted = |field: &str| PageRequest {
        sort: Sort::parse_list(field),
        ..PageRequest::default()
    };
    let list = async |field: &str| {
        let request = sorted(field);
        office
            .dealers
            .list(&Actor::System, DealerFilter::default(), &request)
            .await
    };
    let newest = list("-created_at").await.unwrap();
    assert_eq!(newest.items.first().unwrap().dealer.details.name, "Elm");
    assert!(list("price").await.is_err());
    let sites = office
        .sites
        .list(&Actor::System, any_site(), &sorted("price"))
        .await;
    assert!(sites.is_err());
}

pub(crate) async fn sites_are_found_by_place_and_kind(world: World) {
    let office = Office::of(world);
    let dealer = office.dealer("Oak").await;
    let act = office.owner(dealer.id);
    office
        .sites
        .create(&act, None, &site_draft("Both"))
        .await
        .unwrap();
    let mut show = site_draft("Show");
    show.kind = "showroom".to_owned();
    show.address.city = "Bern".to_owned();
    office.sites.create(&act, None, &show).await.unwrap();
    let count = async |filter: SiteFilter| {
        let page = PageRequest::default();
        office
            .sites
            .list(&Actor::System, filter, &page)
            .await
            .unwrap()
            .count
    };
    assert_eq!(count(any_site()).await, Some(2));
    let kinds = |word: &str| SiteFilter {
        kind: vec![word.parse().unwrap()],
        ..any_site()
    };
    assert_eq!(count(kinds("showroom")).await, Some(2));
    assert_eq!(count(kinds("workshop")).await, Some(1));
    let city = SiteFilter {
        city: Some("zurich".to_owned()),
        ..any_site()
    };
    assert_eq!(count(city).await, Some(1));
    let other = SiteFilter {
        dealer: Some(office.world.ids.next()),
        ..any_site()
    };
    assert_eq!(count(other).await, Some(0));
}
