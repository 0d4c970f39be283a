//! The closed word lists, and what a vehicle's number says.

use ::inventory::listing::ListingStatus;
use ::inventory::service_record::RecordStatus;
use ::inventory::vehicle::VehicleStatus;
use ::inventory::vin_decoder::{Decoded, decode};
use actix_web::{get, web};
use chrono::Datelike;
use kernel::error::{Common, Violations};
use kernel::vin::Vin;
use kernel::vocabulary::{BodyType, Condition, DistanceUnit, Drivetrain, FIRST_YEAR, FuelType, Transmission};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::Core;
use crate::answer::{Answer, Response};

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(show_meta).service(decode_vin);
}

/// Every closed word list, and the bounds that forms need.
#[derive(Serialize, ToSchema)]
struct MetaDto {
    fuel_type: Vec<&'static str>,
    body_type: Vec<&'static str>,
    transmission: Vec<&'static str>,
    drivetrain: Vec<&'static str>,
    condition: Vec<&'static str>,
    distance_unit: Vec<&'static str>,
    listing_status: Vec<&'static str>,
    vehicle_status: Vec<&'static str>,
    service_record_status: Vec<&'static str>,
    year: YearsDto,
    /// What prices in queries are in unless they say otherwise.
    default_currency: &'static str,
    /// What distances in queries are in unless they say otherwise.
    default_distance_unit: &'static str,
}

/// Model years that are taken.
#[derive(Serialize, ToSchema)]
struct YearsDto {
    min: i32,
    max: i32,
}

/// The vocabulary
#[utoipa::path(tag = "system", operation_id = "show_meta",
    responses((status = 200, description = "Every closed word list.", body = MetaDto)))]
#[get("/meta")]
async fn show_meta(core: web::Data<Core>) -> Response {
    let meta = MetaDto {
        fuel_type: FuelType::ALL.iter().map(|w| w.as_str()).collect(),
        body_type: BodyType::ALL.iter().map(|w| w.as_str()).collect(),
        transmission: Transmission::ALL.iter().map(|w| w.as_str()).collect(),
        drivetrain: Drivetrain::ALL.iter().map(|w| w.as_str()).collect(),
        condition: Condition::ALL.iter().map(|w| w.as_str()).collect(),
        distance_unit: DistanceUnit::ALL.iter().map(|w| w.as_str()).collect(),
        listing_status: ListingStatus::ALL.iter().map(|w| w.as_str()).collect(),
        vehicle_status: VehicleStatus::ALL.iter().map(|w| w.as_str()).collect(),
        service_record_status: RecordStatus::ALL.iter().map(|w| w.as_str()).collect(),
        year: YearsDto {
            min: FIRST_YEAR,
            max: core.clock.now().year() + 2,
        },
        default_currency: core.settings.currency.code(),
        default_distance_unit: core.settings.distance_unit.as_str(),
    };
    Ok(Answer::ok(&meta)?.public(3_600))
}

/// What a number says by itself.
#[derive(Serialize, ToSchema)]
struct DecodedDto {
    vin: String,
    /// Its first three characters: who made it.
    wmi: String,
    /// The part of the world that it was made in.
    region: Option<&'static str>,
    /// The country that it was made in.
    country: Option<&'static str>,
    /// The maker that the WMI belongs to.
    manufacturer: Option<&'static str>,
    /// The model year, where the tenth character is a code of one.
    model_year: Option<i32>,
    check_digit: CheckDigitDto,
}

/// What the ninth character says.
#[derive(Serialize, ToSchema)]
struct CheckDigitDto {
    /// What stands there.
    found: Option<String>,
    /// What 49 CFR 565 asks for.
    expected: Option<String>,
    /// Whether they are the same.
    valid: bool,
    /// Whether the region that made the car uses it; elsewhere a wrong one means nothing.
    required: bool,
}

impl From<Decoded> for DecodedDto {
    fn from(decoded: Decoded) -> Self {
        Self {
            vin: decoded.vin.to_string(),
            wmi: decoded.wmi,
            region: decoded.region,
            country: decoded.country,
            manufacturer: decoded.manufacturer,
            model_year: decoded.model_year,
            check_digit: CheckDigitDto {
                found: decoded.check_digit.found.map(String::from),
                expected: decoded.check_digit.expected.map(String::from),
                valid: decoded.check_digit.valid,
                required: decoded.check_digit.required,
            },
        }
    }
}

/// Decode a VIN
///
/// Offline, from the number alone.
#[utoipa::path(tag = "vehicles", operation_id = "decode_vin",
    params(("vin" = String, Path, description = "Seventeen letters and digits, in any case.")),
    responses((status = 200, description = "What the number says.", body = DecodedDto)))]
#[get("/vin/{vin}")]
async fn decode_vin(core: web::Data<Core>, vin: web::Path<String>) -> Response {
    let mut wrong = Violations::new();
    let Some(vin) = wrong.take("vin", vin.parse::<Vin>()) else {
        return Err(Common::Invalid(wrong).into());
    };
    let decoded = decode(&vin, core.clock.now().year());
    Ok(Answer::ok(&DecodedDto::from(decoded))?.public(3_600))
}
