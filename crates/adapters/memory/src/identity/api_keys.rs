//! Keys of dealers' programs.

use std::cmp::Reverse;

use async_trait::async_trait;
use identity::Error;
use identity::api_key::{ApiKey, KeptKey};
use identity::ports::{ApiKeys, KeyFacts};
use kernel::Instant;
use kernel::act::{Act, Decide, Done};
use kernel::error::Common;
use kernel::id::{ApiKeyId, DealerId};
use kernel::paging::{Page, PageRequest};

use crate::pages::page_of;
use crate::{Memory, State};

/// The key that was not revoked.
fn standing(state: &State, id: ApiKeyId) -> Option<&ApiKey> {
    let kept = state.identity.api_keys.get(&id);
    kept.map(|kept| &kept.key).filter(|key| key.revoked_at.is_none())
}

#[async_trait]
impl ApiKeys for Memory {
    async fn make(
        &self,
        act: &Act,
        dealer: DealerId,
        decide: Decide<'_, KeyFacts, KeptKey, ApiKey, Error>,
    ) -> Result<Done<ApiKey>, Error> {
        self.act(
            act,
            |state| {
                let keys = state.identity.api_keys.values().map(|kept| &kept.key);
                let live = keys.filter(|key| key.dealer == dealer && key.is_live(act.at));
                decide(&KeyFacts {
                    dealer_known: state.dealers.dealers.contains_key(&dealer),
                    live: live.count(),
                })
            },
            |state, kept| {
                state.identity.api_keys.insert(kept.key.id, kept);
                Ok(())
            },
        )
    }

    async fn revoke(
        &self,
        act: &Act,
        key: ApiKeyId,
        decide: Decide<'_, ApiKey, ApiKey, (), Error>,
    ) -> Result<Done<()>, Error> {
        self.act(
            act,
            |state| decide(standing(state, key).ok_or(Common::absent("API key"))?),
            |state, revoked| {
                if let Some(kept) = state.identity.api_keys.get_mut(&key) {
                    kept.key = revoked;
                }
                Ok(())
            },
        )
    }

    async fn find(&self, key: ApiKeyId) -> Result<Option<ApiKey>, Error> {
        Ok(standing(&self.lock(), key).cloned())
    }

    async fn list(&self, dealer: DealerId, page: &PageRequest) -> Result<Page<ApiKey>, Error> {
        let mut found: Vec<ApiKey> = {
            let state = self.lock();
            let keys = state.identity.api_keys.values().map(|kept| &kept.key);
            keys.filter(|key| key.dealer == dealer && key.revoked_at.is_none())
                .cloned()
                .collect()
        };
        found.sort_by_key(|key| Reverse((key.created_at, key.id)));
        Ok(page_of(found, page)?)
    }

    async fn kept(&self, key: ApiKeyId) -> Result<Option<KeptKey>, Common> {
        Ok(self.lock().identity.api_keys.get(&key).cloned())
    }

    async fn note_use(&self, key: ApiKeyId, at: Instant) -> Result<(), Common> {
        let mut state = self.lock();
        let kept = state.identity.api_keys.get_mut(&key);
        if let Some(kept) = kept.filter(|kept| kept.key.use_is_news(at)) {
            kept.key.last_used_at = Some(at);
        }
        Ok(())
    }
}
