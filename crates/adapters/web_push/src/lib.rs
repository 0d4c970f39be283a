//! Pushes to browsers.
//!
//! A browser has a push service, which gives it a URL. Whoever knows that URL and the browser's key can send it something: sealed so
//! that the service can't read it (RFC 8291), with a token by which the service knows who sends (RFC 8292), over HTTP (RFC 8030).
//!
//! The URL comes from outside: it is gone to as `outbound` goes to where others say.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kernel::ports::Clock;
use kernel::target::{Reach, Target};
use notifications::device::{PushKeys, Subscription};
use notifications::ports::{PushService, Unsent};
use notifications::push::{LIFE, PushMessage};
use outbound::{Guard, SystemLookup, TIME_OUT, beginning, header, told};
use p256::PublicKey;
use reqwest::Client;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use web_push_native::Auth;

mod vapid;

pub use vapid::Vapid;

/// Bytes of a refusal that are kept.
const ANSWER: usize = 500;

/// Hands pushes to the services of browsers.
pub struct WebPush {
    client: Client,
    reach: Reach,
    vapid: Vapid,
    wall: Arc<dyn Clock>,
}

impl WebPush {
    /// With a key, going as far as pushes may. `wall` is the clock on the wall: services check when a token ends. A TLS provider must
    /// be installed in the process.
    pub fn new(reach: Reach, vapid: Vapid, wall: Arc<dyn Clock>) -> Result<Self, reqwest::Error> {
        let guard = Guard::new(reach, Arc::new(SystemLookup));
        Self::with(reach, guard, TIME_OUT, vapid, wall)
    }

    /// As [`WebPush::new`], with a resolver and a time-out of its own.
    pub fn with(
        reach: Reach,
        guard: Guard,
        time_out: Duration,
        vapid: Vapid,
        wall: Arc<dyn Clock>,
    ) -> Result<Self, reqwest::Error> {
        let agent = concat!("Forecourt/", env!("CARGO_PKG_VERSION"));
        Ok(Self {
            client: outbound::client(agent, guard, time_out)?,
            reach,
            vapid,
            wall,
        })
    }
}

fn point(keys: &PushKeys) -> Option<PublicKey> {
    PublicKey::from_sec1_bytes(keys.point()).ok()
}

/// Seals a payload so that only the device can read it (RFC 8291).
fn seal(keys: &PushKeys, payload: &str) -> Result<Vec<u8>, Unsent> {
    let never = |why: String| Unsent::Never(format!("the push can't be sealed: {why}"));
    let point = point(keys).ok_or_else(|| never("the device's key is no point of the curve".to_owned()))?;
    let auth = Auth::from(*keys.auth());
    web_push_native::encrypt(payload.as_bytes().to_vec(), &point, &auth)
        .map_err(|error| never(error.to_string()))
}

#[async_trait]
impl PushService for WebPush {
    fn key(&self) -> &str {
        self.vapid.public()
    }

    fn takes(&self, keys: &PushKeys) -> bool {
        point(keys).is_some()
    }

    async fn send(&self, to: &Subscription, message: &PushMessage) -> Result<(), Unsent> {
        // What was taken once may be refused since: the setting may have changed.
        let target = Target::parse(to.endpoint.as_str(), self.reach)
            .map_err(|refused| Unsent::Never(refused.message))?;
        let token = self.vapid.authorization(&target.origin(), self.wall.now());
        let post = self
            .client
            .post(target.as_str())
            .header(AUTHORIZATION, token)
            .header(CONTENT_ENCODING, "aes128gcm")
            .header(CONTENT_TYPE, "application/octet-stream")
            .header("ttl", LIFE)
            .header("topic", &message.topic)
            .header("urgency", if message.urgent { "high" } else { "normal" })
            .body(seal(&to.keys, &message.payload)?);
        let mut response = post.send().await.map_err(|error| Unsent::again(told(error)))?;
        let status = response.status().as_u16();
        if response.status().is_success() {
            return Ok(());
        }
        let retry_after = header(&response, &RETRY_AFTER);
        let body = beginning(&mut response, ANSWER).await;
        let why = format!("{} says {status}: {body}", target.origin());
        Err(match status {
            // RFC 8030, 7.3: the subscription is no more.
            404 | 410 => Unsent::Ended,
            // Who is not let in may be once clocks and keys are right; the rest passes.
            401 | 403 | 408 | 425 | 429 | 500..=599 => Unsent::Again { why, retry_after },
            _ => Unsent::Never(why),
        })
    }
}
