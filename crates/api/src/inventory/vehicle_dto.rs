//! Vehicles as they come and go.

use ::inventory::given::DistanceText;
use ::inventory::vehicle::Vehicle;
use ::inventory::vehicle_draft::{VehicleChanges, VehicleDraft};
use ::inventory::warnings::Warning;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::distance::Distance;
use kernel::patch::Patch;
use kernel::vocabulary::{BodyType, Drivetrain, FuelType, Transmission};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::words;

/// What an odometer shows: a whole number, in the unit in which it was read.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "value": 42000, "unit": "mi" }))]
pub struct DistanceDto {
    /// How many.
    #[schema(minimum = 0, maximum = 30_000_000)]
    pub value: i64,
    /// Miles or kilometres.
    #[schema(schema_with = words::unit)]
    pub unit: String,
}

impl From<Distance> for DistanceDto {
    fn from(distance: Distance) -> Self {
        Self {
            value: i64::from(distance.value),
            unit: distance.unit.as_str().to_owned(),
        }
    }
}

impl From<DistanceDto> for DistanceText {
    fn from(dto: DistanceDto) -> Self {
        Self {
            value: dto.value,
            unit: dto.unit,
        }
    }
}

/// Something about a vehicle that its number contradicts.
#[derive(Debug, Serialize, ToSchema)]
pub struct WarningDto {
    /// `vin_check_digit`, `vin_model_year` or `vin_make`.
    code: &'static str,
    /// What contradicts what.
    message: String,
}

impl From<Warning> for WarningDto {
    fn from(warning: Warning) -> Self {
        Self {
            code: warning.code.as_str(),
            message: warning.message,
        }
    }
}

/// Whose a vehicle is.
#[derive(Debug, Serialize, ToSchema)]
struct OwnerDto {
    /// `user` or `dealer`.
    kind: &'static str,
    id: Uuid,
}

/// A vehicle.
#[derive(Debug, Serialize, ToSchema)]
pub struct VehicleDto {
    id: Uuid,
    /// Seventeen characters.
    vin: String,
    make: String,
    model: String,
    trim: Option<String>,
    /// Model year.
    year: i32,
    #[schema(schema_with = words::body_type)]
    body_type: Option<&'static str>,
    #[schema(schema_with = words::fuel_type)]
    fuel_type: Option<&'static str>,
    #[schema(schema_with = words::transmission)]
    transmission: Option<&'static str>,
    #[schema(schema_with = words::drivetrain)]
    drivetrain: Option<&'static str>,
    exterior_color: Option<String>,
    odometer: Option<DistanceDto>,
    /// Seen by its owner alone.
    license_plate: Option<String>,
    owner: OwnerDto,
    #[schema(schema_with = words::vehicle_status)]
    status: &'static str,
    /// Seen by its owner alone.
    date_of_purchase: Option<NaiveDate>,
    /// Where it is kept. Seen by its owner alone.
    location: Option<String>,
    /// Seen by its owner alone.
    additional_info: Option<String>,
    /// Its picture in its owner's garage, beside the server's root. Seen by its owner alone.
    image_url: Option<String>,
    /// What its number says against its year or maker.
    warnings: Vec<WarningDto>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i64,
}

impl From<&Vehicle> for VehicleDto {
    fn from(vehicle: &Vehicle) -> Self {
        let d = vehicle.details.clone();
        Self {
            id: vehicle.id.uuid(),
            vin: d.vin.to_string(),
            make: d.make,
            model: d.model,
            trim: d.trim,
            year: d.year,
            body_type: d.body_type.map(BodyType::as_str),
            fuel_type: d.fuel_type.map(FuelType::as_str),
            transmission: d.transmission.map(Transmission::as_str),
            drivetrain: d.drivetrain.map(Drivetrain::as_str),
            exterior_color: d.exterior_color,
            odometer: d.odometer.map(DistanceDto::from),
            license_plate: d.license_plate,
            owner: OwnerDto {
                kind: vehicle.owner.kind(),
                id: vehicle.owner.uuid(),
            },
            status: vehicle.status.as_str(),
            date_of_purchase: d.date_of_purchase,
            location: d.location,
            additional_info: d.additional_info,
            image_url: vehicle.picture.map(crate::media::usual_address),
            warnings: vehicle.warnings().into_iter().map(WarningDto::from).collect(),
            created_at: vehicle.created_at,
            updated_at: vehicle.updated_at,
            version: vehicle.version,
        }
    }
}

impl From<Vehicle> for VehicleDto {
    fn from(vehicle: Vehicle) -> Self {
        Self::from(&vehicle)
    }
}

impl VehicleDto {
    /// Without what its owner alone sees.
    pub(super) fn public(vehicle: &Vehicle) -> Self {
        Self {
            license_plate: None,
            date_of_purchase: None,
            location: None,
            additional_info: None,
            image_url: None,
            ..Self::from(vehicle)
        }
    }
}

