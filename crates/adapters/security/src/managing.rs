//! Tokens of the links by which customers manage a test drive: what they are for, and a keyed hash of it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::actor::LinkHolder;
use kernel::id::{BookingId, UserId};
use ring::hmac;
use scheduling::ports::ManageTokens;
use uuid::Uuid;

use crate::feeds::same;
use crate::keys::Keys;

/// Keeps these tokens apart from whatever else the key may serve.
const PURPOSE: &[u8] = b"forecourt manage booking link 1";
/// Bytes of an id.
const ID: usize = 16;
/// Bytes of the hash that a token carries.
const TAG: usize = 16;

/// Makes and knows tokens of links to test drives: the drive's id, the customer's (zeros for a caller, who has none) and 16 bytes of
/// HMAC-SHA-256, in base64url.
pub struct HmacManageTokens {
    key: hmac::Key,
}

impl HmacManageTokens {
    /// With the installation's key.
    pub fn new(keys: &Keys) -> Self {
        Self {
            key: hmac::Key::new(hmac::HMAC_SHA256, &keys.derivation),
        }
    }
}

impl ManageTokens for HmacManageTokens {
    fn manage_token(&self, holder: LinkHolder) -> String {
        let customer = holder.customer.map_or(Uuid::nil(), |user| user.uuid());
        let mut token = holder.booking.uuid().as_bytes().to_vec();
        token.extend_from_slice(customer.as_bytes());
        let mut context = hmac::Context::with_key(&self.key);
        context.update(PURPOSE);
        context.update(&token);
        token.extend(context.sign().as_ref().iter().take(TAG));
        URL_SAFE_NO_PAD.encode(token)
    }

    fn read_manage(&self, token: &str) -> Option<LinkHolder> {
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (booking, rest) = bytes.split_at_checked(ID)?;
        let (customer, _) = rest.split_at_checked(ID)?;
        let customer = Uuid::from_slice(customer).ok()?;
        let holder = LinkHolder {
            booking: BookingId::from_uuid(Uuid::from_slice(booking).ok()?),
            customer: (!customer.is_nil()).then(|| UserId::from_uuid(customer)),
        };
        same(self.manage_token(holder).as_bytes(), token.as_bytes()).then_some(holder)
    }
}

#[cfg(test)]
mod tests {
    use kernel::id::{Id, SiteId, StaffId};
    use scheduling::ports::{Feed, FeedTokens};

    use super::*;
    use crate::{HmacFeedTokens, OsRandom};

    fn id<K>(n: u128) -> Id<K> {
        Id::from_uuid(Uuid::from_u128(n))
    }

    fn holder(booking: u128, customer: Option<u128>) -> LinkHolder {
        LinkHolder {
            booking: id(booking),
            customer: customer.map(id),
        }
    }

    #[test]
    fn a_token_names_its_drive_and_customer_to_the_key_that_made_it_alone() {
        let tokens = || HmacManageTokens::new(&Keys::random(&OsRandom));
        let (ours, theirs) = (tokens(), tokens());
        for holder in [holder(1, Some(2)), holder(1, None)] {
            let token = ours.manage_token(holder);
            assert_eq!(ours.read_manage(&token), Some(holder));
            assert_eq!(theirs.read_manage(&token), None, "another installation");
        }
    }

    #[test]
    fn no_bit_of_a_token_can_be_changed_and_no_other_drive_be_put_in() {
        let tokens = HmacManageTokens::new(&Keys::random(&OsRandom));
        let token = tokens.manage_token(holder(1, Some(2)));
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for n in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            if let Some(byte) = changed.get_mut(n / 8) {
                *byte ^= 1 << (n % 8);
            }
            assert_eq!(
                tokens.read_manage(&URL_SAFE_NO_PAD.encode(changed)),
                None,
                "bit {n}"
            );
        }
        let other = URL_SAFE_NO_PAD
            .decode(tokens.manage_token(holder(3, Some(2))))
            .unwrap();
        let spliced = [other.get(..ID).unwrap(), bytes.get(ID..).unwrap()].concat();
        assert_eq!(tokens.read_manage(&URL_SAFE_NO_PAD.encode(spliced)), None);
        for wrong in ["", "no token!", &format!("{token}A"), token.get(1..).unwrap()] {
            assert_eq!(tokens.read_manage(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_token_for_something_else_opens_no_drive() {
        let keys = Keys::random(&OsRandom);
        let feed = HmacFeedTokens::new(&keys).issue(Feed {
            site: SiteId::from_uuid(Uuid::from_u128(1)),
            staff: StaffId::from_uuid(Uuid::from_u128(2)),
        });
        let tokens = HmacManageTokens::new(&keys);
        assert_eq!(feed.len(), tokens.manage_token(holder(1, Some(2))).len());
        assert_eq!(tokens.read_manage(&feed), None);
    }
}
