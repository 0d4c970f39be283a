//! Codes and tokens of links, derived from ids by a keyed function (HMAC-SHA-256): the same each time, unguessable without
//! the key, and kept nowhere.

use application::void_sale::PurchaseTokens;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity::ports::Codes;
use identity::secret::{Secret, TokenHash};
use kernel::id::{CodeId, Id, InvitationId, PurchaseId};
use ring::digest::{SHA256, digest};
use ring::hmac::{HMAC_SHA256, Key, sign};
use uuid::Uuid;

use crate::keys::Keys;

/// Derives codes and invitation tokens, and hashes refresh tokens.
#[derive(Clone)]
pub struct DerivedCodes {
    key: Key,
}

impl DerivedCodes {
    /// With the installation's key.
    pub fn new(keys: &Keys) -> Self {
        Self {
            key: Key::new(HMAC_SHA256, &keys.derivation),
        }
    }

    /// What the key makes of an id. The purpose keeps a code from being part of a token.
    fn derive(&self, purpose: &str, id: Uuid) -> [u8; 32] {
        let mut message = purpose.as_bytes().to_vec();
        message.push(0);
        message.extend_from_slice(id.as_bytes());
        let mut made = [0u8; 32];
        made.copy_from_slice(sign(&self.key, &message).as_ref()); // HMAC-SHA-256 is 32 bytes long
        made
    }

    /// A token that names its id, and can't be forged without the key.
    fn token(&self, purpose: &str, id: Uuid) -> Secret {
        let mut token = id.as_bytes().to_vec();
        token.extend_from_slice(&self.derive(purpose, id));
        Secret::new(URL_SAFE_NO_PAD.encode(token))
    }

    /// The id that a token of this purpose names.
    fn read_token(&self, purpose: &str, token: &str) -> Option<Uuid> {
        let bytes = URL_SAFE_NO_PAD.decode(token.trim()).ok()?;
        let id = Uuid::from_slice(bytes.get(..16)?).ok()?;
        self.token(purpose, id).is(token.trim()).then_some(id)
    }
}

impl PurchaseTokens for DerivedCodes {
    fn purchase_token(&self, id: PurchaseId) -> String {
        self.token("purchase", id.uuid()).expose().to_owned()
    }

    fn read_purchase(&self, token: &str) -> Option<PurchaseId> {
        self.read_token("purchase", token).map(Id::from_uuid)
    }
}

impl Codes for DerivedCodes {
    fn code(&self, id: CodeId) -> Secret {
        let [a, b, c, d, e, f, g, h, ..] = self.derive("code", id.uuid());
        let number = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        // Of 2^64 values, 10^6 classes: none is likelier by more than one in 10^13.
        Secret::new(format!("{:06}", number % 1_000_000))
    }

    fn invitation_token(&self, id: InvitationId) -> Secret {
        self.token("invitation", id.uuid())
    }

    fn read_invitation(&self, token: &str) -> Option<InvitationId> {
        self.read_token("invitation", token).map(Id::from_uuid)
    }

    fn token_hash(&self, token: &Secret) -> TokenHash {
        // A fast hash is enough: the token is 256 random bits.
        TokenHash::new(hex::encode(digest(&SHA256, token.expose().as_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OsRandom;

    fn id<K>(n: u128) -> Id<K> {
        Id::from_uuid(Uuid::from_u128(n))
    }

    #[test]
    fn a_code_is_six_digits_the_same_each_time_and_another_with_another_key() {
        let keys = Keys::random(&OsRandom);
        let codes = DerivedCodes::new(&keys);
        let made: Vec<Secret> = (0..50).map(|n| codes.code(id(n))).collect();
        assert!(
            made.iter()
                .all(|c| c.expose().len() == 6 && c.expose().bytes().all(|b| b.is_ascii_digit()))
        );
        assert_eq!(codes.code(id(7)), DerivedCodes::new(&keys).code(id(7)));
        let other = DerivedCodes::new(&Keys::random(&OsRandom));
        assert!((0..50).any(|n| other.code(id(n)) != codes.code(id(n))));
    }

    #[test]
    fn an_invitation_token_names_its_invitation_and_can_not_be_forged() {
        let codes = DerivedCodes::new(&Keys::random(&OsRandom));
        let token = codes.invitation_token(id(7));
        assert_eq!(codes.read_invitation(token.expose()), Some(id(7)));
        assert_eq!(
            codes.read_invitation(&format!(" {} ", token.expose())),
            Some(id(7))
        );
        let other = DerivedCodes::new(&Keys::random(&OsRandom)).invitation_token(id(7));
        for forged in [other.expose(), "", "x", token.expose().get(1..).unwrap()] {
            assert_eq!(codes.read_invitation(forged), None);
        }
    }

    #[test]
    fn refresh_tokens_are_kept_as_sha_256() {
        let codes = DerivedCodes::new(&Keys::random(&OsRandom));
        let hash = codes.token_hash(&Secret::new("abc"));
        assert_eq!(
            hash.as_str(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }
}
