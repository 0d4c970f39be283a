//! Vehicles and listings.

mod digests;
mod fill;
mod imports;
mod listings;
mod receipts;
mod removals;
pub(crate) mod rows;
mod saved;
pub(crate) mod search;
mod service_records;
mod vehicles;

pub use digests::SqlDigests;
pub use fill::fill;
pub use imports::SqlImports;
pub use listings::SqlListings;
pub use receipts::SqlReceipts;
pub use removals::SqlRemovals;
pub(crate) use rows::{distance, locked_listing, locked_listings, reserved_of_dealer, update_listing};
pub use saved::SqlSaved;
pub use search::SqlListingSearch;
pub(crate) use search::index::refresh as refresh_search;
pub use service_records::SqlServiceRecords;
pub use vehicles::SqlVehicles;

use ::inventory::error::Error;

use crate::fault::{Constrained, Constraint};

impl Constrained for Error {
    const CONSTRAINTS: &'static [Constraint<Self>] = &[
        Constraint {
            name: "vehicles_vin_of_owner",
            sqlite: "vehicles.owner_kind, vehicles.owner_id, vehicles.vin",
            means: || Self::VinTaken { vehicle: None },
        },
        Constraint {
            name: "listings_open_of_vehicle",
            sqlite: "listings.vehicle_id",
            means: || Self::AlreadyListed { listing: None },
        },
    ];
}
