//! Sales, how commission is paid, and the ledger. One sale that stands a listing; lines of the ledger are never changed: the
//! database itself refuses.

use sea_orm_migration::prelude::*;

use crate::schema::Schema;

#[derive(Debug)]
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m0008_sales"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let schema = Schema::on(manager);
        schema.both(PLANS).await?;
        schema.both(SALES).await?;
        schema.both(LEDGER).await?;
        for event in ["UPDATE", "DELETE"] {
            schema
                .sqlite(&format!(
                    "CREATE TRIGGER commission_entries_no_{event} BEFORE {event} ON commission_entries
                     BEGIN SELECT RAISE(ABORT, 'commission_entries_append_only'); END"
                ))
                .await?;
        }
        schema
            .postgres(
                "CREATE FUNCTION commission_entries_append_only() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN RAISE EXCEPTION 'commission_entries_append_only'; END $$",
            )
            .await?;
        schema
            .postgres(
                "CREATE TRIGGER commission_entries_append_only BEFORE UPDATE OR DELETE ON commission_entries
                 FOR EACH ROW EXECUTE FUNCTION commission_entries_append_only()",
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let schema = Schema::on(manager);
        schema
            .both(
                "DROP INDEX bookings_staff;\nDROP TABLE commission_entries;\nDROP TABLE sale_cancelled_bookings;\n\
                 DROP TABLE sale_staff;\nDROP TABLE sales;\nDROP TABLE commission_plans;\n",
            )
            .await?;
        schema
            .postgres("DROP FUNCTION commission_entries_append_only")
            .await
    }
}

/// A plan whose terms have no amounts has no currency: it holds in any.
const PLANS: &str = "
CREATE TABLE commission_plans (
    id {uuid} PRIMARY KEY,
    dealer_id {uuid} NOT NULL REFERENCES dealers (id),
    staff_id {uuid} REFERENCES staff (id),
    name {text} NOT NULL,
    effective_from {date} NOT NULL,
    currency {text},
    terms {json} NOT NULL,
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    version {int} NOT NULL
);
CREATE UNIQUE INDEX commission_plans_one ON commission_plans
    (dealer_id, COALESCE(staff_id, dealer_id), COALESCE(currency, ''), effective_from);
CREATE INDEX commission_plans_dealer ON commission_plans (dealer_id, effective_from, id);
CREATE INDEX commission_plans_made ON commission_plans (dealer_id, created_at, id);
CREATE INDEX commission_plans_staff ON commission_plans (staff_id, id);
";

