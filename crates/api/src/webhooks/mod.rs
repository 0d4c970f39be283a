//! Webhooks: where events are told to other programs, and what was sent.

mod deliveries;
mod dto;
mod endpoints;

use ::webhooks::use_cases::KeepWebhooks;
use utoipa_actix_web::service_config::ServiceConfig;

/// What these endpoints are built on.
#[derive(Clone)]
pub struct WebhookServices {
    /// What owners do.
    pub keep: KeepWebhooks,
}

/// Endpoints under `/api/v1`.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(endpoints::list_webhooks)
        .service(endpoints::register_webhook)
        .service(endpoints::show_webhook)
        .service(endpoints::change_webhook)
        .service(endpoints::remove_webhook)
        .service(endpoints::rotate_webhook_secret)
        .service(deliveries::test_webhook)
        .service(deliveries::list_webhook_deliveries)
        .service(deliveries::show_webhook_delivery)
        .service(deliveries::redeliver_webhook);
}
