//! Reminders: of what is on, and each once.

use chrono::TimeDelta;
use scheduling::booking::TestDrive;
use scheduling::reminder::Reminder;

use crate::stage::{NINE, Stage, TEN, at};
use crate::world::World;

fn reminder(drive: &TestDrive, hours: i64) -> Reminder {
    Reminder {
        booking_id: drive.id,
        start_at: drive.slot.start_at,
        lead_minutes: hours * 60,
    }
}

/// Runs the job of a reminder at its time, as often as nodes that die would.
async fn run(stage: &Stage, reminder: Reminder) {
    let when = reminder.start_at - TimeDelta::minutes(reminder.lead_minutes);
    let calls: Vec<_> = (0..10)
        .map(|_| {
            let drives = stage.drives.clone();
            tokio::spawn(async move { drives.remind(reminder, when, "job").await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
}

/// How many reminders were told.
async fn told(stage: &Stage) -> usize {
    let Some(db) = stage.world.database() else {
        let events = stage.world.memory.events();
        return events.iter().filter(|e| e.name == "booking.reminder").count();
    };
    let mut sql = db.sql();
    sql.push("SELECT id FROM outbox WHERE name = 'booking.reminder'");
    db.all(sql).await.unwrap().len()
}

pub(crate) async fn a_reminder_is_told_once_however_often_its_job_is_run(world: World) {
    let stage = Stage::new(world).await;
    let drive = stage.book_for_caller(stage.car().await, NINE).await.unwrap();
    for (hours, so_far) in [(24, 1), (2, 2)] {
        run(&stage, reminder(&drive, hours)).await;
        assert_eq!(told(&stage).await, so_far);
    }
}

pub(crate) async fn only_what_is_still_on_is_reminded_of(world: World) {
    let stage = Stage::new(world).await;
    let (car, ann) = (stage.car().await, stage.customer().await);
    let asked = stage.book(&ann, car, NINE).await.unwrap();
    run(&stage, reminder(&asked, 24)).await;
    let off = stage.book_for_caller(car, TEN).await.unwrap();
    let act = stage.act(&stage.sales);
    stage.drives.cancel(&act, off.id, None).await.unwrap();
    run(&stage, reminder(&off, 24)).await;
    let before = stage.book_for_caller(car, TEN).await.unwrap();
    let eleven = at("2026-06-08T15:00:00Z");
    let moved = stage
        .drives
        .reschedule(&act, before.id, eleven)
        .await
        .unwrap()
        .value;
    run(&stage, reminder(&before, 24)).await;
    assert_eq!(told(&stage).await, 0);
    run(&stage, reminder(&moved, 24)).await;
    assert_eq!(told(&stage).await, 1);
}
