//! Looking. Moves cross into the listing and live in the application crate.

mod look;

use std::sync::Arc;

use crate::ports::NegotiationQueries;

/// Everything that can be seen of negotiations.
#[derive(Clone)]
pub struct LookAtNegotiations {
    /// For looking at them.
    pub queries: Arc<dyn NegotiationQueries>,
}
