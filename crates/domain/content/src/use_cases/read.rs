//! What is in force.

use kernel::Instant;
use kernel::error::Common;

use super::{ReadPages, Shown};
use crate::error::Error;
use crate::page::Page;

impl ReadPages {
    /// What the page says now, or said at an instant of the past.
    ///
    /// # Errors
    /// 404 while nothing is in force; 400 for an instant that is to come: what is planned is not public.
    pub async fn in_force(&self, page: Page, now: Instant, at: Option<Instant>) -> Result<Shown, Error> {
        let at = at.unwrap_or(now);
        if at > now {
            let told = "lies ahead: what will be in force is not said before it is";
            return Err(Common::invalid("at", "instant_to_come", told).into());
        }
        let version = self.queries.in_force(page, at).await?;
        let version = version.ok_or(Common::absent("version in force"))?;
        Ok(Shown {
            html: self.renderer.html(&version.content),
            version,
        })
    }
}
