//! What notifications need.

use async_trait::async_trait;
use kernel::Instant;
use kernel::act::{Act, Decide, Done};
use kernel::error::{Common, Failure as _, Kind};
use kernel::id::{DeviceId, NotificationId, UserId};
use kernel::message::{Message, Network};
use kernel::paging::{Page, PageRequest};
use kernel::phone::Phone;
use kernel::target::Target;

use crate::contact::Contact;
use crate::device::{Device, DeviceFacts, DevicePlan, PushKeys, Registered, Subscription};
use crate::notice::Notice;
use crate::opt_out::{Change, OptOut};
use crate::preferences::Preferences;
use crate::push::PushMessage;

/// What a person was told, under lock.
#[async_trait]
pub trait Notices: Send + Sync {
    /// Marks one of the person's notices as read, if it is not; absent when they have no such notice.
    async fn read(&self, act: &Act, user: UserId, notice: NotificationId) -> Result<Done<Notice>, Common>;

    /// Marks all as read that the person has at the act's instant. Says how many were not.
    async fn read_all(&self, act: &Act, user: UserId) -> Result<Done<u64>, Common>;
}

/// What a person was told, to look at.
#[async_trait]
pub trait NoticeQueries: Send + Sync {
    /// The person's notices, newest first; with `unread`, those that were not read, or were.
    async fn list(
        &self,
        user: UserId,
        unread: Option<bool>,
        page: &PageRequest,
    ) -> Result<Page<Notice>, Common>;

    /// How many the person has not read.
    async fn unread(&self, user: UserId) -> Result<u64, Common>;
}

/// What people chose.
#[async_trait]
pub trait PreferenceStore: Send + Sync {
    /// The person's choices; none yet is the default.
    async fn preferences(&self, user: UserId) -> Result<Preferences, Common>;

    /// Locks the user, then decides on their choices and writes what was decided.
    async fn change(
        &self,
        act: &Act,
        user: UserId,
        decide: Decide<'_, Preferences, Preferences, Preferences, Common>,
    ) -> Result<Done<Preferences>, Common>;
}

/// What of a person decides by which channels they can be told.
#[async_trait]
pub trait Contacts: Send + Sync {
    /// The person's number, its opt-outs, and how many devices they have; absent when there is no such person.
    async fn contact(&self, user: UserId) -> Result<Contact, Common>;
}

/// Devices of people.
#[async_trait]
pub trait Devices: Send + Sync {
    /// Locks the user, decides on their devices, and writes: the plan's device takes the place of any other with its endpoint, whosever
    /// that was (the browser is the same), and those that make room go.
    async fn register(
        &self,
        act: &Act,
        user: UserId,
        endpoint: &Target,
        decide: Decide<'_, DeviceFacts, DevicePlan, Registered, Common>,
    ) -> Result<Done<Registered>, Common>;

    /// Locks a device, and forgets it if that is decided; absent when it is not there.
    async fn forget(
        &self,
        act: &Act,
        device: DeviceId,
        decide: Decide<'_, Device, (), (), Common>,
    ) -> Result<Done<()>, Common>;

    /// The person's devices, those registered last first.
    async fn list(&self, user: UserId) -> Result<Vec<Device>, Common>;

    /// One of the person's devices.
    async fn find(&self, user: UserId, device: DeviceId) -> Result<Option<Device>, Common>;

    /// Where a device is reached, as it is now; none when it is gone, or its owner's account is closed.
    async fn subscription(&self, device: DeviceId) -> Result<Option<Subscription>, Common>;
}

/// Numbers that want no messages.
#[async_trait]
pub trait OptOuts: Send + Sync {
    /// Decides on what is known of a number, and writes. Of two that come at once, one is kept.
    async fn change(
        &self,
        act: &Act,
        number: &Phone,
        network: Network,
        decide: Decide<'_, Option<OptOut>, Change, bool, Common>,
    ) -> Result<Done<bool>, Common>;

    /// What is known of a number, as it is now.
    async fn of(&self, number: &Phone, network: Network) -> Result<Option<OptOut>, Common>;
}

/// Why something was not sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unsent {
    /// Trying again may help; the other side may have said when (`Retry-After`).
    Again {
        /// What was the matter.
        why: String,
        /// The other side's own words.
        retry_after: Option<String>,
    },
    /// It never will be.
    Never(String),
    /// The recipient has ended it: the number said STOP, the browser is no more.
    Ended,
}

impl Unsent {
    /// Trying again may help.
    pub fn again(why: impl Into<String>) -> Self {
        Self::Again {
            why: why.into(),
            retry_after: None,
        }
    }
}

impl From<Common> for Unsent {
    fn from(error: Common) -> Self {
        let told = match &error {
            Common::Unavailable { internal } | Common::Internal { internal } => internal.clone(),
            other => other.to_string(),
        };
        match error.kind() {
            Kind::Unavailable | Kind::TooMany => Self::again(told),
            _ => Self::Never(told),
        }
    }
}

/// One try to send a message.
#[derive(Clone, Copy, Debug)]
pub struct Try<'a> {
    /// The same for every try of the same message.
    pub id: &'a str,
    /// Set when an earlier try may have got through without our knowing: since when it could have.
    pub since: Option<Instant>,
}

/// Carries short messages.
#[async_trait]
pub trait Carrier: Send + Sync {
    /// Sends one. On a repeat, whoever can ask what was sent asks first, and sends nothing twice.
    async fn send(&self, attempt: Try<'_>, message: &Message) -> Result<(), Unsent>;
}

/// Knows whether what people reply was handed on by the network that carries our messages.
pub trait ReplySignatures: Send + Sync {
    /// Does the signature hold for a request to this URL with these parameters?
    fn hold(&self, url: &str, form: &[(String, String)], signature: &str) -> bool;
}

/// Carries pushes to devices.
#[async_trait]
pub trait PushService: Send + Sync {
    /// The key by which browsers know whose pushes they take: a point of P-256, not compressed, in base64url (RFC 8292, 3.2).
    fn key(&self) -> &str;

    /// Can anything be sealed with these keys?
    fn takes(&self, keys: &PushKeys) -> bool;

    /// Seals a message and hands it over.
    async fn send(&self, to: &Subscription, message: &PushMessage) -> Result<(), Unsent>;
}
