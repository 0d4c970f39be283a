//! What goes over the wire (Standard Webhooks 1.0): the body, what is signed, the headers.

use chrono::SecondsFormat;
use kernel::Instant;
use kernel::id::{EventId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The type of the event that an owner sends to try an endpoint.
pub const TEST_EVENT: &str = "webhook.test";

/// An event, as endpoints are told of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// The event's id.
    pub id: EventId,
    /// Its type: `booking.approved`.
    pub event: String,
    /// When it happened.
    pub at: Instant,
    /// The person who did it; none where the product did, or a stranger.
    #[serde(default)]
    pub actor: Option<UserId>,
    /// Its facts.
    pub data: Value,
}

impl Message {
    /// The body that is sent: type, time, who did it, and facts.
    pub fn body(&self) -> String {
        let at = self.at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        json!({ "type": self.event, "timestamp": at, "actor_id": self.actor, "data": self.data }).to_string()
    }
}

/// What is signed: id, time of the try in seconds, and body, joined by full stops.
pub fn signed_content(id: EventId, at: Instant, body: &str) -> String {
    format!("{id}.{}.{body}", at.timestamp())
}

/// The headers of a try. `signatures` are base64, one for each secret that counts.
pub fn headers(id: EventId, at: Instant, signatures: &[String]) -> Vec<(&'static str, String)> {
    let signatures: Vec<String> = signatures
        .iter()
        .map(|signature| format!("v1,{signature}"))
        .collect();
    vec![
        ("content-type", "application/json".to_owned()),
        ("webhook-id", id.to_string()),
        ("webhook-timestamp", at.timestamp().to_string()),
        ("webhook-signature", signatures.join(" ")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::id::Id;

    #[test]
    fn a_message_is_what_the_standard_says() {
        let id: EventId = Id::from_uuid(uuid::Uuid::from_u128(7));
        let at: Instant = "2026-06-08T14:00:00.25Z".parse().unwrap();
        let message = Message {
            id,
            event: "booking.approved".to_owned(),
            at,
            actor: Some(Id::from_uuid(uuid::Uuid::from_u128(5))),
            data: json!({ "id": 1 }),
        };
        assert_eq!(
            serde_json::from_str::<Value>(&message.body()).unwrap(),
            json!({
                "type": "booking.approved", "timestamp": "2026-06-08T14:00:00.250Z",
                "actor_id": "00000000-0000-0000-0000-000000000005", "data": { "id": 1 },
            })
        );
        assert_eq!(
            signed_content(id, at, "{}"),
            "00000000-0000-0000-0000-000000000007.1780927200.{}"
        );
        let headers = headers(id, at, &["YQ==".to_owned(), "Yg==".to_owned()]);
        assert!(headers.contains(&("webhook-signature", "v1,YQ== v1,Yg==".to_owned())));
        assert!(headers.contains(&("webhook-timestamp", "1780927200".to_owned())));
    }
}
