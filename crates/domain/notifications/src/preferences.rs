//! What a person wants to be told, and how.

use std::collections::BTreeMap;

use kernel::Instant;
use kernel::error::{Common, Violations};
use kernel::patch::Patch;
use serde::{Deserialize, Serialize};

use crate::channel::Channel;
use crate::contact::Ways;
use crate::kind::{Class, Kind};
use crate::quiet::QuietHours;

/// One person's choices. What is not chosen is as the kind has it by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preferences {
    /// By name of the kind: the channels that were turned on or off.
    pub choices: BTreeMap<String, BTreeMap<Channel, bool>>,
    /// When nothing may ring.
    pub quiet: Option<QuietHours>,
    /// Rises with each change; 0 before the first.
    pub version: i64,
}

/// A change of preferences: what is absent stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// By name of the kind, as it was written.
    pub choices: BTreeMap<String, BTreeMap<Channel, bool>>,
    /// Other quiet hours, or none.
    pub quiet: Patch<QuietHours>,
}

impl Preferences {
    /// Does the person want this kind by this channel?
    pub fn want(&self, kind: &Kind, channel: Channel) -> bool {
        let own = kind.takes(channel);
        match kind.class {
            Class::Security if own => true,
            Class::Security | Class::Service => self
                .choices
                .get(kind.name)
                .and_then(|choices| choices.get(&channel))
                .copied()
                .unwrap_or(own),
        }
    }

    /// When something that is due `at` may come by this channel.
    pub fn due(&self, kind: &Kind, channel: Channel, at: Instant) -> Instant {
        let waits = channel.rings() && kind.class != Class::Security;
        self.quiet
            .filter(|_| waits)
            .and_then(|quiet| quiet.end_after(at))
            .unwrap_or(at)
    }

    /// The preferences after a change. Kinds that there are not, security notices turned off, and channels turned on that the
    /// installation has not, are refused, all at once.
    pub fn changed(mut self, change: Change, ways: Ways) -> Result<Self, Common> {
        let mut wrong = Violations::new();
        for (name, choices) in change.choices {
            let pointer = format!("/kinds/{name}");
            let Some(kind) = wrong.take(&pointer, Kind::parse(&name)) else {
                continue;
            };
            for (channel, on) in choices {
                let own = kind.takes(channel);
                if kind.class == Class::Security && own && !on {
                    wrong.add(
                        format!("{pointer}/{}", channel.as_str()),
                        "security_notice",
                        format!("“{name}” is a security notice: it can't be turned off"),
                    );
                }
                if on && !ways.has(channel) {
                    wrong.add(
                        format!("{pointer}/{}", channel.as_str()),
                        "channel_not_configured",
                        format!(
                            "nothing can be sent by “{}” here: it is not configured",
                            channel.as_str()
                        ),
                    );
                }
                self.choices.entry(name.clone()).or_default().insert(channel, on);
            }
        }
        wrong.into_result()?;
        match change.quiet {
            Patch::Absent => {}
            Patch::Null => self.quiet = None,
            Patch::Value(quiet) => self.quiet = Some(quiet),
        }
        self.version += 1;
        Ok(self)
    }
}
