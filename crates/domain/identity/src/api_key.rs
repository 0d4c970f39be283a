//! Keys for a dealer's programs: what one gives, how it is written, how long it counts.

use std::collections::BTreeSet;

use kernel::Instant;
use kernel::actor::KeyHolder;
use kernel::error::Violations;
use kernel::id::{ApiKeyId, DealerId, UserId};
use kernel::rights::Right;
use kernel::text;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::secret::{Secret, TokenHash};

mod right;

pub use right::{Call, KeyRight};

/// What every key begins with, so that it is known for one wherever it lies about.
pub const PREFIX: &str = "fck_";
/// Keys of one dealer that count at once, at most.
pub const MOST_KEYS: usize = 50;
/// Characters of a name, at most.
pub const LONGEST_NAME: usize = 80;
/// Seconds between two notes of when a key was used.
pub const USE_SECONDS: i64 = 60;

/// A key, without what proves it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// Names it, also within its own text.
    pub id: ApiKeyId,
    /// The dealer whose things it opens.
    pub dealer: DealerId,
    /// What its people call it.
    pub name: String,
    /// What it gives, in order, each once.
    pub rights: Vec<KeyRight>,
    /// Who made it; none for the product itself.
    pub created_by: Option<UserId>,
    /// When it was made.
    pub created_at: Instant,
    /// Not good from then on; none where it is good until somebody revokes it.
    pub expires_at: Option<Instant>,
    /// When it was used last, by the minute.
    pub last_used_at: Option<Instant>,
    /// Since when it is good no more, by somebody's word.
    pub revoked_at: Option<Instant>,
    /// Rises with each change; being used is none.
    pub version: i64,
}

impl ApiKey {
    /// Does it count at this instant?
    pub fn is_live(&self, at: Instant) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| at < end)
    }

    /// What it begins with: enough to tell it from others, and no use to who finds it.
    pub fn beginning(&self) -> String {
        beginning(self.id)
    }

    /// What whoever holds it may do by a call of this sort.
    pub fn holder(&self, call: Call) -> KeyHolder {
        let given = self.rights.iter().flat_map(|right| right.gives(call));
        let rights: BTreeSet<Right> = given.copied().collect();
        KeyHolder {
            id: self.id,
            dealer: self.dealer,
            rights: rights.into_iter().collect(),
        }
    }

    /// The same key, good no more.
    #[must_use]
    pub fn revoked(self, at: Instant) -> Self {
        Self {
            revoked_at: Some(at),
            version: self.version.saturating_add(1),
            ..self
        }
    }

    /// Is it time to note that it is used?
    pub fn use_is_news(&self, at: Instant) -> bool {
        self.last_used_at
            .is_none_or(|last| (at - last).num_seconds() >= USE_SECONDS)
    }
}

fn beginning(id: ApiKeyId) -> String {
    format!("{PREFIX}{}", id.uuid().simple())
}

/// A key as it is shown, once: `fck_`, its id without dashes, `_`, and 256 random bits in hexadecimal digits.
pub fn written(id: ApiKeyId, random: &Secret) -> Secret {
    Secret::new(format!("{}_{}", beginning(id), random.expose()))
}

/// The id that a text names, where it is written as a key is.
pub fn named_by(text: &str) -> Option<ApiKeyId> {
    let (id, random) = text.strip_prefix(PREFIX)?.split_once('_')?;
    if id.len() != 32 || random.len() != 64 {
        return None;
    }
    Uuid::try_parse(id).ok().map(ApiKeyId::from_uuid)
}

/// A key with the hash that what proves it is kept by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptKey {
    /// The key.
    pub key: ApiKey,
    /// The hash of its text.
    pub hash: TokenHash,
}

impl KeptKey {
    /// Is it the key whose text has this hash, and does it count? Comparing takes the same time wherever hashes differ.
    pub fn opens(&self, hash: &TokenHash, at: Instant) -> bool {
        Secret::new(self.hash.as_str()).is(hash.as_str()) && self.key.is_live(at)
    }
}

/// A key to make, as it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewApiKey {
    /// What its people call it.
    pub name: String,
    /// Words of rights.
    pub rights: Vec<String>,
    /// Not good from then on.
    pub expires_at: Option<Instant>,
}

/// A key to make, as it may be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedKey {
    /// What its people call it.
    pub name: String,
    /// What it gives, in order, each once.
    pub rights: Vec<KeyRight>,
    /// Not good from then on.
    pub expires_at: Option<Instant>,
}

impl NewApiKey {
    /// Everything that is wrong with it at once.
    pub fn checked(&self, now: Instant) -> Result<CheckedKey, kernel::error::Common> {
        let mut wrong = Violations::new();
        let name = wrong.take("/name", text::line(&self.name, LONGEST_NAME));
        let mut rights = Vec::new();
        for (n, word) in self.rights.iter().enumerate() {
            rights.extend(wrong.take(&format!("/rights/{n}"), word.parse::<KeyRight>()));
        }
        rights.sort_unstable();
        rights.dedup();
        wrong.check(!self.rights.is_empty(), "/rights", "too_short", || {
            "a key without any right opens nothing: give at least one".to_owned()
        });
        let later = self.expires_at.is_none_or(|end| end > now);
        wrong.check(later, "/expires_at", "in_the_past", || {
            "must lie in the future, or be left out".to_owned()
        });
        wrong.into_result()?;
        Ok(CheckedKey {
            name: name.unwrap_or_default(),
            rights,
            expires_at: self.expires_at,
        })
    }
}

#[cfg(test)]
#[path = "api_key_tests.rs"]
mod tests;
