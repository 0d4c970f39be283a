//! What people do with what they are told: look, read, choose, register a device, say STOP. And what is sent to them.

mod devices;
mod send;

pub use devices::KeepDevices;
pub use send::{HearReply, SendMessages, SendPushes, Sent};

use std::sync::Arc;

use kernel::act::{Act, Audit, Decision, Done};
use kernel::actor::Actor;
use kernel::error::Common;
use kernel::id::{NotificationId, UserId};
use kernel::paging::{Page, PageRequest};
use serde_json::json;

use crate::channel::Channel;
use crate::contact::{Contact, Ways};
use crate::kind::Kind;
use crate::notice::Notice;
use crate::ports::{Contacts, NoticeQueries, Notices, PreferenceStore};
use crate::preferences::{Change, Preferences};

/// The use cases.
#[derive(Clone)]
pub struct Notifications {
    /// What they were told.
    pub notices: Arc<dyn Notices>,
    /// The same, to look at.
    pub queries: Arc<dyn NoticeQueries>,
    /// What they chose.
    pub preferences: Arc<dyn PreferenceStore>,
    /// How they are reached.
    pub contacts: Arc<dyn Contacts>,
    /// The ways to telephones that there are.
    pub ways: Ways,
}

impl Notifications {
    /// The caller's notices.
    pub async fn list(
        &self,
        actor: &Actor,
        unread: Option<bool>,
        page: &PageRequest,
    ) -> Result<Page<Notice>, Common> {
        self.queries.list(actor.person()?.user, unread, page).await
    }

    /// How many of them were not read.
    pub async fn unread(&self, actor: &Actor) -> Result<u64, Common> {
        self.queries.unread(actor.person()?.user).await
    }

    /// The caller read one.
    pub async fn read(&self, act: &Act, notice: NotificationId) -> Result<Done<Notice>, Common> {
        self.notices.read(act, act.actor.person()?.user, notice).await
    }

    /// The caller read all.
    pub async fn read_all(&self, act: &Act) -> Result<Done<u64>, Common> {
        self.notices.read_all(act, act.actor.person()?.user).await
    }

    /// What the caller chose.
    pub async fn chosen(&self, actor: &Actor) -> Result<Preferences, Common> {
        self.preferences.preferences(actor.person()?.user).await
    }

    /// How the caller can be reached.
    pub async fn contact(&self, actor: &Actor) -> Result<Contact, Common> {
        self.contacts.contact(actor.person()?.user).await
    }

    /// The caller chooses otherwise. A channel that the installation has not can't be turned on.
    pub async fn choose(&self, act: &Act, change: Change) -> Result<Done<Preferences>, Common> {
        let user = act.actor.person()?.user;
        self.preferences
            .change(act, user, &|before| {
                act.expect_version(before.version)?;
                decided(user, before, change.clone(), self.ways)
            })
            .await
    }

    /// Turns the letters of a kind off, for whoever followed the link in one of them: the signature of the link, which was checked
    /// before, is what allows it. Turning them off twice is no error.
    pub async fn unsubscribe(&self, act: &Act, user: UserId, kind: &Kind) -> Result<(), Common> {
        let off = Change {
            choices: [(kind.name.to_owned(), [(Channel::Email, false)].into())].into(),
            ..Change::default()
        };
        self.preferences
            .change(act, user, &|before| {
                if before.want(kind, Channel::Email) {
                    decided(user, before, off.clone(), self.ways)
                } else {
                    Ok(Decision::nothing(before.clone(), before.clone()))
                }
            })
            .await?;
        Ok(())
    }
}

fn decided(
    user: UserId,
    before: &Preferences,
    change: Change,
    ways: Ways,
) -> Result<Decision<Preferences, Preferences>, Common> {
    let after = before.clone().changed(change, ways)?;
    let audit = Audit::new("notification_preferences.changed", "user", user).between(
        &json!({ "choices": before.choices, "quiet_hours": before.quiet }),
        &json!({ "choices": after.choices, "quiet_hours": after.quiet }),
    );
    Ok(Decision::new(after.clone(), after, audit))
}
