//! Opening, reading and changing sites.

use std::sync::Arc;

use kernel::act::{Act, Done};
use kernel::actor::{Actor, Scope};
use kernel::error::Common;
use kernel::id::{DealerId, SiteId};
use kernel::paging::{Page, PageRequest};
use kernel::ports::Ids;
use kernel::rights::Right;

use super::acting_in_body;
use crate::Error;
use crate::ports::{SeenSites, SiteFilter, SiteQueries, Sites};
use crate::rules::sites as rules;
use crate::site::{Site, SiteDraft, SitePatch};

/// Acts on sites.
#[derive(Clone)]
pub struct SiteActs {
    /// Sites, under lock.
    pub sites: Arc<dyn Sites>,
    /// Sites, to read.
    pub queries: Arc<dyn SiteQueries>,
    /// Makes ids.
    pub ids: Ids,
}

/// Which sites the actor may see.
fn seen_by(actor: &Actor) -> SeenSites {
    match actor {
        Actor::System => SeenSites::All,
        Actor::Anonymous | Actor::Link(_) => SeenSites::Public,
        // Some keys open nothing of the dealer's own.
        Actor::Key(key) => {
            let own = actor.may(Right::SeeOwnDealer, Scope::Dealer(key.dealer)).is_ok();
            own.then_some(key.dealer)
                .map_or(SeenSites::Public, SeenSites::PublicAnd)
        }
        Actor::User(principal) => match &principal.staff {
            _ if principal.admin => SeenSites::All,
            Some(member) => SeenSites::PublicAnd(member.dealer),
            None => SeenSites::Public,
        },
    }
}

impl SiteActs {
    /// Opens a site of one's own dealer, or of the one that an admin names.
    pub async fn create(
        &self,
        act: &Act,
        named: Option<DealerId>,
        draft: &SiteDraft,
    ) -> Result<Done<Site>, Error> {
        let dealer = acting_in_body(act, Right::ManageSites, named)?;
        let id = self.ids.next();
        self.sites
            .create(act, dealer, &|_| rules::create(act, id, dealer, draft.clone()))
            .await
    }

    /// Changes a site.
    pub async fn change(&self, act: &Act, site: SiteId, patch: &SitePatch) -> Result<Done<Site>, Error> {
        self.sites
            .change(act, site, &|site| rules::change(act, patch.clone(), site))
            .await
    }

    /// The sites that the actor may see. What `filter.seen` says is replaced.
    pub async fn list(
        &self,
        actor: &Actor,
        mut filter: SiteFilter,
        page: &PageRequest,
    ) -> Result<Page<Site>, Error> {
        filter.seen = seen_by(actor);
        self.queries.list(&filter, page).await
    }

    /// One site that the actor may see.
    pub async fn find(&self, actor: &Actor, site: SiteId) -> Result<Site, Error> {
        self.queries
            .find(site, seen_by(actor))
            .await?
            .ok_or_else(|| Common::absent("site").into())
    }
}
