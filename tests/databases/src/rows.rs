//! Rows that much else stands on, for tests that write what the product would not let them.

use sea_orm::Value;
use sea_orm::prelude::{DateTimeUtc, Uuid};
use serde_json::json;

/// Columns and what they hold.
pub type Row = Vec<(&'static str, Value)>;

/// A verified dealer, a row of `dealers`.
pub fn dealer(id: Uuid, name: &str, at: DateTimeUtc) -> Row {
    vec![
        ("id", id.into()),
        ("name", name.into()),
        ("name_folded", name.to_lowercase().into()),
        ("legal_name", name.into()),
        ("phone", "+15555550100".into()),
        ("email", "desk@example.com".into()),
        ("line1", "1 Main Street".into()),
        ("city", "Springfield".into()),
        ("postal_code", "12345".into()),
        ("address_country", "US".into()),
        ("currency", "USD".into()),
        ("country", "US".into()),
        ("strict_vin", false.into()),
        ("status", "verified".into()),
        ("version", 1_i64.into()),
        ("created_at", at.into()),
        ("updated_at", at.into()),
    ]
}

/// A showroom and workshop of the dealer's, a row of `sites`.
pub fn site(id: Uuid, dealer: Uuid, name: &str, [city, timezone]: [&str; 2], at: DateTimeUtc) -> Row {
    vec![
        ("id", id.into()),
        ("dealer_id", dealer.into()),
        ("kind", "both".into()),
        ("name", name.into()),
        ("name_folded", name.to_lowercase().into()),
        ("line1", "1 Main Street".into()),
        ("city", city.into()),
        ("city_folded", city.to_lowercase().into()),
        ("postal_code", "12345".into()),
        ("country", "US".into()),
        ("timezone", timezone.into()),
        ("hours", json!({}).into()),
        ("exceptions", json!([]).into()),
        ("bays", 1_i64.into()),
        ("slot_rules", json!({}).into()),
        ("version", 1_i64.into()),
        ("created_at", at.into()),
        ("updated_at", at.into()),
    ]
}
