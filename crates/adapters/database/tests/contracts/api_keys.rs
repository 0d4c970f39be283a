//! Keys of dealers' programs: what is kept, how many, and that a revoked one opens nothing.

use std::sync::Arc;

use chrono::TimeDelta;
use forecourt_database::identity::SqlApiKeys;
use identity::Error;
use identity::api_key::{Call, KeyRight, MOST_KEYS, NewApiKey};
use identity::ports::ApiKeys;
use identity::use_cases::{Held, KeepApiKeys, WithToken};
use kernel::act::Act;
use kernel::actor::Actor;
use kernel::error::Failure;
use kernel::id::DealerId;
use kernel::paging::PageRequest;
use kernel::ports::Clock;
use kernel::rights::Right;
use memory::{PlainSecurity, SeededRandom};

use crate::office::Office;
use crate::world::World;

/// A dealer with its owner, and the use cases.
struct Gatehouse {
    office: Office,
    dealer: DealerId,
    owner: Act,
    keep: KeepApiKeys,
}

impl Gatehouse {
    async fn on(world: World) -> Self {
        let office = Office::of(world);
        let dealer = office.dealer("Oak").await.id;
        let owner = office.by_member(dealer).await;
        let world = &office.world;
        let keys: Arc<dyn ApiKeys> = match world.database() {
            None => Arc::new(world.memory.clone()),
            Some(db) => Arc::new(SqlApiKeys::new(db.clone())),
        };
        Self {
            keep: KeepApiKeys {
                keys,
                codes: Arc::new(PlainSecurity),
                ids: world.ids.clone(),
                random: Arc::new(SeededRandom::new(5)),
            },
            office,
            dealer,
            owner,
        }
    }

    async fn key(&self) -> WithToken {
        self.keep.make(&self.owner, None, &wish()).await.unwrap()
    }

    async fn opens(&self, text: &str, call: Call) -> Option<Held> {
        let now = self.office.world.clock.now();
        self.keep.authenticate(text, call, now).await.unwrap()
    }
}

fn wish() -> NewApiKey {
    NewApiKey {
        name: "Stock feed".to_owned(),
        rights: vec!["listings:write".to_owned(), "bookings:read".to_owned()],
        expires_at: None,
    }
}

pub(crate) async fn an_api_key_is_read_back_as_it_was_written(world: World) {
    let house = Gatehouse::on(world).await;
    let expires_at = Some(house.owner.at + TimeDelta::days(1));
    let new = NewApiKey { expires_at, ..wish() };
    let made = house.keep.make(&house.owner, None, &new).await.unwrap();
    let actor = &house.owner.actor;
    assert_eq!(house.keep.find(actor, made.key.id).await.unwrap(), made.key);
    assert_eq!(made.key.rights, [KeyRight::ListingsWrite, KeyRight::BookingsRead]);
    assert_eq!(
        (made.key.created_by, made.key.expires_at),
        (actor.user(), expires_at)
    );
    let kept = house.keep.keys.kept(made.key.id).await.unwrap().unwrap();
    assert_eq!(kept.key, made.key);

    let elm = house.office.dealer("Elm").await;
    let stranger = house.office.by_member(elm.id).await;
    for refused in [
        house.keep.find(&stranger.actor, made.key.id).await.map(drop),
        house.keep.revoke(&stranger, made.key.id).await,
        house
            .keep
            .make(&stranger, Some(house.dealer), &wish())
            .await
            .map(drop),
    ] {
        assert_eq!(refused.unwrap_err().code(), "not_found");
    }
    let stale = Act {
        expected_version: Some(7),
        ..house.owner.clone()
    };
    let refused = house.keep.revoke(&stale, made.key.id).await.unwrap_err();
    assert_eq!(refused.code(), "stale_version");
}

pub(crate) async fn an_api_key_opens_its_dealer_and_makes_no_other(world: World) {
    let house = Gatehouse::on(world).await;
    let made = house.key().await;
    let held = house.opens(made.token.expose(), Call::Changes).await.unwrap();
    assert_eq!((held.holder.id, held.holder.dealer), (made.key.id, house.dealer));
    assert!(held.holder.rights.contains(&Right::ManageListings));
    assert!(!held.holder.rights.contains(&Right::ManageBookings));
    let reading = house.opens(made.token.expose(), Call::Reads).await.unwrap();
    assert!(reading.holder.rights.contains(&Right::ManageBookings));
    let by_key = Act {
        actor: Actor::Key(held.holder),
        ..house.owner.clone()
    };
    for refused in [
        house.keep.make(&by_key, None, &wish()).await.map(drop),
        house.keep.revoke(&by_key, made.key.id).await,
        house.keep.find(&by_key.actor, made.key.id).await.map(drop),
    ] {
        assert_eq!(refused.unwrap_err().code(), "forbidden");
    }
    let mut other = made.token.expose().to_owned();
    let last = if other.ends_with('0') { '1' } else { '0' };
    other.pop();
    other.push(last);
    for wrong in [other.as_str(), &made.key.beginning(), "fck_", ""] {
        assert_eq!(house.opens(wrong, Call::Reads).await, None, "{wrong}");
    }
}

