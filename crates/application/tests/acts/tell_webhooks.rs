//! Which webhooks are told of which events.

use std::sync::Arc;

use forecourt_application::relay::{Reader as _, Told};
use forecourt_application::tell_webhooks::TellWebhooks;
use kernel::Instant;
use kernel::act::{Act, Decision};
use kernel::event::Event;
use kernel::id::{DealerId, Id, WebhookId};
use kernel::target::Target;
use memory::Memory;
use serde_json::json;
use uuid::Uuid;
use webhooks::endpoint::{Endpoint, Owner, SecretNumbers};
use webhooks::pattern::Pattern;
use webhooks::ports::Webhooks as _;
use webhooks::rules::{TELL_JOB, Tell};

fn id<K>(n: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(n))
}

fn now() -> Instant {
    "2026-06-08T14:00:00Z".parse().unwrap()
}

async fn given(memory: &Memory, n: u128, owner: Owner, pattern: &str) -> WebhookId {
    let endpoint = Endpoint {
        id: id(n),
        owner,
        created_by: Some(id(1)),
        url: Target::kept("https://hooks.example.com/".to_owned()),
        events: vec![Pattern::parse(pattern).unwrap()],
        description: None,
        off: None,
        failing_since: None,
        secrets: SecretNumbers::default(),
        created_at: now(),
        updated_at: now(),
        version: 1,
    };
    let act = Act::of_system(now(), "test");
    let keep = |_: &_| Ok(Decision::nothing(endpoint.clone(), endpoint.clone()));
    memory
        .add(&act, owner, Some(id(1)), &keep)
        .await
        .unwrap()
        .value
        .id
}

fn told(n: u128, name: &str, dealer: Option<DealerId>) -> Told {
    let event = Event::new::<()>(name, id(9), json!({ "n": n.to_string() }));
    Told {
        id: id(n),
        event: Event { dealer, ..event },
        at: now(),
        request_id: format!("request {n}"),
        actor: None,
    }
}

#[tokio::test]
async fn a_dealers_hear_of_what_concerns_it_and_the_platforms_of_everything() {
    let memory = Memory::new();
    let (oak, elm) = (id(10), id(11));
    let bookings = given(&memory, 20, Owner::Dealer(oak), "booking.*").await;
    let others = given(&memory, 21, Owner::Dealer(elm), "*").await;
    let all = given(&memory, 22, Owner::Platform, "*").await;
    let events = [
        told(1, "booking.approved", Some(oak)),
        told(2, "listing.created", Some(oak)),
        told(3, "listing.created", Some(elm)),
        told(4, "user.registered", None),
    ];
    let reader = TellWebhooks {
        webhooks: Arc::new(memory),
    };
    let jobs = reader.read(&events, now()).await.unwrap().jobs().to_vec();
    let mut found: Vec<(WebhookId, String)> = Vec::new();
    for (job, request) in &jobs {
        assert_eq!(job.kind, TELL_JOB);
        assert!(job.once.is_some(), "told once, however often it is read");
        let tell: Tell = serde_json::from_value(job.payload.clone()).unwrap();
        assert_eq!(
            tell.message.data,
            json!({ "n": request.strip_prefix("request ").unwrap() })
        );
        found.push((tell.webhook_id, request.clone()));
    }
    found.sort();
    let expected = [(bookings, 1), (others, 3), (all, 1), (all, 2), (all, 3), (all, 4)];
    assert_eq!(
        found,
        expected.map(|(webhook, n)| (webhook, format!("request {n}")))
    );
}

#[test]
fn a_message_is_in_the_envelope_that_the_registry_shows() {
    let schema = jsonschema::options()
        .should_validate_formats(true)
        .build(&forecourt_application::events::envelope())
        .unwrap();
    for actor in [None, Some(id(7))] {
        let message = webhooks::message::Message {
            id: id(1),
            event: "booking.approved".to_owned(),
            at: now(),
            actor,
            data: json!({ "id": "1" }),
        };
        let body = serde_json::from_str(&message.body()).unwrap();
        assert!(schema.is_valid(&body), "{body}");
    }
}
