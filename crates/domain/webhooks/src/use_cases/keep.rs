//! Registering, changing, removing; sending a test, sending again.

use kernel::act::{Act, Done};
use kernel::id::{DealerId, DeliveryId, WebhookId};

use super::{KeepWebhooks, WithSecret};
use crate::delivery::Delivery;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::request::{NewWebhook, WebhookChanges};
use crate::rules::{self, NewIds, Registration};

impl KeepWebhooks {
    /// Registers an endpoint for the dealer of the actor, a person or a program; an admin's hears of everything, unless a dealer is named.
    pub async fn register(
        &self,
        act: &Act,
        dealer: Option<DealerId>,
        new: &NewWebhook,
    ) -> Result<WithSecret, Error> {
        let by = act.actor.user();
        let registration = Registration {
            owner: rules::owner(&act.actor, dealer)?,
            with: new.check(self.reach, &self.events)?,
            id: self.ids.next(),
            by,
        };
        let decide = |facts: &_| rules::register(act, &registration, facts);
        let done = self.webhooks.add(act, registration.owner, by, &decide).await?;
        Ok(self.with_secret(done.value))
    }

    /// Changes an endpoint.
    pub async fn change(
        &self,
        act: &Act,
        webhook: WebhookId,
        changes: &WebhookChanges,
    ) -> Result<Endpoint, Error> {
        let decide = |before: &_| rules::change(act, changes, (self.reach, &self.events), before);
        Ok(self.webhooks.change(act, webhook, &decide).await?.value)
    }

    /// Gives an endpoint a new secret.
    pub async fn rotate(&self, act: &Act, webhook: WebhookId) -> Result<WithSecret, Error> {
        let decide = |before: &_| rules::rotate(act, before);
        let done = self.webhooks.change(act, webhook, &decide).await?;
        Ok(self.with_secret(done.value))
    }

    /// Removes an endpoint with its deliveries.
    pub async fn remove(&self, act: &Act, webhook: WebhookId) -> Result<(), Error> {
        let decide = |endpoint: &_| rules::remove(act, endpoint);
        self.webhooks
            .remove(act, webhook, &decide)
            .await
            .map(|done| done.value)
    }

    /// Sends a test.
    pub async fn test(&self, act: &Act, webhook: WebhookId) -> Result<Done<Delivery>, Error> {
        let ids = NewIds {
            delivery: self.ids.next(),
            message: self.ids.next(),
        };
        let decide = |endpoint: &_| rules::test(act, ids, endpoint);
        self.deliveries.post(act, webhook, &decide).await
    }

    /// Sends a delivery once more.
    pub async fn redeliver(
        &self,
        act: &Act,
        webhook: WebhookId,
        delivery: DeliveryId,
    ) -> Result<Done<Delivery>, Error> {
        let decide = |parcel: &_| rules::redeliver(act, parcel);
        self.deliveries.resend(act, webhook, delivery, &decide).await
    }

    fn with_secret(&self, endpoint: Endpoint) -> WithSecret {
        let secret = self.secrets.secret(endpoint.id, endpoint.secrets.newest());
        WithSecret { endpoint, secret }
    }
}
