//! Access tokens: JWT, EdDSA, with the key's name in the header. Expiry goes by the product's clock, not the system's.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity::ports::{AccessTokens, Claims, PublicKey};
use identity::secret::Secret;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use kernel::Instant;
use kernel::error::Common;
use ring::digest::{SHA256, digest};
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::keys::Keys;
use crate::provider;

/// Signs and reads access tokens.
#[derive(Clone)]
pub struct Tokens {
    header: Header,
    signing: EncodingKey,
    believed: Vec<Believed>,
    validation: Validation,
}

#[derive(Clone)]
struct Believed {
    shown: PublicKey,
    key: DecodingKey,
}

/// What is in a token. Times are seconds since 1970 (RFC 7519).
#[derive(Serialize, Deserialize)]
struct Payload {
    sub: Uuid,
    sid: Uuid,
    iat: i64,
    exp: i64,
}

impl Tokens {
    /// Signs with the first of the keys, believes all.
    pub fn new(keys: &Keys) -> Result<Self, Common> {
        provider::install();
        let mut believed = Vec::with_capacity(keys.signing.len());
        for seed in &keys.signing {
            let pair = Ed25519KeyPair::from_seed_unchecked(seed);
            let pair = pair.map_err(|error| Common::internal(error.to_string()))?;
            let public = pair.public_key().as_ref();
            let name = digest(&SHA256, public);
            believed.push(Believed {
                shown: PublicKey {
                    kid: hex::encode(name.as_ref().get(..8).unwrap_or_default()),
                    x: URL_SAFE_NO_PAD.encode(public),
                },
                key: DecodingKey::from_ed_der(public),
            });
        }
        let (Some(first), Some(seed)) = (believed.first(), keys.signing.first()) else {
            return Err(Common::internal("there is no signing key"));
        };
        let mut validation = Validation::new(Algorithm::EdDSA);
        // jsonwebtoken looks at the system's clock; `read` looks at ours.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        Ok(Self {
            header: Header {
                kid: Some(first.shown.kid.clone()),
                ..Header::new(Algorithm::EdDSA)
            },
            signing: EncodingKey::from_ed_der(seed),
            believed,
            validation,
        })
    }
}

impl AccessTokens for Tokens {
    fn issue(&self, claims: &Claims) -> Result<Secret, Common> {
        let payload = Payload {
            sub: claims.user.uuid(),
            sid: claims.session.uuid(),
            iat: claims.issued_at.timestamp(),
            exp: claims.expires_at.timestamp(),
        };
        jsonwebtoken::encode(&self.header, &payload, &self.signing)
            .map(Secret::new)
            .map_err(|error| Common::internal(error.to_string()))
    }

    fn read(&self, token: &str, at: Instant) -> Option<Claims> {
        let header = jsonwebtoken::decode_header(token).ok()?;
        let kid = header.kid?;
        let key = &self.believed.iter().find(|key| key.shown.kid == kid)?.key;
        let payload = jsonwebtoken::decode::<Payload>(token, key, &self.validation)
            .ok()?
            .claims;
        let claims = Claims {
            user: payload.sub.into_id(),
            session: payload.sid.into_id(),
            issued_at: Instant::from_timestamp(payload.iat, 0)?,
            expires_at: Instant::from_timestamp(payload.exp, 0)?,
        };
        (at < claims.expires_at).then_some(claims)
    }

    fn public_keys(&self) -> Vec<PublicKey> {
        self.believed.iter().map(|key| key.shown.clone()).collect()
    }
}

/// A plain id, taken for a typed one.
trait IntoId {
    fn into_id<K>(self) -> kernel::id::Id<K>;
}

impl IntoId for Uuid {
    fn into_id<K>(self) -> kernel::id::Id<K> {
        kernel::id::Id::from_uuid(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OsRandom;
    use chrono::TimeDelta;
    use kernel::id::Id;

    fn at() -> Instant {
        "2026-11-21T08:00:00Z".parse().unwrap()
    }

    fn claims() -> Claims {
        Claims {
            user: Id::from_uuid(Uuid::from_u128(1)),
            session: Id::from_uuid(Uuid::from_u128(2)),
            issued_at: at(),
            expires_at: at() + TimeDelta::hours(1),
        }
    }

    #[test]
    fn a_token_counts_until_it_expires_by_our_clock() {
        let tokens = Tokens::new(&Keys::random(&OsRandom)).unwrap();
        let token = tokens.issue(&claims()).unwrap();
        assert_eq!(tokens.read(token.expose(), at()), Some(claims()));
        assert_eq!(
            tokens.read(token.expose(), at() + TimeDelta::seconds(3_599)),
            Some(claims())
        );
        assert_eq!(
            tokens.read(token.expose(), at() + TimeDelta::seconds(3_600)),
            None
        );
    }

    #[test]
    fn tokens_of_the_key_before_count_after_a_rotation() {
        let mut keys = Keys::random(&OsRandom);
        let before = Tokens::new(&keys).unwrap();
        let token = before.issue(&claims()).unwrap();
        keys.signing.insert(0, [7; 32]);
        let after = Tokens::new(&keys).unwrap();
        assert!(after.read(token.expose(), at()).is_some());
        assert!(
            before
                .read(after.issue(&claims()).unwrap().expose(), at())
                .is_none()
        );
        assert_eq!(after.public_keys().len(), 2);
        assert_eq!(after.public_keys()[1], before.public_keys()[0]);
    }

    #[test]
    fn forged_and_altered_tokens_say_nothing() {
        let tokens = Tokens::new(&Keys::random(&OsRandom)).unwrap();
        let token = tokens.issue(&claims()).unwrap();
        let parts: Vec<&str> = token.expose().split('.').collect();
        let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let kid = tokens.public_keys()[0].kid.clone();
        let none = encode(&format!(r#"{{"alg":"none","kid":"{kid}"}}"#));
        let hmac = encode(&format!(r#"{{"alg":"HS256","kid":"{kid}"}}"#));
        let other = encode(
            r#"{"sub":"00000000-0000-0000-0000-000000000009","sid":"00000000-0000-0000-0000-000000000002","iat":1,"exp":9999999999}"#,
        );
        for forged in [
            format!("{none}.{}.", parts[1]),
            format!("{hmac}.{}.{}", parts[1], parts[2]),
            format!("{}.{other}.{}", parts[0], parts[2]),
            format!("{}.{}", parts[0], parts[1]),
            "nonsense".to_owned(),
            String::new(),
        ] {
            assert_eq!(tokens.read(&forged, at()), None, "{forged}");
        }
    }
}
