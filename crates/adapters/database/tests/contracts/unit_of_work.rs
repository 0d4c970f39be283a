//! What every act relies on, shown with an act of two rows: it queues a job and counts how often it was decided.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use application::jobs::JobQueries;
use application::upkeep::{Before, Upkeep};
use forecourt_database::{Db, SqlQueue, SqlUpkeep, Stop};
use kernel::act::{Act, Claim, Done, Record};
use kernel::error::Common;
use kernel::job::Job;
use kernel::ports::Clock;
use serde_json::json;

use crate::world::World;

/// Queues a job and answers with `answer`, or refuses.
async fn queue_one(
    db: &Db,
    act: &Act,
    answer: Result<u32, Common>,
    decided: &AtomicU32,
) -> Result<Done<u32>, Common> {
    let answer = &answer;
    db.act(act, |tx| async move {
        decided.fetch_add(1, Ordering::SeqCst);
        let record = Record {
            jobs: vec![Job::new("effect", &json!({}))],
            ..Record::default()
        };
        let result = answer
            .clone()
            .map(|answer| (answer, record))
            .map_err(Stop::Domain);
        (tx, result)
    })
    .await
}

fn keyed(world: &World, body: &str) -> Act {
    Act {
        claim: Some(Claim {
            scope: "u1 POST /things k1".into(),
            fingerprint: body.into(),
        }),
        ..world.act()
    }
}

async fn effects(world: &World) -> u64 {
    SqlQueue::new(world.db().clone())
        .figures(world.clock.now())
        .await
        .unwrap()
        .open
}

pub(crate) async fn same_idempotency_key_twice_at_once_has_one_effect(world: World) {
    let decided = Arc::new(AtomicU32::new(0));
    let calls: Vec<_> = (0..50)
        .map(|n| {
            let (db, act, decided) = (world.db().clone(), keyed(&world, "same"), Arc::clone(&decided));
            tokio::spawn(async move { queue_one(&db, &act, Ok(n), &decided).await.unwrap() })
        })
        .collect();
    let mut answers = Vec::new();
    for call in calls {
        answers.push(call.await.unwrap());
    }
    assert_eq!(answers.iter().filter(|done| !done.replayed).count(), 1);
    let first = answers.first().unwrap().value;
    assert!(
        answers.iter().all(|done| done.value == first),
        "all hear the same answer"
    );
    assert_eq!(decided.load(Ordering::SeqCst), 1);
    assert_eq!(effects(&world).await, 1);
}

pub(crate) async fn a_key_with_another_body_is_refused_and_leaves_nothing(world: World) {
    let decided = AtomicU32::new(0);
    queue_one(world.db(), &keyed(&world, "one"), Ok(1), &decided)
        .await
        .unwrap();
    let refused = queue_one(world.db(), &keyed(&world, "two"), Ok(2), &decided).await;
    assert_eq!(refused, Err(Common::KeyReused));
    let gone = queue_one(
        world.db(),
        &keyed(&world, "two"),
        Err(Common::absent("thing")),
        &decided,
    )
    .await;
    assert_eq!(
        gone,
        Err(Common::absent("thing")),
        "a refusal that comes before 422 wins"
    );
    let invalid = queue_one(
        world.db(),
        &keyed(&world, "two"),
        Err(Common::invalid("/a", "b", "c")),
        &decided,
    )
    .await;
    assert_eq!(invalid, Err(Common::KeyReused), "one that comes after does not");
    assert_eq!(effects(&world).await, 1);
}

pub(crate) async fn a_refused_act_leaves_nothing_and_its_key_can_be_used_again(world: World) {
    let decided = AtomicU32::new(0);
    let refused = queue_one(
        world.db(),
        &keyed(&world, "one"),
        Err(Common::absent("thing")),
        &decided,
    )
    .await;
    assert_eq!(refused, Err(Common::absent("thing")));
    assert_eq!(effects(&world).await, 0);
    let done = queue_one(world.db(), &keyed(&world, "two"), Ok(2), &decided)
        .await
        .unwrap();
    assert_eq!(done, Done::fresh(2));
}

pub(crate) async fn a_kept_answer_expires_after_a_day(world: World) {
    let decided = AtomicU32::new(0);
    queue_one(world.db(), &keyed(&world, "one"), Ok(1), &decided)
        .await
        .unwrap();
    world.clock.advance(24 * 3600);
    assert!(
        queue_one(world.db(), &keyed(&world, "one"), Ok(2), &decided)
            .await
            .unwrap()
            .replayed
    );
    world.clock.advance(1);
    assert_eq!(
        queue_one(world.db(), &keyed(&world, "two"), Ok(3), &decided)
            .await
            .unwrap(),
        Done::fresh(3)
    );
    SqlUpkeep::new(world.db().clone())
        .prune(&Before::at(world.clock.now() + chrono::TimeDelta::days(3)))
        .await
        .unwrap();
    assert_eq!(
        queue_one(world.db(), &keyed(&world, "four"), Ok(4), &decided)
            .await
            .unwrap(),
        Done::fresh(4)
    );
}
