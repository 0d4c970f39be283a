//! Dealers, sites and staff.

use std::sync::Arc;

use ::dealers::use_cases::{DealerActs, SiteActs, StaffActs};
use api::dealers::DealerServices;
use application::invite_staff::InviteStaff;
use application::suspend_dealer::SuspendDealer;
use database::dealers::{
    SqlDealerQueries, SqlDealers, SqlSites, SqlStaff, SqlStaffAdditions, SqlSuspensions,
};
use identity::policy::Policy;

use super::Ground;

/// The use cases on the database.
pub(super) fn services(ground: &Ground) -> DealerServices {
    let queries = Arc::new(SqlDealerQueries::new(ground.db.clone()));
    DealerServices {
        dealers: DealerActs {
            dealers: Arc::new(SqlDealers::new(ground.db.clone())),
            queries: queries.clone(),
            ids: ground.ids.clone(),
        },
        suspend: SuspendDealer {
            suspensions: Arc::new(SqlSuspensions::new(ground.db.clone())),
        },
        sites: SiteActs {
            sites: Arc::new(SqlSites::new(ground.db.clone())),
            queries,
            ids: ground.ids.clone(),
        },
        staff: staff(ground),
        invite: InviteStaff {
            additions: Arc::new(SqlStaffAdditions::new(ground.db.clone())),
            ids: ground.ids.clone(),
            // How long an invitation is good is no setting: the default holds.
            policy: Policy::default(),
        },
    }
}

/// Acts on staff: leaving is a part of closing an account, too.
pub(super) fn staff(ground: &Ground) -> StaffActs {
    StaffActs {
        staff: Arc::new(SqlStaff::new(ground.db.clone())),
        queries: Arc::new(SqlDealerQueries::new(ground.db.clone())),
    }
}
