//! Webhooks: what is kept, how many, and that a message goes out once.

use std::sync::Arc;

use ::webhooks::Error;
use ::webhooks::delivery::{DELIVER_JOB, Delivery, Status};
use ::webhooks::endpoint::{Endpoint, MOST_ENDPOINTS, Off, WhyOff};
use ::webhooks::message::Message;
use ::webhooks::pattern::EventNames;
use ::webhooks::ports::{Deliveries, DeliveryFilter, Webhooks};
use ::webhooks::request::{NewWebhook, WebhookChanges};
use ::webhooks::rules::{Tell, Verdict};
use ::webhooks::use_cases::{Deliver, KeepWebhooks};
use chrono::TimeDelta;
use forecourt_database::webhooks::{SqlDeliveries, SqlWebhooks};
use kernel::act::Act;
use kernel::actor::{Actor, KeyHolder, Principal};
use kernel::error::Failure;
use kernel::paging::{PageRequest, Position};
use kernel::patch::Patch;
use kernel::ports::Clock;
use kernel::rights::Right;
use kernel::target::Reach;
use memory::{PlainSecurity, WebhookSink};
use serde_json::json;

use crate::office::Office;
use crate::world::World;

/// A dealer with its owner, the use cases, and the other side.
struct Outpost {
    office: Office,
    owner: Act,
    keep: KeepWebhooks,
    deliver: Deliver,
    sink: WebhookSink,
}

impl Outpost {
    async fn on(world: World) -> Self {
        let office = Office::of(world);
        let dealer = office.dealer("Oak").await;
        let owner = office.by_member(dealer.id).await;
        let world = &office.world;
        let (webhooks, deliveries): (Arc<dyn Webhooks>, Arc<dyn Deliveries>) = match world.database() {
            None => (Arc::new(world.memory.clone()), Arc::new(world.memory.clone())),
            Some(db) => (
                Arc::new(SqlWebhooks::new(db.clone())),
                Arc::new(SqlDeliveries::new(db.clone())),
            ),
        };
        let sink = WebhookSink::saying(200);
        Self {
            keep: KeepWebhooks {
                webhooks: Arc::clone(&webhooks),
                deliveries: Arc::clone(&deliveries),
                secrets: Arc::new(PlainSecurity),
                ids: world.ids.clone(),
                events: EventNames::new(["booking.approved", "sale.closed"]),
                reach: Reach::Public,
            },
            deliver: Deliver {
                webhooks,
                deliveries,
                secrets: Arc::new(PlainSecurity),
                sender: Arc::new(sink.clone()),
                ids: world.ids.clone(),
                clock: Arc::new(world.clock.clone()),
            },
            office,
            owner,
            sink,
        }
    }

    async fn endpoint(&self) -> Endpoint {
        let made = self.keep.register(&self.owner, None, &wish()).await;
        made.unwrap().endpoint
    }

    fn news(&self, endpoint: &Endpoint, event: &str) -> Tell {
        Tell {
            webhook_id: endpoint.id,
            message: Message {
                id: self.office.world.ids.next(),
                event: event.to_owned(),
                at: self.office.world.clock.now(),
                actor: None,
                data: json!({ "id": 1 }),
            },
        }
    }

    async fn deliveries(&self, endpoint: &Endpoint) -> Vec<Delivery> {
        let (all, page) = (DeliveryFilter::default(), PageRequest::default());
        let listed = self.keep.deliveries(&self.owner.actor, endpoint.id, &all, &page);
        listed.await.unwrap().items
    }

    /// An endpoint with one delivery on its way.
    async fn told(&self) -> (Endpoint, Delivery) {
        let endpoint = self.endpoint().await;
        self.deliver
            .tell(&self.news(&endpoint, "booking.approved"), "test")
            .await
            .unwrap();
        let delivery = self.deliveries(&endpoint).await.remove(0);
        (endpoint, delivery)
    }

