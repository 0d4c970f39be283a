//! Vehicles, listings and what hangs on them. An owner has a number once, a vehicle one open listing: the database itself
//! refuses a second.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0004_inventory"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let schema = Schema::on(manager);
        schema.both(VEHICLES).await?;
        schema.both(LISTINGS).await?;
        schema.both(KEPT).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Schema::on(manager)
            .both(
                "DROP TABLE saved_searches;\nDROP TABLE saved_listings;\nDROP TABLE listing_prices;\nDROP TABLE listings;\n\
                 DROP TABLE service_records;\nDROP TABLE vehicle_history;\nDROP TABLE vehicles;\n",
            )
            .await
    }
}

const VEHICLES: &str = "
CREATE TABLE vehicles (
    id {uuid} PRIMARY KEY,
    owner_kind {text} NOT NULL,
    owner_id {uuid} NOT NULL,
    status {text} NOT NULL,
    vin {text} NOT NULL,
    make {text} NOT NULL,
    model {text} NOT NULL,
    trim {text},
    year {int} NOT NULL,
    body_type {text},
    fuel_type {text},
    transmission {text},
    drivetrain {text},
    exterior_color {text},
    odometer_value {int},
    odometer_unit {text},
    license_plate {text},
    date_of_purchase {date},
    location {text},
    additional_info {text},
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    version {int} NOT NULL,
    CONSTRAINT vehicles_owner_kind CHECK (owner_kind IN ('user', 'dealer')),
    CONSTRAINT vehicles_status CHECK (status IN ('active', 'in_service', 'sold', 'inactive')),
    CONSTRAINT vehicles_odometer CHECK ((odometer_value IS NULL) = (odometer_unit IS NULL))
);
CREATE UNIQUE INDEX vehicles_vin_of_owner ON vehicles (owner_kind, owner_id, vin) WHERE status <> 'sold';
CREATE INDEX vehicles_owner ON vehicles (owner_id, created_at, id);
CREATE INDEX vehicles_owner_vin ON vehicles (owner_id, vin, id);
CREATE INDEX vehicles_vin ON vehicles (vin);
CREATE TABLE vehicle_history (
    id {uuid} PRIMARY KEY,
    vehicle_id {uuid} NOT NULL REFERENCES vehicles (id),
    at {instant} NOT NULL,
    kind {text} NOT NULL,
    entry {json} NOT NULL
);
CREATE INDEX vehicle_history_vehicle ON vehicle_history (vehicle_id, at, id);
CREATE TABLE service_records (
    id {uuid} PRIMARY KEY,
    vehicle_id {uuid} NOT NULL REFERENCES vehicles (id),
    description {text} NOT NULL,
    location {text},
    appointment {instant},
    completion_date {date},
    odometer_value {int},
    odometer_unit {text},
    cost_minor {int},
    cost_currency {text},
    status {text} NOT NULL,
    past_history {bool} NOT NULL,
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    version {int} NOT NULL,
    CONSTRAINT service_records_status CHECK (status IN ('scheduled', 'in_progress', 'completed', 'cancelled'))
);
CREATE INDEX service_records_vehicle ON service_records (vehicle_id, created_at, id);
";

/// What a search goes by is kept in the listing's own row, from its vehicle: one index answers a filter with its order.
const LISTINGS: &str = "
CREATE TABLE listings (
    id {uuid} PRIMARY KEY,
    dealer_id {uuid} NOT NULL REFERENCES dealers (id),
    vehicle_id {uuid} NOT NULL REFERENCES vehicles (id),
    site_id {uuid} REFERENCES sites (id),
    status {text} NOT NULL,
    condition {text} NOT NULL,
    asking_minor {int} NOT NULL,
    currency {text} NOT NULL,
    msrp_minor {int},
    floor_minor {int},
    cost_minor {int},
    title {text} NOT NULL,
    description {text} NOT NULL,
    features {json} NOT NULL,
    featured {bool} NOT NULL,
    listed_at {instant},
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    version {int} NOT NULL,
    make_folded {text} NOT NULL,
    model_folded {text} NOT NULL,
    trim_folded {text},
    color_folded {text},
    year {int} NOT NULL,
    odometer_metres {int},
    fuel_type {text},
    body_type {text},
    transmission {text},
    drivetrain {text},
    CONSTRAINT listings_status CHECK (status IN ('draft', 'active', 'reserved', 'sold', 'removed')),
    CONSTRAINT listings_condition CHECK (condition IN ('new', 'used', 'certified')),
    CONSTRAINT listings_site CHECK (site_id IS NOT NULL OR status <> 'active'),
    CONSTRAINT listings_opened CHECK (listed_at IS NOT NULL OR status IN ('draft', 'removed')),
    CONSTRAINT listings_positive CHECK (asking_minor > 0 AND (msrp_minor IS NULL OR msrp_minor > 0)
        AND (floor_minor IS NULL OR floor_minor > 0) AND (cost_minor IS NULL OR cost_minor > 0)),
    CONSTRAINT listings_prices CHECK ((floor_minor IS NULL OR floor_minor <= asking_minor)
        AND (msrp_minor IS NULL OR asking_minor <= 10 * msrp_minor))
);
CREATE UNIQUE INDEX listings_open_of_vehicle ON listings (vehicle_id) WHERE status IN ('draft', 'active', 'reserved');
CREATE INDEX listings_vehicle ON listings (vehicle_id);
CREATE INDEX listings_dealer ON listings (dealer_id, status, created_at, id);
CREATE TABLE listing_prices (
    id {uuid} PRIMARY KEY,
    listing_id {uuid} NOT NULL REFERENCES listings (id),
    at {instant} NOT NULL,
    asking_minor {int} NOT NULL,
    currency {text} NOT NULL
);
CREATE INDEX listing_prices_listing ON listing_prices (listing_id, id);
";

const KEPT: &str = "
CREATE TABLE saved_listings (
    user_id {uuid} NOT NULL,
    listing_id {uuid} NOT NULL REFERENCES listings (id),
    saved_at {instant} NOT NULL,
    PRIMARY KEY (user_id, listing_id)
);
CREATE INDEX saved_listings_user ON saved_listings (user_id, saved_at, listing_id);
CREATE INDEX saved_listings_listing ON saved_listings (listing_id);
CREATE TABLE saved_searches (
    id {uuid} PRIMARY KEY,
    user_id {uuid} NOT NULL,
    name {text},
    filters {json} NOT NULL,
    created_at {instant} NOT NULL
);
CREATE INDEX saved_searches_user ON saved_searches (user_id, id);
";
