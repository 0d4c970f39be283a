//! Who sends: a key pair that browsers are told of when they subscribe, and tokens signed with it (RFC 8292).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use kernel::Instant;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::json;

/// How long a token counts: at most a day (RFC 8292, 2).
const LIFE: TimeDelta = TimeDelta::hours(12);

/// The installation's key for pushes.
#[derive(Clone)]
pub struct Vapid {
    key: SigningKey,
    public: String,
    contact: String,
}

impl Vapid {
    /// The key is the first of the candidates that is one: all but one in four billion are. `contact` is whom a service can turn to:
    /// `mailto:…` or `https://…`.
    pub fn new(candidates: impl IntoIterator<Item = [u8; 32]>, contact: String) -> Option<Self> {
        let mut candidates = candidates.into_iter();
        let key = candidates.find_map(|bytes| SigningKey::from_slice(&bytes).ok())?;
        let point = key.verifying_key().to_encoded_point(false);
        Some(Self {
            public: URL_SAFE_NO_PAD.encode(point.as_bytes()),
            key,
            contact,
        })
    }

    /// The public key, as browsers take it for `applicationServerKey`.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// The header by which the push service at `origin` knows us.
    pub(crate) fn authorization(&self, origin: &str, now: Instant) -> String {
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let claims = json!({ "aud": origin, "exp": (now + LIFE).timestamp(), "sub": self.contact });
        let signed = format!(
            "{}.{}",
            part(json!({ "typ": "JWT", "alg": "ES256" })),
            part(claims)
        );
        let signature: Signature = self.key.sign(signed.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.to_bytes());
        format!("vapid t={signed}.{signature}, k={}", self.public)
    }
}
