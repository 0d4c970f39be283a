//! Every event that the product tells: its name, the version and the schema of its payload, an example.
//!
//! The files under `events/` hold one family each: events about the same kind of thing, which share a schema. They are the public
//! contract of webhooks. An event holds ids and words of closed lists; no name, address or number of a person, and no text that
//! somebody wrote. Every journey of the product's tests ends by holding what was told against this registry: an event that is not in
//! it, or that does not fit its schema, fails there.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The families, in order of their names.
const FAMILIES: &[&str] = &[
    include_str!("../events/api_key.json"),
    include_str!("../events/booking.json"),
    include_str!("../events/commission_plan.json"),
    include_str!("../events/dealer.json"),
    include_str!("../events/dealer_document.json"),
    include_str!("../events/digest.json"),
    include_str!("../events/invitation.json"),
    include_str!("../events/invited.json"),
    include_str!("../events/listing.json"),
    include_str!("../events/listing_photos.json"),
    include_str!("../events/negotiation.json"),
    include_str!("../events/sale.json"),
    include_str!("../events/session.json"),
    include_str!("../events/site.json"),
    include_str!("../events/staff.json"),
    include_str!("../events/user.json"),
    include_str!("../events/vehicle.json"),
    include_str!("../events/waitlist.json"),
    include_str!("../events/webhook.json"),
];

/// A kind of event.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EventType {
    /// `resource.verb`.
    pub name: String,
    /// Version of the schema.
    pub version: u16,
    /// What happened, in one sentence.
    pub summary: String,
    /// What its payload must look like, as JSON Schema.
    pub schema: Value,
    /// A payload.
    pub example: Value,
}

#[derive(Deserialize)]
struct Family {
    version: u16,
    schema: Value,
    events: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
struct Entry {
    summary: String,
    example: Value,
}

static ALL: LazyLock<Vec<EventType>> = LazyLock::new(|| {
    let mut all: Vec<EventType> = FAMILIES.iter().flat_map(|text| read(text)).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
});

/// Every event, by name.
pub fn all() -> &'static [EventType] {
    &ALL
}

/// What every event is told in, as JSON Schema: the body of a webhook's message.
pub fn envelope() -> Value {
    serde_json::json!({
        "type": "object",
        "properties": {
            "type": { "type": "string", "description": "The name of the event." },
            "timestamp": { "type": "string", "format": "date-time", "description": "When it happened." },
            "actor_id": {
                "type": ["string", "null"], "format": "uuid",
                "description": "The user who did it; null where the product did by itself, a program with an API key, or somebody who was not signed in."
            },
            "data": { "type": "object", "description": "The facts, in the schema of the event." }
        },
        "required": ["type", "timestamp", "actor_id", "data"],
        "additionalProperties": false
    })
}

/// The event of a name.
pub fn known(name: &str) -> Option<&'static EventType> {
    let found = ALL.binary_search_by(|event| event.name.as_str().cmp(name)).ok()?;
    ALL.get(found)
}

/// The events of a family; none where its file is no family, which the tests of this crate refuse.
fn read(text: &str) -> Vec<EventType> {
    let Ok(family) = serde_json::from_str::<Family>(text) else {
        return Vec::new();
    };
    let (version, schema) = (family.version, family.schema);
    let event = |(name, entry): (String, Entry)| EventType {
        name,
        version,
        summary: entry.summary,
        schema: schema.clone(),
        example: entry.example,
    };
    family.events.into_iter().map(event).collect()
}
