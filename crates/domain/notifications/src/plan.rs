//! What is sent to one person: by which channels, and when.

use kernel::Instant;
use kernel::email::Email;
use kernel::id::{DeviceId, UserId};
use kernel::phone::Phone;

use crate::channel::Channel;
use crate::contact::Ways;
use crate::kind::Kind;
use crate::preferences::Preferences;

/// Somebody whom an event concerns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient {
    /// The account. None for a caller without one, and for the mailbox of a dealer: they get letters alone, and chose nothing.
    pub user: Option<UserId>,
    /// Where letters reach them.
    pub email: Option<Email>,
    /// Where messages reach them.
    pub phone: Option<Phone>,
    /// Devices that ring.
    pub devices: Vec<DeviceId>,
    /// What they chose.
    pub preferences: Preferences,
}

/// One thing to send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// By which way.
    pub channel: Channel,
    /// When.
    pub due: Instant,
}

/// What a recipient gets of a kind, for something that happened by `now`: each channel once at most, and none that the installation
/// has not. What is of use `until` an instant waits for the end of quiet hours only while at least half of its time is left then: late,
/// it would be worth nothing.
pub fn plan(kind: &Kind, to: &Recipient, ways: Ways, now: Instant, until: Option<Instant>) -> Vec<Delivery> {
    let wanted = |channel: Channel| match (to.user, channel) {
        (None, Channel::Email) => to.email.is_some(),
        (None, Channel::InApp | Channel::Sms | Channel::Whatsapp | Channel::Push) => false,
        (Some(_), Channel::InApp) => to.preferences.want(kind, channel),
        (Some(_), Channel::Email) => to.email.is_some() && to.preferences.want(kind, channel),
        (Some(_), Channel::Sms | Channel::Whatsapp) => {
            to.phone.as_ref().is_some_and(Phone::is_international) && to.preferences.want(kind, channel)
        }
        (Some(_), Channel::Push) => !to.devices.is_empty() && to.preferences.want(kind, channel),
    };
    Channel::ALL
        .iter()
        .copied()
        .filter(|channel| ways.has(*channel) && wanted(*channel))
        .map(|channel| {
            let due = to.preferences.due(kind, channel, now);
            let late = until.is_some_and(|until| due - now > until - due);
            Delivery {
                channel,
                due: if late { now } else { due },
            }
        })
        .collect()
}