    async fn jobs(&self, kind: &str) -> usize {
        let world = &self.office.world;
        let Some(db) = world.database() else {
            return world.memory.jobs().iter().filter(|job| job.kind == kind).count();
        };
        let mut sql = db.sql();
        sql.push("SELECT id FROM jobs WHERE kind = ").bind(kind);
        db.all(sql).await.unwrap().len()
    }

    async fn events(&self, name: &str) -> usize {
        let world = &self.office.world;
        let Some(db) = world.database() else {
            let events = world.memory.events();
            return events.iter().filter(|event| event.name == name).count();
        };
        let mut sql = db.sql();
        sql.push("SELECT id FROM outbox WHERE name = ").bind(name);
        db.all(sql).await.unwrap().len()
    }
}

fn wish() -> NewWebhook {
    NewWebhook {
        url: "https://hooks.example.com/in?a=1".to_owned(),
        events: vec!["booking.*".to_owned(), "sale.closed".to_owned()],
        description: Some("Our books".to_owned()),
    }
}

pub(crate) async fn a_webhook_is_read_back_as_it_was_written(world: World) {
    let outpost = Outpost::on(world).await;
    let made = outpost.endpoint().await;
    let found = async || outpost.keep.find(&outpost.owner.actor, made.id).await.unwrap();
    assert_eq!(found().await, made);
    let changes = WebhookChanges {
        description: Patch::Null,
        active: Patch::Value(false),
        events: Patch::Value(vec!["*".to_owned()]),
        ..WebhookChanges::default()
    };
    let changed = outpost
        .keep
        .change(&outpost.owner, made.id, &changes)
        .await
        .unwrap();
    assert_eq!(changed.off.map(|off| off.why), Some(WhyOff::ByHand));
    assert_eq!(found().await, changed);
    let rotated = outpost
        .keep
        .rotate(&outpost.owner, made.id)
        .await
        .unwrap()
        .endpoint;
    assert_eq!(rotated.secrets.newest(), 2);
    assert_eq!(found().await, rotated);
    let stale = Act {
        expected_version: Some(1),
        ..outpost.owner.clone()
    };
    let refused = outpost.keep.remove(&stale, made.id).await.unwrap_err();
    assert_eq!(refused.code(), "stale_version");
    let elm = outpost.office.dealer("Elm").await;
    let stranger = outpost.office.by_member(elm.id).await;
    assert_eq!(
        outpost.keep.remove(&stranger, made.id).await.unwrap_err().code(),
        "not_found"
    );
    outpost.keep.remove(&outpost.owner, made.id).await.unwrap();
    assert!(outpost.keep.find(&outpost.owner.actor, made.id).await.is_err());
}

pub(crate) async fn a_webhook_of_a_program_is_its_dealers(world: World) {
    let outpost = Outpost::on(world).await;
    let dealer = outpost.endpoint().await.owner.dealer().unwrap();
    let program = Act {
        actor: Actor::Key(KeyHolder {
            id: outpost.office.world.ids.next(),
            dealer,
            rights: vec![Right::ManageWebhooks],
        }),
        ..outpost.owner.clone()
    };
    let made = outpost
        .keep
        .register(&program, None, &wish())
        .await
        .unwrap()
        .endpoint;
    assert_eq!((made.owner.dealer(), made.created_by), (Some(dealer), None));
    for actor in [&program.actor, &outpost.owner.actor] {
        assert_eq!(outpost.keep.find(actor, made.id).await.unwrap(), made);
    }
    let page = PageRequest::default();
    let listed = outpost.keep.list(&program.actor, None, &page).await.unwrap();
    assert_eq!(listed.items.len(), 2);
    outpost.keep.remove(&program, made.id).await.unwrap();
}

