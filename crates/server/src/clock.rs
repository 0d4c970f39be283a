//! The clocks: the system's, and one that stands still until it is moved.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::TimeDelta;
use kernel::Instant;
use kernel::ports::Clock;

/// The system's clock, to the microsecond.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        #[expect(
            clippy::disallowed_methods,
            reason = "the one place that reads the system's clock"
        )]
        let now = chrono::Utc::now();
        Instant::from_timestamp_micros(now.timestamp_micros()).unwrap_or(now)
    }
}

/// Time stands still until it is moved. For demos and tests, never for production. Clones share the time.
#[derive(Clone, Debug)]
pub struct ManualClock(Arc<AtomicI64>);

impl ManualClock {
    /// Stands at `start`.
    pub fn at(start: Instant) -> Self {
        Self(Arc::new(AtomicI64::new(start.timestamp_micros())))
    }

    /// Moves time forward; says what it is then.
    pub fn advance(&self, by: TimeDelta) -> Instant {
        let micros = by.num_microseconds().unwrap_or(0).max(0);
        self.0.fetch_add(micros, Ordering::SeqCst);
        self.now()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        Instant::from_timestamp_micros(self.0.load(Ordering::SeqCst)).unwrap_or(Instant::UNIX_EPOCH)
    }
}
