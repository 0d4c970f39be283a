//! Sites: opened, changed, shown.

use forecourt_dealers::hours::{ExceptionDraft, HoursPatch, SpanDraft, TimeOfDay};
use forecourt_dealers::ports::{SeenSites, SiteFilter};
use forecourt_dealers::site::SitePatch;
use forecourt_dealers::slot_rules::{SlotRules, SlotRulesPatch};
use kernel::actor::Actor;
use kernel::error::{Failure, Kind};
use kernel::paging::PageRequest;
use kernel::patch::Patch;
use kernel::rights::Role;

use crate::{World, site_draft};

fn any() -> SiteFilter {
    SiteFilter {
        seen: SeenSites::All,
        dealer: None,
        kind: Vec::new(),
        city: None,
        state: None,
    }
}

#[tokio::test]
async fn a_site_has_the_usual_rules_where_it_names_none() {
    let world = World::new();
    let dealer = world.dealer("Oak").await;
    let manager = world.member(dealer.id, Role::Manager);
    let site = world
        .sites
        .create(&manager, None, &site_draft())
        .await
        .unwrap()
        .value;
    assert_eq!(site.details.slot_rules, SlotRules::default());
    assert_eq!(site.details.bays, 1);
    assert_eq!(site.details.slot_rules.first_start, TimeOfDay::hour(9));
}

#[tokio::test]
async fn managers_run_sites_and_nobody_below_or_elsewhere() {
    let world = World::new();
    let dealer = world.dealer("Oak").await;
    let other = world.dealer("Elm").await;
    let sales = world.member(dealer.id, Role::Sales);
    let error = world.sites.create(&sales, None, &site_draft()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Forbidden);
    let site = world.site(dealer.id).await;
    let patch = SitePatch::default();
    let stranger = world.member(other.id, Role::Owner);
    let error = world.sites.change(&stranger, site, &patch).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Absent);
    let error = world.sites.change(&sales, site, &patch).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Forbidden);
}

#[tokio::test]
async fn an_admin_names_the_dealer_of_a_new_site() {
    let world = World::new();
    let dealer = world.dealer("Oak").await;
    let admin = world.admin();
    let error = world.sites.create(&admin, None, &site_draft()).await.unwrap_err();
    assert_eq!(error.kind(), Kind::Invalid);
    let site = world
        .sites
        .create(&admin, Some(dealer.id), &site_draft())
        .await
        .unwrap();
    assert_eq!(site.value.dealer, dealer.id);
}

#[tokio::test]
async fn a_patch_touches_what_it_names() {
    let world = World::new();
    let dealer = world.dealer("Oak").await;
    let site = world.site(dealer.id).await;
    let manager = world.member(dealer.id, Role::Manager);
    let mut hours = HoursPatch::default();
    hours.days[0] = Patch::Null;
    let patch = SitePatch {
        hours: Patch::Value(hours),
        exceptions: Patch::Value(vec![ExceptionDraft {
            date: "2026-12-25".to_owned(),
            closed: true,
            hours: None,
        }]),
        slot_rules: Patch::Value(SlotRulesPatch {
            minutes: Patch::Value(30),
            ..SlotRulesPatch::default()
        }),
        ..SitePatch::default()
    };
    let details = world
        .sites
        .change(&manager, site, &patch)
        .await
        .unwrap()
        .value
        .details;
    assert!(details.hours.mon.is_empty());
    assert_eq!(details.hours.tue.len(), 1);
    assert_eq!((details.slot_rules.minutes, details.slot_rules.step), (30, 60));
    let christmas = "2026-12-25".parse().unwrap();
    assert!(details.hours.on(christmas, &details.exceptions).is_empty());
}

#[tokio::test]
async fn wrong_hours_are_refused_with_their_places() {
    let world = World::new();
    let dealer = world.dealer("Oak").await;
    let site = world.site(dealer.id).await;
    let manager = world.member(dealer.id, Role::Manager);
    let mut hours = HoursPatch::default();
    hours.days[6] = Patch::Value(vec![
        SpanDraft {
            open: "10:00".to_owned(),
            close: "24:00".to_owned(),
        },
        SpanDraft {
            open: "9 am".to_owned(),
            close: "08:00".to_owned(),
        },
    ]);
    let patch = SitePatch {
        hours: Patch::Value(hours),
        timezone: Patch::Value("Mars/Olympus".to_owned()),
        latitude: Patch::Value(30.2),
        bays: Patch::Value(0),
        ..SitePatch::default()
    };
    let error = world.sites.change(&manager, site, &patch).await.unwrap_err();
    let found = error.common().unwrap().to_string();
    for part in ["/hours/sun/1/open", "/timezone", "/longitude", "/bays"] {
        assert!(found.contains(part), "{part} is not in {found}");
    }
}

#[tokio::test]
async fn sites_of_dealers_that_are_not_verified_are_seen_by_their_own() {
    let world = World::new();
    let dealer = world.dealer("Oak").await;
    let site = world.site(dealer.id).await;
    let own = world.member(dealer.id, Role::Mechanic).actor;
    assert!(world.sites.find(&own, site).await.is_ok());
    assert!(world.sites.find(&Actor::Anonymous, site).await.is_err());
    let page = PageRequest::default();
    let list = |actor: Actor| {
        let world = &world;
        let page = &page;
        async move { world.sites.list(&actor, any(), page).await.unwrap().items.len() }
    };
    assert_eq!((list(own).await, list(Actor::Anonymous).await), (1, 0));
    world.verify(&dealer).await;
    assert_eq!(list(Actor::Anonymous).await, 1);
}
