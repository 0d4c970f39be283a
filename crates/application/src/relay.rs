//! The relay: what acts told through the outbox reaches its readers.
//!
//! An act writes its events in its own transaction; a relay leases some of them, asks every [`Reader`] what they shall lead to,
//! and writes those [`Effects`] in the very transaction that marks the events as delivered. A relay that dies before leaves no
//! trace, and its events are leased again. So a reader is asked at least once, and its effects are there once.
//!
//! # Adding a reader
//! Implement [`Reader`] and put it into the list in the composition root. `read` looks up what it needs (whom an event concerns,
//! which endpoints subscribe to it) with **one query for the whole batch**, and returns effects: it writes nothing and calls
//! nobody. Work that can fail by itself, such as a call to another host, is a job among the effects.
//!
//! ```
//! use forecourt_application::relay::{Effects, Reader, Told};
//! use kernel::error::Common;
//! use kernel::job::Job;
//!
//! struct Counting;
//!
//! #[async_trait::async_trait]
//! impl Reader for Counting {
//!     fn name(&self) -> &'static str {
//!         "counting"
//!     }
//!
//!     fn wants(&self, event: &str) -> bool {
//!         event.starts_with("booking.")
//!     }
//!
//!     async fn read(&self, events: &[Told], _now: kernel::Instant) -> Result<Effects, Common> {
//!         let mut effects = Effects::of(self.name());
//!         for told in events {
//!             effects.job(told, "", Job::new("count", &told.event.subject));
//!         }
//!         Ok(effects)
//!     }
//! }
//! ```

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::FutureExt as _;
use kernel::Instant;
use kernel::error::Common;
use kernel::event::Event;
use kernel::id::{EventId, UserId};
use kernel::job::Job;
use notifications::notice::NewNotice;
use serde::{Deserialize, Serialize};

use crate::jobs::Times;

/// Events that are read at once.
pub const BATCH: u32 = 500;
/// How long events belong to a relay, in real time: so long do those of a node that died wait for another.
pub const LEASE_SECONDS: u32 = 15;
/// The kind of the jobs that tell one event to one reader again, which could not read it at once.
pub const RETELL_JOB: &str = "event";

/// An event of the outbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Told {
    /// Its id: the same however often it is told.
    pub id: EventId,
    /// What happened.
    pub event: Event,
    /// When.
    pub at: Instant,
    /// The request that did it.
    pub request_id: String,
    /// The person who did it; none where the product did, or a stranger.
    #[serde(default)]
    pub actor: Option<UserId>,
}

/// Somebody who hears of events.
#[async_trait]
pub trait Reader: Send + Sync {
    /// Its name: unique, and part of the keys of its effects, so never changed.
    fn name(&self) -> &'static str;

    /// Does it care for events of this name? It is not told the others.
    fn wants(&self, event: &str) -> bool;

    /// What these events shall lead to. In no promised order; told again when a relay died or was refused before its effects were
    /// written. `now` is the product's clock.
    ///
    /// `Unavailable` means that nothing can be read now (the database is away): all events wait. On any other error, or a panic,
    /// the events are told again one by one, and those that fail alone are tried again later as [`RETELL_JOB`]s, with growing pauses,
    /// until they are dead letters: they hold up no other event and no other reader.
    async fn read(&self, events: &[Told], now: Instant) -> Result<Effects, Common>;
}

/// What events lead to. Everything in it has a key, so that it is written once however often it is tried.
#[derive(Debug, Default)]
pub struct Effects {
    reader: &'static str,
    jobs: Vec<(Job, String)>,
    notices: Vec<NewNotice>,
}

impl Effects {
    /// Nothing yet, by this reader.
    pub fn of(reader: &'static str) -> Self {
        Self {
            reader,
            jobs: Vec::new(),
            notices: Vec::new(),
        }
    }

    /// Adds work. `part` tells several jobs of one kind for one event apart (an endpoint's id, a channel and a recipient).
    pub fn job(&mut self, told: &Told, part: &str, job: Job) {
        let once = format!("{}:{}:{part}", told.id, self.reader);
        self.jobs.push((job.once(once), told.request_id.clone()));
    }

    /// Adds a notice.
    pub fn notice(&mut self, notice: NewNotice) {
        self.notices.push(notice);
    }

    /// Puts another reader's effects beside these.
    fn join(&mut self, other: Self) {
        self.jobs.extend(other.jobs);
        self.notices.extend(other.notices);
    }

    /// The jobs to write, each with the request that led to it. All have a `once` key.
    pub fn jobs(&self) -> &[(Job, String)] {
        &self.jobs
    }

