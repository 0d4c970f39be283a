//! Vehicles, the owner's log, listings by their dealer's word, and what users keep.

use ::inventory::import::ImportListings;
use ::inventory::search::use_cases::SearchListings;
use ::inventory::use_cases::{KeepGarage, KeepListings, KeepSaved, KeepServiceLog, ReadReceipts};
use application::bulk_status::ChangeMany;
use application::remove_listing::ChangeListings;
use application::service_receipts::KeepReceipts;
use utoipa_actix_web::service_config::ServiceConfig;

mod import;
mod listing_dto;
mod listings;
mod meta;
mod receipts;
mod saved;
mod search;
mod service_records;
mod vehicle_dto;
mod vehicles;
mod words;

pub use listing_dto::ListingDto;
pub use search::{ListingCardDto, StockCardDto};
pub use vehicle_dto::{DistanceDto, VehicleDto, WarningDto};

/// What these endpoints are built on.
#[derive(Clone)]
pub struct InventoryServices {
    /// The garage.
    pub garage: KeepGarage,
    /// The owner's log.
    pub log: KeepServiceLog,
    /// Receipts behind entries of the log, to look at.
    pub receipts: ReadReceipts,
    /// The same, brought and removed.
    pub papers: KeepReceipts,
    /// New listings, and the dealer's look at them.
    pub listings: KeepListings,
    /// Changes of listings, with what they mean for test drives.
    pub changes: ChangeListings,
    /// Changes of many, sales among them.
    pub many: ChangeMany,
    /// Favourites and searches.
    pub saved: KeepSaved,
    /// Listings to look for.
    pub search: SearchListings,
    /// Stock as a file.
    pub imports: ImportListings,
}

/// Endpoints under `/api/v1`. `/listings/saved` stands before everything that takes an id there.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config.configure(saved::routes);
    config.configure(import::routes);
    config.configure(search::routes);
    config.configure(listings::routes);
    config.configure(search::routes_by_id);
    config.configure(vehicles::routes);
    config.configure(service_records::routes);
    config.configure(receipts::routes);
    config.configure(meta::routes);
}
