//! Every port in memory: for tests, and for programs that embed a domain crate without a database.
//!
//! One [`Memory`] implements the ports of all domain crates, each in a module of its own. Acts run under one mutex, so they
//! are atomic and in order; an act whose decision fails leaves nothing behind. What goes out with a transaction can be
//! looked at: [`Memory::jobs`], [`Memory::events`], [`Memory::audit`].

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use kernel::act::{Act, Audit, Decision, Done, Record};
use kernel::error::{Common, Failure, Kind};
use kernel::event::Event;
use kernel::job::Job;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

mod acceptances;
mod additions;
mod commission;
mod content;
mod dealers;
mod documents;
mod fixed;
mod identity;
mod inventory;
mod media;
mod negotiation;
mod notifications;
mod pages;
mod plain;
mod removals;
mod sales;
mod scheduling;
mod sink;
mod standings;
mod suspensions;
mod webhooks;

pub use fixed::{FixedClock, SeededRandom};
pub use inventory::Seller;
pub use notifications::PlainPush;
pub use plain::PlainSecurity;
pub use sales::Shop;
pub use sink::WebhookSink;

/// Everything, in memory. Clones share it.
#[derive(Clone, Default)]
pub struct Memory {
    state: Arc<Mutex<State>>,
}

/// What is kept. Each module has its own part.
#[derive(Default)]
pub(crate) struct State {
    claims: HashMap<String, (String, Value)>,
    events: Vec<Event>,
    jobs: Vec<Job>,
    audit: Vec<Audit>,
    scheduling: scheduling::Scheduling,
    inventory: inventory::Inventory,
    negotiation: negotiation::Negotiations,
    sales: sales::SalesState,
    pub(crate) dealers: dealers::DealersState,
    identity: identity::IdentityState,
    content: content::ContentState,
    media: media::MediaState,
    webhooks: webhooks::WebhooksState,
    notifications: notifications::NotificationsState,
}

impl Memory {
    /// An empty memory.
    pub fn new() -> Self {
        Self::default()
    }

    /// All events so far, in order.
    pub fn events(&self) -> Vec<Event> {
        self.lock().events.clone()
    }

    /// All jobs so far, in order.
    pub fn jobs(&self) -> Vec<Job> {
        self.lock().jobs.clone()
    }

    /// The audit log so far.
    pub fn audit(&self) -> Vec<Audit> {
        self.lock().audit.clone()
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs one act: claim, decide on the facts, write, record. `work` must write only after its decision succeeded.
    pub(crate) fn act<P, T, E>(
        &self,
        act: &Act,
        decide: impl FnOnce(&State) -> Result<Decision<P, T>, E>,
        write: impl FnOnce(&mut State, P) -> Result<(), E>,
    ) -> Result<Done<T>, E>
    where
        T: Serialize + DeserializeOwned,
        E: Failure + From<Common>,
    {
        let mut state = self.lock();
        let mut reused = false;
        if let Some(claim) = &act.claim
            && let Some((fingerprint, answer)) = state.claims.get(&claim.scope)
        {
            if *fingerprint == claim.fingerprint {
                let value =
                    serde_json::from_value(answer.clone()).map_err(|e| Common::internal(e.to_string()))?;
                return Ok(Done {
                    value,
                    replayed: true,
                });
            }
            reused = true;
        }
        let Decision { plan, answer, record } = match decide(&state) {
            Err(error) if reused && matches!(error.kind(), Kind::Invalid | Kind::Conflict) => {
                return Err(Common::KeyReused.into());
            }
            Err(error) => return Err(error),
            Ok(_) if reused => return Err(Common::KeyReused.into()),
            Ok(decision) => decision,
        };
        write(&mut state, plan)?;
        if let Some(claim) = &act.claim {
            let kept = serde_json::to_value(&answer).map_err(|e| Common::internal(e.to_string()))?;
            state
                .claims
                .insert(claim.scope.clone(), (claim.fingerprint.clone(), kept));
        }
        state.keep(record);
        Ok(Done::fresh(answer))
    }
}

impl State {
    /// Keeps what went out with a transaction. A job with a `once` key that was queued before is left out.
    fn keep(&mut self, record: Record) {
        self.events.extend(record.events);
        for job in record.jobs {
            let known =
                job.once.is_some() && self.jobs.iter().any(|j| j.kind == job.kind && j.once == job.once);
            if !known {
                self.jobs.push(job);
            }
        }
        self.audit.extend(record.audit);
    }
}
