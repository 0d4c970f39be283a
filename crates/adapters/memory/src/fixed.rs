//! A clock that stands still until it is moved, and randomness that repeats.

use std::sync::{Arc, Mutex, PoisonError};

use kernel::Instant;
use kernel::ports::{Clock, Random};

/// A clock for tests. Clones share the time.
#[derive(Clone)]
pub struct FixedClock(Arc<Mutex<Instant>>);

impl FixedClock {
    /// Stands at `start`.
    pub fn at(start: Instant) -> Self {
        Self(Arc::new(Mutex::new(start)))
    }

    /// Moves it by so many seconds.
    pub fn advance(&self, seconds: i64) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now += chrono::TimeDelta::seconds(seconds);
    }

    /// Sets it.
    pub fn set(&self, instant: Instant) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = instant;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bytes that look random and are the same each time (SplitMix64). Never for secrets.
pub struct SeededRandom(Mutex<u64>);

impl SeededRandom {
    /// Starts from `seed`.
    pub const fn new(seed: u64) -> Self {
        Self(Mutex::new(seed))
    }
}

impl Random for SeededRandom {
    fn fill(&self, buffer: &mut [u8]) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for chunk in buffer.chunks_mut(8) {
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = *state;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            let bytes = (z ^ (z >> 31)).to_le_bytes();
            for (to, from) in chunk.iter_mut().zip(bytes) {
                *to = from;
            }
        }
    }
}
