//! Browsers that ring: what a push service gave them (RFC 8030), and the keys that only they can read with (RFC 8291).

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use kernel::Instant;
use kernel::act::{Act, Audit, Decision};
use kernel::error::{Common, Malformed, Violations};
use kernel::id::{DeviceId, UserId};
use kernel::target::{Reach, Target};
use kernel::text;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::ports::PushService;

/// Devices that one person may have: the one that was registered longest ago makes room for the next. A browser that is reset or gone
/// says so to nobody, so a refusal would keep people from the device that they hold.
pub const MOST_DEVICES: usize = 20;
/// Longest name, in characters.
const NAME: usize = 100;
/// Bytes of a point on the curve, not compressed: a 4, then both coordinates.
const POINT: usize = 65;
/// Bytes of the secret that goes into every key.
const AUTH: usize = 16;

/// Base64 for URLs: browsers leave the padding out, other programs may not.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What messages to a device are sealed with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PushKeys {
    point: [u8; POINT],
    auth: [u8; AUTH],
}

impl PushKeys {
    /// Reads what `PushSubscription.toJSON()` has in a browser.
    pub fn parse(p256dh: &str, auth: &str) -> Result<Self, Violations> {
        let mut wrong = Violations::new();
        let point = wrong.take("/keys/p256dh", bytes::<POINT>("malformed_key", p256dh));
        let auth = wrong.take("/keys/auth", bytes::<AUTH>("malformed_key", auth));
        match (point, auth) {
            (Some(point), Some(auth)) => Ok(Self { point, auth }),
            _ => Err(wrong),
        }
    }

    /// The device's public key: a point of the curve P-256, not compressed.
    pub const fn point(&self) -> &[u8; POINT] {
        &self.point
    }

    /// The secret that goes into every key.
    pub const fn auth(&self) -> &[u8; AUTH] {
        &self.auth
    }

    /// Both as text, as they came.
    pub fn texts(&self) -> (String, String) {
        (BASE64.encode(self.point), BASE64.encode(self.auth))
    }
}

/// Exactly so many bytes.
fn bytes<const N: usize>(code: &'static str, text: &str) -> Result<[u8; N], Malformed> {
    let refused = || {
        // It is a secret between the program and the device: it is not shown.
        let told = format!("must be {N} bytes in base64url, as PushSubscription.toJSON() has them");
        Malformed::new(code, told)
    };
    let bytes = BASE64.decode(text.trim()).map_err(|_| refused())?;
    bytes.try_into().map_err(|_| refused())
}

/// Where a device is reached. Whoever knows it can make it ring: it goes into no log and no list.
#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    /// The push service's URL for it.
    pub endpoint: Target,
    /// Its keys.
    pub keys: PushKeys,
}

/// A device, as its owner sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Names it.
    pub id: DeviceId,
    /// Whose it is.
    pub user: UserId,
    /// What its owner calls it.
    pub name: Option<String>,
    /// The push service that carries to it: `https://push.example`.
    pub service: String,
    /// When it came.
    pub created_at: Instant,
    /// When it was registered last.
    pub updated_at: Instant,
    /// Rises each time it is registered.
    pub version: i64,
}

/// A device to register, as it was written.
#[derive(Clone)]
pub struct NewDevice {
    /// The push service's URL.
    pub endpoint: String,
    /// Its public key, in base64url.
    pub p256dh: String,
    /// Its secret, in base64url.
    pub auth: String,
    /// What its owner calls it.
    pub name: Option<String>,
}

/// A device to register, read.
#[derive(Clone)]
pub struct Wanted {
    /// Where it is reached.
    pub subscription: Subscription,
    /// What its owner calls it.
    pub name: Option<String>,
}

impl NewDevice {
    /// Reads it; all that is wrong is told at once.
    pub fn read(&self, reach: Reach, service: &dyn PushService) -> Result<Wanted, Common> {
        let mut wrong = Violations::new();
        let endpoint = wrong.take("/endpoint", Target::parse(self.endpoint.trim(), reach));
        let name = wrong.take_opt("/name", self.name.as_deref().map(|name| text::line(name, NAME)));
        let keys = match PushKeys::parse(&self.p256dh, &self.auth) {
            Ok(keys) => Some(keys),
            Err(found) => {
                wrong.extend(found);
                None
            }
        };
        if keys.as_ref().is_some_and(|keys| !service.takes(keys)) {
            let told = "is no point of the curve P-256: nothing could be sealed with it";
            wrong.add("/keys/p256dh", "malformed_key", told);
        }
        wrong.into_result()?;
        match (endpoint, keys) {
            (Some(endpoint), Some(keys)) => Ok(Wanted {
                subscription: Subscription { endpoint, keys },
                name,
            }),
            _ => Err(Common::internal("a device that is neither right nor wrong")),
        }
    }
}

/// What is there when a device is registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceFacts {
    /// The caller's device with this endpoint.
    pub known: Option<Device>,
    /// The caller's other devices, those that were registered longest ago first.
    pub others: Vec<DeviceId>,
}

/// What is written: the device, under its id or in place of the one that has its endpoint; without those that make room.
#[derive(Clone)]
pub struct DevicePlan {
    /// The device.
    pub device: Device,
    /// Where it is reached.
    pub subscription: Subscription,
    /// Those that make room.
    pub forget: Vec<DeviceId>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// The device.
    pub device: Device,
    /// Is it a new one of this person?
    pub new: bool,
}

/// Registers a device. One that is registered again keeps its id, and its name where no other is given.
pub fn register(
    act: &Act,
    user: UserId,
    id: DeviceId,
    wanted: &Wanted,
    facts: &DeviceFacts,
) -> Decision<DevicePlan, Registered> {
    let device = match &facts.known {
        Some(known) => Device {
            name: wanted.name.clone().or_else(|| known.name.clone()),
            updated_at: act.at,
            version: known.version + 1,
            ..known.clone()
        },
        None => Device {
            id,
            user,
            name: wanted.name.clone(),
            service: wanted.subscription.endpoint.origin(),
            created_at: act.at,
            updated_at: act.at,
            version: 1,
        },
    };
    let too_many = (facts.others.len() + 1).saturating_sub(MOST_DEVICES);
    let forget: Vec<DeviceId> = facts.others.iter().take(too_many).copied().collect();
    let audit = Audit::new("device.registered", "device", device.id)
        .with(json!({ "service": device.service, "made_room": forget }));
    let answer = Registered {
        device: device.clone(),
        new: facts.known.is_none(),
    };
    let plan = DevicePlan {
        device,
        subscription: wanted.subscription.clone(),
        forget,
    };
    Decision::new(plan, answer, audit)
}

/// A person forgets a device of theirs; another's is as if it were not there.
pub fn forget(act: &Act, user: UserId, device: &Device) -> Result<Decision<(), ()>, Common> {
    if device.user != user {
        return Err(Common::absent("device"));
    }
    act.expect_version(device.version)?;
    let audit = Audit::new("device.forgotten", "device", device.id);
    Ok(Decision::new((), (), audit))
}

/// Its push service says that it is no more.
pub fn gone(device: &Device) -> Decision<(), ()> {
    let audit = Audit::new("device.gone", "device", device.id).with(json!({ "service": device.service }));
    Decision::new((), (), audit)
}
