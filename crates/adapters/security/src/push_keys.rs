//! The key for pushes: derived, so that all nodes have the same without a file of its own, and one that was made by an earlier version
//! of the program has it too.

use ring::hmac;

use crate::keys::Keys;

/// Keeps this key apart from whatever else the key may serve.
const PURPOSE: &[u8] = b"forecourt push key 1";
/// Candidates: that none of so many is a key does not happen.
const CANDIDATES: u8 = 8;

/// Bytes that may be a private key of a curve, the first that is one being it.
pub fn push_key_candidates(keys: &Keys) -> impl Iterator<Item = [u8; 32]> + use<> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, &keys.derivation);
    (0..CANDIDATES).filter_map(move |number| {
        let mut context = hmac::Context::with_key(&key);
        context.update(PURPOSE);
        context.update(&[number]);
        context.sign().as_ref().try_into().ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_installation_has_one_and_another_has_another() {
        let first = |byte: u8| {
            let keys = Keys {
                signing: vec![[0; 32]],
                derivation: [byte; 32],
            };
            push_key_candidates(&keys).next().unwrap()
        };
        assert_eq!(first(1), first(1));
        assert_ne!(first(1), first(2));
    }
}
