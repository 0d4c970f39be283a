//! Devices that ring, and numbers that want no messages.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use application::notify::Audiences;
use async_trait::async_trait;
use forecourt_database::notifications::{SqlAudiences, SqlDevices, SqlOptOuts};
use kernel::act::Act;
use kernel::error::{Common, Failure, Kind};
use kernel::id::{DeviceId, Id};
use kernel::message::{Message, Network};
use kernel::phone::Phone;
use kernel::push::Push;
use kernel::target::Reach;
use memory::PlainPush;
use notifications::channel::Channel;
use notifications::contact::{Closed, Ways};
use notifications::device::{Device, MOST_DEVICES, NewDevice, Registered};
use notifications::kind::Whom;
use notifications::opt_out::Wish;
use notifications::ports::{Carrier, Contacts, Devices, OptOuts, Try, Unsent};
use notifications::use_cases::{HearReply, KeepDevices, SendMessages, SendPushes, Sent};

use crate::office::Office;
use crate::world::World;

/// A point of the curve, and a secret.
const POINT: &str = "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

fn devices(world: &World) -> Arc<dyn Devices> {
    match world.database() {
        None => Arc::new(world.memory.clone()),
        Some(db) => Arc::new(SqlDevices::new(db.clone())),
    }
}

fn keep(world: &World) -> KeepDevices {
    KeepDevices {
        devices: devices(world),
        service: Arc::new(PlainPush::new()),
        ids: world.ids.clone(),
        reach: Reach::Public,
    }
}

fn browser(n: usize, name: Option<&str>) -> NewDevice {
    NewDevice {
        endpoint: format!("https://push.example/{n}"),
        p256dh: POINT.to_owned(),
        auth: AUTH.to_owned(),
        name: name.map(str::to_owned),
    }
}

async fn registered(keep: &KeepDevices, act: &Act, n: usize, name: Option<&str>) -> Registered {
    keep.register(act, &browser(n, name)).await.unwrap().value
}

fn pushes(world: &World, service: PlainPush) -> SendPushes {
    SendPushes {
        devices: devices(world),
        service: Arc::new(service),
        clock: Arc::new(world.clock.clone()),
        public_url: "https://cars.example".to_owned(),
    }
}

fn push(device: DeviceId) -> Push {
    Push {
        device,
        title: "Confirmed".to_owned(),
        text: String::new(),
        path: "/".to_owned(),
        urgent: false,
    }
}

const FIRST: Try<'static> = Try { id: "1", since: None };

pub(crate) async fn a_device_registered_again_is_the_same_device(world: World) {
    let office = Office::of(world);
    let (ann, keep) = (office.by(office.person("Ann").await), keep(&office.world));
    let first = registered(&keep, &ann, 1, Some("Telephone")).await;
    assert!(first.new);
    assert_eq!(first.device.service, "https://push.example");
    let other = registered(&keep, &ann, 2, None).await;
    office.world.clock.advance(60);
    let later = office.by(ann.actor.user().unwrap());
    let again = registered(&keep, &later, 1, None).await;
    let same = Device {
        updated_at: later.at,
        version: 2,
        ..first.device
    };
    assert_eq!((again.new, &again.device), (false, &same), "its name stays");
    let all = keep.list(&ann.actor).await.unwrap();
    assert_eq!(all, [same.clone(), other.device], "those registered last first");
    assert_eq!(keep.find(&ann.actor, same.id).await.unwrap(), same);
    let to = keep.devices.subscription(same.id).await.unwrap().unwrap();
    assert_eq!(to.endpoint.as_str(), "https://push.example/1");
    assert_eq!(to.keys.texts(), (POINT.to_owned(), AUTH.to_owned()));
}

pub(crate) async fn a_browser_rings_for_whoever_registered_it_last(world: World) {
    let office = Office::of(world);
    let (ann, bob) = (
        office.by(office.person("Ann").await),
        office.by(office.person("Bob").await),
    );
    let keep = keep(&office.world);
    let hers = registered(&keep, &ann, 1, Some("Hers")).await.device;
    let his = registered(&keep, &bob, 1, None).await;
    assert!(his.new && his.device.id != hers.id && his.device.name.is_none());
    assert!(keep.list(&ann.actor).await.unwrap().is_empty());
    assert_eq!(keep.list(&bob.actor).await.unwrap(), [his.device]);
    assert!(keep.devices.subscription(hers.id).await.unwrap().is_none());
    let sent = pushes(&office.world, PlainPush::new())
        .send(FIRST, &push(hers.id))
        .await;
    assert_eq!(
        sent,
        Ok(Sent::Nobody),
        "what was told to her does not ring for him"
    );
}

