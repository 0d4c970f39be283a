//! What a customer does by the link of a letter, without signing in.

use kernel::Instant;
use kernel::act::{Act, Done};
use kernel::actor::{Actor, LinkHolder};
use kernel::error::Common;

use super::TestDrives;
use crate::booking::TestDrive;
use crate::error::Error;
use crate::notice::Filed;
use crate::rules;

impl TestDrives {
    /// The drive that a link opens. A token that was not made here, and one whose time is over, open nothing.
    pub async fn find_by_link(&self, token: &str, now: Instant) -> Result<Filed, Error> {
        Ok(self.opened(token, now).await?.1)
    }

    /// As [`TestDrives::cancel`], by the link's holder as the customer.
    pub async fn cancel_by_link(
        &self,
        act: &Act,
        token: &str,
        reason: Option<&str>,
    ) -> Result<Done<TestDrive>, Error> {
        let (holder, _) = self.opened(token, act.at).await?;
        self.cancel(&by(holder, act), holder.booking, reason).await
    }

    /// As [`TestDrives::reschedule`], by the link's holder as the customer: the dealer is asked again.
    pub async fn reschedule_by_link(
        &self,
        act: &Act,
        token: &str,
        start_at: Instant,
    ) -> Result<Done<TestDrive>, Error> {
        let (holder, _) = self.opened(token, act.at).await?;
        self.reschedule(&by(holder, act), holder.booking, start_at).await
    }

    async fn opened(&self, token: &str, now: Instant) -> Result<(LinkHolder, Filed), Error> {
        let absent = || Common::absent("link");
        let holder = self.links.read_manage(token).ok_or_else(absent)?;
        let filed = self.queries.find(holder.booking).await?;
        let filed = filed.filter(|filed| rules::opens(holder, filed, now));
        Ok((holder, filed.ok_or_else(absent)?))
    }
}

/// The same act by the link's holder, whoever sent it: a link stands for its customer, and for nobody who is signed in.
fn by(holder: LinkHolder, act: &Act) -> Act {
    Act {
        actor: Actor::Link(holder),
        ..act.clone()
    }
}
