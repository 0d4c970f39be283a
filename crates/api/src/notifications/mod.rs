//! What people are told, what they want to be told, and on which devices.

mod devices;
mod notices;
mod preferences;
mod replies;
mod unsubscribe;

use std::sync::Arc;

use ::notifications::use_cases::{KeepDevices, Notifications};
use application::letters::UnsubscribeLinks;
use utoipa_actix_web::service_config::ServiceConfig;

pub use replies::Replies;

/// What these endpoints are built on.
#[derive(Clone)]
pub struct NotificationServices {
    /// Everything that people do with what they are told.
    pub notifications: Notifications,
    /// What they do with their devices.
    pub devices: KeepDevices,
    /// What they reply, where messages leave by Twilio.
    pub replies: Option<Replies>,
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
        .service(devices::list_devices)
        .service(devices::register_device)
        .service(devices::show_device)
        .service(devices::forget_device)
        .service(devices::show_push_key)
        .service(replies::take_reply)
        .service(preferences::show_notification_preferences)
        .service(preferences::change_notification_preferences)
        .service(unsubscribe::show_unsubscribe)
        .service(unsubscribe::unsubscribe);
}
