//! Tells people what is new about the cars they keep an eye on.

use std::sync::Arc;

use kernel::act::Act;

use crate::digest::compose;
use crate::error::Error;
use crate::ports::Digests;

/// People that are told in one transaction.
const CHUNK: u32 = 50;

/// The daily digests.
#[derive(Clone)]
pub struct TellWatchers {
    /// Whose turn it is.
    pub digests: Arc<dyn Digests>,
}

impl TellWatchers {
    /// Tells some of those whose turn has come at the act's instant; says how many, and none at the end. What one call told, no other
    /// tells again: several may run at once, and be run again.
    pub async fn turn(&self, act: &Act) -> Result<u64, Error> {
        self.digests
            .turn(act, CHUNK, &|watchers| Ok(compose(act.at, watchers)))
            .await
    }
}
