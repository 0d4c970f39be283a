//! Registering, reading, changing and judging dealers.

use std::sync::Arc;

use kernel::act::{Act, Done};
use kernel::actor::{Actor, Scope};
use kernel::error::Common;
use kernel::id::DealerId;
use kernel::paging::{Page, PageRequest};
use kernel::ports::Ids;
use kernel::rights::Right;

use crate::Error;
use crate::dealer::{Dealer, DealerDraft, DealerPatch, DealerStatus, Step};
use crate::ports::{DealerEntry, DealerFilter, DealerQueries, Dealers};
use crate::rules::dealers::{self as rules, RegistrationIds};

/// Acts on dealers.
#[derive(Clone)]
pub struct DealerActs {
    /// Dealers, under lock.
    pub dealers: Arc<dyn Dealers>,
    /// Dealers, to read.
    pub queries: Arc<dyn DealerQueries>,
    /// Makes ids.
    pub ids: Ids,
}

impl DealerActs {
    /// Registers a dealer; the caller becomes its owner, and it waits to be verified.
    pub async fn register(&self, act: &Act, draft: &DealerDraft) -> Result<Done<Dealer>, Error> {
        let founder = act.actor.person()?.user;
        let ids = RegistrationIds {
            dealer: self.ids.next(),
            owner: self.ids.next(),
        };
        self.dealers
            .register(act, founder, &|facts| {
                rules::register(act, ids, draft.clone(), facts)
            })
            .await
    }

    /// The directory: verified dealers; admins may ask for every status and see all when they ask for none.
    pub async fn list(
        &self,
        actor: &Actor,
        mut filter: DealerFilter,
        page: &PageRequest,
    ) -> Result<Page<DealerEntry>, Error> {
        if !actor.sees_all() {
            if filter.status.iter().any(|s| *s != DealerStatus::Verified) {
                return Err(match actor {
                    Actor::Anonymous | Actor::Link(_) => Common::Unauthenticated,
                    Actor::User(_) | Actor::Key(_) | Actor::System => Common::Forbidden {
                        right: Right::VerifyDealers.as_str(),
                    },
                }
                .into());
            }
            filter.status = vec![DealerStatus::Verified];
        }
        self.queries.list(&filter, page).await
    }

    /// One dealer: verified, or one's own, or anyone's for an admin.
    pub async fn find(&self, actor: &Actor, dealer: DealerId) -> Result<DealerEntry, Error> {
        self.queries
            .find(dealer)
            .await?
            .filter(|entry| {
                entry.dealer.status == DealerStatus::Verified
                    || actor.may(Right::SeeOwnDealer, Scope::Dealer(dealer)).is_ok()
            })
            .ok_or_else(|| Common::absent("dealer").into())
    }

    /// The dealer that the actor works for, or the one that an admin names.
    pub async fn mine(&self, actor: &Actor, named: Option<DealerId>) -> Result<DealerEntry, Error> {
        let dealer = actor.acting_dealer(Right::SeeOwnDealer, named, Common::absent("dealer"))?;
        self.queries
            .find(dealer)
            .await?
            .ok_or_else(|| Common::absent("dealer").into())
    }

    /// Changes the record of one's own dealer.
    pub async fn change(
        &self,
        act: &Act,
        named: Option<DealerId>,
        patch: &DealerPatch,
    ) -> Result<Done<Dealer>, Error> {
        let dealer = act
            .actor
            .acting_dealer(Right::EditDealer, named, Common::absent("dealer"))?;
        self.dealers
            .change(act, dealer, &|facts| rules::change(act, patch.clone(), facts))
            .await
    }

    /// The owner asks again, after a rejection.
    pub async fn resubmit(&self, act: &Act, named: Option<DealerId>) -> Result<Done<Dealer>, Error> {
        let dealer = act
            .actor
            .acting_dealer(Right::EditDealer, named, Common::absent("dealer"))?;
        self.dealers
            .change(act, dealer, &|facts| {
                rules::step(act, Step::Resubmit, None, facts)
            })
            .await
    }

    /// An admin takes a dealer into the directory.
    pub async fn verify(
        &self,
        act: &Act,
        dealer: DealerId,
        reason: Option<&str>,
    ) -> Result<Done<Dealer>, Error> {
        self.judge(act, dealer, Step::Verify, reason).await
    }

    /// An admin refuses a dealer and says why.
    pub async fn reject(
        &self,
        act: &Act,
        dealer: DealerId,
        reason: Option<&str>,
    ) -> Result<Done<Dealer>, Error> {
        self.judge(act, dealer, Step::Reject, reason).await
    }

    /// An admin ends a suspension.
    pub async fn reinstate(
        &self,
        act: &Act,
        dealer: DealerId,
        reason: Option<&str>,
    ) -> Result<Done<Dealer>, Error> {
        self.judge(act, dealer, Step::Reinstate, reason).await
    }

    async fn judge(
        &self,
        act: &Act,
        dealer: DealerId,
        step: Step,
        reason: Option<&str>,
    ) -> Result<Done<Dealer>, Error> {
        // Asked before the dealer is looked for: whoever may not judge learns nothing of dealers that are not public.
        act.actor
            .may(Right::VerifyDealers, Scope::Platform)
            .map_err(|refusal| Error::refused(refusal, "dealer"))?;
        self.dealers
            .change(act, dealer, &|facts| rules::step(act, step, reason, facts))
            .await
    }
}
