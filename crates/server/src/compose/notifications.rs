//! What people are told.

use std::sync::Arc;

use ::notifications::use_cases::{KeepDevices, Notifications};
use api::notifications::NotificationServices;
use application::letters::{UnsubscribeLinks, Words};
use application::notify::Notifier;
use database::notifications::{SqlAudiences, SqlNotices, SqlOptOuts, SqlPreferences};

use super::{Ground, channels};

/// The use cases on the database.
pub(super) fn services(
    ground: &Ground,
    devices: KeepDevices,
    links: Arc<dyn UnsubscribeLinks>,
) -> NotificationServices {
    let notices = Arc::new(SqlNotices::new(ground.db.clone()));
    NotificationServices {
        notifications: Notifications {
            notices: notices.clone(),
            queries: notices,
            preferences: Arc::new(SqlPreferences::new(ground.db.clone())),
            contacts: Arc::new(SqlOptOuts::new(ground.db.clone())),
            ways: channels::ways(&ground.config),
        },
        devices,
        replies: channels::replies(ground),
        links,
    }
}

/// The reader that tells people.
pub(super) fn notifier(ground: &Ground, words: Arc<dyn Words>) -> Notifier {
    Notifier {
        audiences: Arc::new(SqlAudiences::new(ground.db.clone())),
        words,
        ids: ground.ids.clone(),
        ways: channels::ways(&ground.config),
    }
}