pub(crate) async fn a_revoked_or_expired_api_key_is_refused_at_once(world: World) {
    let house = Gatehouse::on(world).await;
    let made = house.key().await;
    house.keep.revoke(&house.owner, made.key.id).await.unwrap();
    assert_eq!(house.opens(made.token.expose(), Call::Reads).await, None);
    let again = house.keep.revoke(&house.owner, made.key.id).await.unwrap_err();
    assert_eq!(again.code(), "not_found");
    let actor = &house.owner.actor;
    assert!(house.keep.find(actor, made.key.id).await.is_err());
    let listed = house.keep.list(actor, None, &PageRequest::default()).await;
    assert!(listed.unwrap().items.is_empty());

    let brief = NewApiKey {
        expires_at: Some(house.owner.at + TimeDelta::minutes(5)),
        ..wish()
    };
    let brief = house.keep.make(&house.owner, None, &brief).await.unwrap();
    assert!(house.opens(brief.token.expose(), Call::Reads).await.is_some());
    house.office.world.clock.advance(300);
    assert_eq!(house.opens(brief.token.expose(), Call::Reads).await, None);
    let listed = house.keep.list(actor, None, &PageRequest::default()).await;
    assert_eq!(listed.unwrap().items.len(), 1, "an expired key is shown");
}

pub(crate) async fn of_two_who_revoke_one_api_key_at_once_one_does(world: World) {
    let house = Gatehouse::on(world).await;
    let made = house.key().await;
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let (keep, act, id) = (house.keep.clone(), house.owner.clone(), made.key.id);
            tokio::spawn(async move { keep.revoke(&act, id).await })
        })
        .collect();
    let mut done = 0;
    for call in calls {
        match call.await.unwrap() {
            Ok(()) => done += 1,
            Err(error) => assert_eq!(error.code(), "not_found"),
        }
    }
    assert_eq!(done, 1);
    assert_eq!(house.opens(made.token.expose(), Call::Reads).await, None);
}

pub(crate) async fn a_dealer_has_fifty_api_keys_however_many_come_at_once(world: World) {
    let house = Gatehouse::on(world).await;
    let calls: Vec<_> = (0..2 * MOST_KEYS)
        .map(|_| {
            let (keep, act) = (house.keep.clone(), house.owner.clone());
            tokio::spawn(async move { keep.make(&act, None, &wish()).await })
        })
        .collect();
    let mut made = Vec::new();
    for call in calls {
        match call.await.unwrap() {
            Ok(key) => made.push(key.key),
            Err(error) => assert_eq!(error, Error::TooManyApiKeys { limit: MOST_KEYS }),
        }
    }
    assert_eq!(made.len(), MOST_KEYS);
    // One that counts no more makes room.
    house.keep.revoke(&house.owner, made[0].id).await.unwrap();
    let _ = house.key().await;
    let page = PageRequest::default();
    let listed = house.keep.list(&house.owner.actor, None, &page).await.unwrap();
    assert_eq!(listed.count, Some(50));
}

pub(crate) async fn the_use_of_an_api_key_is_noted_once_a_minute(world: World) {
    let house = Gatehouse::on(world).await;
    let made = house.key().await;
    let clock = &house.office.world.clock;
    let noted = async || {
        let found = house.keep.find(&house.owner.actor, made.key.id).await.unwrap();
        found.last_used_at
    };
    let news = async || {
        let held = house.opens(made.token.expose(), Call::Reads).await;
        held.unwrap().use_is_news
    };
    assert!(news().await);
    let first = clock.now();
    house.keep.note_use(made.key.id, first).await.unwrap();
    assert_eq!((noted().await, news().await), (Some(first), false));
    clock.advance(59);
    house.keep.note_use(made.key.id, clock.now()).await.unwrap();
    assert_eq!(noted().await, Some(first));
    clock.advance(1);
    assert!(news().await);
    house.keep.note_use(made.key.id, clock.now()).await.unwrap();
    assert_eq!(noted().await, Some(clock.now()));
}
