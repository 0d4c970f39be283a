//! Signatures of links to files, where this program itself serves the store.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use media::ports::Signer;
use ring::hmac;

use crate::keys::Keys;

/// Keeps these signatures apart from whatever else the key may serve.
const PURPOSE: &[u8] = b"forecourt media link 1";

/// Signs links with HMAC-SHA-256, in base64url.
pub struct HmacSigner {
    key: hmac::Key,
}

impl HmacSigner {
    /// With the installation's key.
    pub fn new(keys: &Keys) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, &keys.derivation),
        }
    }

    fn message(text: &str) -> Vec<u8> {
        [PURPOSE, text.as_bytes()].concat()
    }
}

impl Signer for HmacSigner {
    fn sign(&self, text: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.key, &Self::message(text)))
    }

    fn signed(&self, text: &str, signature: &str) -> bool {
        URL_SAFE_NO_PAD
            .decode(signature)
            .is_ok_and(|tag| hmac::verify(&self.key, &Self::message(text), &tag).is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_good_for_its_own_text_and_installation_alone() {
        let signer = |key: u8| HmacSigner {
            key: hmac::Key::new(hmac::HMAC_SHA256, &[key; 32]),
        };
        let signature = signer(1).sign("GET 7 100");
        assert!(signer(1).signed("GET 7 100", &signature));
        assert!(!signer(1).signed("GET 7 101", &signature));
        assert!(!signer(2).signed("GET 7 100", &signature));
        assert!(!signer(1).signed("GET 7 100", ""));
        assert!(!signer(1).signed("GET 7 100", "no signature"));
    }
}
