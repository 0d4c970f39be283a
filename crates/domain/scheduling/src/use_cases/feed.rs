//! A site's calendar, for people and for the calendar programs that they subscribe with.

use chrono::TimeDelta;
use kernel::Instant;
use kernel::actor::{Actor, Scope};
use kernel::error::Common;
use kernel::id::SiteId;
use kernel::rights::Right;

use super::TestDrives;
use crate::error::Error;
use crate::ports::{Feed, SiteCalendar};

/// Days that a site's calendar looks back.
const CALENDAR_DAYS: i64 = 30;

impl TestDrives {
    /// A site's drives of the last 30 days and to come, for who may see its calendar.
    pub async fn calendar(&self, actor: &Actor, site: SiteId, now: Instant) -> Result<SiteCalendar, Error> {
        if *actor == Actor::Anonymous {
            return Err(Common::Unauthenticated.into());
        }
        let calendar = self.calendar_of(site, now).await?;
        actor
            .may(Right::SeeCalendar, Scope::Site(calendar.dealer, site))
            .map_err(|refusal| refusal.of("site"))?;
        Ok(calendar)
    }

    /// The token with which a member's calendar program fetches a site's calendar.
    pub async fn feed_token(&self, actor: &Actor, site: SiteId) -> Result<String, Error> {
        let dealer = self
            .queries
            .dealer_of(site)
            .await?
            .ok_or(Common::absent("site"))?;
        actor
            .may(Right::SeeCalendar, Scope::Site(dealer, site))
            .map_err(|refusal| refusal.of("site"))?;
        // A feed is a member's own; who sees every site works for none.
        let member = actor.member_of(dealer).ok_or(Common::Forbidden {
            right: Right::SeeCalendar.as_str(),
        })?;
        Ok(self.feeds.issue(Feed {
            site,
            staff: member.staff,
        }))
    }

    /// The calendar of a feed's token, while the member still works there and still sees the site.
    pub async fn calendar_by_token(
        &self,
        site: SiteId,
        token: &str,
        now: Instant,
    ) -> Result<SiteCalendar, Error> {
        let feed = self
            .feeds
            .read(token)
            .filter(|feed| feed.site == site)
            .ok_or(Common::Unauthenticated)?;
        let member = self
            .queries
            .member(feed.staff)
            .await?
            .ok_or(Common::Unauthenticated)?;
        let calendar = self.calendar_of(site, now).await?;
        let sees = member.dealer == calendar.dealer
            && member.sees_site(site)
            && Right::SeeCalendar.held_by(member.role);
        if sees {
            Ok(calendar)
        } else {
            Err(Common::Unauthenticated.into())
        }
    }

    async fn calendar_of(&self, site: SiteId, now: Instant) -> Result<SiteCalendar, Error> {
        let since = now - TimeDelta::days(CALENDAR_DAYS);
        let calendar = self.queries.calendar(site, since).await?;
        Ok(calendar.ok_or(Common::absent("site"))?)
    }
}
