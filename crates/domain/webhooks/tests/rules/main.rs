//! What follows from tries, and who may.
#![expect(clippy::unwrap_used, reason = "tests")]

use forecourt_webhooks::delivery::Delivery;
use forecourt_webhooks::endpoint::{Endpoint, Owner};
use forecourt_webhooks::message::Message;
use forecourt_webhooks::pattern::EventNames;
use forecourt_webhooks::ports::{Exchange, KeepFacts, Parcel, Reply, Settled};
use forecourt_webhooks::request::NewWebhook;
use forecourt_webhooks::rules::{self, Registration};
use kernel::Instant;
use kernel::act::{Act, Decision};
use kernel::actor::{Actor, Membership, Principal};
use kernel::id::{DealerId, Id};
use kernel::rights::Role;
use kernel::target::Reach;
use serde_json::json;
use uuid::Uuid;

mod keeping;
mod sending;

fn id<K>(n: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(n))
}

fn noon() -> Instant {
    "2026-06-08T12:00:00Z".parse().unwrap()
}

fn person(admin: bool, staff: Option<(DealerId, Role)>) -> Actor {
    Actor::User(Principal {
        user: id(1),
        session: id(2),
        admin,
        factor_due: false,
        staff: staff.map(|(dealer, role)| Membership {
            staff: id(3),
            dealer,
            role,
            sites: Vec::new(),
        }),
    })
}

fn by(actor: Actor, at: Instant) -> Act {
    Act {
        actor,
        ..Act::of_system(at, "test")
    }
}

fn owner() -> Act {
    by(person(false, Some((id(10), Role::Owner))), noon())
}

fn wish() -> NewWebhook {
    NewWebhook {
        url: "https://hooks.example.com/in".to_owned(),
        events: vec!["booking.*".to_owned(), "*".to_owned(), "booking.*".to_owned()],
        description: Some("our books".to_owned()),
    }
}

fn names() -> EventNames {
    EventNames::new(["booking.approved", "booking.declined", "sale.closed"])
}

fn registration(owner: Owner) -> Registration {
    Registration {
        id: id(20),
        owner,
        by: Some(id(1)),
        with: wish().check(Reach::Public, &names()).unwrap(),
    }
}

fn facts(kept: usize) -> KeepFacts {
    KeepFacts {
        owner_known: true,
        kept,
    }
}

fn endpoint() -> Endpoint {
    let new = registration(Owner::Dealer(id(10)));
    rules::register(&owner(), &new, &facts(0)).unwrap().answer
}

fn message(event: &str) -> Message {
    Message {
        id: id(30),
        event: event.to_owned(),
        at: noon(),
        actor: None,
        data: json!({ "id": 1 }),
    }
}

fn delivery() -> Delivery {
    let act = Act::of_system(noon(), "job");
    rules::tell(&act, id(31), &message("booking.approved"), &endpoint())
        .unwrap()
        .answer
}

fn parcel(endpoint: Endpoint, delivery: Delivery) -> Parcel {
    Parcel { endpoint, delivery }
}

fn answered(status: u16) -> Exchange {
    Exchange {
        duration_ms: 40,
        end: Ok(Reply {
            status,
            retry_after: None,
            body: "said".to_owned(),
        }),
    }
}

/// What follows from the try that is to be made, at its time.
fn tried(parcel: &Parcel, exchange: &Exchange) -> Decision<Settled, ()> {
    let at = parcel.delivery.state.instant();
    let act = Act::of_system(at, "job");
    rules::settle(&act, parcel.delivery.due(), at, exchange, parcel)
}

fn jobs(decision: &Decision<Settled, ()>, kind: &str) -> usize {
    decision.record.jobs.iter().filter(|job| job.kind == kind).count()
}
