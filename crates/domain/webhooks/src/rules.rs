//! Who may, how many, and what follows from a try: facts in, a decision out.

use chrono::TimeDelta;
use kernel::Instant;
use kernel::act::{Act, Audit, Decision};
use kernel::actor::{Actor, Scope};
use kernel::error::Common;
use kernel::event::Event;
use kernel::id::{DealerId, DeliveryId, EventId, UserId, WebhookId};
use kernel::job::Job;
use kernel::rights::Right;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::delivery::{Attempt, Delivery, Due, State};
use crate::endpoint::{Endpoint, MOST_ENDPOINTS, Owner, SecretNumbers, WhyOff};
use crate::error::Error;
use crate::message::{Message, TEST_EVENT};
use crate::pattern::EventNames;
use crate::ports::{Exchange, KeepFacts, Parcel, Settled};
use crate::request::{Checked, WebhookChanges};
use crate::retry;
use kernel::target::Reach;

/// Days without one success after which an endpoint is switched off.
pub const FAILING_DAYS: i64 = 5;
/// The answer that says that there is nothing any more (RFC 9110, 15.5.11).
const GONE: u16 = 410;
/// The kind of the jobs that look whether an endpoint has failed for too long.
pub const VERDICT_JOB: &str = "webhook_verdict";

/// What such a job knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The endpoint.
    pub webhook_id: WebhookId,
    /// The failure after which there must have been a success by now.
    pub failing_since: Instant,
}

/// Whose endpoints the actor means: staff their dealer's; an admin the platform's, or those of the dealer named.
pub fn owner(actor: &Actor, dealer: Option<DealerId>) -> Result<Owner, Common> {
    if dealer.is_none() && actor.sees_all() {
        return Ok(Owner::Platform);
    }
    let stranger = Common::Forbidden {
        right: Right::ManageWebhooks.as_str(),
    };
    actor
        .acting_dealer(Right::ManageWebhooks, dealer, stranger)
        .map(Owner::Dealer)
}

/// May the actor see and change the endpoint? To those who may not know of it, it is not there.
pub fn keeper(actor: &Actor, endpoint: &Endpoint) -> Result<(), Common> {
    match endpoint.owner {
        Owner::Dealer(dealer) => actor
            .may(Right::ManageWebhooks, Scope::Dealer(dealer))
            .map_err(|refusal| refusal.of("webhook")),
        Owner::Platform if actor.sees_all() => Ok(()),
        Owner::Platform if *actor == Actor::Anonymous => Err(Common::Unauthenticated),
        Owner::Platform => Err(Common::absent("webhook")),
    }
}

/// An endpoint to register, with what its maker decided before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Its id.
    pub id: WebhookId,
    /// Whose events.
    pub owner: Owner,
    /// Who registers it; none where a program does.
    pub by: Option<UserId>,
    /// With what.
    pub with: Checked,
}

/// Registers an endpoint.
pub fn register(
    act: &Act,
    new: &Registration,
    facts: &KeepFacts,
) -> Result<Decision<Endpoint, Endpoint>, Error> {
    if !facts.owner_known {
        return Err(Common::absent("dealer").into());
    }
    if facts.kept >= MOST_ENDPOINTS {
        return Err(Error::TooMany {
            limit: MOST_ENDPOINTS,
        });
    }
    let endpoint = Endpoint {
        id: new.id,
        owner: new.owner,
        created_by: new.by,
        url: new.with.url.clone(),
        events: new.with.events.clone(),
        description: new.with.description.clone(),
        off: None,
        failing_since: None,
        secrets: SecretNumbers::default(),
        created_at: act.at,
        updated_at: act.at,
        version: 1,
    };
    let audit = audit("webhook.create", &endpoint);
    Ok(Decision::new(endpoint.clone(), endpoint, audit))
}

/// Changes an endpoint. Switched on, it begins with a clean record; another URL does, too.
pub fn change(
    act: &Act,
    changes: &WebhookChanges,
    (reach, known): (Reach, &EventNames),
    before: &Endpoint,
) -> Result<Decision<Endpoint, Endpoint>, Error> {
    keeper(&act.actor, before)?;
    act.expect_version(before.version)?;
    let changes = changes.check(reach, known)?;
    let moved = changes.url.as_ref().is_some_and(|url| *url != before.url);
    let mut after = Endpoint {
        url: changes.url.unwrap_or_else(|| before.url.clone()),
        events: changes.events.unwrap_or_else(|| before.events.clone()),
        description: changes.description.apply(before.description.clone()),
        failing_since: before.failing_since.filter(|_| !moved),
        ..before.clone()
    };
    after = match (changes.active, before.off) {
        (Some(true), Some(_)) => after.switched_on(act.at),
        (Some(false), None) => after.switched_off(WhyOff::ByHand, act.at),
        _ => after.touched(act.at),
    };
    let audit = audit("webhook.change", &after);
    Ok(Decision::new(after.clone(), after, audit))
}

