//! Webhooks.

mod deliveries;
mod endpoints;
mod rows;

pub use deliveries::SqlDeliveries;
pub use endpoints::SqlWebhooks;

use ::webhooks::Error;

use crate::fault::{Constrained, Constraint};

impl Constrained for Error {
    const CONSTRAINTS: &'static [Constraint<Self>] = &[Constraint {
        name: "webhook_deliveries_once",
        sqlite: "webhook_deliveries.webhook_id, webhook_deliveries.message_id",
        means: || Self::Known,
    }];
}
