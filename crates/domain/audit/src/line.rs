//! What the log keeps of an act.

use kernel::Instant;
use kernel::act::Origin;
use kernel::id::{ApiKeyId, DealerId, UserId};
use serde_json::Value;
use uuid::Uuid;

/// The actor of a line that somebody left who was not signed in.
pub const ANONYMOUS: &str = "anonymous";
/// The actor of a line that a user left.
pub const USER: &str = "user";
/// The actor of a line that somebody left who followed the signed link of a letter; the user is whose link it is, if they have an account.
pub const LINK: &str = "link";
/// The actor of a line that the product itself left.
pub const SYSTEM: &str = "system";
/// What the actor of a line begins with that a program left, before the id of its key.
pub const KEY: &str = "api_key:";

/// The actor of a line that a program with this key left. The id stands in the very text that is sealed.
pub fn by_key(key: ApiKeyId) -> String {
    format!("{KEY}{key}")
}

/// A line of the log, as it was written with its act.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Its id; it begins with the millisecond in which it was made (RFC 9562, version 7).
    pub id: Uuid,
    /// When the act was done, by the product's clock.
    pub at: Instant,
    /// What kind of actor did it: [`ANONYMOUS`], [`USER`], [`LINK`], [`SYSTEM`], or [`by_key`].
    pub actor: String,
    /// Who, where it was a user, or a user's link.
    pub user: Option<UserId>,
    /// The request that it was part of.
    pub request: String,
    /// Where the call came from. Empty once the person's data were erased.
    pub origin: Origin,
    /// What was done: `resource.verb`.
    pub action: String,
    /// The kind of thing it was done to.
    pub subject_kind: String,
    /// Its id.
    pub subject: Uuid,
    /// The dealer whose log shows it.
    pub dealer: Option<DealerId>,
    /// What changed: old and new values by field, as far as they are no person's data.
    pub detail: Value,
    /// Why, in the words of whoever did it.
    pub reason: Option<String>,
}

impl Line {
    /// The key, where a program did it.
    pub fn key(&self) -> Option<ApiKeyId> {
        self.actor.strip_prefix(KEY)?.parse().ok()
    }
}

/// A line as the log shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Logged {
    /// The line.
    pub line: Line,
    /// Its number in the chain, once it is sealed.
    pub seq: Option<u64>,
}

/// Narrows the log. What is not given narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineFilter {
    /// Shown in this dealer's log.
    pub dealer: Option<DealerId>,
    /// Done by this user.
    pub user: Option<UserId>,
    /// Done by a program with this key.
    pub key: Option<ApiKeyId>,
    /// Done to this thing.
    pub subject: Option<Uuid>,
    /// This action.
    pub action: Option<String>,
    /// Written at or after this instant.
    pub since: Option<Instant>,
    /// Written before this instant.
    pub until: Option<Instant>,
    /// Only what members of this dealer's staff, and its programs, did shows where it came from: a customer's address is no business of a dealer.
    pub origins_of: Option<DealerId>,
}
