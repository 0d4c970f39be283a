//! Negotiations.

use std::sync::Arc;

use ::negotiation::use_cases::LookAtNegotiations;
use api::negotiation::NegotiationServices;
use application::negotiate::Negotiate;
use database::negotiation::{SqlDeals, SqlNegotiationQueries};
use worker::EndNegotiation;

use super::Ground;

/// The use cases on the database.
pub(super) fn negotiation(ground: &Ground) -> NegotiationServices {
    NegotiationServices {
        moves: Negotiate {
            deals: Arc::new(SqlDeals::new(ground.db.clone())),
            ids: ground.ids.clone(),
        },
        look: LookAtNegotiations {
            queries: Arc::new(SqlNegotiationQueries::new(ground.db.clone())),
        },
    }
}

/// What the worker does for them.
pub(super) fn due(ground: &Ground, services: &NegotiationServices) -> EndNegotiation {
    EndNegotiation {
        moves: services.moves.clone(),
        clock: Arc::clone(&ground.clock),
    }
}
