//! Negotiations: offers and counter-offers about one listing.

mod dto;
mod look;
mod moves;
mod savers_dto;

use ::negotiation::use_cases::LookAtNegotiations;
use application::negotiate::Negotiate;
use utoipa_actix_web::service_config::ServiceConfig;

/// What these endpoints are built on.
#[derive(Clone)]
pub struct NegotiationServices {
    /// The moves.
    pub moves: Negotiate,
    /// Looking.
    pub look: LookAtNegotiations,
}

/// Endpoints under `/api/v1`. Fixed paths come before those with an id in their place.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(moves::open_negotiation)
        .service(look::list_negotiations)
        .service(look::list_active_negotiations)
        .service(look::negotiation_stats)
        .service(look::list_pending_offers)
        .service(look::show_negotiation)
        .service(moves::offer_to_savers)
        .service(moves::counter_offer)
        .service(moves::accept_offer)
        .service(moves::reject_negotiation)
        .service(moves::cancel_negotiation);
}
