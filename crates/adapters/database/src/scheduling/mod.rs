//! Test drives.

mod bookings;
mod queries;
mod rows;
mod slots;

use scheduling::error::Error;

use crate::fault::{Constrained, Constraint};

pub use bookings::SqlBookings;
pub use queries::SqlBookingQueries;
pub use rows::{live_of_dealer, live_of_listing, write_next};
pub use slots::SqlSlots;

impl Constrained for Error {
    const CONSTRAINTS: &'static [Constraint<Self>] = &[
        Constraint {
            name: "bookings_vehicle_free",
            sqlite: "bookings_vehicle_free",
            means: || Error::SlotTaken,
        },
        Constraint {
            name: "bookings_customer_free",
            sqlite: "bookings_customer_free",
            means: || Error::OverlappingDrive { with: None },
        },
    ];
}
