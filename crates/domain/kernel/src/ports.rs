//! Time and chance come from outside.

use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use crate::Instant;
use crate::id::Id;

/// Tells the time, to the microsecond. The only source of "now" in the product.
pub trait Clock: Send + Sync {
    /// The present instant, with nothing below the microsecond.
    fn now(&self) -> Instant;
}

/// Gives unguessable bytes.
pub trait Random: Send + Sync {
    /// Fills the buffer. Implementations must be fit for secrets, but for those made for tests.
    fn fill(&self, buffer: &mut [u8]);
}

/// Makes UUID v7 ids (RFC 9562, 5.7) from a [`Clock`] and a [`Random`]: 48 bits of milliseconds, then a 12-bit counter
/// within the millisecond, then 62 random bits. Ids of one generator rise strictly, also while time stands still.
#[derive(Clone)]
pub struct Ids {
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    last: Arc<Mutex<(u64, u16)>>,
}

impl Ids {
    /// A generator on the given clock and randomness.
    pub fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        Self {
            clock,
            random,
            last: Arc::default(),
        }
    }

    /// The next id.
    pub fn next<K>(&self) -> Id<K> {
        Id::from_uuid(self.uuid())
    }

    /// The next id as a plain UUID.
    pub fn uuid(&self) -> Uuid {
        let now = u64::try_from(self.clock.now().timestamp_millis()).unwrap_or(0);
        let (millis, counter) = {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            // A full counter borrows from the next millisecond, as RFC 9562, 6.2 allows.
            *last = match *last {
                (ms, _) if now > ms => (now, 0),
                (ms, n) if n < 0x0fff => (ms, n + 1),
                (ms, _) => (ms + 1, 0),
            };
            *last
        };
        let mut tail = [0u8; 8];
        self.random.fill(&mut tail);
        let high = (millis << 16) | 0x7000 | u64::from(counter);
        let low = (u64::from_be_bytes(tail) & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000;
        Uuid::from_u64_pair(high, low)
    }
}
