//! What a device is sent.

use kernel::push::Push;
use kernel::text;
use serde_json::json;

/// The most that a device must take, in bytes before sealing: a record of 4096 less header, tag and padding (RFC 8291, 4).
pub const MOST_BYTES: usize = 3_993;
/// How long a push service keeps it for a device that is away, in seconds: a day.
pub const LIFE: u32 = 86_400;
/// Longest title and text, in characters: devices show no more.
const TITLE: usize = 200;
const TEXT: usize = 500;

/// A message ready to be sealed and handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushMessage {
    /// What the device's program reads.
    pub payload: String,
    /// A later message of the same topic takes the place of one that was not delivered yet (RFC 8030, 5.4): a repeat is shown once.
    pub topic: String,
    /// Shall it wake a device that saves its battery?
    pub urgent: bool,
}

/// Puts a push into the form that devices read: `title`, `text`, `url`, and `tag`, the same for every repeat.
pub fn message(id: &str, push: &Push, public_url: &str) -> PushMessage {
    // 32 characters of base64url at most (RFC 8030, 5.4): an id without its hyphens has as many.
    let topic: String = id.chars().filter(char::is_ascii_alphanumeric).take(32).collect();
    let url = format!("{public_url}{}", push.path);
    let written = |title: &str, text: &str| {
        json!({ "title": title, "text": text, "url": url, "tag": topic }).to_string()
    };
    let (title, text) = (
        text::shortened(&push.title, TITLE),
        text::shortened(&push.text, TEXT),
    );
    let whole = written(&title, &text);
    let payload = if whole.len() <= MOST_BYTES {
        whole
    } else {
        // Each character may take many bytes: the title says what happened.
        written(&title, "")
    };
    PushMessage {
        payload,
        topic,
        urgent: push.urgent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::id::Id;
    use serde_json::Value;
    use uuid::Uuid;

    fn push(title: &str, text: &str) -> PushMessage {
        let push = Push {
            device: Id::from_uuid(Uuid::from_u128(1)),
            title: title.to_owned(),
            text: text.to_owned(),
            path: "/bookings/1".to_owned(),
            urgent: false,
        };
        message(
            "0190e2b4-5d5c-7a0e-8f6d-2b1a4c9d7e01",
            &push,
            "https://cars.example",
        )
    }

    #[test]
    fn it_says_what_happened_and_where_to_look() {
        let message = push("Confirmed", "On Monday");
        let read: Value = serde_json::from_str(&message.payload).unwrap();
        assert_eq!(read["title"], "Confirmed");
        assert_eq!(read["text"], "On Monday");
        assert_eq!(read["url"], "https://cars.example/bookings/1");
        assert_eq!(read["tag"], "0190e2b45d5c7a0e8f6d2b1a4c9d7e01");
        assert_eq!(message.topic.len(), 32);
    }

    #[test]
    fn however_long_it_is_it_fits() {
        for strange in ["a", "\u{1}", "\"", "🚗", "я"] {
            let message = push(&strange.repeat(5_000), &strange.repeat(5_000));
            assert!(message.payload.len() <= MOST_BYTES, "{}", message.payload.len());
        }
    }
}
