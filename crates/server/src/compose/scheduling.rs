//! Test drives.

use std::sync::Arc;

use ::scheduling::use_cases::TestDrives;
use api::scheduling::SchedulingServices;
use database::scheduling::{SqlBookingQueries, SqlBookings, SqlSlots};
use security::{HmacFeedTokens, Keys};
use worker::ExpireBooking;

use super::Ground;

/// The use cases on the database.
pub(super) fn scheduling(ground: &Ground) -> anyhow::Result<SchedulingServices> {
    let keys = Keys::open(&ground.config.data_dir, ground.random.as_ref())?;
    Ok(SchedulingServices {
        drives: TestDrives {
            bookings: Arc::new(SqlBookings::new(ground.db.clone())),
            queries: Arc::new(SqlBookingQueries::new(ground.db.clone())),
            slots: Arc::new(SqlSlots::new(ground.db.clone())),
            feeds: Arc::new(HmacFeedTokens::new(&keys)),
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
