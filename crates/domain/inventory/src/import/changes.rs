//! What a row says, as the rules of cars and listings take it; and what they refuse, as the file's columns have it.

use kernel::error::{Common, Failure};
use kernel::id::SiteId;
use kernel::patch::Patch;

use super::decide::ChunkFacts;
use crate::csv::columns::Column;
use crate::csv::row::{CellError, Row};
use crate::error::Error;
use crate::given::{DistanceText, MoneyText};
use crate::listing::{Listing, ListingStatus};
use crate::listing_draft::ListingChanges;
use crate::vehicle::Vehicle;
use crate::vehicle_draft::{VehicleChanges, VehicleDraft};

/// A row says where a listing goes only if it says so itself, or the listing was taken down.
pub(super) fn listing_changes(
    row: &Row,
    site: Option<SiteId>,
    before: &Listing,
    facts: &ChunkFacts,
) -> ListingChanges {
    let money = |m: &Patch<kernel::money::Money>| m.map(MoneyText::from);
    let explicit = row.status.value().is_some();
    let back = before.status == ListingStatus::Removed;
    ListingChanges {
        site: match (row.site.value(), before.site) {
            (Some(site), _) => Patch::Value(*site),
            (None, None) => site.map_or(Patch::Absent, Patch::Value),
            (None, Some(_)) => Patch::Absent,
        },
        condition: row.condition.map(|c| c.as_str().to_owned()),
        asking_price: money(&row.asking_price),
        msrp: money(&row.msrp),
        floor_price: money(&row.floor_price),
        cost: money(&row.cost),
        title: row.title.clone(),
        description: row.description.clone(),
        features: row.features.clone(),
        featured: match row.featured {
            Patch::Value(featured) => Patch::Value(featured),
            Patch::Absent | Patch::Null => Patch::Absent,
        },
        status: if explicit || back {
            Patch::Value(wanted_status(row, facts).as_str().to_owned())
        } else {
            Patch::Absent
        },
    }
}

/// What a listing of the row shall be.
pub(super) fn wanted_status(row: &Row, facts: &ChunkFacts) -> ListingStatus {
    row.status.value().copied().unwrap_or(facts.batch.options.status)
}

/// A new car.
pub(super) fn vehicle_draft(row: &Row) -> VehicleDraft {
    VehicleDraft {
        vin: row.vin.to_string(),
        make: row.make.value().cloned().unwrap_or_default(),
        model: row.model.value().cloned().unwrap_or_default(),
        trim: row.trim.value().cloned(),
        year: row.year.value().copied().map(i64::from).unwrap_or_default(),
        body_type: row.body_type.value().map(ToString::to_string),
        fuel_type: row.fuel_type.value().map(ToString::to_string),
        transmission: row.transmission.value().map(ToString::to_string),
        drivetrain: row.drivetrain.value().map(ToString::to_string),
        exterior_color: row.exterior_color.value().cloned(),
        odometer: row.odometer.value().copied().map(DistanceText::from),
        license_plate: row.license_plate.value().cloned(),
        date_of_purchase: None,
        location: None,
        additional_info: None,
    }
}

/// What the row changes of a car.
pub(super) fn vehicle_changes(row: &Row, before: &Vehicle) -> VehicleChanges {
    VehicleChanges {
        make: row.make.clone(),
        model: row.model.clone(),
        trim: row.trim.clone(),
        year: row.year.map(i64::from),
        body_type: row.body_type.map(|w| w.to_string()),
        fuel_type: row.fuel_type.map(|w| w.to_string()),
        transmission: row.transmission.map(|w| w.to_string()),
        drivetrain: row.drivetrain.map(|w| w.to_string()),
        exterior_color: row.exterior_color.clone(),
        // An empty cell does not take a reading away.
        odometer: match row.odometer {
            Patch::Null if before.details.odometer.is_some() => Patch::Absent,
            given => given.map(DistanceText::from),
        },
        license_plate: row.license_plate.clone(),
        ..VehicleChanges::default()
    }
}

/// What a rule refused, told by the columns of the file.
pub(super) fn cell_errors(error: &Error) -> Vec<CellError> {
    if let Error::Common(Common::Invalid(violations)) = error {
        let told = violations.as_slice().iter();
        return told
            .map(|v| CellError {
                column: column_of(&v.pointer),
                code: v.code.clone(),
                message: v.message.clone(),
            })
            .collect();
    }
    let column = match error {
        Error::VinTaken { .. } => Some(Column::Vin),
        Error::OdometerRollback { .. } => Some(Column::Odometer),
        Error::IllegalTransition { .. } => Some(Column::Status),
        Error::SiteRequired => Some(Column::SiteId),
        _ => None,
    };
    vec![CellError::new(column, error.code(), error.to_string())]
}

/// `/vehicle/vin`, `/asking_price/amount`: the first part that is a column.
fn column_of(pointer: &str) -> Option<Column> {
    pointer
        .split('/')
        .find_map(|part| Column::ALL.iter().copied().find(|c| c.as_str() == part))
}
