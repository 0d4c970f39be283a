//! Randomness of the operating system.

use kernel::ports::Random;

/// The operating system's randomness, fit for secrets.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsRandom;

impl Random for OsRandom {
    fn fill(&self, buffer: &mut [u8]) {
        // The systems we run on fail here only before their first entropy, when no program should go on.
        #[expect(clippy::disallowed_methods, reason = "the one place that asks for chance")]
        if let Err(error) = getrandom::fill(buffer) {
            tracing::error!(%error, "the operating system gives no randomness");
            std::process::abort();
        }
    }
}
