//! What can go wrong with vehicles and listings.

use kernel::error::{Common, Failure, Kind, Violations};
use kernel::id::{ListingId, VehicleId};
use kernel::money::Currency;

use crate::listing::{ListingStatus, Step};
use crate::receipt::MOST_RECEIPTS;
use crate::vehicle::VehicleStatus;

/// Every failure of this crate.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// What any act can meet.
    #[error(transparent)]
    Common(#[from] Common),
    /// A listing can't go where it was sent.
    #[error("a {from} listing can't become {to}: {}", ways(allowed))]
    IllegalTransition {
        /// Where it is.
        from: ListingStatus,
        /// Where it was sent.
        to: ListingStatus,
        /// Where the caller may send it.
        allowed: &'static [ListingStatus],
    },
    /// What happened elsewhere can't happen to a listing that stands here.
    #[error("a {from} listing can't be {}", step.done())]
    IllegalStep {
        /// Where it is.
        from: ListingStatus,
        /// What was to happen.
        step: Step,
    },
    /// A vehicle can't go where it was sent.
    #[error("a vehicle that is {from} can't become {to} by its owner's word")]
    IllegalVehicleStatus {
        /// Where it is.
        from: VehicleStatus,
        /// Where it was sent.
        to: VehicleStatus,
    },
    /// Without a site nobody knows which clock rules its test drives.
    #[error(
        "an active listing needs one of the dealer's sites: set site_id first, or together with the status"
    )]
    SiteRequired,
    /// Offers are made in the currency that the car is offered in.
    #[error(
        "a car that is on offer keeps its currency, {currency}, since offers are made in it: take the listing down first"
    )]
    CurrencyFixed {
        /// The listing's.
        currency: Currency,
    },
    /// The same owner holds this number already.
    #[error("this VIN is held already by {} of the same owner: use that one", named("vehicle", vehicle.as_ref()))]
    VinTaken {
        /// Who holds it. Not known where two requests met and the database refused the second.
        vehicle: Option<VehicleId>,
    },
    /// The vehicle has an open listing.
    #[error("the vehicle is offered already by {}: change that one, or remove it first", named("listing", listing.as_ref()))]
    AlreadyListed {
        /// The open listing. Not known where two requests met and the database refused the second.
        listing: Option<ListingId>,
    },
    /// The vehicle is not the dealer's to sell any more.
    #[error("a vehicle that is {status} can't be listed")]
    NotForSale {
        /// What it is.
        status: VehicleStatus,
    },
    /// A reading below the last one.
    #[error(
        "the odometer stood at {current} and can't go down to {given}: a wrong reading is put right with odometer_correction"
    )]
    OdometerRollback {
        /// The last reading, with its unit.
        current: String,
        /// What was given.
        given: String,
    },
    /// A sold listing is a record of the sale.
    #[error("a sold listing can't be changed: it is the record of its sale")]
    ListingSold,
    /// Nobody becomes an owner by a status.
    #[error("a listing becomes sold by recording its sale (buyer, price, day), not by setting its status")]
    SaleRequired,
    /// Something else hangs on the vehicle.
    #[error("the vehicle has listings, bookings or sales and can't be erased: set its status to inactive")]
    VehicleInUse,
    /// Some of a bulk change can't be done, so none was.
    #[error("nothing was changed: {0}")]
    BulkRefused(Violations),
    /// Too many of something that is kept for a user.
    #[error("you keep {limit} {what} already, which is the most: delete one first")]
    TooManyKept {
        /// Of what.
        what: &'static str,
        /// How many at most.
        limit: usize,
    },
    /// As many receipts as there may be.
    #[error("this entry has {MOST_RECEIPTS} receipts of yours, and no more are allowed: remove one first")]
    TooManyReceipts,
    /// An import can't be taken back.
    #[error("{}", not_undoable(*stage, *dry_run))]
    NotUndoable {
        /// Where it stands.
        stage: crate::import::Stage,
        /// It wrote nothing.
        dry_run: bool,
    },
    /// A completed or cancelled entry of the log was sent back.
    #[error("a service record that is {from} can't become {to}")]
    IllegalRecordStatus {
        /// Where it is.
        from: &'static str,
        /// Where it was sent.
        to: &'static str,
    },
}

fn named<T: std::fmt::Display>(what: &str, id: Option<&T>) -> String {
    id.map_or_else(|| format!("another {what}"), |id| format!("{what} {id}"))
}

fn not_undoable(stage: crate::import::Stage, dry_run: bool) -> String {
    if dry_run {
        "a dry run wrote nothing that could be undone".to_owned()
    } else {
        format!(
            "the import is {}: only a finished one can be undone, once",
            stage.as_str()
        )
    }
}

fn ways(list: &[ListingStatus]) -> String {
    match list {
        [] => "it moves by acceptance, sale and void alone".to_owned(),
        some => {
            let words: Vec<&str> = some.iter().map(|s| s.as_str()).collect();
            format!("you can make it {}", words.join(" or "))
        }
    }
}

impl Failure for Error {
    fn kind(&self) -> Kind {
        match self {
            Self::Common(common) => common.kind(),
            Self::IllegalTransition { .. }
            | Self::IllegalStep { .. }
            | Self::IllegalVehicleStatus { .. }
            | Self::SiteRequired
            | Self::CurrencyFixed { .. }
            | Self::VinTaken { .. }
            | Self::AlreadyListed { .. }
            | Self::NotForSale { .. }
            | Self::OdometerRollback { .. }
            | Self::ListingSold
            | Self::SaleRequired
            | Self::VehicleInUse
            | Self::BulkRefused(_)
            | Self::TooManyKept { .. }
            | Self::TooManyReceipts
            | Self::NotUndoable { .. }
            | Self::IllegalRecordStatus { .. } => Kind::Conflict,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::Common(common) => common.code(),
            Self::IllegalTransition { .. }
            | Self::IllegalStep { .. }
            | Self::IllegalVehicleStatus { .. }
            | Self::IllegalRecordStatus { .. } => "illegal_transition",
            Self::SiteRequired => "site_required",
            Self::CurrencyFixed { .. } => "currency_fixed",
            Self::NotUndoable { .. } => "not_undoable",
            Self::VinTaken { .. } => "vin_taken",
            Self::AlreadyListed { .. } => "already_listed",
            Self::NotForSale { .. } => "not_for_sale",
            Self::OdometerRollback { .. } => "odometer_rollback",
            Self::ListingSold => "listing_sold",
            Self::SaleRequired => "sale_required",
            Self::VehicleInUse => "vehicle_in_use",
            Self::BulkRefused(_) => "bulk_refused",
            Self::TooManyKept { .. } => "too_many_kept",
            Self::TooManyReceipts => "too_many_receipts",
        }
    }

    fn common(&self) -> Option<&Common> {
        match self {
            Self::Common(common) => Some(common),
            _ => None,
        }
    }

    fn violations(&self) -> Option<&Violations> {
        match self {
            Self::Common(common) => common.violations(),
            Self::BulkRefused(violations) => Some(violations),
            _ => None,
        }
    }
}
