//! The state machine, walked in full.

use crate::common::{NINE, TEN, World, at};
use chrono::TimeDelta;
use forecourt_scheduling::booking::{By, Slot, Status, Step, TRANSITIONS, TestDrive};
use forecourt_scheduling::error::Error;
use kernel::error::{Failure, Kind};
use proptest::prelude::*;

const STEPS: [Step; 7] = [
    Step::Approve,
    Step::Decline,
    Step::Cancel,
    Step::MoveByCustomer,
    Step::MoveByStaff,
    Step::Complete,
    Step::NoShow,
];

async fn a_request() -> TestDrive {
    let world = World::new();
    let drive = world.book(&world.customer(), world.car.listing, TEN).await;
    drive.unwrap()
}

#[test]
fn each_state_allows_what_the_table_says_and_nothing_else() {
    for state in Status::ALL {
        for step in STEPS {
            let listed = TRANSITIONS.iter().find(|(s, by, _)| s == state && *by == step);
            match (state.after(step), listed) {
                (Ok(to), Some((_, _, listed))) => assert_eq!(to, *listed),
                (Err(error), None) => {
                    assert_eq!(
                        (error.kind(), error.code()),
                        (Kind::Conflict, "illegal_transition")
                    );
                    let text = error.to_string();
                    assert!(text.contains(state.as_str()), "{text}");
                    for allowed in state.allows() {
                        assert!(text.contains(allowed.as_str()), "{text}");
                    }
                }
                (answer, listed) => panic!("{state} {step}: {answer:?}, listed: {listed:?}"),
            }
        }
    }
}

#[test]
fn what_has_ended_can_never_be_live_again() {
    for (from, step, _) in TRANSITIONS {
        assert!(from.is_live(), "{from} {step}");
    }
}

#[tokio::test]
async fn a_drive_ends_only_after_its_start() {
    let drive = a_request()
        .await
        .approve(None, at(NINE) - TimeDelta::hours(9))
        .unwrap();
    let early = drive.clone().complete(None, at(NINE)).unwrap_err();
    assert_eq!(early.code(), "illegal_transition");
    assert!(early.to_string().contains("2026-12-07"), "{early}");
    assert_eq!(
        drive.clone().complete(None, at(TEN)).unwrap().status,
        Status::Completed
    );
    assert_eq!(drive.no_show(None, at(TEN)).unwrap().status, Status::NoShow);
}

#[tokio::test]
async fn the_customer_cancels_until_the_cutoff_and_staff_until_the_start() {
    let drive = a_request().await;
    let cutoff = at("2026-12-07T13:00:00Z");
    assert_eq!(drive.cancel_until, cutoff);
    let second = TimeDelta::seconds(1);
    let cancel = |by, when| drive.clone().cancel(by, None, when).map(|d| d.status);
    assert_eq!(cancel(By::Customer, cutoff), Ok(Status::Cancelled));
    assert_eq!(
        cancel(By::Customer, cutoff + second),
        Err(Error::CutoffPassed { cancel_until: cutoff })
    );
    assert_eq!(cancel(By::Staff(None), at(TEN) - second), Ok(Status::Cancelled));
    assert_eq!(
        cancel(By::Staff(None), at(TEN)).unwrap_err().code(),
        "illegal_transition"
    );
    let moved = |by, when| {
        drive
            .clone()
            .reschedule(drive.slot, cutoff, by, when)
            .map(|d| d.status)
    };
    assert_eq!(moved(By::Customer, cutoff), Ok(Status::Requested));
    assert_eq!(
        moved(By::Customer, cutoff + second).unwrap_err().code(),
        "cutoff_passed"
    );
}

#[tokio::test]
async fn a_request_that_expired_cannot_be_approved() {
    let drive = a_request().await;
    let due = drive.decide_by();
    assert_eq!(due, at("2026-12-07T13:00:00Z"));
    assert_eq!(
        drive.clone().approve(None, due).unwrap_err().code(),
        "illegal_transition"
    );
    assert!(drive.clone().approve(None, due - TimeDelta::seconds(1)).is_ok());
    assert!(drive.clone().expire(due - TimeDelta::seconds(1)).is_err());
    assert_eq!(drive.expire(due).unwrap().status, Status::Declined);
}

proptest! {
    #[test]
    fn a_request_expires_between_its_making_and_its_start(lead in 1_i64..100_000) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let made = runtime.block_on(a_request());
        let start_at = made.requested_at + TimeDelta::minutes(lead);
        let slot = Slot { start_at, end_at: start_at + TimeDelta::hours(1) };
        let drive = TestDrive { slot, ..made };
        let due = drive.decide_by();
        prop_assert!(due > drive.requested_at && due <= start_at);
        if lead >= 150 { prop_assert_eq!(start_at - due, TimeDelta::hours(2)); }
        if (30..150).contains(&lead) { prop_assert_eq!(due - drive.requested_at, TimeDelta::minutes(30)); }
        if lead < 30 { prop_assert_eq!(due, start_at); }
    }
}