pub(crate) async fn an_owner_keeps_twenty_webhooks_however_many_come_at_once(world: World) {
    let outpost = Outpost::on(world).await;
    let admin = Act {
        actor: Actor::User(Principal {
            user: outpost.office.person("Ada").await,
            session: outpost.office.world.ids.next(),
            admin: true,
            factor_due: false,
            staff: None,
        }),
        ..outpost.owner.clone()
    };
    for act in [&outpost.owner, &admin] {
        let calls: Vec<_> = (0..2 * MOST_ENDPOINTS)
            .map(|_| {
                let (keep, act) = (outpost.keep.clone(), act.clone());
                tokio::spawn(async move { keep.register(&act, None, &wish()).await })
            })
            .collect();
        let mut made = 0;
        for call in calls {
            match call.await.unwrap() {
                Ok(_) => made += 1,
                Err(error) => assert_eq!(
                    error,
                    Error::TooMany {
                        limit: MOST_ENDPOINTS
                    }
                ),
            }
        }
        assert_eq!(made, MOST_ENDPOINTS);
        let page = PageRequest::default();
        let listed = outpost.keep.list(&act.actor, None, &page).await.unwrap();
        assert_eq!(listed.count, Some(20), "each sees their own");
    }
}

pub(crate) async fn one_message_told_often_at_once_is_one_delivery(world: World) {
    let outpost = Outpost::on(world).await;
    let endpoint = outpost.endpoint().await;
    let news = outpost.news(&endpoint, "booking.approved");
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let (deliver, news) = (outpost.deliver.clone(), news.clone());
            tokio::spawn(async move { deliver.tell(&news, "test").await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(outpost.deliveries(&endpoint).await.len(), 1);
    assert_eq!(outpost.jobs(DELIVER_JOB).await, 1);
    outpost
        .deliver
        .tell(&outpost.news(&endpoint, "sale.opened"), "test")
        .await
        .unwrap();
    assert_eq!(
        outpost.deliveries(&endpoint).await.len(),
        1,
        "nobody asked for it"
    );
}

pub(crate) async fn one_try_made_by_two_workers_counts_once(world: World) {
    let outpost = Outpost::on(world).await;
    outpost.sink.say(500);
    let (endpoint, delivery) = outpost.told().await;
    let due = delivery.due();
    let calls: Vec<_> = (0..4)
        .map(|_| {
            let deliver = outpost.deliver.clone();
            tokio::spawn(async move { deliver.send(due, "test").await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let deliveries = outpost.deliveries(&endpoint).await;
    assert_eq!(deliveries.len(), 1);
    let after = &deliveries[0];
    assert_eq!((after.tries, after.attempts.len()), (1, 1));
    assert_eq!(after.state.status(), Status::Waiting);
    assert_eq!(outpost.jobs(DELIVER_JOB).await, 2, "the first try, and one more");
    let message = |request: &::webhooks::ports::Request| request.headers[1].clone();
    let sent = outpost.sink.sent();
    assert!(sent.iter().all(|request| message(request) == message(&sent[0])));
}

pub(crate) async fn what_is_sent_again_is_the_same_message(world: World) {
    let outpost = Outpost::on(world).await;
    let (endpoint, delivery) = outpost.told().await;
    outpost.deliver.send(delivery.due(), "test").await.unwrap();
    let delivered = outpost
        .keep
        .delivery(&outpost.owner.actor, endpoint.id, delivery.id)
        .await
        .unwrap();
    assert_eq!(delivered.state.status(), Status::Delivered);
    let again = outpost
        .keep
        .redeliver(&outpost.owner, endpoint.id, delivery.id)
        .await
        .unwrap()
        .value;
    outpost.deliver.send(delivery.due(), "test").await.unwrap();
    assert_eq!(outpost.sink.sent().len(), 1, "the first round is over");
    outpost.deliver.send(again.due(), "test").await.unwrap();
    let sent = outpost.sink.sent();
    assert_eq!(sent[0].body, sent[1].body);
    assert_eq!(sent[0].headers[1], sent[1].headers[1], "the id");
    let other = outpost.endpoint().await;
    let elsewhere = outpost
        .keep
        .redeliver(&outpost.owner, other.id, delivery.id)
        .await;
    assert_eq!(elsewhere.unwrap_err().code(), "not_found");
    outpost.keep.remove(&outpost.owner, endpoint.id).await.unwrap();
    outpost.deliver.send(again.due(), "test").await.unwrap();
    assert_eq!(outpost.sink.sent().len(), 2, "it went with its endpoint");
}

pub(crate) async fn who_fails_for_five_days_is_switched_off_and_the_owners_are_told(world: World) {
    let outpost = Outpost::on(world).await;
    outpost.sink.say(500);
    let (endpoint, delivery) = outpost.told().await;
    outpost.deliver.send(delivery.due(), "test").await.unwrap();
    let failing = outpost
        .keep
        .find(&outpost.owner.actor, endpoint.id)
        .await
        .unwrap();
    assert_eq!(failing.version, endpoint.version, "its owner changed nothing");
    let since = failing.failing_since.unwrap();
    let verdict = Verdict {
        webhook_id: endpoint.id,
        failing_since: since,
    };
    let earlier = Verdict {
        failing_since: since - TimeDelta::days(1),
        ..verdict
    };
    outpost.deliver.judge(earlier, "test").await.unwrap();
    assert_eq!(
        outpost
            .keep
            .find(&outpost.owner.actor, endpoint.id)
            .await
            .unwrap(),
        failing
    );
    outpost.deliver.judge(verdict, "test").await.unwrap();
    outpost.deliver.judge(verdict, "test").await.unwrap();
    let off = outpost
        .keep
        .find(&outpost.owner.actor, endpoint.id)
        .await
        .unwrap();
    assert!(matches!(
        off.off,
        Some(Off {
            why: WhyOff::Failing,
            ..
        })
    ));
    assert_eq!(outpost.events("webhook.switched_off").await, 1);
    let waiting = outpost.deliveries(&endpoint).await.remove(0);
    outpost.deliver.send(waiting.due(), "test").await.unwrap();
    let cancelled = outpost.deliveries(&endpoint).await.remove(0);
    assert_eq!(cancelled.state.status(), Status::Cancelled);
    assert_eq!(outpost.sink.sent().len(), 1);
    let dealers = [endpoint.owner.dealer().unwrap()];
    let listening = outpost.keep.webhooks.listening(&dealers).await;
    assert!(listening.unwrap().is_empty());
}

pub(crate) async fn lists_of_deliveries_filter_and_page(world: World) {
    let outpost = Outpost::on(world).await;
    let endpoint = outpost.endpoint().await;
    for n in 0..5 {
        outpost.office.world.clock.advance(n % 2);
        let event = if n == 0 { "sale.closed" } else { "booking.approved" };
        outpost
            .deliver
            .tell(&outpost.news(&endpoint, event), "test")
            .await
            .unwrap();
    }
    let all = outpost.deliveries(&endpoint).await;
    assert_eq!(all.len(), 5);
    outpost.deliver.send(all[4].due(), "test").await.unwrap();
    let list = async |filter: DeliveryFilter, page: PageRequest| {
        let listed = outpost
            .keep
            .deliveries(&outpost.owner.actor, endpoint.id, &filter, &page);
        listed.await.unwrap()
    };
    let of = |statuses: &[Status], event: Option<&str>| DeliveryFilter {
        statuses: statuses.to_vec(),
        event: event.map(str::to_owned),
    };
    for (filter, count) in [
        (of(&[Status::Delivered], None), 1),
        (of(&[Status::Waiting, Status::Failed], None), 4),
        (of(&[], Some("sale.closed")), 1),
        (of(&[Status::Waiting], Some("sale.closed")), 0),
    ] {
        assert_eq!(list(filter, PageRequest::default()).await.count, Some(count));
    }
    let mut page = PageRequest {
        size: 2,
        position: Position::Cursor(String::new()),
        ..PageRequest::default()
    };
    let mut seen = Vec::new();
    loop {
        let found = list(DeliveryFilter::default(), page.clone()).await;
        seen.extend(found.items.iter().map(|delivery| delivery.id));
        let Some(next) = found.next else { break };
        page.position = next;
    }
    assert_eq!(seen, all.iter().map(|delivery| delivery.id).collect::<Vec<_>>());
}
