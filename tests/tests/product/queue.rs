//! The work in the background, as those see it who run the platform.

use std::time::Duration;

use application::jobs::Queue as _;
use database::SqlQueue;
use forecourt_tests::TestApp;
use kernel::job::Job;
use kernel::ports::Clock as _;
use serde_json::{Value, json};
use test_databases::Backend;

const DAY: i64 = 24 * 3600;

async fn count(app: &TestApp, what: &str) -> i64 {
    let mut sql = app.db.sql();
    sql.push("SELECT COUNT(*) FROM ").push(what);
    let row = app.db.one(sql).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

pub(crate) async fn admins_see_how_the_queue_goes(backend: Backend) {
    let app = TestApp::start(backend).await;
    let (admin, ann) = (app.admin().await, app.customer("ann@example.com").await);
    app.quiet().await;
    let at_rest = admin.client.get("/admin/jobs").await.expect(200).body;
    assert_eq!(
        at_rest,
        json!({
            "open": 0, "due": 0, "running": 0, "failed": 0, "oldest_age": null,
            "events": { "waiting": 0, "oldest_age": null }, "kinds": []
        })
    );
    let queue = SqlQueue::new(app.db.clone());
    let tomorrow = app.clock.now() + chrono::TimeDelta::days(1);
    let later = Job::new("letter", &json!({})).at(tomorrow);
    assert!(queue.enqueue(later, app.clock.now()).await.unwrap());
    let nobodys = Job::new("nobodys", &json!({}));
    assert!(queue.enqueue(nobodys, app.clock.now()).await.unwrap());
    app.quiet().await;
    let busy = admin.client.get("/admin/jobs").await.expect(200).body;
    assert_eq!(
        busy.pointer("/kinds"),
        Some(&json!([
            { "kind": "letter", "queued": 1, "running": 0, "failed": 0, "oldest_age": null },
            { "kind": "nobodys", "queued": 0, "running": 0, "failed": 1, "oldest_age": null }
        ]))
    );
    assert_eq!(busy.pointer("/failed").and_then(Value::as_i64), Some(1));
    assert_eq!(ann.client.get("/admin/jobs").await.problem(403), "forbidden");
    assert_eq!(app.anonymous().get("/admin/jobs").await.status, 401);
    let mut sql = app.db.sql();
    sql.push("DELETE FROM jobs WHERE kind IN ('letter', 'nobodys')");
    app.db.run(sql).await.unwrap();
    app.finish().await;
}

/// Ticks so far, once there are `least`.
async fn ticks(app: &TestApp, least: i64) -> i64 {
    for _ in 0..200 {
        if count(app, "jobs WHERE kind = 'prune'").await >= least {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    count(app, "jobs WHERE kind = 'prune'").await
}

pub(crate) async fn a_tick_that_was_missed_is_made_up_once(backend: Backend) {
    let app = TestApp::start(backend).await;
    assert_eq!(ticks(&app, 1).await, 1, "that of the night before the start");
    app.advance(3 * DAY).await;
    assert_eq!(ticks(&app, 2).await, 2, "three were missed");
    app.advance(3600).await;
    assert_eq!(ticks(&app, 2).await, 2);
    app.finish().await;
}