/// The car is kept as it was sold; `make_folded` is in lower case without accents: what filters go by. `sale_staff` has who sold
/// (a share of 0 where they have none) and everybody with a share, in their order.
const SALES: &str = "
CREATE TABLE sales (
    id {uuid} PRIMARY KEY,
    dealer_id {uuid} REFERENCES dealers (id),
    seller_user_id {uuid} REFERENCES users (id),
    listing_id {uuid} REFERENCES listings (id),
    site_id {uuid} REFERENCES sites (id),
    vehicle_id {uuid} NOT NULL REFERENCES vehicles (id),
    vin {text} NOT NULL,
    make {text} NOT NULL,
    make_folded {text} NOT NULL,
    model {text} NOT NULL,
    year {int} NOT NULL,
    price_minor {int} NOT NULL,
    currency {text} NOT NULL,
    sale_date {date} NOT NULL,
    buyer_user_id {uuid} REFERENCES users (id),
    buyer_name {text} NOT NULL,
    buyer_email {text},
    buyer_phone {text},
    purchase_id {uuid},
    payment_method {text} NOT NULL,
    sold_by {uuid} REFERENCES staff (id),
    plan_id {uuid} REFERENCES commission_plans (id),
    commission_minor {int},
    negotiation_id {uuid} REFERENCES negotiations (id),
    notes {text},
    status {text} NOT NULL,
    voided_at {instant},
    void_reason {text},
    created_at {instant} NOT NULL,
    updated_at {instant} NOT NULL,
    version {int} NOT NULL,
    CONSTRAINT sales_seller CHECK ((dealer_id IS NULL) <> (seller_user_id IS NULL)),
    CONSTRAINT sales_closing CHECK ((dealer_id IS NULL) = (listing_id IS NULL) AND (dealer_id IS NULL) = (sold_by IS NULL)
        AND (dealer_id IS NULL) = (commission_minor IS NULL)),
    CONSTRAINT sales_positive CHECK (price_minor > 0),
    CONSTRAINT sales_payment_method CHECK (payment_method IN ('cash', 'card', 'bank_transfer', 'finance', 'trade_in', 'other')),
    CONSTRAINT sales_status CHECK (status IN ('closed', 'voided')),
    CONSTRAINT sales_voided CHECK ((status = 'voided') = (voided_at IS NOT NULL) AND (voided_at IS NULL) = (void_reason IS NULL))
);
CREATE UNIQUE INDEX sales_standing ON sales (listing_id) WHERE status = 'closed';
CREATE UNIQUE INDEX sales_purchase ON sales (purchase_id);
CREATE INDEX sales_dealer ON sales (dealer_id, sale_date, id);
CREATE INDEX sales_dealer_created ON sales (dealer_id, created_at, id);
CREATE INDEX sales_dealer_file ON sales (dealer_id, id);
CREATE INDEX sales_dealer_site ON sales (dealer_id, site_id, sale_date, id);
CREATE INDEX sales_dealer_make ON sales (dealer_id, make_folded, sale_date, id);
CREATE INDEX sales_dealer_payment ON sales (dealer_id, payment_method, sale_date, id);
CREATE INDEX sales_dealer_status ON sales (dealer_id, status, sale_date, id);
CREATE INDEX sales_sold_by ON sales (sold_by, sale_date, id);
CREATE INDEX sales_buyer ON sales (buyer_user_id, sale_date, id);
CREATE INDEX sales_owner ON sales (seller_user_id, sale_date, id);
CREATE INDEX sales_vehicle ON sales (vehicle_id, created_at, id);
CREATE TABLE sale_staff (
    sale_id {uuid} NOT NULL REFERENCES sales (id),
    staff_id {uuid} NOT NULL REFERENCES staff (id),
    share_bp {int} NOT NULL,
    place {int} NOT NULL,
    PRIMARY KEY (sale_id, staff_id),
    CONSTRAINT sale_staff_share CHECK (share_bp >= 0 AND share_bp <= 10000)
);
CREATE INDEX sale_staff_member ON sale_staff (staff_id, sale_id);
CREATE TABLE sale_cancelled_bookings (
    sale_id {uuid} NOT NULL REFERENCES sales (id),
    booking_id {uuid} NOT NULL REFERENCES bookings (id),
    PRIMARY KEY (sale_id, booking_id)
);
CREATE INDEX bookings_staff ON bookings (staff_id, local_date, id);
";

const LEDGER: &str = "
CREATE TABLE commission_entries (
    id {uuid} PRIMARY KEY,
    sale_id {uuid} NOT NULL REFERENCES sales (id),
    dealer_id {uuid} NOT NULL REFERENCES dealers (id),
    staff_id {uuid} NOT NULL REFERENCES staff (id),
    kind {text} NOT NULL,
    amount_minor {int} NOT NULL,
    currency {text} NOT NULL,
    earned_on {date} NOT NULL,
    CONSTRAINT commission_entries_kind CHECK (kind IN ('earned', 'clawed_back', 'bonus', 'adjustment')),
    CONSTRAINT commission_entries_amount CHECK (amount_minor <> 0)
);
CREATE INDEX commission_entries_sale ON commission_entries (sale_id, id);
CREATE INDEX commission_entries_staff ON commission_entries (staff_id, earned_on, id);
CREATE INDEX commission_entries_dealer ON commission_entries (dealer_id, earned_on, id);
";
