//! Vehicles, the log, listings, what users keep.

use std::sync::Arc;

use ::inventory::import::ImportListings;
use ::inventory::import::use_cases::{IMPORT_JOB, UNDO_JOB};
use ::inventory::search::filter::Defaults;
use ::inventory::search::use_cases::SearchListings;
use ::inventory::use_cases::{
    KeepGarage, KeepListings, KeepSaved, KeepServiceLog, ReadReceipts, TellWatchers,
};
use api::inventory::InventoryServices;
use application::bulk_status::ChangeMany;
use application::remove_listing::ChangeListings;
use application::service_receipts::KeepReceipts;
use database::inventory::{
    SqlDigests, SqlImports, SqlListingSearch, SqlListings, SqlReceipts, SqlRemovals, SqlSaved,
    SqlServiceRecords, SqlVehicles,
};
use worker::{DigestHandler, ImportHandler};

use super::Ground;

/// The use cases on the database.
pub(super) fn inventory(ground: &Ground) -> InventoryServices {
    let (db, ids) = (&ground.db, &ground.ids);
    let vehicles = Arc::new(SqlVehicles::new(db.clone()));
    let listings = Arc::new(SqlListings::new(db.clone()));
    let log = Arc::new(SqlServiceRecords::new(db.clone()));
    let saved = Arc::new(SqlSaved::new(db.clone()));
    let receipts = Arc::new(SqlReceipts::new(db.clone()));
    let changes = ChangeListings {
        removals: Arc::new(SqlRemovals::new(db.clone())),
    };
    InventoryServices {
        garage: KeepGarage {
            vehicles: vehicles.clone(),
            garage: vehicles.clone(),
            log: log.clone(),
            ids: ids.clone(),
        },
        receipts: ReadReceipts {
            receipts: receipts.clone(),
            log: log.clone(),
        },
        papers: KeepReceipts {
            receipts,
            ids: ids.clone(),
        },
        log: KeepServiceLog {
            log,
            garage: vehicles,
            ids: ids.clone(),
        },
        listings: KeepListings {
            listings: listings.clone(),
            stock: listings,
            ids: ids.clone(),
        },
        many: ChangeMany {
            changes: changes.clone(),
            close: super::sales::close(ground),
        },
        changes,
        imports: imports(ground),
        search: SearchListings {
            search: Arc::new(SqlListingSearch::new(db.clone())),
        },
        saved: KeepSaved {
            listings: saved.clone(),
            searches: saved,
            ids: ids.clone(),
            defaults: Defaults {
                currency: ground.config.currency,
                unit: ground.config.distance_unit,
            },
        },
    }
}

/// What tells people once a day of the cars that they keep an eye on.
pub(super) fn digests(ground: &Ground) -> DigestHandler {
    let defaults = Defaults {
        currency: ground.config.currency,
        unit: ground.config.distance_unit,
    };
    let digests = SqlDigests::new(ground.db.clone(), ground.config.time_zone, defaults);
    DigestHandler {
        watchers: TellWatchers {
            digests: Arc::new(digests),
        },
        clock: Arc::clone(&ground.clock),
    }
}

/// Stock as a file.
pub(crate) fn imports(ground: &Ground) -> ImportListings {
    let imports = Arc::new(SqlImports::new(ground.db.clone()));
    ImportListings {
        imports: imports.clone(),
        export: imports,
        ids: ground.ids.clone(),
    }
}

/// What does the jobs of stock files.
pub(super) fn import_handlers(ground: &Ground) -> [ImportHandler; 2] {
    [IMPORT_JOB, UNDO_JOB].map(|kind| ImportHandler {
        imports: imports(ground),
        clock: Arc::clone(&ground.clock),
        kind,
    })
}
