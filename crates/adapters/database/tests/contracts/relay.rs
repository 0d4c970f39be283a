//! Events on their way from the outbox to their readers.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use application::jobs::{JobQueries, Queue, Room, Times};
use application::relay::{BATCH, Effects, LEASE_SECONDS, Outbox, RETELL_JOB, Reader, Relay, Retold, Told};
use application::upkeep::{Before, Upkeep};
use async_trait::async_trait;
use chrono::TimeDelta;
use database::{SqlOutbox, SqlQueue, SqlUpkeep, Stop};
use forecourt_database as database;
use kernel::Instant;
use kernel::act::Record;
use kernel::error::Common;
use kernel::event::Event;
use kernel::id::{EventId, ListingId};
use kernel::job::Job;
use kernel::ports::Clock;
use serde_json::json;

use crate::world::World;

/// Wants everything but `listing.ignored`, makes a job of each event, and breaks down at `listing.broken` until it is mended.
#[derive(Default)]
struct Scribe {
    mended: AtomicBool,
}

#[async_trait]
impl Reader for Scribe {
    fn name(&self) -> &'static str {
        "scribe"
    }

    fn wants(&self, event: &str) -> bool {
        event != "listing.ignored"
    }

    async fn read(&self, events: &[Told], _: Instant) -> Result<Effects, Common> {
        let mut effects = Effects::of(self.name());
        for told in events {
            let broken = told.event.name == "listing.broken" && !self.mended.load(Ordering::SeqCst);
            assert!(!broken, "it breaks down");
            effects.job(told, "line", Job::new("line", &told.event.subject));
        }
        Ok(effects)
    }
}

fn relay(world: &World, scribe: &Arc<Scribe>) -> Relay {
    Relay {
        outbox: Arc::new(SqlOutbox::new(world.db().clone())),
        readers: vec![Arc::clone(scribe) as Arc<dyn Reader>],
    }
}

fn times(world: &World) -> Times {
    Times {
        product: world.clock.now(),
        wall: world.clock.now(),
    }
}

async fn given_events(world: &World, names: impl IntoIterator<Item = &str>) {
    let act = world.act();
    let events = names
        .into_iter()
        .map(|name| Event::new(name, world.ids.next::<kernel::id::kind::Listing>(), json!({})))
        .collect();
    let record = Record {
        events,
        ..Record::default()
    };
    let record = &record;
    let done = world.db().act(&act, |tx| async move {
        let told: Result<_, Stop<Common>> = Ok(((), record.clone()));
        (tx, told)
    });
    done.await.unwrap();
}

/// The lines written so far: how many of each subject.
async fn lines(world: &World) -> BTreeMap<ListingId, usize> {
    let mut lines = BTreeMap::new();
    let mut sql = world.db().sql();
    sql.push("SELECT payload FROM jobs WHERE kind = 'line'");
    for row in world.db().all(sql).await.unwrap() {
        let subject: serde_json::Value = row.try_get_by("payload").unwrap();
        *lines.entry(serde_json::from_value(subject).unwrap()).or_default() += 1;
    }
    lines
}

