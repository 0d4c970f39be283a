//! One attempt to change something, and what a pure decision hands back.
//!
//! A use case never loads, decides and saves in three calls: what it loaded could be stale by then. It hands its port a
//! pure function, and the adapter runs *begin → claim the idempotency key → lock → load facts → decide → write → commit*,
//! and again as a whole when the database asks for it. So a decision may run more than once: it makes nothing itself
//! (ids, codes and instants are made before), and it can't wait for anything.

use serde_json::Value;

use crate::Instant;
use crate::actor::Actor;
use crate::error::Common;
use crate::event::Event;
use crate::job::Job;

/// Who wants something done, when, from where, under which conditions.
#[derive(Clone, Debug)]
pub struct Act {
    /// Who acts.
    pub actor: Actor,
    /// The instant that all rules of this act go by.
    pub at: Instant,
    /// Ties log lines, audit row and answer together.
    pub request_id: String,
    /// The idempotency key, when the caller sent one.
    pub claim: Option<Claim>,
    /// The version that the caller expects (`If-Match`).
    pub expected_version: Option<i64>,
    /// Where the call came from.
    pub origin: Origin,
}

impl Act {
    /// An act of the system itself (a job, a cron tick, the command line).
    pub fn of_system(at: Instant, request_id: impl Into<String>) -> Self {
        Self {
            actor: Actor::System,
            at,
            request_id: request_id.into(),
            claim: None,
            expected_version: None,
            origin: Origin::default(),
        }
    }

    /// Refuses when the caller expected another version than `current`.
    pub fn expect_version(&self, current: i64) -> Result<(), Common> {
        match self.expected_version {
            Some(expected) if expected != current => Err(Common::Stale { current }),
            _ => Ok(()),
        }
    }
}

/// Where a call came from, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// Network address of the caller.
    pub ip: Option<String>,
    /// What the caller's program calls itself.
    pub user_agent: Option<String>,
}

/// An idempotency key, bound to its caller, method and path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Caller, method, path and key in one text: unique for 24 h.
    pub scope: String,
    /// Hash of the request's body: another body under the same key is refused.
    pub fingerprint: String,
}

/// What the pure part of an act hands back: what to write, what to answer, what to tell.
#[derive(Clone, Debug)]
pub struct Decision<P, T> {
    /// What the adapter writes.
    pub plan: P,
    /// What the caller gets, and what a repeat of the request gets again.
    pub answer: T,
    /// What goes out through the same transaction.
    pub record: Record,
}

impl<P, T> Decision<P, T> {
    /// A decision, with the audit line that every act leaves.
    pub fn new(plan: P, answer: T, audit: Audit) -> Self {
        Self {
            plan,
            answer,
            record: Record {
                events: Vec::new(),
                jobs: Vec::new(),
                audit: Some(audit),
            },
        }
    }

    /// A decision that changes nothing: no audit line.
    pub fn nothing(plan: P, answer: T) -> Self {
        Self {
            plan,
            answer,
            record: Record::default(),
        }
    }

    /// Adds an event to tell.
    #[must_use]
    pub fn telling(mut self, event: Event) -> Self {
        self.record.events.push(event);
        self
    }

    /// Adds work to do after the commit.
    #[must_use]
    pub fn then(mut self, job: Job) -> Self {
        self.record.jobs.push(job);
        self
    }

    /// Adds several pieces of work.
    #[must_use]
    pub fn then_all(mut self, jobs: impl IntoIterator<Item = Job>) -> Self {
        self.record.jobs.extend(jobs);
        self
    }
}

/// What goes out through the transaction of an act, beside its data.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Told to whoever listens, at least once.
    pub events: Vec<Event>,
    /// Done by a worker, at least once.
    pub jobs: Vec<Job>,
    /// The line of the audit log. None only where nothing changed.
    pub audit: Option<Audit>,
}

/// A line of the audit log. Who, when and from where come from the [`Act`].
#[derive(Clone, Debug, PartialEq)]
pub struct Audit {
    /// What was done: `resource.verb`.
    pub action: &'static str,
    /// The kind of thing it was done to.
    pub subject_kind: &'static str,
    /// Its id.
    pub subject: uuid::Uuid,
    /// The dealer whose log shows it.
    pub dealer: Option<crate::id::DealerId>,
    /// What changed, without secrets and without a person's data.
    pub detail: Value,
    /// Why, in the words of whoever did it.
    pub reason: Option<String>,
}

impl Audit {
    /// A line without detail.
    pub fn new<K>(action: &'static str, subject_kind: &'static str, subject: crate::id::Id<K>) -> Self {
        Self {
            action,
            subject_kind,
            subject: subject.uuid(),
            dealer: None,
            detail: Value::Null,
            reason: None,
        }
    }

    /// Shows it in a dealer's log.
    #[must_use]
    pub fn for_dealer(mut self, dealer: crate::id::DealerId) -> Self {
        self.dealer = Some(dealer);
        self
    }

    /// Adds what changed.
    #[must_use]
    pub fn with(mut self, detail: Value) -> Self {
        self.detail = detail;
        self
    }

    /// Adds old and new values of the fields that differ, as `{"field": {"from": …, "to": …}}`; objects in objects are gone into.
    /// Neither may hold a secret or a person's data.
    #[must_use]
    pub fn between(self, before: &Value, after: &Value) -> Self {
        self.with(changes(before, after))
    }

    /// Adds why it was done.
    #[must_use]
    pub fn because(mut self, reason: Option<String>) -> Self {
        self.reason = reason;
        self
    }
}

fn changes(before: &Value, after: &Value) -> Value {
    let (Value::Object(old), Value::Object(new)) = (before, after) else {
        return serde_json::json!({ "from": before, "to": after });
    };
    let fields: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let differing = fields.into_iter().filter_map(|field| {
        let (from, to) = (old.get(field), new.get(field));
        let changed = || changes(from.unwrap_or(&Value::Null), to.unwrap_or(&Value::Null));
        (from != to).then(|| (field.clone(), changed()))
    });
    Value::Object(differing.collect())
}

/// The pure part of an act: facts in, a decision or an error out. It may be run more than once.
pub type Decide<'a, F, P, T, E> = &'a (dyn Fn(&F) -> Result<Decision<P, T>, E> + Send + Sync);

/// The end of an act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done<T> {
    /// The answer.
    pub value: T,
    /// True when this is the kept answer of an earlier request with the same key: nothing was done now.
    pub replayed: bool,
}

impl<T> Done<T> {
    /// Done just now.
    pub const fn fresh(value: T) -> Self {
        Self {
            value,
            replayed: false,
        }
    }

    /// The same end with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Done<U> {
        Done {
            value: change(self.value),
            replayed: self.replayed,
        }
    }
}
