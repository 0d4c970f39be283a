//! The closed word lists as schemas: the document, the gate and the domain go by one list.

use ::inventory::listing::ListingStatus;
use ::inventory::service_record::RecordStatus;
use ::inventory::vehicle::VehicleStatus;
use kernel::vocabulary::{BodyType, Condition, DistanceUnit, Drivetrain, FuelType, Transmission};
use utoipa::openapi::schema::{Array, ArrayBuilder, Object, ObjectBuilder, SchemaType, Type};

fn one_of(words: impl IntoIterator<Item = &'static str>) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(words))
        .build()
}

fn one_of_or_null(words: impl IntoIterator<Item = &'static str>) -> Object {
    let words = words
        .into_iter()
        .map(serde_json::Value::from)
        .chain([serde_json::Value::Null]);
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::String, Type::Null]))
        .enum_values(Some(words))
        .build()
}

pub(super) fn fuel_type() -> Object {
    one_of_or_null(FuelType::ALL.iter().map(|w| w.as_str()))
}

pub(super) fn body_type() -> Object {
    one_of_or_null(BodyType::ALL.iter().map(|w| w.as_str()))
}

pub(super) fn transmission() -> Object {
    one_of_or_null(Transmission::ALL.iter().map(|w| w.as_str()))
}

pub(super) fn drivetrain() -> Object {
    one_of_or_null(Drivetrain::ALL.iter().map(|w| w.as_str()))
}

pub(super) fn condition() -> Object {
    one_of(Condition::ALL.iter().map(|w| w.as_str()))
}

pub(super) fn unit() -> Object {
    one_of(DistanceUnit::ALL.iter().map(|w| w.as_str()))
}

pub(super) fn listing_status() -> Object {
    one_of(ListingStatus::ALL.iter().map(|w| w.as_str()))
}

pub(super) fn first_status() -> Object {
    one_of(["draft", "active"])
}

pub(super) fn bulk_status() -> Object {
    one_of(["active", "removed", "sold"])
}

pub(super) fn vehicle_status() -> Object {
    one_of(VehicleStatus::ALL.iter().map(|w| w.as_str()))
}

pub(super) fn record_status() -> Object {
    one_of(RecordStatus::ALL.iter().map(|w| w.as_str()))
}

fn some_of(words: impl IntoIterator<Item = &'static str>) -> Array {
    ArrayBuilder::new().items(one_of(words)).build()
}

pub(super) fn fuel_types() -> Array {
    some_of(FuelType::ALL.iter().map(|w| w.as_str()))
}

pub(super) fn body_types() -> Array {
    some_of(BodyType::ALL.iter().map(|w| w.as_str()))
}

pub(super) fn transmissions() -> Array {
    some_of(Transmission::ALL.iter().map(|w| w.as_str()))
}

pub(super) fn drivetrains() -> Array {
    some_of(Drivetrain::ALL.iter().map(|w| w.as_str()))
}

pub(super) fn conditions() -> Array {
    some_of(Condition::ALL.iter().map(|w| w.as_str()))
}

pub(super) fn listing_statuses() -> Array {
    some_of(ListingStatus::ALL.iter().map(|w| w.as_str()))
}

pub(super) fn verdict() -> Object {
    one_of(["great", "good", "fair", "above", "high"])
}

pub(super) fn basis() -> Object {
    one_of(["comparables", "msrp"])
}

pub(super) fn import_mode() -> Object {
    one_of(["partial", "strict"])
}

pub(super) fn report_format() -> Object {
    one_of(["json", "csv"])
}

pub(super) fn row_action() -> Object {
    one_of(["created", "updated", "unchanged", "left_out", "refused"])
}
