//! What happens to sites.

use kernel::act::{Act, Audit, Decision};
use kernel::actor::Scope;
use kernel::error::Common;
use kernel::event::Event;
use kernel::id::{DealerId, SiteId};
use kernel::rights::Right;
use serde_json::json;

use crate::Error;
use crate::site::{Site, SiteDraft, SitePatch};

/// A manager opens a site.
pub fn create(
    act: &Act,
    id: SiteId,
    dealer: DealerId,
    draft: SiteDraft,
) -> Result<Decision<Site, Site>, Error> {
    act.actor
        .may(Right::ManageSites, Scope::Dealer(dealer))
        .map_err(|refusal| Error::refused(refusal, "dealer"))?;
    let site = Site {
        id,
        dealer,
        details: draft.read().map_err(Common::Invalid)?,
        version: 1,
        created_at: act.at,
        updated_at: act.at,
    };
    let audit = Audit::new("site.created", "site", id)
        .for_dealer(dealer)
        .with(json!({"details": site.details}));
    let event = told("site.created", &site);
    Ok(Decision::new(site.clone(), site, audit).telling(event))
}

/// A manager changes a site.
pub fn change(act: &Act, patch: SitePatch, site: &Site) -> Result<Decision<Site, Site>, Error> {
    act.actor
        .may(Right::ManageSites, Scope::Dealer(site.dealer))
        .map_err(|refusal| Error::refused(refusal, "site"))?;
    act.expect_version(site.version)?;
    let after = Site {
        details: site.details.clone().patched(patch).map_err(Common::Invalid)?,
        version: site.version + 1,
        updated_at: act.at,
        ..site.clone()
    };
    let audit = Audit::new("site.changed", "site", site.id)
        .for_dealer(site.dealer)
        .between(&json!(site.details), &json!(after.details));
    let event = told("site.changed", &after);
    Ok(Decision::new(after.clone(), after, audit).telling(event))
}

fn told(name: &str, site: &Site) -> Event {
    Event::new(
        name,
        site.id,
        json!({
            "site_id": site.id,
            "dealer_id": site.dealer,
            "kind": site.details.kind,
            "timezone": site.details.timezone,
        }),
    )
    .for_dealer(site.dealer)
}
