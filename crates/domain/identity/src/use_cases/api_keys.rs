//! Making, showing and revoking keys of programs, and telling who holds one.

use std::sync::Arc;

use kernel::Instant;
use kernel::act::{Act, Audit, Decision};
use kernel::actor::{Actor, KeyHolder, Scope};
use kernel::error::Common;
use kernel::event::Event;
use kernel::id::{ApiKeyId, DealerId};
use kernel::paging::{Page, PageRequest};
use kernel::ports::{Ids, Random};
use kernel::rights::Right;
use serde_json::json;

use crate::api_key::{ApiKey, Call, CheckedKey, KeptKey, MOST_KEYS, NewApiKey, named_by, written};
use crate::error::Error;
use crate::ports::{ApiKeys, Codes, KeyFacts};
use crate::secret::Secret;

/// Keeps the keys of dealers' programs.
#[derive(Clone)]
pub struct KeepApiKeys {
    /// Keys under lock.
    pub keys: Arc<dyn ApiKeys>,
    /// Hashes what proves a key.
    pub codes: Arc<dyn Codes>,
    /// Makes ids.
    pub ids: Ids,
    /// Makes what proves a key.
    pub random: Arc<dyn Random>,
}

/// A key that was just made, with the text that proves it. Nobody is shown it a second time.
#[derive(Clone, Debug)]
pub struct WithToken {
    /// The key.
    pub key: ApiKey,
    /// Its text.
    pub token: Secret,
}

/// Who calls by a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The key and what it gives to this call.
    pub holder: KeyHolder,
    /// Whether it is time to note that it is used, by [`KeepApiKeys::note_use`]: the call need not wait for that.
    pub use_is_news: bool,
}

impl KeepApiKeys {
    /// Makes a key for one's own dealer, or for the one that an admin names.
    pub async fn make(
        &self,
        act: &Act,
        named: Option<DealerId>,
        new: &NewApiKey,
    ) -> Result<WithToken, Error> {
        let dealer = acting(&act.actor, named).map_err(in_body)?;
        let checked = new.checked(act.at)?;
        let id: ApiKeyId = self.ids.next();
        let token = written(id, &Secret::token(self.random.as_ref()));
        let hash = self.codes.token_hash(&token);
        let decide = |facts: &KeyFacts| {
            let plan = KeptKey {
                key: made(act, id, dealer, &checked, *facts)?,
                hash: hash.clone(),
            };
            let key = plan.key.clone();
            Ok(Decision::new(plan, key.clone(), audit("api_key.create", &key))
                .telling(told("api_key.created", &key)))
        };
        let done = self.keys.make(act, dealer, &decide).await?;
        Ok(WithToken {
            key: done.value,
            token,
        })
    }

    /// Revokes a key: from now on it opens nothing.
    pub async fn revoke(&self, act: &Act, id: ApiKeyId) -> Result<(), Error> {
        if act.actor == Actor::Anonymous {
            return Err(Common::Unauthenticated.into());
        }
        let decide = |key: &ApiKey| {
            may(&act.actor, key)?;
            act.expect_version(key.version)?;
            let revoked = key.clone().revoked(act.at);
            let audit = audit("api_key.revoke", &revoked);
            let event = told("api_key.revoked", &revoked);
            Ok(Decision::new(revoked, (), audit).telling(event))
        };
        self.keys.revoke(act, id, &decide).await.map(|done| done.value)
    }

    /// One key.
    pub async fn find(&self, actor: &Actor, id: ApiKeyId) -> Result<ApiKey, Error> {
        if *actor == Actor::Anonymous {
            return Err(Common::Unauthenticated.into());
        }
        let key = self.keys.find(id).await?.ok_or(Common::absent("API key"))?;
        may(actor, &key)?;
        Ok(key)
    }

    /// A dealer's keys.
    pub async fn list(
        &self,
        actor: &Actor,
        named: Option<DealerId>,
        page: &PageRequest,
    ) -> Result<Page<ApiKey>, Error> {
        let dealer = acting(actor, named)?;
        self.keys.list(dealer, page).await
    }

    /// Who calls by this text; none where it proves no key, or one that counts no more.
    pub async fn authenticate(&self, text: &str, call: Call, at: Instant) -> Result<Option<Held>, Common> {
        let Some(id) = named_by(text) else {
            return Ok(None);
        };
        let hash = self.codes.token_hash(&Secret::new(text));
        let kept = self.keys.kept(id).await?;
        let kept = kept.filter(|kept| kept.opens(&hash, at));
        Ok(kept.map(|kept| Held {
            holder: kept.key.holder(call),
            use_is_news: kept.key.use_is_news(at),
        }))
    }

    /// Notes that a key is used.
    pub async fn note_use(&self, id: ApiKeyId, at: Instant) -> Result<(), Common> {
        self.keys.note_use(id, at).await
    }
}

fn acting(actor: &Actor, named: Option<DealerId>) -> Result<DealerId, Common> {
    let stranger = Common::Forbidden {
        right: Right::ManageApiKeys.as_str(),
    };
    actor.acting_dealer(Right::ManageApiKeys, named, stranger)
}

/// In a body the field has another name than in a query.
fn in_body(error: Common) -> Common {
    match error {
        Common::Invalid(_) => Common::invalid(
            "/dealer_id",
            "dealer_required",
            "an admin says which dealer is meant: give its id",
        ),
        other => other,
    }
}

fn may(actor: &Actor, key: &ApiKey) -> Result<(), Common> {
    actor
        .may(Right::ManageApiKeys, Scope::Dealer(key.dealer))
        .map_err(|refusal| refusal.of("API key"))
}

fn made(
    act: &Act,
    id: ApiKeyId,
    dealer: DealerId,
    new: &CheckedKey,
    facts: KeyFacts,
) -> Result<ApiKey, Error> {
    if !facts.dealer_known {
        return Err(Common::absent("dealer").into());
    }
    if facts.live >= MOST_KEYS {
        return Err(Error::TooManyApiKeys { limit: MOST_KEYS });
    }
    Ok(ApiKey {
        id,
        dealer,
        name: new.name.clone(),
        rights: new.rights.clone(),
        created_by: act.actor.user(),
        created_at: act.at,
        expires_at: new.expires_at,
        last_used_at: None,
        revoked_at: None,
        version: 1,
    })
}

fn audit(action: &'static str, key: &ApiKey) -> Audit {
    Audit::new(action, "api_key", key.id)
        .for_dealer(key.dealer)
        .with(json!({ "name": key.name, "rights": key.rights, "expires_at": key.expires_at }))
}

fn told(name: &str, key: &ApiKey) -> Event {
    let facts = json!({
        "api_key_id": key.id,
        "dealer_id": key.dealer,
        "rights": key.rights,
        "expires_at": key.expires_at,
    });
    Event::new(name, key.id, facts).for_dealer(key.dealer)
}
