//! What the outside has to provide.

use std::fmt;

use async_trait::async_trait;
use kernel::act::{Act, Decide, Done};
use kernel::id::{DealerId, DeliveryId, UserId, WebhookId};
use kernel::paging::{Page, PageRequest};

use crate::delivery::{Delivery, Status};
use crate::endpoint::{Endpoint, Owner};
use crate::error::Error;
use kernel::target::Target;

/// What is true while an endpoint is registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepFacts {
    /// Whether there is such a dealer; true for the platform.
    pub owner_known: bool,
    /// Endpoints of the dealer; of the platform's, those that this admin registered.
    pub kept: usize,
}

/// Endpoints.
#[async_trait]
pub trait Webhooks: Send + Sync {
    /// Registers one. Locks the dealer, for the platform the admin, so that the count holds. `by` is none where a program of the
    /// dealer's registers it.
    async fn add(
        &self,
        act: &Act,
        owner: Owner,
        by: Option<UserId>,
        decide: Decide<'_, KeepFacts, Endpoint, Endpoint, Error>,
    ) -> Result<Done<Endpoint>, Error>;

    /// Changes one, under its lock. Absent when there is none.
    async fn change(
        &self,
        act: &Act,
        webhook: WebhookId,
        decide: Decide<'_, Endpoint, Endpoint, Endpoint, Error>,
    ) -> Result<Done<Endpoint>, Error>;

    /// Removes one with all of its deliveries, under its lock. Absent when there is none.
    async fn remove(
        &self,
        act: &Act,
        webhook: WebhookId,
        decide: Decide<'_, Endpoint, (), (), Error>,
    ) -> Result<Done<()>, Error>;

    /// Switches one off that has failed for long, under its lock. Absent when there is none.
    async fn judge(
        &self,
        act: &Act,
        webhook: WebhookId,
        decide: Decide<'_, Endpoint, Option<Endpoint>, (), Error>,
    ) -> Result<(), Error>;

    /// One. Reads what was committed.
    async fn find(&self, webhook: WebhookId) -> Result<Option<Endpoint>, Error>;

    /// Those that are on, of these dealers and of the platform.
    async fn listening(&self, dealers: &[DealerId]) -> Result<Vec<Endpoint>, Error>;

    /// An owner's, in the order that the page asks for, else the newest first.
    async fn list(&self, owner: Owner, page: &PageRequest) -> Result<Page<Endpoint>, Error>;
}

/// A delivery, and its endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parcel {
    /// Where it goes.
    pub endpoint: Endpoint,
    /// The delivery.
    pub delivery: Delivery,
}

/// What a try changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The delivery as it now is.
    pub delivery: Delivery,
    /// The endpoint as it now is, where it changed.
    pub endpoint: Option<Endpoint>,
}

/// Narrows a list of deliveries. Empty narrows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// In one of these states.
    pub statuses: Vec<Status>,
    /// Of an event of this type.
    pub event: Option<String>,
}

/// Deliveries. Writers lock the endpoint, then the delivery; jobs go in with the same transaction.
#[async_trait]
pub trait Deliveries: Send + Sync {
    /// Puts a message on its way, under the endpoint's lock. Absent when there is no such endpoint. A message that this endpoint
    /// was sent before is a conflict of the database's, told as [`Error::Known`].
    async fn post(
        &self,
        act: &Act,
        webhook: WebhookId,
        decide: Decide<'_, Endpoint, Delivery, Delivery, Error>,
    ) -> Result<Done<Delivery>, Error>;

    /// Changes a delivery of this endpoint on its owner's word. Absent when there is none.
    async fn resend(
        &self,
        act: &Act,
        webhook: WebhookId,
        delivery: DeliveryId,
        decide: Decide<'_, Parcel, Delivery, Delivery, Error>,
    ) -> Result<Done<Delivery>, Error>;

    /// Writes what came of a try. Absent when the delivery is gone.
    async fn settle(
        &self,
        act: &Act,
        delivery: DeliveryId,
        decide: Decide<'_, Parcel, Settled, (), Error>,
    ) -> Result<(), Error>;

    /// A delivery to make, with its endpoint, as the database that is written to knows them: never from a copy that lags behind.
    async fn to_send(&self, delivery: DeliveryId) -> Result<Option<(Endpoint, Delivery)>, Error>;

    /// One delivery of an endpoint.
    async fn find(&self, webhook: WebhookId, delivery: DeliveryId) -> Result<Option<Delivery>, Error>;

    /// An endpoint's, in the order that the page asks for, else the newest first.
    async fn list(
        &self,
        webhook: WebhookId,
        filter: &DeliveryFilter,
        page: &PageRequest,
    ) -> Result<Page<Delivery>, Error>;
}

/// A secret that signs, as its owner needs it. Never shows in a log.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecret(String);

impl SigningSecret {
    /// Takes one that was derived: `whsec_` and base64.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text, for those who must see it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SigningSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecret(…)")
    }
}

/// Derives secrets, and signs with them. The same number of the same endpoint is always the same secret.
pub trait Secrets: Send + Sync {
    /// The secret, for its owner to keep.
    fn secret(&self, webhook: WebhookId, number: u32) -> SigningSecret;

    /// HMAC-SHA-256 of the content under the secret's bytes, in base64.
    fn sign(&self, webhook: WebhookId, number: u32, content: &str) -> String;
}

/// A try, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Where to.
    pub url: Target,
    /// Headers.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

/// What the other side said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Its status.
    pub status: u16,
    /// Its `Retry-After`.
    pub retry_after: Option<String>,
    /// The beginning of its body, [`ANSWER_BYTES`](crate::delivery::ANSWER_BYTES) at most.
    pub body: String,
}

/// What came of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The answer, or why there is none.
    pub end: Result<Reply, String>,
}

/// Sends over HTTP. Follows no redirect, waits 10 s at most, and connects to no address that may not be reached.
#[async_trait]
pub trait Sender: Send + Sync {
    /// Sends one request; every failure is part of what came of it.
    async fn send(&self, request: &Request) -> Exchange;
}
