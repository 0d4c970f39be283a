//! Test drives: some behind us, some to come, some to decide.

use ::scheduling::booking::{Slot, TestDrive};
use ::scheduling::request::NewBooking;
use chrono::{Duration, NaiveDate, TimeDelta};
use kernel::act::Act;
use kernel::id::UserId;
use kernel::rights::Role;

use super::Stage;
use super::dealers::House;
use super::stock::Offer;

/// How a drive of the demo goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Completed,
    NoShow,
    Approved,
    Requested,
    Declined,
    Cancelled,
}

/// What becomes of the drives, in turn.
const FATES: &[Fate] = &[
    Fate::Completed,
    Fate::Approved,
    Fate::Requested,
    Fate::Completed,
    Fate::Approved,
    Fate::Declined,
    Fate::Requested,
    Fate::NoShow,
    Fate::Approved,
    Fate::Cancelled,
];

/// Drives of each customer.
const ROUNDS: usize = 2;

/// Books for each customer and lets the dealers answer. Says how many drives there are.
pub(super) async fn book(
    stage: &Stage<'_>,
    houses: &[House],
    customers: &[UserId],
    cars: &[Offer],
) -> anyhow::Result<usize> {
    let mut free = cars
        .iter()
        .filter(|car| car.open && car.hours_ago > 24 * 12)
        .step_by(5);
    let mut fates = FATES.iter().copied().cycle();
    let mut made = 0;
    for round in 0..ROUNDS {
        for (n, customer) in customers.iter().enumerate() {
            let (Some(car), Some(fate)) = (free.next(), fates.next()) else {
                return Ok(made);
            };
            let Some(house) = houses.get(car.house) else {
                continue;
            };
            let past = matches!(fate, Fate::Completed | Fate::NoShow);
            // The past ones were booked nine days ago; each customer's two drives lie days apart.
            let asked = if past { 24 * 9 } else { 3 };
            let day = i64::try_from(n % 3 + round * 4)? + 1;
            let date = (stage.now - TimeDelta::hours(asked) + Duration::days(day)).date_naive();
            if let Some(drive) = ask(stage, *customer, car, date, asked, n).await? {
                settle(stage, house, *customer, &drive, fate).await?;
                made += 1;
            }
        }
    }
    Ok(made)
}

async fn ask(
    stage: &Stage<'_>,
    customer: UserId,
    car: &Offer,
    date: NaiveDate,
    hours_ago: i64,
    n: usize,
) -> anyhow::Result<Option<TestDrive>> {
    let act = stage.by(customer, None, hours_ago);
    let drives = &stage.services.scheduling.drives;
    let open = drives.available(&act.actor, car.listing, date, act.at).await?;
    let slot: Option<&Slot> = open.slots.get(n % open.slots.len().max(1));
    let Some(slot) = slot else { return Ok(None) };
    let notes = [
        "",
        "I'd like to try it on the highway.",
        "Can you have it warmed up?",
        "",
    ];
    let note = notes.get(n % notes.len()).filter(|note| !note.is_empty());
    let new = NewBooking {
        listing_id: car.listing,
        start_at: slot.start_at,
        note: note.map(|note| (*note).to_owned()),
        customer: None,
        hold_id: None,
    };
    Ok(Some(drives.book(&act, new).await?.value))
}

async fn settle(
    stage: &Stage<'_>,
    house: &House,
    customer: UserId,
    drive: &TestDrive,
    fate: Fate,
) -> anyhow::Result<()> {
    let (user, membership) = house.member(Role::Sales)?;
    let drives = &stage.services.scheduling.drives;
    let staff = |at| Act {
        at,
        ..stage.by(user, Some(membership.clone()), 0)
    };
    let answered = drive.created_at + TimeDelta::minutes(25);
    match fate {
        Fate::Requested => {}
        Fate::Approved => {
            drives.approve(&staff(answered), drive.id).await?;
        }
        Fate::Declined => {
            let why = "The car is at our other site that day; please pick another time.";
            drives.decline(&staff(answered), drive.id, why).await?;
        }
        Fate::Cancelled => {
            drives.approve(&staff(answered), drive.id).await?;
            let act = Act {
                at: answered + TimeDelta::minutes(30),
                ..stage.by(customer, None, 0)
            };
            drives.cancel(&act, drive.id, Some("Something came up.")).await?;
        }
        Fate::Completed => {
            drives.approve(&staff(answered), drive.id).await?;
            drives.complete(&staff(drive.slot.end_at), drive.id).await?;
        }
        Fate::NoShow => {
            drives.approve(&staff(answered), drive.id).await?;
            drives.no_show(&staff(drive.slot.end_at), drive.id).await?;
        }
    }
    Ok(())
}
