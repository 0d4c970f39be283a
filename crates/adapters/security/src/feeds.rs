//! Tokens of calendar feeds: what they are for, and a keyed hash of it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::id::{SiteId, StaffId};
use ring::hmac;
use scheduling::ports::{Feed, FeedTokens};
use uuid::Uuid;

use crate::keys::Keys;

/// Keeps these tokens apart from whatever else the key may serve.
const PURPOSE: &[u8] = b"forecourt calendar feed 1";
/// Bytes of the two ids.
const IDS: usize = 32;
/// Bytes of the hash that a token carries.
const TAG: usize = 16;

/// Makes and knows tokens of calendar feeds: 32 bytes of ids and 16 of HMAC-SHA-256, in base64url.
pub struct HmacFeedTokens {
    key: hmac::Key,
}

impl HmacFeedTokens {
    /// With the installation's key.
    pub fn new(keys: &Keys) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, &keys.derivation),
        }
    }

    fn tag(&self, ids: &[u8]) -> hmac::Tag {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(PURPOSE);
        context.update(ids);
        context.sign()
    }
}

impl FeedTokens for HmacFeedTokens {
    fn issue(&self, feed: Feed) -> String {
        let mut token = Vec::with_capacity(IDS + TAG);
        token.extend_from_slice(feed.site.uuid().as_bytes());
        token.extend_from_slice(feed.staff.uuid().as_bytes());
        let tag = self.tag(&token);
        token.extend(tag.as_ref().iter().take(TAG));
        URL_SAFE_NO_PAD.encode(token)
    }

    fn read(&self, token: &str) -> Option<Feed> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (ids, _) = bytes.split_at_checked(IDS)?;
        let (site, staff) = ids.split_at_checked(IDS / 2)?;
        let feed = Feed {
            site: SiteId::from_uuid(Uuid::from_slice(site).ok()?),
            staff: StaffId::from_uuid(Uuid::from_slice(staff).ok()?),
        };
        same(self.issue(feed).as_bytes(), token.as_bytes()).then_some(feed)
    }
}

/// Are they the same? Takes the same time wherever they differ.
pub(crate) fn same(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len()
        && left
            .iter()
            .zip(right)
            .fold(0, |differs, (a, b)| differs | (a ^ b))
            == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::OsRandom;

    fn tokens() -> HmacFeedTokens {
        HmacFeedTokens::new(&Keys::random(&OsRandom))
    }

    fn feed(site: u128, staff: u128) -> Feed {
        Feed {
            site: SiteId::from_uuid(Uuid::from_u128(site)),
            staff: StaffId::from_uuid(Uuid::from_u128(staff)),
        }
    }

    #[test]
    fn a_token_is_known_by_the_key_that_made_it_alone() {
        let (ours, theirs) = (tokens(), tokens());
        let token = ours.issue(feed(1, 2));
        assert_eq!(ours.read(&token), Some(feed(1, 2)));
        assert_eq!(theirs.read(&token), None);
    }

    #[test]
    fn no_bit_of_a_token_can_be_changed() {
        let tokens = tokens();
        let token = tokens.issue(feed(1, 2));
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for n in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            if let Some(byte) = changed.get_mut(n / 8) {
                *byte ^= 1 << (n % 8);
            }
            assert_eq!(tokens.read(&URL_SAFE_NO_PAD.encode(changed)), None, "bit {n}");
        }
        assert_eq!(tokens.read(""), None);
        assert_eq!(tokens.read(&format!("{token}A")), None);
        assert_eq!(tokens.read("not base64!"), None);
    }
}