/// A vehicle to enter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "vin": "1HGCM82633A004352", "make": "Honda", "model": "Accord", "trim": "EX", "year": 2003, "body_type": "sedan",
    "fuel_type": "gasoline", "transmission": "automatic", "odometer": { "value": 98000, "unit": "mi" }
}))]
pub(super) struct NewVehicleDto {
    /// Seventeen letters and digits, in any case.
    #[schema(max_length = 60)]
    vin: String,
    #[schema(min_length = 1, max_length = 60)]
    make: String,
    #[schema(min_length = 1, max_length = 80)]
    model: String,
    #[schema(max_length = 100)]
    trim: Option<String>,
    /// Model year, from 1886 to next year + 1.
    year: i64,
    #[schema(schema_with = words::body_type)]
    body_type: Option<String>,
    #[schema(schema_with = words::fuel_type)]
    fuel_type: Option<String>,
    #[schema(schema_with = words::transmission)]
    transmission: Option<String>,
    #[schema(schema_with = words::drivetrain)]
    drivetrain: Option<String>,
    #[schema(max_length = 60)]
    exterior_color: Option<String>,
    odometer: Option<DistanceDto>,
    #[schema(max_length = 20)]
    license_plate: Option<String>,
    #[schema(format = Date)]
    date_of_purchase: Option<String>,
    /// Where it is kept.
    #[schema(max_length = 200)]
    location: Option<String>,
    #[schema(max_length = 2_000)]
    additional_info: Option<String>,
}

impl From<NewVehicleDto> for VehicleDraft {
    fn from(dto: NewVehicleDto) -> Self {
        Self {
            vin: dto.vin,
            make: dto.make,
            model: dto.model,
            trim: dto.trim,
            year: dto.year,
            body_type: dto.body_type,
            fuel_type: dto.fuel_type,
            transmission: dto.transmission,
            drivetrain: dto.drivetrain,
            exterior_color: dto.exterior_color,
            odometer: dto.odometer.map(DistanceText::from),
            license_plate: dto.license_plate,
            date_of_purchase: dto.date_of_purchase,
            location: dto.location,
            additional_info: dto.additional_info,
        }
    }
}

/// A merge patch of a vehicle.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "odometer": { "value": 99500, "unit": "mi" }, "license_plate": null }))]
pub(super) struct PatchVehicleDto {
    /// To put a mistyped number right.
    #[schema(value_type = Option<String>, max_length = 60)]
    #[serde(default)]
    vin: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 60)]
    #[serde(default)]
    make: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 80)]
    #[serde(default)]
    model: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 100)]
    #[serde(default)]
    trim: Patch<String>,
    #[schema(value_type = Option<i64>)]
    #[serde(default)]
    year: Patch<i64>,
    #[schema(schema_with = words::body_type)]
    #[serde(default)]
    body_type: Patch<String>,
    #[schema(schema_with = words::fuel_type)]
    #[serde(default)]
    fuel_type: Patch<String>,
    #[schema(schema_with = words::transmission)]
    #[serde(default)]
    transmission: Patch<String>,
    #[schema(schema_with = words::drivetrain)]
    #[serde(default)]
    drivetrain: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 60)]
    #[serde(default)]
    exterior_color: Patch<String>,
    /// A higher reading. A lower one needs `odometer_correction`.
    #[schema(value_type = Option<DistanceDto>)]
    #[serde(default)]
    odometer: Patch<DistanceDto>,
    /// Why the reading goes down: kept in the vehicle's history.
    #[schema(value_type = Option<String>, max_length = 500)]
    #[serde(default)]
    odometer_correction: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 20)]
    #[serde(default)]
    license_plate: Patch<String>,
    #[schema(value_type = Option<String>, format = Date)]
    #[serde(default)]
    date_of_purchase: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 200)]
    #[serde(default)]
    location: Patch<String>,
    #[schema(value_type = Option<String>, max_length = 2_000)]
    #[serde(default)]
    additional_info: Patch<String>,
    /// `active`, `inactive` or, for a person's own car, `sold`.
    #[schema(schema_with = words::vehicle_status)]
    #[serde(default)]
    status: Patch<String>,
}

impl From<PatchVehicleDto> for VehicleChanges {
    fn from(dto: PatchVehicleDto) -> Self {
        Self {
            vin: dto.vin,
            make: dto.make,
            model: dto.model,
            trim: dto.trim,
            year: dto.year,
            body_type: dto.body_type,
            fuel_type: dto.fuel_type,
            transmission: dto.transmission,
            drivetrain: dto.drivetrain,
            exterior_color: dto.exterior_color,
            odometer: dto.odometer.map(DistanceText::from),
            odometer_correction: dto.odometer_correction,
            license_plate: dto.license_plate,
            date_of_purchase: dto.date_of_purchase,
            location: dto.location,
            additional_info: dto.additional_info,
            status: dto.status,
        }
    }
}
