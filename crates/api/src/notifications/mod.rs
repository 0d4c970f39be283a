//! What people are told, and what they want to be told.

mod notices;
mod preferences;
mod unsubscribe;

use std::sync::Arc;

use ::notifications::use_cases::Notifications;
use application::letters::UnsubscribeLinks;
use utoipa_actix_web::service_config::ServiceConfig;

/// What these endpoints are built on.
#[derive(Clone)]
pub struct NotificationServices {
    /// Everything that people do with what they are told.
    pub notifications: Notifications,
    /// Reads the links in letters.
    pub links: Arc<dyn UnsubscribeLinks>,
}

/// Endpoints under `/api/v1`. Fixed paths come before those with an id in their place.
pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(notices::list_notifications)
        .service(notices::count_unread_notifications)
        .service(notices::read_all_notifications)
        .service(notices::read_notification)
        .service(preferences::show_notification_preferences)
        .service(preferences::change_notification_preferences)
        .service(unsubscribe::show_unsubscribe)
        .service(unsubscribe::unsubscribe);
}