    /// The notices to write.
    pub fn notices(&self) -> &[NewNotice] {
        &self.notices
    }
}

/// The outbox, as a relay sees it.
#[async_trait]
pub trait Outbox: Send + Sync {
    /// Takes up to `limit` events that were not delivered and are in nobody's hands, oldest first, until `lease_seconds` from `wall`.
    /// Not "all after the last one": transactions commit in another order than their events' ids.
    async fn claim(&self, wall: Instant, lease_seconds: u32, limit: u32) -> Result<Vec<Told>, Common>;

    /// Writes the effects and marks the events as delivered, in one transaction. False when one of them was delivered by another
    /// meanwhile: then nothing is written.
    async fn deliver(&self, events: &[EventId], effects: Effects, now: Instant) -> Result<bool, Common>;

    /// Gives events back, to be claimed at once.
    async fn hand_back(&self, events: &[EventId]) -> Result<(), Common>;

    /// Writes effects of an event that was delivered before; what is there already stays as it is.
    async fn write(&self, effects: Effects, now: Instant) -> Result<(), Common>;
}

/// What a [`RETELL_JOB`] knows: the whole event, for the outbox forgets it earlier than an operator may revive a dead letter.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Retold {
    /// Who could not read it.
    pub reader: String,
    /// What.
    pub told: Told,
}

/// Carries events from the outbox to the readers. Several may work at once.
#[derive(Clone)]
pub struct Relay {
    /// Where they lie.
    pub outbox: Arc<dyn Outbox>,
    /// Who hears of them.
    pub readers: Vec<Arc<dyn Reader>>,
}

impl Relay {
    /// Delivers what waits, up to [`BATCH`] events. Says how many it took: with a full batch more may wait.
    pub async fn turn(&self, times: Times) -> Result<u32, Common> {
        let told = self.outbox.claim(times.wall, LEASE_SECONDS, BATCH).await?;
        if told.is_empty() {
            return Ok(0);
        }
        let ids: Vec<EventId> = told.iter().map(|t| t.id).collect();
        let effects = match self.effects(&told, times.product).await {
            Ok(effects) => effects,
            Err(away) => {
                self.outbox.hand_back(&ids).await?;
                return Err(away);
            }
        };
        if !self.outbox.deliver(&ids, effects, times.product).await? {
            self.outbox.hand_back(&ids).await?;
        }
        Ok(u32::try_from(ids.len()).unwrap_or(BATCH))
    }

    /// Does a [`RETELL_JOB`]. May be repeated.
    pub async fn retell(&self, retold: &Retold, now: Instant) -> Result<(), Common> {
        let reader = self.readers.iter().find(|r| r.name() == retold.reader);
        let reader = reader
            .ok_or_else(|| Common::internal(format!("no reader is called “{}” any more", retold.reader)))?;
        let effects = reader.read(std::slice::from_ref(&retold.told), now).await?;
        self.outbox.write(effects, now).await
    }

    /// What all readers make of the events.
    async fn effects(&self, told: &[Told], now: Instant) -> Result<Effects, Common> {
        let mut all = Effects::default();
        for reader in &self.readers {
            let wanted: Vec<Told> = told
                .iter()
                .filter(|t| reader.wants(&t.event.name))
                .cloned()
                .collect();
            if wanted.is_empty() {
                continue;
            }
            match heard(reader.as_ref(), &wanted, now).await {
                Ok(effects) => all.join(effects),
                Err(away @ Common::Unavailable { .. }) => return Err(away),
                Err(_) => all.join(one_by_one(reader.as_ref(), &wanted, now).await?),
            }
        }
        Ok(all)
    }
}

/// What a reader makes of events of which at least one is too much for it.
async fn one_by_one(reader: &dyn Reader, told: &[Told], now: Instant) -> Result<Effects, Common> {
    let mut all = Effects::of(reader.name());
    for one in told {
        match heard(reader, std::slice::from_ref(one), now).await {
            Ok(effects) => all.join(effects),
            Err(away @ Common::Unavailable { .. }) => return Err(away),
            Err(_) => {
                let retold = Retold {
                    reader: reader.name().to_owned(),
                    told: one.clone(),
                };
                all.job(one, "", Job::new(RETELL_JOB, &retold));
            }
        }
    }
    Ok(all)
}

/// Asks a reader; a panic is an error like another.
async fn heard(reader: &dyn Reader, told: &[Told], now: Instant) -> Result<Effects, Common> {
    AssertUnwindSafe(reader.read(told, now))
        .catch_unwind()
        .await
        .unwrap_or_else(|_| {
            Err(Common::internal(format!(
                "the reader “{}” broke down",
                reader.name()
            )))
        })
}
