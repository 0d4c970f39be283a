//! Test drives.

mod bookings;
mod holds;
mod queries;
pub(crate) mod rows;
mod slots;
mod waitlist;

use scheduling::error::Error;

use crate::fault::{Constrained, Constraint};

pub use bookings::SqlBookings;
pub use holds::SqlSlotHolds;
pub use queries::SqlBookingQueries;
pub(crate) use rows::{called_off_by_sale, live_of_listings};
pub use rows::{live_of_dealer, live_of_listing, write_next};
pub use slots::SqlSlots;
pub use waitlist::SqlWaitlist;

impl Constrained for Error {
    const CONSTRAINTS: &'static [Constraint<Self>] = &[
        Constraint {
            name: "bookings_vehicle_free",
            sqlite: "bookings_vehicle_free",
            means: || Error::SlotTaken,
        },
        Constraint {
            name: "slot_holds_vehicle_free",
            sqlite: "slot_holds_vehicle_free",
            means: || Error::SlotTaken,
        },
        Constraint {
            name: "bookings_customer_free",
            sqlite: "bookings_customer_free",
            means: || Error::OverlappingDrive { with: None },
        },
        Constraint {
            name: "waitlist_entries_live",
            sqlite: "waitlist_entries.listing_id, waitlist_entries.user_id, waitlist_entries.start_at",
            means: || Error::AlreadyWaiting,
        },
    ];
}
