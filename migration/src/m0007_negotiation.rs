//! Negotiations with their offers. One live negotiation a buyer and listing, one agreement a listing: the database itself
//! refuses a second.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0007_negotiation"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Schema::on(manager).both(UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        Schema::on(manager)
            .both(
                "DROP TABLE offers;\nDROP TABLE negotiations;\nALTER TABLE dealers DROP COLUMN negotiation_rules;\n",
            )
            .await
    }
}

const UP: &str = "
ALTER TABLE dealers ADD COLUMN negotiation_rules {json};
CREATE TABLE negotiations (
    id {uuid} PRIMARY KEY,
    listing_id {uuid} NOT NULL REFERENCES listings (id),
    dealer_id {uuid} NOT NULL REFERENCES dealers (id),
    buyer_id {uuid} NOT NULL REFERENCES users (id),
    status {text} NOT NULL,
    turn {text},
    asking_minor {int} NOT NULL,
    currency {text} NOT NULL,
    counter_allowed {bool} NOT NULL,
    seconds_left {int},
    reserved_until {instant},
    reason {text},
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    version {int} NOT NULL,
    CONSTRAINT negotiations_status CHECK (status IN ('awaiting_dealer', 'awaiting_buyer', 'on_hold', 'accepted', 'completed',
        'rejected', 'cancelled', 'expired', 'superseded', 'lapsed')),
    CONSTRAINT negotiations_turn CHECK ((turn IN ('buyer', 'dealer')) = (status IN ('awaiting_dealer', 'awaiting_buyer', 'on_hold'))),
    CONSTRAINT negotiations_reserved CHECK ((reserved_until IS NOT NULL) = (status = 'accepted'))
);
CREATE UNIQUE INDEX negotiations_live ON negotiations (listing_id, buyer_id)
    WHERE status IN ('awaiting_dealer', 'awaiting_buyer', 'on_hold', 'accepted');
CREATE UNIQUE INDEX negotiations_agreed ON negotiations (listing_id) WHERE status = 'accepted';
CREATE INDEX negotiations_listing ON negotiations (listing_id, updated_at, id);
CREATE INDEX negotiations_buyer ON negotiations (buyer_id, updated_at, id);
CREATE INDEX negotiations_dealer ON negotiations (dealer_id, updated_at, id);
CREATE INDEX negotiations_dealer_status ON negotiations (dealer_id, status, updated_at, id);
CREATE TABLE offers (
    id {uuid} PRIMARY KEY,
    negotiation_id {uuid} NOT NULL REFERENCES negotiations (id),
    seq {int} NOT NULL,
    side {text} NOT NULL,
    amount_minor {int} NOT NULL,
    message {text},
    status {text} NOT NULL,
    created_at {instant} NOT NULL,
    expires_at {instant},
    answered_at {instant},
    CONSTRAINT offers_side CHECK (side IN ('buyer', 'dealer')),
    CONSTRAINT offers_status CHECK (status IN ('pending', 'accepted', 'rejected', 'countered', 'expired')),
    CONSTRAINT offers_positive CHECK (amount_minor > 0)
);
CREATE UNIQUE INDEX offers_seq ON offers (negotiation_id, seq);
CREATE UNIQUE INDEX offers_standing ON offers (negotiation_id) WHERE status = 'pending';
";