pub(crate) async fn several_relays_share_the_outbox_and_tell_every_event_once(world: World) {
    for _ in 0..4 {
        given_events(&world, ["listing.told"; 400]).await;
    }
    given_events(&world, ["listing.ignored"; 5]).await;
    let scribe = Arc::new(Scribe::default());
    let relays = (0..4).map(|_| {
        let (relay, times) = (relay(&world, &scribe), times(&world));
        tokio::spawn(async move {
            let mut told = 0;
            // One that finds all in other hands looks again, as it does when it is at work.
            for _ in 0..20 {
                told += relay.turn(times).await.unwrap();
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            told
        })
    });
    let mut told = 0;
    for relay in relays.collect::<Vec<_>>() {
        told += relay.await.unwrap();
    }
    assert_eq!(told, 1605, "nobody was handed what another had");
    let lines = lines(&world).await;
    assert_eq!(lines.len(), 1600);
    assert!(lines.values().all(|n| *n == 1), "each event had its effect once");
    let queue = SqlQueue::new(world.db().clone());
    assert_eq!(queue.figures(world.clock.now()).await.unwrap().untold, 0);
}

pub(crate) async fn events_of_a_relay_that_died_are_told_by_another_after_its_lease(world: World) {
    given_events(&world, ["listing.told"; 3]).await;
    let scribe = Arc::new(Scribe::default());
    let (relay, outbox) = (relay(&world, &scribe), SqlOutbox::new(world.db().clone()));
    let claimed = outbox
        .claim(world.clock.now(), LEASE_SECONDS, BATCH)
        .await
        .unwrap();
    let ids: Vec<EventId> = claimed.iter().map(|told| told.id).collect();
    assert_eq!(ids.len(), 3);
    assert_eq!(
        relay.turn(times(&world)).await.unwrap(),
        0,
        "they are in its hands"
    );
    world.clock.advance(i64::from(LEASE_SECONDS) + 1);
    assert_eq!(relay.turn(times(&world)).await.unwrap(), 3);
    let late = scribe.read(&claimed, world.clock.now()).await.unwrap();
    assert!(
        !outbox.deliver(&ids, late, world.clock.now()).await.unwrap(),
        "the dead hand is refused"
    );
    outbox.hand_back(&ids).await.unwrap();
    assert_eq!(relay.turn(times(&world)).await.unwrap(), 0);
    assert_eq!(lines(&world).await.len(), 3);
}

pub(crate) async fn an_event_that_a_reader_cannot_read_holds_up_no_other(world: World) {
    given_events(
        &world,
        [
            "listing.told",
            "listing.broken",
            "listing.told",
            "listing.ignored",
        ],
    )
    .await;
    let scribe = Arc::new(Scribe::default());
    let relay = relay(&world, &scribe);
    assert_eq!(relay.turn(times(&world)).await.unwrap(), 4);
    assert_eq!(lines(&world).await.len(), 2, "the others are told");
    let queue = SqlQueue::new(world.db().clone());
    let jobs = queue.claim(times(&world), 60, Room::of(10)).await.unwrap();
    let again: Vec<_> = jobs.iter().filter(|job| job.kind == RETELL_JOB).collect();
    assert_eq!(
        again.len(),
        1,
        "the broken one is a job, which ends as a dead letter"
    );
    let retold: Retold = serde_json::from_value(again[0].payload.clone()).unwrap();
    assert_eq!(retold.told.event.name, "listing.broken");
    scribe.mended.store(true, Ordering::SeqCst);
    for _ in 0..2 {
        relay.retell(&retold, world.clock.now()).await.unwrap();
    }
    let lines = lines(&world).await;
    assert_eq!(lines.len(), 3);
    assert!(lines.values().all(|n| *n == 1), "telling it twice tells it once");
    let stranger = Retold {
        reader: "nobody".to_owned(),
        ..retold
    };
    assert!(relay.retell(&stranger, world.clock.now()).await.is_err());
}

pub(crate) async fn what_was_delivered_goes_in_time_and_what_waits_stays(world: World) {
    given_events(&world, ["listing.ignored"; 3]).await;
    relay(&world, &Arc::default()).turn(times(&world)).await.unwrap();
    given_events(&world, ["listing.told"; 2]).await;
    let upkeep = SqlUpkeep::new(world.db().clone());
    let after = |days| Before::at(world.clock.now() + TimeDelta::days(days));
    assert_eq!(upkeep.prune(&after(29)).await.unwrap(), 0);
    assert_eq!(upkeep.prune(&after(31)).await.unwrap(), 3);
    let queue = SqlQueue::new(world.db().clone());
    assert_eq!(queue.figures(world.clock.now()).await.unwrap().untold, 2);
}
