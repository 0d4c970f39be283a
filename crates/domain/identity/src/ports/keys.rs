//! What keys of programs need from the outside.

use async_trait::async_trait;
use kernel::Instant;
use kernel::act::{Act, Decide, Done};
use kernel::error::Common;
use kernel::id::{ApiKeyId, DealerId};
use kernel::paging::{Page, PageRequest};

use crate::api_key::{ApiKey, KeptKey};
use crate::error::Error;

/// Who asks for a key to be made, as the dealer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyFacts {
    /// Is there such a dealer?
    pub dealer_known: bool,
    /// Its keys that count now.
    pub live: usize,
}

/// Keys of dealers' programs. Revoked ones stay as rows, for the audit log's sake, but are not there for whoever asks.
#[async_trait]
pub trait ApiKeys: Send + Sync {
    /// Locks the dealer: of keys that are made at once each is counted before the next is judged.
    async fn make(
        &self,
        act: &Act,
        dealer: DealerId,
        decide: Decide<'_, KeyFacts, KeptKey, ApiKey, Error>,
    ) -> Result<Done<ApiKey>, Error>;

    /// Locks the key. Absent when it was revoked before.
    async fn revoke(
        &self,
        act: &Act,
        key: ApiKeyId,
        decide: Decide<'_, ApiKey, ApiKey, (), Error>,
    ) -> Result<Done<()>, Error>;

    /// One that was not revoked.
    async fn find(&self, key: ApiKeyId) -> Result<Option<ApiKey>, Error>;

    /// A dealer's, without those that were revoked; the newest first.
    async fn list(&self, dealer: DealerId, page: &PageRequest) -> Result<Page<ApiKey>, Error>;

    /// A key with its hash, whatever its state, as it is now. Asked at each call of the API by key, so one query.
    async fn kept(&self, key: ApiKeyId) -> Result<Option<KeptKey>, Common>;

    /// Notes that a key is used, unless a use within the last minute is noted. Of many at once one writes.
    async fn note_use(&self, key: ApiKeyId, at: Instant) -> Result<(), Common>;
}
