//! The job queue.

use application::jobs::{ClaimedJob, JobQueries, JobStatus, Queue, Room, Times};
use application::upkeep::{Before, Upkeep};
use forecourt_database::{SqlQueue, SqlUpkeep};
use kernel::job::{Job, Lane};
use kernel::ports::Clock;
use serde_json::json;

use crate::world::World;

fn times(world: &World) -> Times {
    Times {
        product: world.clock.now(),
        wall: world.clock.now(),
    }
}

/// Claims a job that is there.
async fn claimed(queue: &SqlQueue, world: &World) -> ClaimedJob {
    let mut jobs = queue.claim(times(world), 30, Room::of(10)).await.unwrap();
    jobs.pop().unwrap()
}

pub(crate) async fn a_job_is_in_one_workers_hands(world: World) {
    let queue = SqlQueue::new(world.db().clone());
    for n in 0..100 {
        assert!(
            queue
                .enqueue(Job::new("count", &json!({ "n": n })), world.clock.now())
                .await
                .unwrap()
        );
    }
    let workers = (0..8).map(|_| {
        let (queue, times) = (queue.clone(), times(&world));
        tokio::spawn(async move {
            let mut mine = Vec::new();
            loop {
                let jobs = queue.claim(times, 60, Room::of(5)).await.unwrap();
                if jobs.is_empty() {
                    return mine;
                }
                for job in jobs {
                    assert!(queue.succeed(&job, times.product, None).await.unwrap());
                    mine.push(job.id);
                }
            }
        })
    });
    let mut done = Vec::new();
    for worker in workers.collect::<Vec<_>>() {
        done.extend(worker.await.unwrap());
    }
    done.sort_unstable();
    done.dedup();
    assert_eq!(done.len(), 100, "each job was done once");
    assert_eq!(queue.figures(world.clock.now()).await.unwrap().open, 0);
}

pub(crate) async fn a_job_whose_worker_died_is_taken_again_and_the_dead_hand_is_refused(world: World) {
    let queue = SqlQueue::new(world.db().clone());
    queue
        .enqueue(Job::new("slow", &json!({})), world.clock.now())
        .await
        .unwrap();
    let first = claimed(&queue, &world).await;
    assert_eq!(queue.claim(times(&world), 30, Room::of(10)).await.unwrap(), []);
    world.clock.advance(31);
    let second = claimed(&queue, &world).await;
    assert_eq!((second.id, second.attempt), (first.id, 2));
    assert!(!queue.succeed(&first, world.clock.now(), None).await.unwrap());
    assert!(!queue.extend(&first, world.clock.now(), 30).await.unwrap());
    assert!(queue.hand_back(&second).await.unwrap());
    let third = claimed(&queue, &world).await;
    assert_eq!(third.attempt, 2, "handing back does not count as a try");
    assert!(
        queue
            .succeed(&third, world.clock.now(), Some(json!(7)))
            .await
            .unwrap()
    );
    assert_eq!(queue.job(first.id).await.unwrap().unwrap().result, Some(json!(7)));
}

pub(crate) async fn a_job_waits_for_its_time_and_once_keys_queue_once(world: World) {
    let queue = SqlQueue::new(world.db().clone());
    let later = world.clock.now() + chrono::TimeDelta::minutes(5);
    let job = || Job::new("tick", &json!({})).at(later).once("2026-06-05T12:05");
    assert!(queue.enqueue(job(), world.clock.now()).await.unwrap());
    assert!(!queue.enqueue(job(), world.clock.now()).await.unwrap());
    assert_eq!(queue.next_due().await.unwrap(), Some(later));
    assert_eq!(queue.claim(times(&world), 30, Room::of(10)).await.unwrap(), []);
    world.clock.advance(300);
    let claimed = queue.claim(times(&world), 30, Room::of(10)).await.unwrap();
    assert_eq!(claimed.len(), 1);
    assert!(
        queue
            .succeed(claimed.first().unwrap(), world.clock.now(), None)
            .await
            .unwrap()
    );
    assert!(
        !queue.enqueue(job(), world.clock.now()).await.unwrap(),
        "once means once, also when it is done"
    );
}

pub(crate) async fn a_dead_letter_is_kept_and_can_be_revived(world: World) {
    let queue = SqlQueue::new(world.db().clone());
    queue
        .enqueue(Job::new("doomed", &json!({})), world.clock.now())
        .await
        .unwrap();
    let job = queue
        .claim(times(&world), 30, Room::of(1))
        .await
        .unwrap()
        .pop()
        .unwrap();
    assert!(queue.retry(&job, world.clock.now(), "not yet").await.unwrap());
    let job = queue
        .claim(times(&world), 30, Room::of(1))
        .await
        .unwrap()
        .pop()
        .unwrap();
    assert!(queue.bury(&job, world.clock.now(), "never").await.unwrap());
    let view = queue.job(job.id).await.unwrap().unwrap();
    assert_eq!(view.status, JobStatus::Failed);
    assert_eq!(queue.figures(world.clock.now()).await.unwrap().failed, 1);
    assert_eq!(
        SqlUpkeep::new(world.db().clone())
            .prune(&Before::at(world.clock.now() + chrono::TimeDelta::days(365)))
            .await
            .unwrap(),
        0,
        "a dead letter stays"
    );
    assert!(queue.revive(job.id, world.clock.now()).await.unwrap());
    assert!(!queue.revive(job.id, world.clock.now()).await.unwrap());
    assert_eq!(
        queue
            .claim(times(&world), 30, Room::of(1))
            .await
            .unwrap()
            .pop()
            .unwrap()
            .attempt,
        1
    );
}

pub(crate) async fn slow_endpoints_leave_room_for_the_rest(world: World) {
    let queue = SqlQueue::new(world.db().clone());
    let given = async |kind, lane, count| {
        for n in 0..count {
            let job = Job::new(kind, &json!({ "n": n })).in_lane(lane);
            queue.enqueue(job, world.clock.now()).await.unwrap();
        }
    };
    given("webhook", Lane::Outside, 10).await;
    world.clock.advance(1);
    given("import", Lane::Long, 10).await;
    world.clock.advance(1);
    given("letter", Lane::Prompt, 10).await;
    let kinds = async |all, outside, long| {
        let room = Room { all, outside, long };
        let jobs = queue.claim(times(&world), 30, room).await.unwrap();
        let mut kinds: Vec<String> = jobs.into_iter().map(|job| job.kind).collect();
        kinds.sort_unstable();
        kinds
    };
    assert_eq!(kinds(4, 2, 1).await, ["import", "letter", "webhook", "webhook"]);
    assert_eq!(
        kinds(2, 0, 0).await,
        ["letter", "letter"],
        "the oldest have no room"
    );
    assert_eq!(kinds(1, 1, 1).await, ["webhook"], "and are not starved");
    world.clock.advance(60);
    assert_eq!(
        kinds(3, 1, 0).await,
        ["letter", "letter", "webhook"],
        "nor do those whose worker died take more than their part"
    );
}
