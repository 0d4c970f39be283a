//! How long things are kept that nobody needs any more.

use async_trait::async_trait;
use chrono::TimeDelta;
use kernel::Instant;
use kernel::error::Common;

/// Days that answers are kept for repeats of their requests; one counts for 24 hours.
const ANSWERS_DAYS: i64 = 2;
/// Days that work is kept after its end, and codes, refresh tokens and invitations after they expired: long enough to be looked
/// into when somebody complains. Cron ticks must come more often than this, for they are jobs.
const ENDED_DAYS: i64 = 30;
/// Days that people can read what they were told.
const NOTICES_DAYS: i64 = 365;
/// Days that sessions are kept after they expired: who signed in from an address within them is no stranger there.
const SESSIONS_DAYS: i64 = 90;

/// The instants before which things are removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Before {
    /// Answers kept for repeats that were given before.
    pub answers: Instant,
    /// Jobs that ended before (dead letters stay), events that were delivered before, messages to webhooks that ended before, lines
    /// for slots that were over before; codes, refresh tokens and invitations that expired before.
    pub ended: Instant,
    /// Sessions that expired before. Those of people whose address was never confirmed stay: they show that the account is in use.
    pub sessions: Instant,
    /// Notices of what happened before.
    pub notices: Instant,
    /// Counts of failures that say nothing any more since before, holds of slots that were over before.
    pub forgotten: Instant,
}

impl Before {
    /// As they are at `now`.
    pub fn at(now: Instant) -> Self {
        Self {
            answers: now - TimeDelta::days(ANSWERS_DAYS),
            ended: now - TimeDelta::days(ENDED_DAYS),
            sessions: now - TimeDelta::days(SESSIONS_DAYS),
            notices: now - TimeDelta::days(NOTICES_DAYS),
            forgotten: now,
        }
    }
}

/// Removes what nobody will ask for again.
#[async_trait]
pub trait Upkeep: Send + Sync {
    /// Removes it, a part at a time, so that nobody waits long; says how many rows went.
    async fn prune(&self, before: &Before) -> Result<u64, Common>;
}
