//! Ed25519 for the jsonwebtoken crate, by ring, which is in the program anyway. Its own backends bring in `rsa`, which has
//! an advisory without a fix (RUSTSEC-2023-0071), or a second C library.

use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{ErrorKind, Result};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use ring::signature::{ED25519, Ed25519KeyPair, UnparsedPublicKey};
use signature::{Error, Signer, Verifier};

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| {
        only_eddsa(*algorithm)?;
        Ok(Box::new(Signing(pair(key)?)))
    },
    verifier_factory: |algorithm, key| {
        only_eddsa(*algorithm)?;
        Ok(Box::new(Verifying(public(key)?)))
    },
    key_utils: KeyUtils::new_unimplemented(), // asked for by its JWK functions alone, which we don't call
};

/// Makes it the one that jsonwebtoken uses. May be called again.
pub(crate) fn install() {
    // It fails only when one is there already: ours, or one that the program has chosen.
    let _ = PROVIDER.install_default();
}

struct Signing(Ed25519KeyPair);

impl Signer<Vec<u8>> for Signing {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, Error> {
        Ok(self.0.sign(message).as_ref().to_vec())
    }
}

impl JwtSigner for Signing {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

struct Verifying(Vec<u8>);

impl Verifier<Vec<u8>> for Verifying {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Error> {
        UnparsedPublicKey::new(&ED25519, &self.0)
            .verify(message, signature)
            .map_err(|_| Error::new())
    }
}

impl JwtVerifier for Verifying {
    fn algorithm(&self) -> Algorithm {
        Algorithm::EdDSA
    }
}

fn only_eddsa(algorithm: Algorithm) -> Result<()> {
    if algorithm == Algorithm::EdDSA {
        Ok(())
    } else {
        Err(ErrorKind::InvalidAlgorithm.into())
    }
}

fn pair(key: &EncodingKey) -> Result<Ed25519KeyPair> {
    Ed25519KeyPair::from_seed_unchecked(key.as_bytes()).map_err(|_| ErrorKind::InvalidKeyFormat.into())
}

fn public(key: &DecodingKey) -> Result<Vec<u8>> {
    Ok(key.try_get_as_bytes()?.to_vec())
}