pub(crate) async fn devices_that_come_at_once_leave_room_for_no_more_than_there_is(world: World) {
    let office = Office::of(world);
    let (ann, keep) = (office.by(office.person("Ann").await), keep(&office.world));
    let calls: Vec<_> = (0..2 * MOST_DEVICES)
        .map(|n| {
            let (keep, act) = (keep.clone(), ann.clone());
            tokio::spawn(async move { registered(&keep, &act, n, None).await })
        })
        .collect();
    for call in calls {
        assert!(call.await.unwrap().new);
    }
    assert_eq!(keep.list(&ann.actor).await.unwrap().len(), MOST_DEVICES);
    let oldest = keep.list(&ann.actor).await.unwrap().pop().unwrap();
    office.world.clock.advance(1);
    let later = office.by(ann.actor.user().unwrap());
    let newest = registered(&keep, &later, 1_000, None).await.device;
    let left = keep.list(&ann.actor).await.unwrap();
    assert_eq!((left.len(), left.first()), (MOST_DEVICES, Some(&newest)));
    assert!(
        !left.contains(&oldest),
        "the one registered longest ago made room"
    );
}

pub(crate) async fn a_device_goes_when_its_owner_or_its_service_says_so(world: World) {
    let office = Office::of(world);
    let (ann, bob) = (
        office.by(office.person("Ann").await),
        office.by(office.person("Bob").await),
    );
    let keep = keep(&office.world);
    let mine = registered(&keep, &ann, 1, None).await.device;
    let strange = keep.forget(&bob, mine.id).await.unwrap_err();
    assert_eq!(strange.kind(), Kind::Absent);
    assert_eq!(
        keep.find(&bob.actor, mine.id).await.unwrap_err().kind(),
        Kind::Absent
    );
    let stale = Act {
        expected_version: Some(7),
        ..ann.clone()
    };
    assert_eq!(
        keep.forget(&stale, mine.id).await.unwrap_err(),
        Common::Stale { current: 1 }
    );
    keep.forget(&ann, mine.id).await.unwrap();
    assert_eq!(keep.forget(&ann, mine.id).await.unwrap_err().kind(), Kind::Absent);

    let mine = registered(&keep, &ann, 1, None).await.device;
    let busy = Unsent::again("busy");
    let sent = pushes(&office.world, PlainPush::saying(busy.clone()))
        .send(FIRST, &push(mine.id))
        .await;
    assert_eq!(sent, Err(busy));
    assert_eq!(keep.list(&ann.actor).await.unwrap().len(), 1, "it may come back");
    for _ in 0..2 {
        let sent = pushes(&office.world, PlainPush::saying(Unsent::Ended))
            .send(FIRST, &push(mine.id))
            .await;
        assert_eq!(sent, Ok(Sent::Nobody));
    }
    assert!(keep.list(&ann.actor).await.unwrap().is_empty());
}

fn opt_outs(world: &World) -> Arc<dyn OptOuts> {
    match world.database() {
        None => Arc::new(world.memory.clone()),
        Some(db) => Arc::new(SqlOptOuts::new(db.clone())),
    }
}

fn replies(world: &World) -> HearReply {
    HearReply {
        opt_outs: opt_outs(world),
        ids: world.ids.clone(),
    }
}

fn number() -> Phone {
    "+1 212 555 0199".parse().unwrap()
}

pub(crate) async fn a_stop_said_often_at_once_is_kept_once_until_start(world: World) {
    let (hear, act) = (replies(&world), world.act());
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let (hear, act) = (hear.clone(), act.clone());
            tokio::spawn(async move {
                hear.hear(&act, &number(), Network::Sms, Wish::Stop)
                    .await
                    .unwrap()
            })
        })
        .collect();
    let mut news = 0;
    for call in calls {
        news += usize::from(call.await.unwrap());
    }
    assert_eq!(news, 1, "the others change nothing");
    let known = hear.opt_outs.of(&number(), Network::Sms).await.unwrap().unwrap();
    assert_eq!(known.since, act.at);
    let whatsapp = hear.opt_outs.of(&number(), Network::Whatsapp).await.unwrap();
    assert_eq!(whatsapp, None, "the other network is another matter");
    for news in [true, false] {
        assert_eq!(
            hear.hear(&act, &number(), Network::Sms, Wish::Start)
                .await
                .unwrap(),
            news
        );
        assert_eq!(hear.opt_outs.of(&number(), Network::Sms).await.unwrap(), None);
    }
    assert!(
        hear.hear(&act, &number(), Network::Sms, Wish::Stop)
            .await
            .unwrap()
    );
}

/// A carrier that always says the same, and counts.
struct Saying(Mutex<Result<(), Unsent>>, AtomicUsize);

#[async_trait]
impl Carrier for Saying {
    async fn send(&self, _: Try<'_>, _: &Message) -> Result<(), Unsent> {
        self.1.fetch_add(1, Ordering::SeqCst);
        self.0.lock().unwrap().clone()
    }
}