/// Gives an endpoint a new secret. The one before signs for a day more.
pub fn rotate(act: &Act, before: &Endpoint) -> Result<Decision<Endpoint, Endpoint>, Error> {
    keeper(&act.actor, before)?;
    act.expect_version(before.version)?;
    let after = Endpoint {
        secrets: before.secrets.rotated(act.at),
        ..before.clone().touched(act.at)
    };
    let audit = audit("webhook.rotate_secret", &after);
    Ok(Decision::new(after.clone(), after, audit))
}

/// Removes an endpoint.
pub fn remove(act: &Act, endpoint: &Endpoint) -> Result<Decision<(), ()>, Error> {
    keeper(&act.actor, endpoint)?;
    act.expect_version(endpoint.version)?;
    Ok(Decision::new((), (), audit("webhook.remove", endpoint)))
}

/// Ids of a message that is to be sent; given from outside, so that a repeat makes the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewIds {
    /// Of the delivery.
    pub delivery: DeliveryId,
    /// Of the message.
    pub message: EventId,
}

/// Sends a message that says nothing, so that an owner sees whether it arrives. It is tried once.
pub fn test(act: &Act, ids: NewIds, endpoint: &Endpoint) -> Result<Decision<Delivery, Delivery>, Error> {
    keeper(&act.actor, endpoint)?;
    act.expect_version(endpoint.version)?;
    if endpoint.off.is_some() {
        return Err(Error::Off);
    }
    let message = Message {
        id: ids.message,
        event: TEST_EVENT.to_owned(),
        at: act.at,
        actor: act.actor.user(),
        data: json!({ "webhook_id": endpoint.id }),
    };
    let delivery = planned(ids.delivery, endpoint.id, &message, act.at);
    let job = delivery.job();
    let audit = audit("webhook.test", endpoint);
    Ok(Decision::new(delivery.clone(), delivery, audit).then_all(job))
}

/// Sends a delivery once more, at once and from the beginning of the table, under the id that it had.
pub fn redeliver(act: &Act, parcel: &Parcel) -> Result<Decision<Delivery, Delivery>, Error> {
    let endpoint = &parcel.endpoint;
    keeper(&act.actor, endpoint)?;
    act.expect_version(endpoint.version)?;
    if endpoint.off.is_some() {
        return Err(Error::Off);
    }
    let delivery = parcel.delivery.clone().again(act.at);
    let job = delivery.job();
    let audit = audit("webhook.redeliver", endpoint);
    Ok(Decision::new(delivery.clone(), delivery, audit).then_all(job))
}

/// The kind of the jobs that put an event on its way to an endpoint.
pub const TELL_JOB: &str = "webhook_event";

/// What such a job knows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tell {
    /// The endpoint.
    pub webhook_id: WebhookId,
    /// What it is told.
    pub message: Message,
}

/// Puts an event on its way to an endpoint that asks for it still.
pub fn tell(
    act: &Act,
    id: DeliveryId,
    message: &Message,
    endpoint: &Endpoint,
) -> Result<Decision<Delivery, Delivery>, Error> {
    if !endpoint.wants(&message.event) {
        return Err(Error::Off);
    }
    let delivery = planned(id, endpoint.id, message, act.at);
    let job = delivery.job();
    Ok(Decision::nothing(delivery.clone(), delivery).then_all(job))
}

fn planned(id: DeliveryId, webhook: WebhookId, message: &Message, now: Instant) -> Delivery {
    Delivery {
        id,
        webhook,
        message: message.id,
        event: message.event.clone(),
        body: message.body(),
        state: State::Waiting(now),
        round: 1,
        tries: 0,
        attempts: Vec::new(),
        created_at: now,
    }
}

/// A delivery whose time came while its endpoint was off.
pub fn cancel(act: &Act, due: Due, parcel: &Parcel) -> Decision<Settled, ()> {
    let mut delivery = parcel.delivery.clone();
    if delivery.awaits(due) && parcel.endpoint.off.is_some() {
        delivery.state = State::Cancelled(act.at);
    }
    unchanged(delivery)
}

fn unchanged(delivery: Delivery) -> Decision<Settled, ()> {
    let settled = Settled {
        delivery,
        endpoint: None,
    };
    Decision::nothing(settled, ())
}

