//! Second factors: codes by RFC 6238 (the totp-rs crate), secrets sealed by an AEAD, recovery codes hashed under a key.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use identity::ports::{FreshSecret, SecondFactors};
use identity::secret::{SealedSecret, Secret, TokenHash};
use kernel::Instant;
use kernel::email::Email;
use kernel::error::Common;
use kernel::id::UserId;
use kernel::ports::Random;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use totp_rs::{Algorithm, Builder, Totp};
use url::form_urlencoded::byte_serialize;

use crate::keys::Keys;

/// Keeps these keys apart from whatever else the installation's key may serve.
const SEAL: &[u8] = b"forecourt second factor seal 1";
const RECOVERY: &[u8] = b"forecourt recovery code 1";
/// Bytes of a secret: what RFC 4226 recommends for SHA-1.
const LENGTH: usize = 20;
/// The name that authenticators show.
const ISSUER: &str = "Forecourt";
const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Makes, seals and reads second factors. A sealed secret is a nonce of 12 random bytes and what ChaCha20-Poly1305 makes of the
/// secret, in base64url; whose it is goes into the seal, so that a row can't be put in another's place.
pub struct TotpFactors {
    seal: LessSafeKey,
    recovery: hmac::Key,
    random: Arc<dyn Random>,
}

impl TotpFactors {
    /// With the installation's key.
    pub fn new(keys: &Keys, random: Arc<dyn Random>) -> Result<Self, Common> {
        let installation = hmac::Key::new(hmac::HMAC_SHA256, &keys.derivation);
        let derived = hmac::sign(&installation, SEAL);
        let seal = UnboundKey::new(&CHACHA20_POLY1305, derived.as_ref());
        Ok(Self {
            seal: LessSafeKey::new(seal.map_err(|_| Common::internal("no key to seal with"))?),
            recovery: hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&installation, RECOVERY).as_ref()),
            random,
        })
    }

    fn sealed(&self, user: UserId, secret: &[u8; LENGTH]) -> Result<SealedSecret, Common> {
        let mut nonce = [0u8; NONCE_LEN];
        self.random.fill(&mut nonce);
        let mut text = secret.to_vec();
        self.seal
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(user.uuid().as_bytes()),
                &mut text,
            )
            .map_err(|_| Common::internal("a second factor can't be sealed"))?;
        let kept = [nonce.as_slice(), &text].concat();
        Ok(SealedSecret::new(URL_SAFE_NO_PAD.encode(kept)))
    }

    fn opened(&self, user: UserId, sealed: &SealedSecret) -> Result<[u8; LENGTH], Common> {
        let open = || {
            let kept = URL_SAFE_NO_PAD.decode(sealed.as_str()).ok()?;
            let (nonce, text) = kept.split_at_checked(NONCE_LEN)?;
            let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
            let mut text = text.to_vec();
            let opened = self
                .seal
                .open_in_place(nonce, Aad::from(user.uuid().as_bytes()), &mut text);
            <[u8; LENGTH]>::try_from(&*opened.ok()?).ok()
        };
        open().ok_or_else(|| {
            Common::internal(format!(
                "the second factor of {user} is not sealed under the key of this installation: is keys.json the right one?"
            ))
        })
    }
}

/// The codes of a secret: six digits, as every authenticator understands.
fn codes(secret: [u8; LENGTH], digits: u8) -> Result<Totp, Common> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(digits)
        .with_skew(1)
        .with_step_duration(30)
        .with_secret(totp_rs::Secret::new_stack(secret))
        .build()
        .map_err(|error| Common::internal(error.to_string()))
}

/// RFC 4648, without padding: the secret is a multiple of five bytes.
fn base32(bytes: &[u8; LENGTH]) -> String {
    let mut text = String::with_capacity(LENGTH * 8 / 5);
    for five in bytes.chunks(5) {
        let number = five
            .iter()
            .fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        let digits = (0..8).rev().map(|place| number >> (place * 5) & 31);
        text.extend(
            digits.filter_map(|digit| BASE32.get(usize::try_from(digit).ok()?).copied().map(char::from)),
        );
    }
    text
}

/// The link that authenticators read: <https://github.com/google/google-authenticator/wiki/Key-Uri-Format>. They know no `+` for a
/// blank.
fn link(email: &Email, secret: &str) -> String {
    let account: String = byte_serialize(email.as_str().as_bytes()).collect();
    let account = account.replace('+', "%20");
    format!(
        "otpauth://totp/{ISSUER}:{account}?secret={secret}&issuer={ISSUER}&algorithm=SHA1&digits=6&period=30"
    )
}

impl SecondFactors for TotpFactors {
    fn fresh(&self, user: UserId, email: &Email) -> Result<FreshSecret, Common> {
        let mut bytes = [0u8; LENGTH];
        self.random.fill(&mut bytes);
        let secret = base32(&bytes);
        Ok(FreshSecret {
            otpauth_url: Secret::new(link(email, &secret)),
            sealed: self.sealed(user, &bytes)?,
            secret: Secret::new(secret),
        })
    }

