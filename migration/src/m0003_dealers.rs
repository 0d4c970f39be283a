//! Dealers, their sites and their staff. A user works for one dealer at a time: the database itself refuses a second.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0003_dealers"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let schema = Schema::on(manager);
        schema.both(DEALERS).await?;
        schema.both(SITES).await?;
        schema.both(STAFF).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Schema::on(manager)
            .both("DROP TABLE staff;\nDROP TABLE sites;\nDROP TABLE dealers;\n")
            .await
    }
}

/// `name_folded` is in lower case without accents: what lists sort and search by.
const DEALERS: &str = "
CREATE TABLE dealers (
    id {uuid} PRIMARY KEY,
    name {text} NOT NULL,
    name_folded {text} NOT NULL,
    legal_name {text} NOT NULL,
    description {text},
    phone {text} NOT NULL,
    email {text} NOT NULL,
    website {text},
    line1 {text} NOT NULL,
    line2 {text},
    city {text} NOT NULL,
    state {text},
    postal_code {text} NOT NULL,
    address_country {text} NOT NULL,
    licence_number {text},
    currency {text} NOT NULL,
    country {text} NOT NULL,
    strict_vin {bool} NOT NULL,
    status {text} NOT NULL,
    status_reason {text},
    version {int} NOT NULL,
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    CONSTRAINT dealers_status CHECK (status IN ('pending', 'verified', 'rejected', 'suspended'))
);
CREATE INDEX dealers_by_name ON dealers (name_folded, id);
CREATE INDEX dealers_by_age ON dealers (created_at, id);
";

/// `city_folded` and `state_folded` are what filters compare.
const SITES: &str = "
CREATE TABLE sites (
    id {uuid} PRIMARY KEY,
    dealer_id {uuid} NOT NULL REFERENCES dealers (id),
    kind {text} NOT NULL,
    name {text} NOT NULL,
    name_folded {text} NOT NULL,
    phone {text},
    line1 {text} NOT NULL,
    line2 {text},
    city {text} NOT NULL,
    city_folded {text} NOT NULL,
    state {text},
    state_folded {text},
    postal_code {text} NOT NULL,
    country {text} NOT NULL,
    latitude {real},
    longitude {real},
    timezone {text} NOT NULL,
    hours {json} NOT NULL,
    exceptions {json} NOT NULL,
    bays {int} NOT NULL,
    slot_rules {json} NOT NULL,
    version {int} NOT NULL,
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    CONSTRAINT sites_kind CHECK (kind IN ('showroom', 'workshop', 'both')),
    CONSTRAINT sites_coordinates CHECK ((latitude IS NULL) = (longitude IS NULL))
);
CREATE INDEX sites_of_dealer ON sites (dealer_id, name_folded, id);
CREATE INDEX sites_by_name ON sites (name_folded, id);
CREATE INDEX sites_by_age ON sites (created_at, id);
";

/// `user_id` is empty while an invitation is open. `sites` is a list of ids; an empty one means all.
const STAFF: &str = "
CREATE TABLE staff (
    id {uuid} PRIMARY KEY,
    dealer_id {uuid} NOT NULL REFERENCES dealers (id),
    user_id {uuid} REFERENCES users (id),
    email {text} NOT NULL,
    email_folded {text} NOT NULL,
    role {text} NOT NULL,
    sites {json} NOT NULL,
    active {bool} NOT NULL,
    version {int} NOT NULL,
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    CONSTRAINT staff_role CHECK (role IN ('mechanic', 'advisor', 'sales', 'manager', 'owner'))
);
CREATE UNIQUE INDEX staff_one_dealer ON staff (user_id) WHERE active AND user_id IS NOT NULL;
CREATE UNIQUE INDEX staff_member ON staff (dealer_id, user_id) WHERE user_id IS NOT NULL;
CREATE UNIQUE INDEX staff_invited ON staff (dealer_id, email_folded) WHERE user_id IS NULL;
CREATE INDEX staff_of_dealer ON staff (dealer_id, created_at, id);
";
