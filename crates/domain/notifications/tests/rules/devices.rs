//! Browsers that ring.

use async_trait::async_trait;
use forecourt_notifications::device::Subscription;
use forecourt_notifications::device::{
    Device, DeviceFacts, MOST_DEVICES, NewDevice, PushKeys, Wanted, forget, gone, register,
};
use forecourt_notifications::ports::{PushService, Unsent};
use forecourt_notifications::push::PushMessage;
use kernel::Instant;
use kernel::act::Act;
use kernel::error::{Common, Failure};
use kernel::id::{DeviceId, Id};
use kernel::target::Reach;
use uuid::Uuid;

fn id<K>(n: u128) -> Id<K> {
    Id::from_uuid(Uuid::from_u128(n))
}

fn at(hour: u32) -> Instant {
    format!("2026-06-08T{hour:02}:00:00Z").parse().unwrap()
}

fn act(hour: u32) -> Act {
    Act::of_system(at(hour), "test")
}

/// 65 bytes that begin as a point does, and 16 more, in base64url.
const POINT: &str = "BAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-P0A";
const AUTH: &str = "AAECAwQFBgcICQoLDA0ODw";

/// A service that can seal with any point, or with none.
struct Sealing(bool);

#[async_trait]
impl PushService for Sealing {
    fn key(&self) -> &str {
        POINT
    }

    fn takes(&self, _: &PushKeys) -> bool {
        self.0
    }

    async fn send(&self, _: &Subscription, _: &PushMessage) -> Result<(), Unsent> {
        Ok(())
    }
}

fn new() -> NewDevice {
    NewDevice {
        endpoint: " https://push.example.com/send/abc ".to_owned(),
        p256dh: POINT.to_owned(),
        auth: AUTH.to_owned(),
        name: Some("Ann's telephone".to_owned()),
    }
}

fn wanted() -> Wanted {
    new().read(Reach::Public, &Sealing(true)).unwrap()
}

fn none_known(others: u128) -> DeviceFacts {
    DeviceFacts {
        known: None,
        others: (0..others).map(|n| id(100 + n)).collect(),
    }
}

fn registered() -> Device {
    register(&act(9), id(1), id(50), &wanted(), &none_known(0))
        .answer
        .device
}

/// The pointers of what is wrong.
fn wrong(device: &NewDevice, service: &Sealing) -> Vec<String> {
    match device.read(Reach::Public, service) {
        Ok(_) => Vec::new(),
        Err(refused) => {
            let all = refused.violations().unwrap().as_slice();
            all.iter().map(|violation| violation.pointer.clone()).collect()
        }
    }
}

#[test]
fn keys_are_read_with_padding_and_without() {
    let keys = PushKeys::parse(POINT, AUTH).ok().unwrap();
    assert_eq!((keys.point()[0], keys.point()[64], keys.auth()[15]), (4, 64, 15));
    assert_eq!(keys.texts(), (POINT.to_owned(), AUTH.to_owned()));
    let padded = PushKeys::parse(&format!(" {POINT}= "), &format!("{AUTH}=="))
        .ok()
        .unwrap();
    assert!(padded == keys);
    for (point, auth) in [
        ("", AUTH),
        (POINT, ""),
        (AUTH, POINT),
        ("a+b/", AUTH),
        (POINT, "ü"),
    ] {
        assert!(PushKeys::parse(point, auth).is_err(), "{point} {auth}");
    }
}

#[test]
fn everything_wrong_with_a_device_is_told_at_once() {
    assert!(wrong(&new(), &Sealing(true)).is_empty());
    let bad = NewDevice {
        endpoint: "http://10.0.0.1/".to_owned(),
        p256dh: "no point".to_owned(),
        auth: "short".to_owned(),
        name: Some("x".repeat(101)),
    };
    let told = wrong(&bad, &Sealing(true));
    for pointer in ["/endpoint", "/name", "/keys/p256dh", "/keys/auth"] {
        assert!(told.iter().any(|found| found == pointer), "{pointer}: {told:?}");
    }
    assert_eq!(
        wrong(&new(), &Sealing(false)),
        ["/keys/p256dh"],
        "65 bytes that are no point"
    );
}

#[test]
fn a_new_device_is_known_by_its_service_and_never_by_its_secret_address() {
    let done = register(&act(9), id(1), id(50), &wanted(), &none_known(0));
    assert!(done.answer.new);
    let device = &done.answer.device;
    assert_eq!((device.id, device.user, device.version), (id(50), id(1), 1));
    assert_eq!(device.service, "https://push.example.com");
    assert_eq!(device.name.as_deref(), Some("Ann's telephone"));
    assert_eq!(
        done.plan.subscription.endpoint.as_str(),
        "https://push.example.com/send/abc"
    );
    assert!(done.plan.forget.is_empty());
    let audit = format!("{:?}", done.record.audit.unwrap());
    assert!(!audit.contains("/send/abc") && !audit.contains(AUTH), "{audit}");
}

#[test]
fn a_device_that_comes_again_keeps_its_id_and_the_name_it_had() {
    let facts = DeviceFacts {
        known: Some(registered()),
        others: Vec::new(),
    };
    let nameless = Wanted {
        name: None,
        ..wanted()
    };
    let again = register(&act(12), id(1), id(51), &nameless, &facts).answer;
    assert!(!again.new);
    let device = again.device;
    assert_eq!((device.id, device.version), (id(50), 2));
    assert_eq!(device.name.as_deref(), Some("Ann's telephone"));
    assert_eq!((device.created_at, device.updated_at), (at(9), at(12)));
}

#[test]
fn the_oldest_make_room_for_the_twenty_first() {
    let most = u128::try_from(MOST_DEVICES).unwrap();
    let forgotten = |others: u128| -> Vec<DeviceId> {
        register(&act(9), id(1), id(50), &wanted(), &none_known(others))
            .plan
            .forget
    };
    assert!(forgotten(most - 1).is_empty());
    assert_eq!(forgotten(most), [id(100)]);
    assert_eq!(forgotten(most + 2), [id(100), id(101), id(102)]);
}

#[test]
fn a_person_forgets_their_own_devices_alone() {
    let device = registered();
    assert!(forget(&act(10), id(1), &device).is_ok());
    assert_eq!(
        forget(&act(10), id(2), &device).unwrap_err(),
        Common::absent("device")
    );
    let mut late = act(10);
    late.expected_version = Some(7);
    assert_eq!(
        forget(&late, id(1), &device).unwrap_err(),
        Common::Stale { current: 1 }
    );
    let ended = gone(&device).record.audit.unwrap();
    assert_eq!((ended.action, ended.subject), ("device.gone", device.id.uuid()));
}
