//! Test drives.

use std::sync::Arc;

use ::scheduling::use_cases::{TestDrives, WaitingLists};
use api::scheduling::SchedulingServices;
use application::back_on_offer::BackOnOffer;
use database::scheduling::{SqlBookingQueries, SqlBookings, SqlSlotHolds, SqlSlots, SqlWaitlist};
use security::{HmacFeedTokens, HmacManageTokens, Keys};
use worker::{ExpireBooking, RemindOfBooking, TurnWaitlist};

use super::Ground;

/// The use cases on the database.
pub(super) fn scheduling(ground: &Ground) -> anyhow::Result<SchedulingServices> {
    let keys = Keys::open(&ground.config.data_dir, ground.random.as_ref())?;
    Ok(SchedulingServices {
        drives: TestDrives {
            bookings: Arc::new(SqlBookings::new(ground.db.clone())),
            queries: Arc::new(SqlBookingQueries::new(ground.db.clone())),
            slots: Arc::new(SqlSlots::new(ground.db.clone())),
            holds: Arc::new(SqlSlotHolds::new(ground.db.clone())),
            feeds: Arc::new(HmacFeedTokens::new(&keys)),
            links: Arc::new(HmacManageTokens::new(&keys)),
            ids: ground.ids.clone(),
        },
        waiting: WaitingLists {
            lists: Arc::new(SqlWaitlist::new(ground.db.clone())),
            ids: ground.ids.clone(),
        },
    })
}

/// What the worker does for them.
pub(super) fn expiry(ground: &Ground, services: &SchedulingServices) -> ExpireBooking {
    ExpireBooking {
        drives: services.drives.clone(),
        clock: Arc::clone(&ground.clock),
    }
}

/// Looks whose turn it is in lines for taken slots.
pub(super) fn turns(ground: &Ground, services: &SchedulingServices) -> TurnWaitlist {
    TurnWaitlist {
        waiting: services.waiting.clone(),
        clock: Arc::clone(&ground.clock),
    }
}

/// Gives those in line a turn when a car comes back on offer.
pub(super) fn back_on_offer(services: &SchedulingServices) -> BackOnOffer {
    BackOnOffer {
        lists: Arc::clone(&services.waiting.lists),
    }
}

/// Reminds of drives to come.
pub(super) fn reminders(ground: &Ground, services: &SchedulingServices) -> RemindOfBooking {
    RemindOfBooking {
        drives: services.drives.clone(),
        clock: Arc::clone(&ground.clock),
    }
}
