//! Reading and changing staff.

use std::sync::Arc;

use kernel::act::{Act, Done};
use kernel::actor::{Actor, Scope};
use kernel::error::Common;
use kernel::id::{DealerId, StaffId};
use kernel::paging::{Page, PageRequest};
use kernel::rights::{Right, Role};

use crate::Error;
use crate::ports::{Staff, StaffFilter, StaffQueries};
use crate::rules::staff::{self as rules, StaffPatch};
use crate::staff::StaffProfile;

/// Acts on staff.
#[derive(Clone)]
pub struct StaffActs {
    /// Staff, under lock.
    pub staff: Arc<dyn Staff>,
    /// Staff, to read.
    pub queries: Arc<dyn StaffQueries>,
}

impl StaffActs {
    /// The staff of one's own dealer, or of the one that an admin names.
    pub async fn list(
        &self,
        act: &Act,
        named: Option<DealerId>,
        role: Vec<Role>,
        active: Option<bool>,
        page: &PageRequest,
    ) -> Result<Page<StaffProfile>, Error> {
        let stranger = Common::Forbidden {
            right: Right::ManageStaff.as_str(),
        };
        let dealer = act.actor.acting_dealer(Right::ManageStaff, named, stranger)?;
        let filter = StaffFilter { dealer, role, active };
        self.queries.list(&filter, act.at.date_naive(), page).await
    }

    /// One member: of one's own dealer, for its managers; oneself.
    pub async fn find(&self, act: &Act, member: StaffId) -> Result<StaffProfile, Error> {
        let actor = &act.actor;
        if *actor == Actor::Anonymous {
            return Err(Common::Unauthenticated.into());
        }
        let found = self
            .queries
            .find(member, act.at.date_naive())
            .await?
            .ok_or_else(|| Error::from(Common::absent("staff member")))?;
        let dealer = found.member.dealer;
        if actor.member_of(dealer).is_some_and(|own| own.staff == member) {
            return Ok(found);
        }
        actor
            .may(Right::ManageStaff, Scope::Dealer(dealer))
            .map_err(|refusal| Error::refused(refusal, "staff member"))?;
        Ok(found)
    }

    /// Changes role, sites or activity of a member.
    pub async fn change(
        &self,
        act: &Act,
        member: StaffId,
        patch: &StaffPatch,
    ) -> Result<Done<StaffProfile>, Error> {
        self.staff
            .change(act, member, &|facts| rules::change(act, patch.clone(), facts))
            .await
    }
}
