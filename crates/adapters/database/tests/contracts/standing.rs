//! Standings of accounts, and the dealers that need their owners.

use std::sync::Arc;

use application::change_standing::{ChangeStanding, Standings};
use application::error::Error;
use dealers::Error as DealersError;
use dealers::rules::staff::StaffPatch;
use forecourt_database::identity::SqlStandings;
use futures_util::future::join_all;
use identity::ports::UserFilter;
use identity::use_cases::UserPatch;
use kernel::act::Act;
use kernel::id::UserId;
use kernel::paging::PageRequest;
use kernel::patch::Patch;

use crate::identity::{desk, form, stranger};
use crate::office::{Office, draft};
use crate::world::World;

fn standing(world: &World) -> ChangeStanding {
    let standings: Arc<dyn Standings> = match world.database() {
        Some(db) => Arc::new(SqlStandings::new(db.clone())),
        None => Arc::new(world.memory.clone()),
    };
    ChangeStanding {
        standings,
        identity: desk(world).identity,
    }
}

/// An account of the real kind: those that the office makes are no accounts to the fake.
async fn person(world: &World, change: &ChangeStanding, email: &str) -> UserId {
    let act = stranger(world, "192.0.2.1");
    let _ = change.identity.register(&act, &form(email)).await.unwrap();
    let (all, page, system) = (UserFilter::default(), PageRequest::default(), world.act());
    let found = change.identity.users(&system, &all, &page).await.unwrap();
    let profile = found.items.iter().find(|p| p.user.email.as_str() == email);
    profile.unwrap().user.id
}

fn set(active: bool) -> UserPatch {
    UserPatch {
        active: Patch::Value(active),
        ..UserPatch::default()
    }
}

/// A dealer with two owners.
async fn two_owners(office: &Office, change: &ChangeStanding) -> [UserId; 2] {
    let world = &office.world;
    let first = person(world, change, "olga@example.com").await;
    let second = person(world, change, "otto@example.com").await;
    let founder = office.by(first);
    let founded = office.dealers.register(&founder, &draft("Oak")).await;
    let dealer = founded.unwrap().value.id;
    office.hire(dealer, second, "owner").await.unwrap();
    [first, second]
}

pub(crate) async fn the_last_owner_of_a_dealer_stays_active(world: World) {
    let office = Office::of(world);
    let change = standing(&office.world);
    let system: Act = office.world.act();
    let [first, second] = two_owners(&office, &change).await;
    assert!(
        !change
            .change(&system, second, &set(false))
            .await
            .unwrap()
            .user
            .active
    );
    let refused = change.change(&system, first, &set(false)).await.unwrap_err();
    assert_eq!(refused, Error::Dealers(DealersError::LastOwner));
    assert!(change.identity.user(&system, first).await.unwrap().user.active);
    change.change(&system, second, &set(true)).await.unwrap();
    change.change(&system, first, &set(false)).await.unwrap();

    // Nor can the other one be made something less meanwhile.
    let other = change
        .identity
        .user(&system, second)
        .await
        .unwrap()
        .staff
        .unwrap();
    let demote = StaffPatch {
        role: Patch::Value("sales".to_owned()),
        ..StaffPatch::default()
    };
    let refused = office.staff.change(&system, other.staff, &demote).await;
    assert_eq!(refused.unwrap_err(), DealersError::LastOwner);
}

pub(crate) async fn a_dealer_keeps_an_owner_however_many_are_deactivated_at_once(world: World) {
    let office = Office::of(world);
    let change = standing(&office.world);
    let system: Act = office.world.act();
    let owners = two_owners(&office, &change).await;
    for round in 0..10 {
        let ends = join_all(owners.map(|user| {
            let (change, system) = (change.clone(), system.clone());
            async move {
                tokio::spawn(async move { change.change(&system, user, &set(false)).await })
                    .await
                    .unwrap()
            }
        }))
        .await;
        let refused: Vec<_> = ends.into_iter().filter_map(Result::err).collect();
        assert_eq!(
            refused,
            [Error::Dealers(DealersError::LastOwner)],
            "round {round}"
        );
        for user in owners {
            change.change(&system, user, &set(true)).await.unwrap();
        }
    }
}
