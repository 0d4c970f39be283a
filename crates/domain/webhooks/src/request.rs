//! What callers ask for, as it was given.

use std::collections::BTreeSet;

use kernel::error::{Common, Violations};
use kernel::patch::Patch;
use kernel::text;

use crate::endpoint::MOST_PATTERNS;
use crate::pattern::{EventNames, Pattern};
use kernel::target::{Reach, Target};

/// Longest description, in characters.
pub const MOST_DESCRIPTION: usize = 200;

/// An endpoint to register.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewWebhook {
    /// Where to send.
    pub url: String,
    /// Which events.
    pub events: Vec<String>,
    /// What its owner says of it.
    pub description: Option<String>,
}

/// What is to be changed of an endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookChanges {
    /// Where to send.
    pub url: Patch<String>,
    /// Which events.
    pub events: Patch<Vec<String>>,
    /// What its owner says of it.
    pub description: Patch<String>,
    /// Switches it on or off.
    pub active: Patch<bool>,
}

/// What an endpoint is registered with, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Where to send.
    pub url: Target,
    /// Which events, each once, in order.
    pub events: Vec<Pattern>,
    /// What its owner says of it.
    pub description: Option<String>,
}

/// What is to be changed, checked; nothing that must be there is cleared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedChanges {
    /// Where to send.
    pub url: Option<Target>,
    /// Which events.
    pub events: Option<Vec<Pattern>>,
    /// What its owner says of it.
    pub description: Patch<String>,
    /// Switches it on or off.
    pub active: Option<bool>,
}

impl NewWebhook {
    /// The checked form, or all that is wrong.
    pub fn check(&self, reach: Reach, known: &EventNames) -> Result<Checked, Common> {
        let mut wrong = Violations::new();
        let url = wrong.take("/url", Target::parse(&self.url, reach));
        let events = events(&mut wrong, &self.events, known);
        let description = wrong.take_opt("/description", self.description.as_deref().map(line));
        wrong.clone().into_result()?;
        match (url, events) {
            (Some(url), Some(events)) => Ok(Checked {
                url,
                events,
                description,
            }),
            _ => Err(Common::Invalid(wrong)),
        }
    }
}

impl WebhookChanges {
    /// The checked form, or all that is wrong.
    pub fn check(&self, reach: Reach, known: &EventNames) -> Result<CheckedChanges, Common> {
        let mut wrong = Violations::new();
        for (pointer, cleared) in [
            ("/url", self.url == Patch::Null),
            ("/events", self.events == Patch::Null),
            ("/active", self.active == Patch::Null),
        ] {
            wrong.check(!cleared, pointer, "required", || "can't be cleared".to_owned());
        }
        let url = self.url.value().map(|url| Target::parse(url, reach));
        let url = wrong.take_opt("/url", url);
        let events = self
            .events
            .value()
            .and_then(|given| events(&mut wrong, given, known));
        let description = match &self.description {
            Patch::Value(text) => wrong
                .take("/description", line(text))
                .map_or(Patch::Null, Patch::Value),
            Patch::Absent => Patch::Absent,
            Patch::Null => Patch::Null,
        };
        wrong.into_result()?;
        Ok(CheckedChanges {
            url,
            events,
            description,
            active: self.active.value().copied(),
        })
    }
}

fn line(given: &str) -> Result<String, kernel::error::Malformed> {
    text::line(given, MOST_DESCRIPTION)
}

fn events(wrong: &mut Violations, given: &[String], known: &EventNames) -> Option<Vec<Pattern>> {
    wrong.check(
        !given.is_empty() && given.len() <= MOST_PATTERNS,
        "/events",
        "events_count",
        || {
            format!(
                "names {} event types: give 1 to {MOST_PATTERNS}, or *",
                given.len()
            )
        },
    );
    let mut read = BTreeSet::new();
    let mut all = true;
    for (n, pattern) in given.iter().enumerate().take(MOST_PATTERNS) {
        match wrong.take(&format!("/events/{n}"), known.read(pattern)) {
            Some(pattern) => drop(read.insert(pattern)),
            None => all = false,
        }
    }
    all.then(|| read.into_iter().collect())
}
