//! Looking at endpoints and deliveries.

use kernel::actor::Actor;
use kernel::error::Common;
use kernel::id::{DealerId, DeliveryId, WebhookId};
use kernel::paging::{Page, PageRequest};

use super::KeepWebhooks;
use crate::delivery::Delivery;
use crate::endpoint::Endpoint;
use crate::error::Error;
use crate::ports::DeliveryFilter;
use crate::rules;

impl KeepWebhooks {
    /// One endpoint, for its keepers.
    pub async fn find(&self, actor: &Actor, webhook: WebhookId) -> Result<Endpoint, Error> {
        if *actor == Actor::Anonymous {
            return Err(Common::Unauthenticated.into());
        }
        let endpoint = self.webhooks.find(webhook).await?;
        let endpoint = endpoint.ok_or(Common::absent("webhook"))?;
        rules::keeper(actor, &endpoint)?;
        Ok(endpoint)
    }

    /// The endpoints of the actor's dealer; for an admin the platform's, or those of the dealer named.
    pub async fn list(
        &self,
        actor: &Actor,
        dealer: Option<DealerId>,
        page: &PageRequest,
    ) -> Result<Page<Endpoint>, Error> {
        self.webhooks.list(rules::owner(actor, dealer)?, page).await
    }

    /// One delivery of an endpoint.
    pub async fn delivery(
        &self,
        actor: &Actor,
        webhook: WebhookId,
        delivery: DeliveryId,
    ) -> Result<Delivery, Error> {
        self.find(actor, webhook).await?;
        let found = self.deliveries.find(webhook, delivery).await?;
        Ok(found.ok_or(Common::absent("delivery"))?)
    }

    /// An endpoint's deliveries.
    pub async fn deliveries(
        &self,
        actor: &Actor,
        webhook: WebhookId,
        filter: &DeliveryFilter,
        page: &PageRequest,
    ) -> Result<Page<Delivery>, Error> {
        self.find(actor, webhook).await?;
        self.deliveries.list(webhook, filter, page).await
    }
}