    fn step(
        &self,
        user: UserId,
        sealed: &SealedSecret,
        code: &str,
        at: Instant,
    ) -> Result<Option<u64>, Common> {
        let digits = code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit());
        let Some(second) = u64::try_from(at.timestamp()).ok().filter(|_| digits) else {
            return Ok(None);
        };
        Ok(codes(self.opened(user, sealed)?, 6)?.check(code, second))
    }

    fn recovery_hash(&self, user: UserId, code: &str) -> TokenHash {
        let mut context = hmac::Context::with_key(&self.recovery);
        context.update(user.uuid().as_bytes());
        context.update(code.as_bytes());
        TokenHash::new(hex::encode(context.sign()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OsRandom;
    use kernel::id::Id;
    use uuid::Uuid;

    /// The secret of the test vectors.
    const RFC: &[u8; LENGTH] = b"12345678901234567890";

    fn user(n: u128) -> UserId {
        Id::from_uuid(Uuid::from_u128(n))
    }

    fn at(second: i64) -> Instant {
        Instant::from_timestamp(second, 0).unwrap()
    }

    fn factors() -> TotpFactors {
        TotpFactors::new(&Keys::random(&OsRandom), Arc::new(OsRandom)).unwrap()
    }

    /// RFC 6238, appendix B.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let vectors = [
            (59, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ];
        let factors = factors();
        let sealed = factors.sealed(user(1), RFC).unwrap();
        for (second, code) in vectors {
            assert_eq!(codes(*RFC, 8).unwrap().generate(second).to_string(), code);
            let six = code.get(2..).unwrap();
            let now = at(i64::try_from(second).unwrap());
            assert_eq!(
                factors.step(user(1), &sealed, six, now).unwrap(),
                Some(second / 30),
                "{second}"
            );
        }
    }

    #[test]
    fn a_clock_may_be_half_a_minute_off_and_no_more() {
        let factors = factors();
        let sealed = factors.sealed(user(1), RFC).unwrap();
        let step = |second| factors.step(user(1), &sealed, "287082", at(second)).unwrap();
        assert_eq!([step(30), step(59), step(60), step(89)], [Some(1); 4]);
        assert_eq!([step(0), step(29)], [Some(1); 2], "ahead");
        assert_eq!([step(90), step(-1)], [None; 2]);
    }

    #[test]
    fn what_is_no_code_is_none() {
        let factors = factors();
        let sealed = factors.sealed(user(1), RFC).unwrap();
        for text in [
            "",
            "28708",
            "2870820",
            "94287082",
            "28708x",
            "２８７０８２",
            "+28708",
            "-1",
        ] {
            assert_eq!(
                factors.step(user(1), &sealed, text, at(59)).unwrap(),
                None,
                "{text}"
            );
        }
    }

    #[test]
    fn a_sealed_secret_is_one_persons_and_one_installations() {
        let factors = factors();
        let fresh = factors
            .fresh(user(1), &"ann@example.com".parse().unwrap())
            .unwrap();
        let again = factors
            .sealed(user(1), &factors.opened(user(1), &fresh.sealed).unwrap())
            .unwrap();
        assert_ne!(again, fresh.sealed, "another nonce each time");
        assert!(factors.opened(user(2), &fresh.sealed).is_err());
        assert!(self::factors().opened(user(1), &fresh.sealed).is_err());
        let bytes = URL_SAFE_NO_PAD.decode(fresh.sealed.as_str()).unwrap();
        for n in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[n] ^= 1;
            let changed = SealedSecret::new(URL_SAFE_NO_PAD.encode(changed));
            assert!(factors.opened(user(1), &changed).is_err(), "byte {n}");
        }
        for text in ["", "x", "no base64!"] {
            assert!(factors.opened(user(1), &SealedSecret::new(text)).is_err());
        }
    }

    #[test]
    fn a_secret_is_written_in_base32_and_as_a_link() {
        assert_eq!(base32(RFC), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert_eq!(
            link(&"ann+cars@example.com".parse().unwrap(), "GEZA"),
            "otpauth://totp/Forecourt:ann%2Bcars%40example.com?secret=GEZA&issuer=Forecourt&algorithm=SHA1&digits=6&period=30"
        );
    }

    #[test]
    fn a_recovery_code_is_kept_for_one_person() {
        let factors = factors();
        let hash = factors.recovery_hash(user(1), "3k7mzq9wte");
        assert_eq!(hash, factors.recovery_hash(user(1), "3k7mzq9wte"));
        assert_ne!(hash, factors.recovery_hash(user(2), "3k7mzq9wte"));
        assert_ne!(hash, self::factors().recovery_hash(user(1), "3k7mzq9wte"));
    }
}
