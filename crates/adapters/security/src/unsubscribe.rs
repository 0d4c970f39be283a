//! Tokens of unsubscribe links: whose letters of which kind, and a keyed hash of it.

use application::letters::UnsubscribeLinks;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::id::UserId;
use kernel::letter::Unsubscribe;
use ring::hmac;
use uuid::Uuid;

use crate::feeds::same;
use crate::keys::Keys;

/// Keeps these tokens apart from whatever else the key may serve.
const PURPOSE: &[u8] = b"forecourt unsubscribe link 1";
/// Bytes of an id.
const ID: usize = 16;
/// Bytes of the hash that a token carries.
const TAG: usize = 16;

/// Makes and knows tokens of unsubscribe links: an id, the name of the kind, and 16 bytes of HMAC-SHA-256, in base64url.
pub struct HmacUnsubscribeLinks {
    key: hmac::Key,
}

impl HmacUnsubscribeLinks {
    /// With the installation's key.
    pub fn new(keys: &Keys) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, &keys.derivation),
        }
    }
}

impl UnsubscribeLinks for HmacUnsubscribeLinks {
    fn issue(&self, link: &Unsubscribe) -> String {
        let mut token = link.user.uuid().as_bytes().to_vec();
        token.extend_from_slice(link.kind.as_bytes());
        let mut context = hmac::Context::with_key(&self.key);
        context.update(PURPOSE);
        context.update(&token);
        token.extend(context.sign().as_ref().iter().take(TAG));
        URL_SAFE_NO_PAD.encode(token)
    }

    fn read(&self, token: &str) -> Option<Unsubscribe> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (user, rest) = bytes.split_at_checked(ID)?;
        let (kind, _) = rest.split_at_checked(rest.len().checked_sub(TAG)?)?;
        let link = Unsubscribe {
            user: UserId::from_uuid(Uuid::from_slice(user).ok()?),
            kind: String::from_utf8(kind.to_vec()).ok()?,
        };
        same(self.issue(&link).as_bytes(), token.as_bytes()).then_some(link)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_what_it_was_made_for_alone() {
        let links = |key: u8| HmacUnsubscribeLinks {
            key: hmac::Key::new(hmac::HMAC_SHA256, &[key; 32]),
        };
        let link = Unsubscribe {
            user: UserId::from_uuid(Uuid::from_u128(7)),
            kind: "booking_approved".to_owned(),
        };
        let token = links(1).issue(&link);
        assert_eq!(links(1).read(&token), Some(link.clone()));
        assert_eq!(links(2).read(&token), None, "another installation");
        for n in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[n] = if forged[n] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert_eq!(links(1).read(&forged), None, "byte {n}");
        }
        assert_eq!(links(1).read(""), None);
        assert_eq!(links(1).read("no token"), None);
    }
}