pub(crate) async fn a_number_that_said_stop_is_sent_nothing(world: World) {
    let carrier = Arc::new(Saying(Mutex::new(Ok(())), AtomicUsize::new(0)));
    let send = SendMessages {
        carrier: carrier.clone(),
        replies: replies(&world),
        clock: Arc::new(world.clock.clone()),
    };
    let message = Message {
        to: number(),
        network: Network::Sms,
        text: "Hello".to_owned(),
        kind: "booking_approved".to_owned(),
    };
    assert_eq!(send.send(FIRST, &message).await, Ok(Sent::Yes));
    *carrier.0.lock().unwrap() = Err(Unsent::again("busy"));
    assert_eq!(send.send(FIRST, &message).await, Err(Unsent::again("busy")));
    // The network knows of a STOP that we have not heard of.
    *carrier.0.lock().unwrap() = Err(Unsent::Ended);
    assert_eq!(send.send(FIRST, &message).await, Ok(Sent::Nobody));
    assert_eq!(carrier.1.load(Ordering::SeqCst), 3);
    assert_eq!(send.send(FIRST, &message).await, Ok(Sent::Nobody));
    assert_eq!(carrier.1.load(Ordering::SeqCst), 3, "nobody is asked any more");
    let act = world.act();
    send.replies
        .hear(&act, &number(), Network::Sms, Wish::Start)
        .await
        .unwrap();
    *carrier.0.lock().unwrap() = Ok(());
    assert_eq!(send.send(FIRST, &message).await, Ok(Sent::Yes));
}

pub(crate) async fn how_people_are_reached_is_told(world: World) {
    let office = Office::of(world);
    let ann = office.by(office.person("Ann").await);
    let user = ann.actor.user().unwrap();
    let (world, keep) = (&office.world, keep(&office.world));
    let contacts = SqlOptOuts::new(world.db().clone());
    let bare = contacts.contact(user).await.unwrap();
    assert_eq!(bare.closed(Ways::ALL, Channel::Sms), Some(Closed::NoPhone));
    assert_eq!(bare.closed(Ways::ALL, Channel::Push), Some(Closed::NoDevice));
    assert_eq!(
        contacts
            .contact(Id::from_uuid(world.ids.uuid()))
            .await
            .unwrap_err()
            .kind(),
        Kind::Absent
    );
    let mut sql = world.db().sql();
    sql.push("UPDATE users SET phone = ")
        .bind(number().as_str())
        .push(" WHERE id = ")
        .bind(user.uuid());
    world.db().run(sql).await.unwrap();
    let device = registered(&keep, &ann, 1, None).await.device;
    let hear = replies(world);
    hear.hear(&world.act(), &number(), Network::Whatsapp, Wish::Stop)
        .await
        .unwrap();
    let told = contacts.contact(user).await.unwrap();
    assert_eq!(
        (told.devices, told.opted_out.as_slice()),
        (1, [Network::Whatsapp].as_slice())
    );
    assert_eq!(told.closed(Ways::ALL, Channel::Sms), None);
    assert_eq!(told.closed(Ways::ALL, Channel::Whatsapp), Some(Closed::OptedOut));
    let audiences = SqlAudiences::new(world.db().clone());
    let whom: BTreeSet<Whom> = [Whom::User(user)].into();
    let people = audiences.people(&whom).await.unwrap();
    assert_eq!(people.get(&Whom::User(user)).unwrap()[0].devices, [device.id]);
    let mut sql = world.db().sql();
    sql.push("UPDATE users SET active = ")
        .bind(false)
        .push(" WHERE id = ")
        .bind(user.uuid());
    world.db().run(sql).await.unwrap();
    let closed = keep.devices.subscription(device.id).await.unwrap();
    assert!(closed.is_none(), "the account is closed");
}

pub(crate) async fn the_database_holds_what_devices_and_opt_outs_must_be(world: World) {
    let office = Office::of(world);
    let (ann, keep) = (office.by(office.person("Ann").await), keep(&office.world));
    let _ = registered(&keep, &ann, 1, None).await;
    let world = &office.world;
    let insert = |network: &'static str| {
        let mut sql = world.db().sql();
        sql.push("INSERT INTO opt_outs (id, number, network, since) VALUES (")
            .bind(world.ids.uuid());
        sql.push(", ").bind_all([number().as_str(), network]);
        sql.push(", ").bind(ann.at).push(")");
        world.db().run(sql)
    };
    insert("sms").await.unwrap();
    assert!(insert("sms").await.is_err(), "one of a number and network");
    assert!(insert("pigeon").await.is_err(), "no such network");
    insert("whatsapp").await.unwrap();
    let mut sql = world.db().sql();
    sql.push("INSERT INTO devices SELECT ")
        .bind(world.ids.uuid())
        .push(
            ", user_id, endpoint, p256dh, auth, name, service, created_at, updated_at, version FROM devices",
        );
    assert!(world.db().run(sql).await.is_err(), "one of an endpoint");
}