/// What follows from a try that began at `began`: taken, tried again by the table, or given up. 410 switches the endpoint off;
/// the first failure after a success starts its five days. A test is tried once, and is held against nobody.
pub fn settle(
    act: &Act,
    due: Due,
    began: Instant,
    exchange: &Exchange,
    parcel: &Parcel,
) -> Decision<Settled, ()> {
    if !parcel.delivery.awaits(due) {
        return unchanged(parcel.delivery.clone());
    }
    let endpoint = &parcel.endpoint;
    let attempt = attempt(began, exchange);
    let (taken, gone) = (attempt.succeeded(), attempt.status == Some(GONE));
    let test = parcel.delivery.event == TEST_EVENT;
    let mut delivery = parcel.delivery.clone().tried(attempt);
    if taken {
        delivery.state = State::Delivered(act.at);
        let endpoint = endpoint.failing_since.is_some().then(|| Endpoint {
            failing_since: None,
            ..endpoint.clone()
        });
        return Decision::nothing(Settled { delivery, endpoint }, ());
    }
    delivery.tries = delivery.tries.saturating_add(1);
    let asked = exchange
        .end
        .as_ref()
        .ok()
        .and_then(|reply| reply.retry_after.as_deref());
    let again = retry::next_try(delivery.tries, act.at, chance(&delivery), asked);
    delivery.state = match again.filter(|_| !gone && !test) {
        Some(at) => State::Waiting(at),
        None => State::Failed(act.at),
    };
    let job = delivery.job();
    if gone && endpoint.off.is_none() {
        let off = endpoint.clone().switched_off(WhyOff::Gone, act.at);
        return switched_off(off, |endpoint| Settled {
            delivery,
            endpoint: Some(endpoint),
        });
    }
    if test || endpoint.off.is_some() || endpoint.failing_since.is_some() {
        return unchanged(delivery).then_all(job);
    }
    let endpoint = Endpoint {
        failing_since: Some(act.at),
        ..endpoint.clone()
    };
    let verdict = verdict(endpoint.id, act.at);
    let settled = Settled {
        delivery,
        endpoint: Some(endpoint),
    };
    Decision::nothing(settled, ()).then_all(job).then(verdict)
}

/// Bits that differ between deliveries, and between the tries of one.
fn chance(delivery: &Delivery) -> u64 {
    let (_, bits) = delivery.id.uuid().as_u64_pair();
    bits.rotate_left(delivery.tries.wrapping_mul(11))
}

fn attempt(began: Instant, exchange: &Exchange) -> Attempt {
    let (status, answer, problem) = match &exchange.end {
        Ok(reply) => (Some(reply.status), Some(reply.body.clone()), None),
        Err(problem) => (None, None, Some(problem.clone())),
    };
    Attempt {
        at: began,
        duration_ms: exchange.duration_ms,
        status,
        answer,
        problem,
    }
}

/// The job that looks at an endpoint when its five days are over.
fn verdict(webhook_id: WebhookId, failing_since: Instant) -> Job {
    let verdict = Verdict {
        webhook_id,
        failing_since,
    };
    Job::new(VERDICT_JOB, &verdict)
        .at(failing_since + TimeDelta::days(FAILING_DAYS))
        .once(format!("{webhook_id}:{}", failing_since.timestamp_micros()))
}

/// Switches an endpoint off that had no success since the failure that the verdict is about.
pub fn judge(act: &Act, verdict: Verdict, endpoint: &Endpoint) -> Decision<Option<Endpoint>, ()> {
    if endpoint.off.is_some() || endpoint.failing_since != Some(verdict.failing_since) {
        return Decision::nothing(None, ());
    }
    let off = endpoint.clone().switched_off(WhyOff::Failing, act.at);
    switched_off(off, Some)
}

/// An endpoint that was switched off by what it answered: its people are told.
fn switched_off<P>(endpoint: Endpoint, plan: impl FnOnce(Endpoint) -> P) -> Decision<P, ()> {
    let why = endpoint.off.map(|off| off.why);
    let audit = audit("webhook.switch_off", &endpoint).with(json!({ "why": why }));
    let mut event = Event::new(
        "webhook.switched_off",
        endpoint.id,
        json!({
            "webhook_id": endpoint.id,
            "dealer_id": endpoint.owner.dealer(),
            "why": why,
            "failing_since": endpoint.failing_since,
        }),
    );
    event.dealer = endpoint.owner.dealer();
    Decision::new(plan(endpoint), (), audit).telling(event)
}

fn audit(action: &'static str, endpoint: &Endpoint) -> Audit {
    let line = Audit::new(action, "webhook", endpoint.id).with(json!({
        "url": endpoint.url,
        "events": endpoint.events,
        "active": endpoint.off.is_none(),
    }));
    match endpoint.owner {
        Owner::Dealer(dealer) => line.for_dealer(dealer),
        Owner::Platform => line,
    }
}
