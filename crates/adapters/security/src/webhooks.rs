//! Secrets of webhooks, derived from the endpoint's id and the secret's number, and signatures by them. Nobody who reads the
//! database learns one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::id::WebhookId;
use ring::hmac;
use webhooks::ports::{Secrets, SigningSecret};

use crate::keys::Keys;

/// Keeps these secrets apart from whatever else the key may serve.
const PURPOSE: &[u8] = b"forecourt webhook secret 1";
/// By which Standard Webhooks tells secrets for HMAC.
const PREFIX: &str = "whsec_";

/// Derives secrets of 256 bits, and signs by HMAC-SHA-256 as Standard Webhooks says.
pub struct WebhookSecrets {
    key: hmac::Key,
}

impl WebhookSecrets {
    /// With the installation's key.
    pub fn new(keys: &Keys) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, &keys.derivation),
        }
    }

    fn derive(&self, webhook: WebhookId, number: u32) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(PURPOSE);
        context.update(webhook.uuid().as_bytes());
        context.update(&number.to_be_bytes());
        context.sign()
    }
}

impl Secrets for WebhookSecrets {
    fn secret(&self, webhook: WebhookId, number: u32) -> SigningSecret {
        let secret = STANDARD.encode(self.derive(webhook, number));
        SigningSecret::new(format!("{PREFIX}{secret}"))
    }

    fn sign(&self, webhook: WebhookId, number: u32, content: &str) -> String {
        signature(self.derive(webhook, number).as_ref(), content)
    }
}

fn signature(secret: &[u8], content: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    STANDARD.encode(hmac::sign(&key, content.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OsRandom;
    use kernel::id::Id;
    use uuid::Uuid;

    fn id(n: u128) -> WebhookId {
        Id::from_uuid(Uuid::from_u128(n))
    }

    /// The example that the libraries of Standard Webhooks are tested with.
    #[test]
    fn a_signature_is_the_standards() {
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").unwrap();
        let content = r#"msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}"#;
        assert_eq!(
            signature(&secret, content),
            "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn a_secret_is_one_endpoints_and_one_numbers() {
        let keys = Keys::random(&OsRandom);
        let secrets = WebhookSecrets::new(&keys);
        let secret = secrets.secret(id(1), 1);
        assert_eq!(secret, WebhookSecrets::new(&keys).secret(id(1), 1));
        let bytes = STANDARD
            .decode(secret.expose().strip_prefix(PREFIX).unwrap())
            .unwrap();
        assert_eq!(bytes.len(), 32);
        assert_eq!(
            secrets.sign(id(1), 1, "x"),
            signature(&bytes, "x"),
            "what is shown is what signs"
        );
        let others = [
            secrets.secret(id(2), 1),
            secrets.secret(id(1), 2),
            WebhookSecrets::new(&Keys::random(&OsRandom)).secret(id(1), 1),
        ];
        assert!(others.iter().all(|other| *other != secret));
        assert_eq!(format!("{secret:?}"), "SigningSecret(…)");
    }
}
